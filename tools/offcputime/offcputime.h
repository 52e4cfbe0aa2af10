/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the BPF side of offcputime sends. */
#ifndef OFFCPUTIME_H
#define OFFCPUTIME_H

#include "event.h"
#include "user_stack.h"

#define OFFCPU_FRAMES 127	/* limit of a kernel stack; the kernel's default limit */
/*
 * Pages copied from a user stack. 16 KB are enough for most programs; profile copies more, but
 * fewer stacks.
 */
#define OFFCPU_PAGES 4
#define OFFCPU_NO_SYSCALL ((__u32)-1)

enum offcpu_kind {
	OFFCPU_WAIT,		/* a thread got a CPU again: struct offcpu_wait */
	OFFCPU_STACK,		/* a thread is about to wait: struct offcpu_stack */
};

/* What both have. */
struct offcpu_head {
	struct event_head head;		/* the waiting thread; ns: when the event happened */
	__u64 began_ns;			/* CLOCK_MONOTONIC: when the thread left its CPU */
	/*
	 * Identify the program behind the pid: when the process started, and how often it called
	 * exec.
	 */
	__u64 start_boottime_ns;	/* CLOCK_BOOTTIME */
	__u64 exec_id;
	__u32 map_count;		/* number of its mappings; 0: a kernel thread */
	__u32 kind;			/* enum offcpu_kind */
};

struct offcpu_wait {
	struct offcpu_head head;
	__u64 args[3];			/* of the system call */
	__u32 syscall;			/* its number, or OFFCPU_NO_SYSCALL */
	__u32 state;			/* TASK_* when it left its CPU; 0: it was still runnable */
	__u32 lock;			/* LCB_F_* + 1 of the kernel lock waited for; 0: unknown */
	__u32 n_frames;
	bool kernel_missed;		/* the stack could not be read */
	bool has_user;			/* it is not a kernel thread */
	__u64 frames[OFFCPU_FRAMES];	/* kernel stack, innermost first */
};

/*
 * The user stack of a thread that may wait for long.  It is copied while the thread still runs,
 * because later its memory cannot be read.
 */
struct offcpu_stack {
	struct offcpu_head head;
	struct user_stack user;
	__u64 words[OFFCPU_PAGES * USER_STACK_PAGE / 8];
};

#endif /* OFFCPUTIME_H */
