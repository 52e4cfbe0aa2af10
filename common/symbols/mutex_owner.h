/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which thread holds a mutex of a process at this moment. */
#ifndef COMMON_MUTEX_OWNER_H
#define COMMON_MUTEX_OWNER_H

#include <stdbool.h>
#include "types.h"

struct mutex_owner {
	__u32 tid;			/* as in /proc; 0: unknown */
	char comm[TASK_COMM_LEN];
};

/*
 * Return the owner of the pthread_mutex_t of glibc at @address in the process whose directory in
 * /proc is @dir.  @inherits: it has the protocol PTHREAD_PRIO_INHERIT.  The owner is unknown if
 * the memory does not look like a mutex that a thread of the process holds.
 */
struct mutex_owner mutex_owner(int dir, __u64 address, bool inherits);

#endif /* COMMON_MUTEX_OWNER_H */
