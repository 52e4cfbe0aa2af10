/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sampled stacks: counted as addresses while they come in, named in the end.
 * What has the same names is then one stack, wherever it was loaded.
 */
#ifndef COMMON_STACKS_H
#define COMMON_STACKS_H

#include <stdbool.h>
#include "stacks/frame.h"
#include "symbols/ksyms.h"
#include "core/tally.h"
#include "types.h"
#include "symbols/usyms.h"

/* Whose stack it is.  What is not told apart is 0. */
struct stack_owner {
	__u64 cgroup_id;
	__u32 pid;
	__u32 tid;
	__u32 cpu;
	char comm[TASK_COMM_LEN];
};

/* A life of a process; a pid has several. */
struct stack_process {
	__u64 start_boottime_ns;
	__u64 exec_id;
	__u32 pid;
};

/* One sample. */
struct stack_sample {
	struct stack_owner owner;
	struct stack_process process;
	const __u64 *kernel, *user;	/* addresses, innermost first */
	__u32 n_kernel, n_user;
	bool kernel_missed, user_missed;	/* there is one, but it is not here */
};

struct stack {
	struct stack_owner owner;
	__u64 count;
	__u32 n_kernel, n_user;
	const __u32 *frames;	/* numbers of frames: the kernel's, then the user's */
};

struct stacks_options {
	size_t distinct_most;	/* stacks to keep: of further ones the frames are dropped */
	__u32 frames_most;	/* a stack as deep as that has been cut off */
	bool addresses;		/* frames at different addresses are different */
	bool demangle;
};

struct stacks {
	struct stacks_options options;
	struct usyms *usyms;
	struct tally processes, addresses, names, named;
	struct stack_user *users;	/* by number of process */
	size_t n_users;
	struct frame *frames;		/* by number in names */
	struct stack *stacks;		/* after stacks_name(): the biggest first */
	size_t n;
	/* Samples: */
	__u64 samples;
	__u64 kernel_missed, user_missed;	/* stacks that could not be read */
	__u64 not_kept;				/* beyond distinct_most */
	__u64 cut_off;
	/* Frames, each counted as often as it was sampled: */
	__u64 kernel_frames, kernel_unknown, user_frames, user_unknown;
};

void stacks_start(struct stacks *stacks, const struct stacks_options *options);
void stacks_add(struct stacks *stacks, const struct stack_sample *sample);

/*
 * Name all that was added.  @progress, if not NULL, is called now and then with
 * how many of the stacks are done.
 */
void stacks_name(struct stacks *stacks, void (*progress)(size_t done, size_t all));

void stacks_free(struct stacks *stacks);

#endif /* COMMON_STACKS_H */
