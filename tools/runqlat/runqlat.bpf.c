// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Measure how long runnable tasks waited for a CPU.
 *
 * The scheduler stores a timestamp in a task when it is queued (sched_info.last_queued, in the
 * clock of its run queue).  So one hook is enough: when a task gets the CPU, its wait is that clock
 * minus the timestamp. sched_switch fires before the scheduler clears the timestamp, with the run
 * queue locked.
 *
 * On kernels without these timestamps, the tool needs three hooks and stores its own timestamp.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "filter.bpf.h"
#include "hist.bpf.h"
#include "runqlat.h"

const volatile __u32 key_by = KEY_NONE;		/* enum runqlat_key */
const volatile __u32 unit_ns = 1000;		/* of the histograms */
const volatile bool task_storage;		/* the kernel has it, so tasks_seen exists */

/* The values that the scheduler will have recorded when a task runs: see waited_before(). */
struct seen {
	__u64 pcount;		/* how often it got a CPU */
	__u64 run_delay_ns;	/* all its waits together */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct seen);
} tasks_seen SEC(".maps");

/*
 * When a task became runnable, by tid. The map evicts entries, so that it still works when it
 * is full.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, __u32);
	__type(value, __u64);			/* CLOCK_MONOTONIC, ns */
} queued_at SEC(".maps");

enum bpf_prog_type___since_6_4 {
	BPF_PROG_TYPE_NETFILTER___since_6_4 = 32,
};

/*
 * True if task storage may be created where the run queue is locked.  Before v6.4,
 * 08a7ce384e33 ("bpf: Use bpf_mem_cache_alloc/free in bpf_local_storage_elem"), creating it calls
 * kmalloc(), which may wake kswapd and thus try to take the lock that is already held.  The structs
 * that identify the allocator change between releases (v6.4, v6.19, none on 7.2), so test for a
 * program type of the same release.
 */
static __always_inline bool task_storage_safe(void)
{
	return task_storage && bpf_core_enum_value_exists(enum bpf_prog_type___since_6_4,
							  BPF_PROG_TYPE_NETFILTER___since_6_4);
}

/*
 * Apply the filters in two steps: first the ids, which do not change during the life of a
 * task, then the user and cgroup, which can. Skip the idle tasks (tid 0).
 */
static __always_inline bool may_be_wanted(struct task_struct *task)
{
	__u32 tid = load(task, pid);

	return tid && filter_task_ids(task, load(task, tgid), tid);
}

static __always_inline bool wanted(struct task_struct *task)
{
	if (!may_be_wanted(task))
		return false;
	if (config.filter.uid == FILTER_ANY_UID && !config.filter.cgroup_id)
		return true;
	return filter_task(task);
}

/* Return the number of the PID namespace that @task lives in. */
static __always_inline __u32 pid_namespace(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct upid *upid;

	upid = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
	       BPF_CORE_READ(pid, level) * bpf_core_type_size(struct upid);
	return BPF_CORE_READ(upid, ns, ns.inum);
}

static __always_inline __u64 key_of(struct task_struct *task)
{
	switch (key_by) {
	case KEY_PROCESS:
		return RUNQLAT_ID(load(task, tgid), config.pidns.inum ? pidns_pid(task) : 0);
	case KEY_THREAD:
		return RUNQLAT_ID(load(task, pid), config.pidns.inum ? pidns_tid(task) : 0);
	case KEY_PIDNS: return pid_namespace(task);
	default: return core_cgroup_id(core_task_cgroup(task));
	}
}

/* Count a wait of @wait_ns, @times times, for @task, which waited. */
static __always_inline void count(struct task_struct *task, __u64 wait_ns, __u64 times)
{
	__u64 wait = wait_ns / unit_ns;
	char comm[TASK_COMM_LEN] = {};

	if (key_by == KEY_NONE) {
		hist_add_total(wait, times);
		return;
	}
	if (key_by == KEY_PROCESS)
		BPF_CORE_READ_INTO(&comm, task, group_leader, comm);
	else if (key_by == KEY_THREAD)
		bpf_core_read(comm, sizeof(comm), &task->comm);
	hist_add(key_of(task), comm, wait, times);
}

#define MISSED_MOST 8		/* most consecutive unseen waits that are corrected */

/*
 * The @missed waits of @task that were not seen took @ns together: count them as equally long.
 * The sum is exact, the distribution is not known.
 */
