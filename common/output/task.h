/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The task data of a record besides the columns: cgroup and container. */
#ifndef COMMON_TASK_H
#define COMMON_TASK_H

#include <stddef.h>
#include <linux/types.h>

/*
 * Return ,"cgroup":"/PATH","container":"ID" for cgroup @id, without unknown members.  @len is
 * its length.  Valid until the next call.  Cached.
 */
const char *task_members(__u64 id, size_t *len);

/* Return the first digits of the id of the container that cgroup @id belongs to, or "-". */
const char *task_container(__u64 id);

#endif /* COMMON_TASK_H */
