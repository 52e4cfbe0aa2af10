// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How long threads were off the CPU, and where.
 *
 * The kernel stack is taken when a thread gets the CPU again (`next`): it still shows where that
 * thread slept.  It is taken only if the wait reached the threshold, so that short waits cost
 * little.  The user stack cannot be read then, because the memory of another process is still
 * mapped.  It is copied when a thread leaves the CPU, but only if one of its last waits reached the
 * threshold: threads that wait for long do so again.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "event.bpf.h"
#include "filter.bpf.h"
#include "helper.bpf.h"
#include "user_stack.bpf.h"
#include "wanted.bpf.h"
#include "offcputime.h"

const volatile __u64 min_ns = 1000000;
const volatile __u64 max_ns = ~0ULL;
const volatile bool with_kernel = true;
const volatile bool with_user = true;
const volatile bool user_threads_only;
const volatile bool kernel_threads_only;
const volatile bool by_state;		/* only waits in a state of state_mask */
const volatile __u64 copy_interval_ns;	/* least time between user stacks on a CPU; 0: no limit */
const volatile __u32 state_mask;	/* TASK_* bits; 0: threads that were still runnable */

/*
 * Flag of contention_begin: the thread spins, so it stays on its CPU (include/trace/events/lock.h).
 */
#define LCB_F_SPIN 1

#define TASK_DEAD 0x80			/* include/linux/sched.h */
/*
 * After a long wait, the user stack is copied until this number of short waits in a row.  A copy
 * takes about a microsecond, a long wait at least a thousand.
 */
#define COPIES 8
#define COPIES_AT_ONCE 50

/* A thread that has left its CPU. */
struct off {
	__u64 began_ns;			/* 0: it is on a CPU */
	__u32 state;
	__u32 copies : 31;		/* how many more short waits have their user stack copied */
	__u32 observed : 1;		/* may_be_observed(); 0: not known */
	__u64 lock_address;		/* address of the kernel lock that it waits for, and... */
	__u32 lock;			/* ... its LCB_F_* + 1; 0: none */
};

/* By tid.  An LRU hash, because new threads must be seen even if the table is full. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, __u32);
	__type(value, struct off);
} offs SEC(".maps");

/*
 * One entry per CPU; user space sets the size before loading.  An entry of a PERCPU_ARRAY can have
 * at most 32 KB.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct offcpu_stack);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct offcpu_wait);
} waits SEC(".maps");

/* The time from which the next user stack may be copied, at equal intervals. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} due SEC(".maps");

/*
 * Return true if this CPU may copy another user stack.  Allows COPIES_AT_ONCE in a row, because a
 * busy second is often followed by quiet ones.
 */
static __always_inline bool may_copy(__u64 now)
{
	__u32 zero = 0;
	__u64 *ns;

	if (!copy_interval_ns)
		return true;
	ns = bpf_map_lookup_elem(&due, &zero);
	if (!ns || *ns > now + COPIES_AT_ONCE * copy_interval_ns)
		return false;
	*ns = (*ns > now ? *ns : now) + copy_interval_ns;
	return true;
}

static __always_inline bool is_kernel_thread(struct task_struct *task)
{
	return load(task, flags) & PF_KTHREAD;
}

/* Apply the filters by what never changes for a thread: its entry in offs keeps the result. */
static __always_inline bool may_be_observed(struct task_struct *task)
{
	return filter_task_ids(task, load(task, tgid), load(task, pid)) && wanted_task(task) &&
	       !is_helper(task);
}

/* Apply all filters.  @off is the entry of @task, or NULL. */
static __always_inline bool observed(struct task_struct *task, const struct off *off)
{
	if ((user_threads_only && is_kernel_thread(task)) ||
	    (kernel_threads_only && !is_kernel_thread(task)))
		return false;
	if (!(off && off->observed) && !may_be_observed(task))
		return false;
	if (config.filter.uid == FILTER_ANY_UID && !config.filter.cgroup_id)
		return true;
	return filter_task(task);
}

/* Return true if the user wants waits that begin in @state. */
static __always_inline bool wanted_state(__u32 state)
{
	if (!by_state)
		return true;
	return state_mask ? state & state_mask : !state;
}

