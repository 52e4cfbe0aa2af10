/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a record says of its task besides the columns: cgroup and container. */
#ifndef COMMON_TASK_H
#define COMMON_TASK_H

#include <stddef.h>
#include <linux/types.h>

/*
 * ,"cgroup":"/PATH","container":"ID" of the cgroup @id, without what is not known; @len bytes,
 * valid until the next call.  Cached.
 */
const char *task_members(__u64 id, size_t *len);

/* The first digits of the id of the container that cgroup @id belongs to, or "-". */
const char *task_container(__u64 id);

#endif /* COMMON_TASK_H */
