/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef RUNQLAT_H
#define RUNQLAT_H

/* What there is a histogram for: the id of hist_add() is that thing's number. */
enum runqlat_key {
	KEY_NONE,		/* one histogram */
	KEY_PROCESS,
	KEY_THREAD,
	KEY_PIDNS,		/* 0: the task is gone and has left its namespace */
	KEY_CGROUP,
};

#endif /* RUNQLAT_H */
