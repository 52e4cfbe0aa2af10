/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The cgroup of --cgroup, if it is removed and made again while a tool runs: the
 * BPF side follows it at once (filter.bpf.h), user space tells the user.
 */
#ifndef COMMON_FOLLOW_H
#define COMMON_FOLLOW_H

#include <stdbool.h>
#include <bpf/libbpf.h>
#include "core/args.h"

struct out;

/*
 * Switch on what follows the cgroup, before the object is loaded; nothing without
 * --cgroup.  Corrects the depth in @filter where cgroup namespaces hide a part of it.
 */
void follow_enable(struct bpf_object *obj, const struct common_args *args, struct filter *filter);

/* After it was loaded and before anything is attached: 0 or a negative errno, said. */
int follow_start(struct bpf_object *obj, const struct common_args *args);

/* How often to look, at most, in ns; 0: there is nothing to follow. */
#define FOLLOW_NS 500000000ULL
bool follow_wanted(void);

/*
 * If the cgroup was made again since the last look, say so on stderr and in JSON.
 * Also finds one whose parent was made again, which the BPF side does not see.
 */
void follow_look(struct out *out);

#endif /* COMMON_FOLLOW_H */