static __always_inline void fill_head(struct offcpu_head *head, struct task_struct *task,
				      __u64 now, __u64 began_ns, __u32 kind)
{
	head->head.ns = now;
	head->head.cgroup_id = core_cgroup_id(core_task_cgroup(task));
	head->head.pid = load(task, tgid);
	head->head.tid = load(task, pid);
	if (config.pidns.inum) {
		head->head.ns_pid = pidns_pid(task);
		head->head.ns_tid = pidns_tid(task);
	}
	head->head.uid = filter_uid(task);
	head->head.cpu = bpf_get_smp_processor_id();
	bpf_core_read(head->head.comm, sizeof(head->head.comm), &task->comm);
	head->began_ns = began_ns;
	head->start_boottime_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	head->exec_id = BPF_CORE_READ(task, self_exec_id);
	head->map_count = is_kernel_thread(task) ? 0 : BPF_CORE_READ(task, mm, map_count);
	head->kind = kind;
}

/* Send the user stack of @task, the running thread. */
static __always_inline void send_stack(struct task_struct *task, __u64 now)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct offcpu_stack *stack = bpf_map_lookup_elem(&stacks, &cpu);

	if (!stack || !copy_saved_registers(&stack->user, saved_registers(task)))
		return;
	fill_head(&stack->head, task, now, now, OFFCPU_STACK);
	stack->user.copied = true;
	copy_stack(&stack->user, stack->words, OFFCPU_PAGES);
	event_output(stack, offsetof(struct offcpu_stack, words) + stack->user.bytes,
		     sizeof(*stack));
}

/* Return the entry of @task, which is observed; a new one unless there is @off. */
static __always_inline struct off *keep(struct task_struct *task, struct off *off)
{
	struct off fresh = { .copies = 1, .observed = true };
	__u32 tid = load(task, pid);

	if (!off) {
		bpf_map_update_elem(&offs, &tid, &fresh, BPF_ANY);
		return bpf_map_lookup_elem(&offs, &tid);
	}
	off->observed = true;
	return off;
}

/* @prev leaves its CPU, but is still the running task. */
static __always_inline void leave(struct task_struct *prev, bool preempted, __u64 now)
{
	__u32 state = preempted ? 0 : core_task_state(prev), tid = load(prev, pid);
	struct off *off;

	if (!tid)
		return;
	off = bpf_map_lookup_elem(&offs, &tid);
	if (!observed(prev, off))
		return;
	if (state & TASK_DEAD) {
		bpf_map_delete_elem(&offs, &tid);
		return;
	}
	if (!wanted_state(state))
		return;
	off = keep(prev, off);
	if (!off)
		return;
	off->began_ns = now;
	off->state = state;
	if (with_user && off->copies && !is_kernel_thread(prev) && may_copy(now))
		send_stack(prev, now);
}

/* Store the system call that @task is in. */
static __always_inline void find_syscall(struct offcpu_wait *wait, struct task_struct *task)
{
	struct pt_regs *regs = saved_registers(task);
	__u64 mode = 0;
	__s32 number;

	wait->syscall = OFFCPU_NO_SYSCALL;
	bpf_probe_read_kernel(&mode, sizeof(mode), (__u64 *)regs + MODE_WORD);
	if (!wait->has_user || !IS_64_BIT(mode))
		return;
#if defined(__TARGET_ARCH_x86)
	/* In an interrupt or exception, orig_ax is negative, which is no system call. */
	number = BPF_CORE_READ(regs, orig_ax);
	wait->args[0] = BPF_CORE_READ(regs, di);
	wait->args[1] = BPF_CORE_READ(regs, si);
	wait->args[2] = BPF_CORE_READ(regs, dx);
#elif defined(__TARGET_ARCH_arm64)
	number = BPF_CORE_READ(regs, syscallno);
	wait->args[0] = BPF_CORE_READ(regs, orig_x0);
	wait->args[1] = BPF_CORE_READ(regs, regs[1]);
	wait->args[2] = BPF_CORE_READ(regs, regs[2]);
#endif
	if (number >= 0)
		wait->syscall = number;
}

