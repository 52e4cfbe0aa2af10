// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Measure how long the libc functions take that look up a host's addresses.
 *
 * Their first argument is the name.  One call may make another: in glibc gethostbyname() calls
 * gethostbyname_r(), in musl it jumps to gethostbyname2(), and a module of the name service may
 * look up the server that it is going to ask.  Only the outermost call is shown; inner calls only
 * provide h_errno, which the outer one does not return.
 *
 * An inner call is recognized by its stack, which begins deeper, or at the same place if the
 * function was jumped to.  A call that never returned (a signal handler jumped out of it) ends when
 * the thread makes another call whose stack is not deeper.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "event.bpf.h"
#include "filter.bpf.h"
#include "gethostlatency.h"

struct thread {
	/* The outermost call. */
	__u64 start_ns;
	__u64 stack;		/* where it begins */
	__u64 name;		/* its first argument, to be read again at its end */
	/* The last call of gethostbyname_r or gethostbyname2_r, which may be the same call. */
	__u64 resultp;		/* where it stores its result, or NULL */
	__u64 h_errnop;		/* where it stores the reason of a failure */
	struct lookup_event event;	/* .call: CALL_NONE when no call is running */
};

#include "thread.bpf.h"

/*
 * The calls that are running, by tid: the tool prints what is left here at its end.  A call whose
 * thread ends, or whose thread begins another one, is removed.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2048);
	__type(key, __u32);
	__type(value, struct lookup_event);
} running SEC(".maps");

/*
 * Return the stack pointer at the beginning of the function, for use at its end: on x86 the
 * return address has been taken off the stack since.
 */
static __always_inline __u64 stack_at_return(struct pt_regs *ctx)
{
#if defined(__TARGET_ARCH_x86)
	return PT_REGS_SP(ctx) - 8;
#else
	return PT_REGS_SP(ctx);
#endif
}

/* PT_REGS_PARM of older libbpf releases supports only five arguments. */
static __always_inline __u64 sixth_argument(struct pt_regs *ctx)
{
#if defined(__TARGET_ARCH_x86)
	return ctx->r9;
#elif defined(__TARGET_ARCH_arm64)
	return ctx->regs[5];
#endif
}

/* x86 passes only six arguments in registers. */
static __always_inline __u64 seventh_argument(struct pt_regs *ctx, __u64 stack)
{
#if defined(__TARGET_ARCH_x86)
	__u64 arg = 0;

	bpf_probe_read_user(&arg, sizeof(arg), (void *)stack + 8);
	return arg;
#elif defined(__TARGET_ARCH_arm64)
	return ctx->regs[6];
#endif
}

static __always_inline bool has_h_errnop(__u32 call)
{
	return call == CALL_GETHOSTBYNAME_R || call == CALL_GETHOSTBYNAME2_R;
}

/* Return true if the call that begins at @stack is inside the running one. */
static __always_inline bool is_inside(const struct thread *thread, __u64 stack, __u32 call)
{
	if (!thread->event.call || stack > thread->stack)
		return false;
	return stack < thread->stack || call != thread->event.call;
}

/* Read the name, if its page is in memory: the page of a mapped file may not be loaded yet. */
static __always_inline void read_host(struct thread *thread)
{
	struct lookup_event *event = &thread->event;
	long size;

	size = bpf_probe_read_user_str(event->host, sizeof(event->host), (void *)thread->name);
	event->host_size = size > 0 ? size : 0;
}

static __always_inline void begin_call(struct thread *thread, __u64 stack, __u64 name, __u32 call)
{
	thread->start_ns = bpf_ktime_get_ns();
	thread->stack = stack;
	thread->name = name;
	thread->event.call = call;
	thread->event.h_errno_ = H_ERRNO_UNKNOWN;
	read_host(thread);
	event_head_current(&thread->event.head);
	if (bpf_map_update_elem(&running, &thread->event.head.tid, &thread->event, BPF_ANY))
		loss_add(&loss.map_full);
}

static __always_inline void remember_pointers(struct thread *thread, struct pt_regs *ctx,
					      __u64 stack, __u32 call)
{
	__u64 sixth = sixth_argument(ctx);

	if (call == CALL_GETHOSTBYNAME_R) {
		thread->resultp = PT_REGS_PARM5(ctx);
		thread->h_errnop = sixth;
	} else {
		thread->resultp = sixth;
		thread->h_errnop = seventh_argument(ctx, stack);
	}
}

/*
 * Keep the variables of this program on the stack of its thread.
 *
 * v6.13, e00931c02568 ("bpf: Enable private stack for eligible subprogs"): a program
 * of type kprobe that uses 64 bytes of stack or more gets them from one stack per CPU.
 * At a uprobe no recursion guard protects that stack: if a thread is preempted in the program, the
 * next thread overwrites its variables (7.2, preempt=lazy, 60 threads: 18 of 1200 calls were lost
 * or mistaken for another call; with this 0 of 3600).  A program with a tail call does not get such
 * a stack.  The tail call here is never executed: @never is false, and the verifier removes the
 * call.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} no_programs SEC(".maps");

const volatile bool never;

static __always_inline void use_thread_stack(struct pt_regs *ctx)
{
	if (never)
		bpf_tail_call(ctx, &no_programs, 0);
}

static __always_inline int enter(struct pt_regs *ctx, __u32 call)
{
	/* Load each register by its constant offset: older verifiers reject ctx plus a variable. */
	__u64 stack = PT_REGS_SP(ctx), name = PT_REGS_PARM1(ctx);
	struct thread *thread;

	use_thread_stack(ctx);
	/* Without a name, getaddrinfo() looks nothing up. */
	if (!name || !filter_current())
		return 0;
	thread = thread_get();
	if (!thread)
		return 0;
	if (!is_inside(thread, stack, call))
		begin_call(thread, stack, name, call);
	if (has_h_errnop(call))
		remember_pointers(thread, ctx, stack, call);
	return 0;
}

