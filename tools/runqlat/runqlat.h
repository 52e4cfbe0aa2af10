/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef RUNQLAT_H
#define RUNQLAT_H

#include "types.h"

/* One histogram per process, thread and so on. The id of hist_add() is the number of the object. */
enum runqlat_key {
	KEY_NONE,		/* a single histogram */
	KEY_PROCESS,
	KEY_THREAD,
	KEY_PIDNS,		/* 0: the task has ended and left its namespace */
	KEY_CGROUP,
};

/*
 * The id of a process or thread: its number in the initial PID namespace in the lower half. If
 * the tool runs in another namespace, the upper half is the number there, or 0.
 */
#define RUNQLAT_ID(host, ns) ((__u64)(ns) << 32 | (host))
#define RUNQLAT_ID_HOST(id) ((__u32)(id))
#define RUNQLAT_ID_NS(id) ((__u32)((id) >> 32))

#endif /* RUNQLAT_H */
