/*
 * migrations - the version of the store's layout, and the way to it from an older one.
 */
#ifndef PT_STORE_MIGRATIONS_H
#define PT_STORE_MIGRATIONS_H

#include "base/base.h"

/* What SQLite's application_id says of a store: "ptag". */
enum { PT_STORE_APPLICATION = 0x70746167 };

/* The layout that this library writes. */
extern const int pt_store_version;

/* Takes the layout to version `to`, step by step, in one transaction. A new file is of version 0; a version that is
 * `to` or later stays. PAPERTAG_BAD_STORE: the file is another program's, or of a later version than this library's. */
int pt_store_migrate(papertag_store *store, int to, papertag_error *err);

/* Writes the keys by which papers are found by title and author (see pt_work_key_of), from their rows. */
int pt_store_write_work_keys(papertag_store *store, papertag_error *err);

#endif