/* Describe the wait of @task from @off to @now.  Return NULL if there is no buffer. */
static __always_inline struct offcpu_wait *describe(struct task_struct *task,
						    const struct off *off, __u64 now)
{
	struct offcpu_wait *wait;
	__u32 zero = 0;
	long bytes = 0;

	wait = bpf_map_lookup_elem(&waits, &zero);
	if (!wait)
		return NULL;
	fill_head(&wait->head, task, now, off->began_ns, OFFCPU_WAIT);
	wait->state = off->state;
	wait->lock = off->state ? off->lock : 0;
	wait->has_user = wait->head.map_count;
	find_syscall(wait, task);
	if (with_kernel && !config.raw_tp)	/* the helper takes no plain number */
		bytes = bpf_get_task_stack(task, wait->frames, sizeof(wait->frames), 0);
	wait->kernel_missed = with_kernel && bytes <= 0;
	wait->n_frames = 0;
	if (bytes > 0 && bytes <= (long)sizeof(wait->frames))
		wait->n_frames = (__u64)bytes / 8;
	return wait;
}

/* @next gets the CPU. */
static __always_inline void arrive(struct task_struct *next, __u64 now)
{
	__u32 tid = load(next, pid);
	struct offcpu_wait *wait;
	struct off *off;
	__u64 ns;

	if (!tid)
		return;
	off = bpf_map_lookup_elem(&offs, &tid);
	if (!off || !off->began_ns)
		return;
	ns = now - off->began_ns;
	if (ns >= min_ns)
		off->copies = COPIES;
	else if (off->copies)
		off->copies--;
	if (ns >= min_ns && ns <= max_ns && observed(next, off)) {
		wait = describe(next, off, now);
		if (wait)
			event_output(wait, offsetof(struct offcpu_wait, frames) +
				     wait->n_frames * 8, sizeof(*wait));
	}
	off->began_ns = 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	__u64 now = bpf_ktime_get_ns();

	leave(prev, preempt, now);
	arrive(next, now);
	return 0;
}

/*
 * The running thread is going to wait for a kernel lock.  Kernel stacks do not show that: they omit
 * the functions of the scheduler, and those of locks count as such.
 */
SEC("?tp_btf/contention_begin")
int BPF_PROG(contention_begin, void *lock, unsigned int flags)
{
	struct task_struct *task = core_current();
	struct off *off, fresh = { .copies = 1 };
	__u32 tid;

	if (flags & LCB_F_SPIN)		/* it may spin for a lock of a BPF map: use no map */
		return 0;
	tid = load_current(task, pid);
	off = bpf_map_lookup_elem(&offs, &tid);
	if (off) {
		off->lock_address = (__u64)lock;
		off->lock = flags + 1;
	} else if (tid) {
		fresh.lock_address = (__u64)lock;
		fresh.lock = flags + 1;
		bpf_map_update_elem(&offs, &tid, &fresh, BPF_ANY);
	}
	return 0;
}

SEC("?tp_btf/contention_end")
int BPF_PROG(contention_end, void *lock, int ret)
{
	struct task_struct *task = core_current();
	__u32 tid = load_current(task, pid);
	struct off *off = bpf_map_lookup_elem(&offs, &tid);

	/* While a thread waits for one lock, it can start and stop spinning for another. */
	if (off && off->lock_address == (__u64)lock)
		off->lock = 0;
	return 0;
}

/* Read by user space at the end: emits the threads that still wait. */
SEC("?iter/task")
int still_waiting(struct bpf_iter__task *ctx)
{
	__u64 now = bpf_ktime_get_ns(), ns;
	struct task_struct *task = ctx->task;
	struct offcpu_wait *wait;
	struct off *off;
	__u32 tid;

	if (!task)
		return 0;
	tid = task->pid;
	off = bpf_map_lookup_elem(&offs, &tid);
	if (!off || !off->began_ns)
		return 0;
	ns = now - off->began_ns;
	if (ns < min_ns || ns > max_ns || !observed(task, off))
		return 0;
	wait = describe(task, off, now);
	if (wait)
		bpf_seq_write(ctx->meta->seq, wait, sizeof(*wait));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
