/*
 * key_map - which row here is a row of another store.
 */
#ifndef PT_STORE_KEY_MAP_H
#define PT_STORE_KEY_MAP_H

#include "base/base.h"

/* Keys of rows there and of the same rows here, by ascending key there. */
typedef struct pt_key_map {
    struct pt_key_pair {
        int64_t theirs, ours;
    } * pairs; /* count */
    size_t count, capacity;
} pt_key_map;

/* Appends a pair, whose key there is greater than those before. PAPERTAG_NO_MEMORY. */
int pt_key_map_append(pt_key_map *map, int64_t theirs, int64_t ours);

/* The place of a key; map->count: it is not there. And the key here, 0: there is none. */
size_t pt_key_map_find(const pt_key_map *map, int64_t theirs);
int64_t pt_key_map_ours(const pt_key_map *map, int64_t theirs);

#endif
