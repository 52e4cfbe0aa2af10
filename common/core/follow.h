/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Follow the cgroup of --cgroup if it is removed and created again while a tool runs.  The BPF
 * side follows it at once (filter.bpf.h); user space notifies the user.
 */
#ifndef COMMON_FOLLOW_H
#define COMMON_FOLLOW_H

#include <stdbool.h>
#include <bpf/libbpf.h>
#include "core/args.h"

struct out;

/*
 * Enable the BPF program that follows the cgroup, before the object is loaded.  Does nothing
 * without --cgroup.  Corrects the depth in @filter if a cgroup namespace hides a part of it.
 */
void follow_enable(struct bpf_object *obj, const struct common_args *args, struct filter *filter);

/* Call it after loading and before attaching.  Returns 0 or a negative errno, which is reported. */
int follow_start(struct bpf_object *obj, const struct common_args *args);

/* Interval of follow_look() in ns.  follow_wanted() is true if there is a cgroup to follow. */
#define FOLLOW_NS 500000000ULL
bool follow_wanted(void);

/*
 * If the cgroup was created again since the last call, report it on stderr and in JSON.  Also
 * detects a cgroup whose parent was created again, which the BPF side does not see.
 */
void follow_look(struct out *out);

#endif /* COMMON_FOLLOW_H */
