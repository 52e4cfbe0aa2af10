/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Process IDs in the PID namespace that the tool runs in: those that its user sees and passes
 * to -p.  In the initial namespace they are the kernel's own; config.pidns.inum is 0 and the
 * verifier removes all of this code.
 *
 * The result is 0 for a task outside the tool's namespace and its descendants, and for a task
 * that was reaped but still runs at the end of its exit.
 */
#ifndef BPF_PIDNS_BPF_H
#define BPF_PIDNS_BPF_H

#include "core.bpf.h"

static __always_inline __u32 pidns_number(struct pid *pid)
{
	struct upid *upid;

	if (BPF_CORE_READ(pid, level) < config.pidns.level)
		return 0;
	upid = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
	       config.pidns.level * bpf_core_type_size(struct upid);
	return BPF_CORE_READ(upid, ns, ns.inum) == config.pidns.inum ? BPF_CORE_READ(upid, nr) : 0;
}

static __always_inline __u32 pidns_tid(struct task_struct *task)
{
	return pidns_number(BPF_CORE_READ(task, thread_pid));
}

static __always_inline __u32 pidns_pid(struct task_struct *task)
{
	return pidns_number(BPF_CORE_READ(task, group_leader, thread_pid));
}

/* Return the pid of @task as the user sees it, for a key or a comparison. */
static __always_inline __u32 pidns_user_pid(struct task_struct *task)
{
	return config.pidns.inum ? pidns_pid(task) : BPF_CORE_READ(task, tgid);
}

/* Return the ids of the running task as the user sees them: pid << 32 | tid. */
static __always_inline __u64 pidns_current_ids(void)
{
	struct task_struct *task;

	if (!config.pidns.inum)
		return bpf_get_current_pid_tgid();
	task = (void *)bpf_get_current_task();
	return (__u64)pidns_pid(task) << 32 | pidns_tid(task);
}

#endif /* BPF_PIDNS_BPF_H */
