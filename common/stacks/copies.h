/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The user side of bpf/user_stack.bpf.h, before the programs are loaded. */
#ifndef COMMON_COPIES_H
#define COMMON_COPIES_H

#include <bpf/libbpf.h>

/*
 * Set the sizes of @scratch, which has an entry for each CPU, and of @ring, for events that usually
 * take 6 KB and at most 36 KB. --ring-size overrides the size of @ring.
 */
void copies_size(struct bpf_map *scratch, struct bpf_map *ring);

#endif /* COMMON_COPIES_H */
