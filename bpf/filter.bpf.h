/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Filters by task and cgroup.  Cheap tests come first.
 *
 * filter_current() is for hooks where the running task is the one that the event is about.  In
 * wakeups, softirqs and completions it is not: use filter_task() or filter_cgroup() on the task
 * or cgroup of the event.
 */
#ifndef BPF_FILTER_BPF_H
#define BPF_FILTER_BPF_H

#include <bpf/bpf_tracing.h>
#include "core.bpf.h"
#include "pidns.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct followed_cgroup);
} cgroup_followed SEC(".maps");

static __always_inline struct followed_cgroup *filter_followed(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&cgroup_followed, &zero);
}

static __always_inline bool filter_ids(__u32 pid, __u32 tid)
{
	if (config.filter.pid && config.filter.pid != pid)
		return false;
	return !config.filter.tid || config.filter.tid == tid;
}

/* Return true if the user's pid or tid must be compared in the tool's PID namespace. */
static __always_inline bool filter_in_pidns(void)
{
	return config.pidns.inum && (config.filter.pid || config.filter.tid);
}

/*
 * Return true if @task, with @pid and @tid in the initial PID namespace, is not the tool itself
 * and matches the pid and tid filters.
 */
static __always_inline bool filter_task_ids(struct task_struct *task, __u32 pid, __u32 tid)
{
	if (pid == config.filter.self)
		return false;
	if (filter_in_pidns())
		return filter_ids(pidns_pid(task), pidns_tid(task));
	return filter_ids(pid, tid);
}

/* Return filter_task_ids() for the running task. */
static __always_inline bool filter_current_ids(void)
{
	__u64 ids = bpf_get_current_pid_tgid();

	if (ids >> 32 == config.filter.self)
		return false;
	if (filter_in_pidns())
		ids = pidns_current_ids();
	return filter_ids(ids >> 32, ids);
}

/* Return true if @cgroup is the cgroup of the filter or a descendant. */
static __always_inline bool filter_cgroup(struct cgroup *cgroup)
{
	struct followed_cgroup *followed;

	if (!config.filter.cgroup_id)
		return true;
	followed = filter_followed();
	return followed &&
	       core_cgroup_ancestor(cgroup, config.filter.cgroup_level) == followed->id;
}

/* Return true if @cgroup has the name @name, padded with zeros, in its parent. */
static __always_inline bool filter_cgroup_named(struct cgroup *cgroup, const char *name)
{
	char its_name[CGROUP_NAME_SIZE] __attribute__((aligned(8))) = {};
	const __u64 *its_words = (void *)its_name, *words = (void *)name;

	bpf_probe_read_kernel_str(its_name, sizeof(its_name), BPF_CORE_READ(cgroup, kn, name));
	for (int i = 0; i < CGROUP_NAME_SIZE / 8; i++)
		if (its_words[i] != words[i])
			return false;
	return true;
}

/*
 * A cgroup is created; no task can be in it yet.  Follow it if it is the cgroup of --cgroup
 * created again.  systemd removes and creates the cgroup with every restart of a service.
 */
SEC("?tp_btf/cgroup_mkdir")
int BPF_PROG(filter_cgroup_made, struct cgroup *cgroup, const char *path)
{
	struct followed_cgroup *followed = filter_followed();
	__u32 level = config.filter.cgroup_level;

	/* Each cgroup v1 hierarchy has separate ids.  The v2 hierarchy has number 0. */
	if (!followed || !level || BPF_CORE_READ(cgroup, root, hierarchy_id) ||
	    BPF_CORE_READ(cgroup, level) != (int)level)
		return 0;
	if (core_cgroup_ancestor(cgroup, level - 1) != followed->parent_id ||
	    !filter_cgroup_named(cgroup, followed->name))
		return 0;
	followed->made_ns = bpf_ktime_get_ns();
	followed->id = core_cgroup_id(cgroup);
	return 0;
}

/* Not BPF_CORE_READ(): clang 21 warns about its variable, whose type is const here. */
static __always_inline __u32 filter_uid(struct task_struct *task)
{
	__u32 uid = 0;

	BPF_CORE_READ_INTO(&uid, task, cred, uid.val);
	return uid;
}

/* Return true if @task (from any source) matches the filters. */
static __always_inline bool filter_task(struct task_struct *task)
{
	if (!filter_task_ids(task, BPF_CORE_READ(task, tgid), BPF_CORE_READ(task, pid)))
		return false;
	if (config.filter.uid != FILTER_ANY_UID && config.filter.uid != filter_uid(task))
		return false;
	return !config.filter.cgroup_id || filter_cgroup(core_task_cgroup(task));
}

/* Return true if the running task matches the filters. */
static __always_inline bool filter_current(void)
{
	if (!filter_current_ids())
		return false;
	if (config.filter.uid != FILTER_ANY_UID &&
	    config.filter.uid != (__u32)bpf_get_current_uid_gid())
		return false;
	return !config.filter.cgroup_id ||
	       filter_cgroup(core_task_cgroup((void *)bpf_get_current_task()));
}

/* Return true if no filter is set. */
static __always_inline bool filter_none(void)
{
	return !config.filter.pid && !config.filter.tid && !config.filter.cgroup_id &&
	       config.filter.uid == FILTER_ANY_UID;
}

#endif /* BPF_FILTER_BPF_H */
