/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Is this a task the user asked for?  Cheapest test first.
 *
 * filter_current() is for hooks where the running task is the one the event is
 * about.  In wakeups, softirqs and completions it is not: use filter_task() or
 * filter_cgroup() on the event's own.
 */
#ifndef BPF_FILTER_BPF_H
#define BPF_FILTER_BPF_H

#include "core.bpf.h"

static __always_inline bool filter_ids(__u32 pid, __u32 tid)
{
	if (pid == config.filter.self)
		return false;
	if (config.filter.pid && config.filter.pid != pid)
		return false;
	return !config.filter.tid || config.filter.tid == tid;
}

/* True if @cgroup is the one asked for or below it. */
static __always_inline bool filter_cgroup(struct cgroup *cgroup)
{
	return !config.filter.cgroup_id ||
	       core_cgroup_ancestor(cgroup, config.filter.cgroup_level) == config.filter.cgroup_id;
}

/* Not BPF_CORE_READ(): clang 21 warns of a variable of its type, which is const here. */
static __always_inline __u32 filter_uid(struct task_struct *task)
{
	__u32 uid = 0;

	BPF_CORE_READ_INTO(&uid, task, cred, uid.val);
	return uid;
}

/* True if @task, any task, is one the user asked for. */
static __always_inline bool filter_task(struct task_struct *task)
{
	if (!filter_ids(BPF_CORE_READ(task, tgid), BPF_CORE_READ(task, pid)))
		return false;
	if (config.filter.uid != FILTER_ANY_UID && config.filter.uid != filter_uid(task))
		return false;
	return !config.filter.cgroup_id || filter_cgroup(core_task_cgroup(task));
}

/* True if the running task is one the user asked for. */
static __always_inline bool filter_current(void)
{
	__u64 ids = bpf_get_current_pid_tgid();

	if (!filter_ids(ids >> 32, ids))
		return false;
	if (config.filter.uid != FILTER_ANY_UID &&
	    config.filter.uid != (__u32)bpf_get_current_uid_gid())
		return false;
	return !config.filter.cgroup_id ||
	       filter_cgroup(core_task_cgroup((void *)bpf_get_current_task()));
}

/* True if the user asked for no tasks in particular. */
static __always_inline bool filter_none(void)
{
	return !config.filter.pid && !config.filter.tid && !config.filter.cgroup_id &&
	       config.filter.uid == FILTER_ANY_UID;
}

#endif /* BPF_FILTER_BPF_H */
