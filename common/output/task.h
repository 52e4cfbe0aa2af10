/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The task data of a record besides the columns: cgroup and container. */
#ifndef COMMON_TASK_H
#define COMMON_TASK_H

#include <stddef.h>
#include <linux/types.h>

#define TASK_CONTAINER_WIDTH 16	/* of the column; longer names shift the next columns */
#define TASK_CONTAINER_MAX 60		/* bytes shown of a name */

/*
 * Return ,"cgroup":"/PATH","container":"ID" and the container's names (container.h) for cgroup
 * @id, without unknown members.  @len is its length.  Valid until the next call.  Cached.
 */
const char *task_members(__u64 id, size_t *len);

/*
 * Return the padded name of the container that cgroup @id belongs to, the first digits of its id
 * if the name is unknown, or "-".  @len is its length.  Valid until the next call.  Cached.
 */
const char *task_container(__u64 id, size_t *len);

#endif /* COMMON_TASK_H */
