/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef COMMON_MAP_H
#define COMMON_MAP_H

#include <sys/types.h>

struct bpf_map;

/*
 * All keys of hash @map as they are now, one behind the other in @keys, which
 * the caller frees.  Returns how many, or a negative errno.  A key that comes
 * while this runs may be missing; delete none meanwhile.
 */
ssize_t map_keys(struct bpf_map *map, void **keys);

#endif /* COMMON_MAP_H */