static __always_inline void count_missed(struct task_struct *task, __u64 missed, __u64 ns)
{
	if (missed > MISSED_MOST) {
		__sync_fetch_and_add(&loss.no_start, missed);
		return;
	}
	count(task, ns / missed, missed);
}

/*
 * Return the part of a wait that the timestamp does not cover, in ns, and count missed waits.
 *
 * A task that is moved to another CPU while it waits is queued there with a new timestamp; its
 * earlier waiting time is already in run_delay.  And sometimes the scheduler gives a task a CPU
 * without a visible sched_switch; then pcount, which counts how often a task got a CPU, has grown
 * by more than one.
 *
 * In both cases run_delay has grown since the task last got a CPU: by a part of this wait, or by
 * missed waits.  @here_ns is the part of the wait that ends now.  New storage is all zeros, which
 * is correct for a new task; remember() has filled it for existing tasks.
 */
static __always_inline __u64 waited_before(struct task_struct *task, __u64 here_ns)
{
	__u64 run_delay_ns = load(task, sched_info.run_delay);
	__u64 pcount = load(task, sched_info.pcount);
	__u64 before_ns, missed;
	struct seen *seen, last;

	seen = bpf_task_storage_get(&tasks_seen, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!seen)
		return 0;
	last = *seen;
	seen->pcount = pcount + 1;
	seen->run_delay_ns = run_delay_ns + here_ns;

	before_ns = run_delay_ns - last.run_delay_ns;
	missed = pcount - last.pcount;
	if (!missed)
		return before_ns;
	if (last.pcount && wanted(task))
		count_missed(task, missed, before_ns);
	return 0;
}

/*
 * Return the clock, in ns, of the queue that @task is on. For every task of any class,
 * se.cfs_rq points to its group's part of the queue of its CPU (CONFIG_FAIR_GROUP_SCHED,
 * set_task_rq()). The per-CPU variable itself can be named only if /proc/kallsyms has data
 * (CONFIG_KALLSYMS_ALL).
 */
static __always_inline __u64 queue_clock_ns(struct task_struct *task)
{
	struct cfs_rq *cfs_rq = load(task, se.cfs_rq);
	struct rq *rq = load(cfs_rq, rq);

	return load(rq, clock);
}

SEC("?tp_btf/sched_switch")
int BPF_PROG(arrive, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	__u64 queued_ns = load(next, sched_info.last_queued), wait_ns;

	if (!queued_ns)		/* idle, or never dequeued: see CAVEATS in runqlat(8) */
		return 0;
	if (!may_be_wanted(next))
		return 0;
	wait_ns = queue_clock_ns(next) - queued_ns;
	if (task_storage_safe())
		wait_ns += waited_before(next, wait_ns);
	if (wanted(next))
		count(next, wait_ns, 1);
	return 0;
}

/*
 * Run once, right after attaching, to record the existing tasks. The value is read before the
 * storage is created and never replaces one, so that a task which gets a CPU in between keeps the
 * values that arrive() recorded.
 */
SEC("?iter/task")
int remember(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct seen seen;

	if (!task || !task_storage_safe() || !may_be_wanted(task))
		return 0;
	seen.pcount = task->sched_info.pcount;
	seen.run_delay_ns = task->sched_info.run_delay;
	bpf_task_storage_get(&tasks_seen, task, &seen, BPF_LOCAL_STORAGE_GET_F_CREATE);
	return 0;
}

/* For kernels without these timestamps: record that @task was queued. */
static __always_inline int queued(struct task_struct *task)
{
	__u64 now = bpf_ktime_get_ns();
	__u32 tid = load(task, pid);

	if (wanted(task))
		bpf_map_update_elem(&queued_at, &tid, &now, BPF_ANY);
	return 0;
}

SEC("?tp_btf/sched_wakeup")
int BPF_PROG(wakeup, struct task_struct *task)
{
	return queued(task);
}

SEC("?tp_btf/sched_wakeup_new")
int BPF_PROG(wakeup_new, struct task_struct *task)
{
	return queued(task);
}

SEC("?tp_btf/sched_switch")
int BPF_PROG(switched, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	__u32 tid = load(next, pid);
	__u64 *began;

	if (preempt || core_task_state(prev) == 0)	/* 0: TASK_RUNNING, so still queued */
		queued(prev);
	if (!wanted(next))
		return 0;
	began = bpf_map_lookup_elem(&queued_at, &tid);
	if (!began) {
		loss_add(&loss.no_start);
		return 0;
	}
	count(next, bpf_ktime_get_ns() - *began, 1);
	bpf_map_delete_elem(&queued_at, &tid);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
