/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sampled stacks.  They are counted by address while samples arrive, and symbolized at the end.
 * Stacks with equal names are then merged, even if their addresses differ.
 */
#ifndef COMMON_STACKS_H
#define COMMON_STACKS_H

#include <stdbool.h>
#include "stacks/frame.h"
#include "symbols/ksyms.h"
#include "core/tally.h"
#include "types.h"
#include "symbols/helper.h"

/* The name of all owners together that are too many to tell apart. */
#define STACK_OTHERS "[others]"

/* The owner of a stack.  Fields that do not distinguish owners are 0. */
struct stack_owner {
	__u64 cgroup_id;
	__u32 pid, ns_pid;	/* as in struct event_head */
	__u32 tid, ns_tid;
	__u32 cpu;
	__u32 syscall;		/* number + 1 of the system call that waits */
	__u32 state;		/* TASK_* of a thread that waits; 0: it was runnable */
	__u32 lock;		/* LCB_F_* + 1 of the kernel lock that it waits for */
	__u64 mutex;		/* address of the user mutex that it waits for */
	char comm[TASK_COMM_LEN];
};

/* One program of a process; several can have the same PID. */
struct stack_process {
	__u64 start_boottime_ns;
	__u64 exec_id;
	__u32 pid;
	__u32 proc_pid;		/* its PID in /proc; 0: none */
};

/* One sample. */
struct stack_sample {
	struct stack_owner owner;
	struct stack_process process;
	const __u64 *kernel, *user;	/* addresses, innermost first */
	__u32 n_kernel, n_user;
	bool kernel_missed, user_missed;	/* a stack exists but could not be read */
	/* A copy of the user stack to be unwound, instead of addresses; NULL: none. */
	const struct user_stack *copy;
	const void *copy_bytes;
	/* Or what helper_unwind() found out: user addresses, and... */
	bool unwound, java;
	enum unwind_end end;
	__u32 map_count;	/* of the process; 0: unknown */
	__u64 ns;		/* time of the sample; 0: only count samples */
};

struct stack {
	struct stack_owner owner;
	__u64 count;
	__u64 ns;		/* sum of the samples' time */
	__u32 n_kernel, n_user;
	const __u32 *frames;	/* frame numbers: first the kernel's, then the user's */
};

struct stacks_options {
	size_t distinct_max;	/* number of stacks to keep; the frames of others are dropped */
	__u32 frames_max;	/* a stack of this depth, walked by the kernel, was truncated */
	bool cfi_only;		/* do not unwind copies by frame pointers where there is no CFI */
	bool addresses;		/* distinguish frames by address */
	bool demangle;
	bool no_sandbox;	/* as in struct common_args */
	bool kernel_only;	/* no user stacks, so no helper is needed */
};

struct stacks {
	struct stacks_options options;
	struct helper *helper;		/* finds callers and names of user functions; NULL: none */
	int kallsyms;			/* descriptor of ksyms_open(); -EBADF: already used */
	struct tally processes, addresses, names, named;
	struct stack_user *users;	/* by process number */
	size_t n_users;
	struct frame *frames;		/* by number in names */
	__u64 *raw_ns, *named_ns;	/* sums of time, by number in addresses and in named */
	size_t n_raw_ns, n_named_ns;
	struct stack *stacks;		/* after stacks_name(): sorted by weight, descending */
	size_t n;
	/* Numbers of samples: */
	__u64 samples;
	__u64 kernel_missed, user_missed;	/* stacks that could not be read */
	__u64 not_kept;				/* beyond distinct_max */
	__u64 cut_off;
	__u64 ends[UNWIND_ENDS];		/* user stacks by enum unwind_end */
	__u64 java_no_cfi;			/* how many of ends[UNWIND_NO_CFI] are of Java */
	/* Numbers of frames, each counted once per sample: */
	__u64 kernel_frames, kernel_unknown, user_frames, user_unknown;
	bool late;			/* names are missing: too slow, or stopped by the user */
};

/*
 * Set how to unwind by @arg, the value of --unwind: auto, dwarf or fp.  Returns false for fp, which
 * copies no user stacks.  Exits if it is not one of them.
 */
bool stacks_set_unwind(struct stacks_options *options, const char *arg);

/*
 * Keep the privileges to talk to the helper; it alone opens files.  @cgroups: also those to look up
 * the paths of cgroups.
 */
void stacks_keep_privileges(bool cgroups);

/* Call it before files are opened and privileges dropped: see helper_new(). */
void stacks_start(struct stacks *stacks, const struct stacks_options *options);

/* Add @sample.  If it has a copy, it may be counted as late as in stacks_settle(). */
void stacks_add(struct stacks *stacks, const struct stack_sample *taken);

/*
 * Unwind a copy to addresses that a later sample of the same process contains.  Calls @fn by
 * the end of the next stacks_settle().
 */
void stacks_unwind(struct stacks *stacks, const struct stack_process *process, __u32 map_count,
		   const struct user_stack *copy, const void *bytes, helper_unwound_fn fn,
		   void *ctx);

/*
 * Find the owner of the mutex at @address in @process: see helper_owner().  Returns false if it
 * could not be looked up: without a helper or its answer, or for a process beyond the limits.
 */
bool stacks_mutex_owner(struct stacks *stacks, const struct stack_process *process, __u64 address,
			bool inherits, __u64 end_ns, struct mutex_owner *owner);

/* Wait until all copies are unwound.  Call it often: from the tick of the run. */
void stacks_settle(struct stacks *stacks);

/* Return the weight of @stack: its time in microseconds or, without times, its samples. */
static inline __u64 stack_weight(const struct stack *stack)
{
	return stack->ns ? stack->ns / 1000 : stack->count;
}

/* After stacks_name(): warn if callers and names are missing because of the helper process. */
void stacks_warn_helper(const struct stacks *stacks);

/*
 * Name all stacks.  Calls @progress, if not NULL, from time to time with the number of
 * functions looked up so far, and of all.  If @stop_fd becomes readable (-1: none), the remaining
 * functions get no names.
 */
void stacks_name(struct stacks *stacks, int stop_fd, void (*progress)(size_t done, size_t all));

void stacks_free(struct stacks *stacks);

#endif /* COMMON_STACKS_H */
