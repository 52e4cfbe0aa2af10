/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lists of PIDs and TIDs from the command line: only tasks in these lists match. */
#ifndef BPF_WANTED_BPF_H
#define BPF_WANTED_BPF_H

#include <bpf/bpf_helpers.h>
#include "pidns.bpf.h"

const volatile bool by_pid;		/* match only the keys of pids */
const volatile bool by_tid;		/* match only the keys of tids */

/* IDs in the tool's PID namespace; user space sets the size before loading. */
struct wanted {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8);
};
struct wanted pids SEC(".maps"), tids SEC(".maps");

/* Return true if the lists contain these IDs, or are not used. */
static __always_inline bool wanted_ids(__u32 pid, __u32 tid)
{
	if (by_pid && !bpf_map_lookup_elem(&pids, &pid))
		return false;
	return !by_tid || bpf_map_lookup_elem(&tids, &tid);
}

/* Return true if the lists contain @task. */
static __always_inline bool wanted_task(struct task_struct *task)
{
	if (!by_pid && !by_tid)
		return true;
	if (config.pidns.inum)
		return wanted_ids(pidns_pid(task), pidns_tid(task));
	return wanted_ids(BPF_CORE_READ(task, tgid), BPF_CORE_READ(task, pid));
}

#endif /* BPF_WANTED_BPF_H */
