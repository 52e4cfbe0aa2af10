/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The head of every event: time, process, cgroup, CPU. */
#ifndef BPF_EVENT_H
#define BPF_EVENT_H

#include "types.h"

/*
 * An event wakes the reader if the last wakeup of this kind was more than this time (100 ms)
 * ago.  The reader polls frequently until it has seen no event for twice this time, and depends
 * on such wakeups only after that.
 */
#define EVENT_PAUSE_NS 100000000

struct event_head {
	__u64 ns;		/* CLOCK_MONOTONIC */
	__u64 cgroup_id;	/* in the cgroup2 hierarchy; 0: unknown */
	__u32 pid;		/* in the initial PID namespace; 0: unknown */
	__u32 tid;
	__u32 ns_pid;		/* in the tool's namespace; 0: not in it; unset if initial */
	__u32 ns_tid;
	__u32 uid;
	__u32 cpu;
	char comm[TASK_COMM_LEN];
};

#endif /* BPF_EVENT_H */
