/*
 * Fuzz target: a store whose file is damaged. The first byte says how much of the file is missing at its end, in
 * 256ths; what follows is put into the file: 3 bytes of offset, 1 byte of length, and the bytes. What is made of it
 * must be sound.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "fuzz.h"

static void damage(uint8_t *file, size_t file_size, const uint8_t *data, size_t size)
{
    while (size > 4) {
        const size_t at = ((size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16) % file_size;
        size_t length = data[3] < size - 4 ? data[3] : size - 4;
        length = length < file_size - at ? length : file_size - at;
        memcpy(file + at, data + 4, length);
        data += 4 + length;
        size -= 4 + length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[64];
    static char *sound;
    static size_t sound_size;
    papertag_salvaged saved;
    papertag_store *store = NULL;
    const papertag_finding *findings;
    papertag_error err;
    uint8_t *file;
    size_t count;
    int status;

    if (!sound) {
        small_store(path);
        if (pt_read_file(path, &sound, &sound_size, &err)) {
            abort();
        }
    }
    file = malloc(sound_size);
    if (!file || !size) {
        free(file);
        return 0;
    }
    memcpy(file, sound, sound_size);
    damage(file, sound_size, data + 1, size - 1);
    if (!write_store(path, file, sound_size - sound_size * data[0] / 256)) {
        abort();
    }
    free(file);
    status = papertag_store_salvage(path, &saved, &err);
    if (status && status != PAPERTAG_BAD_STORE) {
        abort();
    }
    if (!status) {
        remove(saved.kept);
        if (papertag_store_open(&store, path, false, &err) ||
            papertag_store_check(store, NULL, &findings, &count, &err)) {
            abort();
        }
        for (size_t i = 0; i < count; i++) {
            if (findings[i].trouble) {
                abort();
            }
        }
        papertag_store_close(store);
    }
    return 0;
}
