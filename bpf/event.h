/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How every event begins: when, who, where. */
#ifndef BPF_EVENT_H
#define BPF_EVENT_H

#include "types.h"

/*
 * The first event after this time without one that did wakes the reader, who does not
 * rely on it before twice that time has passed (100 ms).
 */
#define EVENT_PAUSE_NS 100000000

struct event_head {
	__u64 ns;		/* CLOCK_MONOTONIC */
	__u64 cgroup_id;	/* in the cgroup2 hierarchy; 0: unknown */
	__u32 pid;		/* in the initial PID namespace; 0: unknown */
	__u32 tid;
	__u32 ns_pid;		/* in the tool's; 0: none there; not set if it is the initial one */
	__u32 ns_tid;
	__u32 uid;
	__u32 cpu;
	char comm[TASK_COMM_LEN];
};

#endif /* BPF_EVENT_H */
