/*
 * fuzz - what the targets share: bytes as a file, for what is read by name, and a small model and store.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "papertag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Makes a file in memory that holds the bytes, opened at its beginning. Returns its descriptor, -1 when that fails; and
 * its name in path. */
int file_of_bytes(const void *bytes, size_t size, char path[64]);

/* A model of a few tags and terms, and a tagger of it. Targets run at the top of the project. */
papertag_tagger *small_model(papertag_model **model);

/* Makes a store of the first papers of data/sample.jsonl, tagged, with verdicts, an own tag and a subscription. Its
 * name in path; it is removed when the program ends. */
void small_store(char path[64]);

/* Puts bytes in the place of a store that is not open, and takes its journal away. */
bool write_store(const char *path, const void *bytes, size_t size);

#endif
