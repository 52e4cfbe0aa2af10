/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef RUNQLAT_H
#define RUNQLAT_H

#include "types.h"

/* What there is a histogram for: the id of hist_add() is that thing's number. */
enum runqlat_key {
	KEY_NONE,		/* one histogram */
	KEY_PROCESS,
	KEY_THREAD,
	KEY_PIDNS,		/* 0: the task is gone and has left its namespace */
	KEY_CGROUP,
};

/*
 * The id of a process or thread: its number in the initial PID namespace and,
 * if the tool runs in another one, that it has there, or 0.
 */
#define RUNQLAT_ID(host, ns) ((__u64)(ns) << 32 | (host))
#define RUNQLAT_ID_HOST(id) ((__u32)(id))
#define RUNQLAT_ID_NS(id) ((__u32)((id) >> 32))

#endif /* RUNQLAT_H */
