/*
 * Runs a fuzz target over the files given, so that builds without libFuzzer replay the corpora. One TAP line a file.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    printf("1..%d\n", argc - 1);
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        uint8_t *data = malloc(1 << 24);
        size_t size = file && data ? fread(data, 1, 1 << 24, file) : 0;
        bool read = file && !ferror(file);
        if (file) {
            fclose(file);
        }
        if (read) {
            /* exactly as large as the input, so that the sanitizer sees a byte read behind it */
            uint8_t *exact = malloc(size ? size : 1);
            for (size_t k = 0; exact && k < size; k++) {
                exact[k] = data[k];
            }
            LLVMFuzzerTestOneInput(exact, size);
            free(exact);
        }
        free(data);
        printf("%sok %d - %s\n", read ? "" : "not ", i, argv[i]);
    }
    return 0;
}
