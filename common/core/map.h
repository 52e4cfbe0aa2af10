/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef COMMON_MAP_H
#define COMMON_MAP_H

#include <sys/types.h>

struct bpf_map;

/*
 * Read all keys of the hash @map into @keys, an array that the caller frees.  Returns
 * their number or a negative errno.  A key added meanwhile may be missing.  If keys are
 * deleted meanwhile, some may appear twice and others may be missing.
 */
ssize_t map_keys(struct bpf_map *map, void **keys);

#endif /* COMMON_MAP_H */
