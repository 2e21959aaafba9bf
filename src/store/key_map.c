/*
 * key_map - see key_map.h.
 */
#include "key_map.h"

int pt_key_map_append(pt_key_map *map, int64_t theirs, int64_t ours)
{
    int status = pt_reserve(&map->pairs, &map->capacity, map->count + 1, sizeof *map->pairs);

    if (!status) {
        map->pairs[map->count++] = (struct pt_key_pair){theirs, ours};
    }
    return status;
}

size_t pt_key_map_find(const pt_key_map *map, int64_t theirs)
{
    size_t low = 0, high = map->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (map->pairs[middle].theirs < theirs) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < map->count && map->pairs[low].theirs == theirs ? low : map->count;
}

int64_t pt_key_map_ours(const pt_key_map *map, int64_t theirs)
{
    const size_t place = pt_key_map_find(map, theirs);

    return place < map->count ? map->pairs[place].ours : 0;
}