/* Read the result of the last call of gethostbyname_r() or gethostbyname2_r(). */
static __always_inline void read_h_errno(struct thread *thread)
{
	int code = H_ERRNO_UNKNOWN;
	__u64 result = 0;

	bpf_probe_read_user(&result, sizeof(result), (void *)thread->resultp);
	if (result)
		code = 0;
	else
		bpf_probe_read_user(&code, sizeof(code), (void *)thread->h_errnop);
	thread->event.h_errno_ = code;
}

static __always_inline void report(struct thread *thread)
{
	struct lookup_event *event = &thread->event;

	event_head_current(&event->head);
	event->latency_ns = event->head.ns - thread->start_ns;
	if (!event->host_size)		/* the call has brought in the page */
		read_host(thread);
	if (!event->host_size)
		loss_add(&loss.unreadable);
	if (event->host_size == HOST_SIZE)
		loss_add(&loss.truncated);
	event_output(event, offsetof(struct lookup_event, host) + event->host_size, sizeof(*event));
}

static __always_inline int leave(struct pt_regs *ctx, __u32 call)
{
	struct thread *thread = thread_find();
	__u64 result = PT_REGS_RC(ctx);

	use_thread_stack(ctx);
	if (!thread || !thread->event.call)
		return 0;
	if (has_h_errnop(call))
		read_h_errno(thread);
	if (call != thread->event.call || stack_at_return(ctx) != thread->stack)
		return 0;
	thread->event.ret = result;
	if ((call == CALL_GETHOSTBYNAME || call == CALL_GETHOSTBYNAME2) && result)
		thread->event.h_errno_ = 0;
	report(thread);
	thread->event.call = CALL_NONE;
	bpf_map_delete_elem(&running, &thread->event.head.tid);
	return 0;
}

/* v6.6: one program serves all functions and distinguishes them by their cookies. */
SEC("?uprobe/libc")
int enter_any(struct pt_regs *ctx)
{
	return enter(ctx, bpf_get_attach_cookie(ctx));
}

SEC("?uretprobe/libc")
int leave_any(struct pt_regs *ctx)
{
	return leave(ctx, bpf_get_attach_cookie(ctx));
}

/* Before v5.15 there are no cookies. */
SEC("?uprobe/getaddrinfo")
int enter_getaddrinfo(struct pt_regs *ctx)
{
	return enter(ctx, CALL_GETADDRINFO);
}

SEC("?uretprobe/getaddrinfo")
int leave_getaddrinfo(struct pt_regs *ctx)
{
	return leave(ctx, CALL_GETADDRINFO);
}

SEC("?uprobe/gethostbyname")
int enter_gethostbyname(struct pt_regs *ctx)
{
	return enter(ctx, CALL_GETHOSTBYNAME);
}

SEC("?uretprobe/gethostbyname")
int leave_gethostbyname(struct pt_regs *ctx)
{
	return leave(ctx, CALL_GETHOSTBYNAME);
}

SEC("?uprobe/gethostbyname2")
int enter_gethostbyname2(struct pt_regs *ctx)
{
	return enter(ctx, CALL_GETHOSTBYNAME2);
}

SEC("?uretprobe/gethostbyname2")
int leave_gethostbyname2(struct pt_regs *ctx)
{
	return leave(ctx, CALL_GETHOSTBYNAME2);
}

SEC("?uprobe/gethostbyname_r")
int enter_gethostbyname_r(struct pt_regs *ctx)
{
	return enter(ctx, CALL_GETHOSTBYNAME_R);
}

SEC("?uretprobe/gethostbyname_r")
int leave_gethostbyname_r(struct pt_regs *ctx)
{
	return leave(ctx, CALL_GETHOSTBYNAME_R);
}

SEC("?uprobe/gethostbyname2_r")
int enter_gethostbyname2_r(struct pt_regs *ctx)
{
	return enter(ctx, CALL_GETHOSTBYNAME2_R);
}

SEC("?uretprobe/gethostbyname2_r")
int leave_gethostbyname2_r(struct pt_regs *ctx)
{
	return leave(ctx, CALL_GETHOSTBYNAME2_R);
}

/* A thread that is killed does not return from its call. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(thread_exit, struct task_struct *task)
{
	__u32 tid = load(task, pid);

	bpf_map_delete_elem(&running, &tid);
	return 0;
}

/*
 * Filter by process only: the user and the cgroup may change before the process looks anything
 * up.
 */
SEC("?tp_btf/sched_process_exec")
int BPF_PROG(exec)
{
	struct exec_event *event;

	if (!filter_current_ids())
		return 0;
	event = event_reserve(sizeof(*event));
	if (!event)
		return 0;
	event_head_current(&event->head);
	event_submit(event, sizeof(*event));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
