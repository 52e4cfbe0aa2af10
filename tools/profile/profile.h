/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef PROFILE_H
#define PROFILE_H

#include "event.h"
#include "user_stack.h"

/*
 * The most frames of a stack. The kernel records at most kernel.perf_event_max_stack, by
 * default 127.
 */
#define PROFILE_FRAMES 512

struct profile_sample {
	struct event_head head;
	/* Which life of the pid it is: when it began, and how often it has called exec. */
	__u64 start_boottime_ns;	/* CLOCK_BOOTTIME */
	__u64 exec_id;
	__u32 map_count;		/* number of its mappings */
	__u32 kernel_frames;
	__u32 user_frames;
	bool kernel_missed;		/* it ran in the kernel, and the stack could not be read */
	bool user_missed;		/* it has a user stack, which could not be read */
	struct user_stack user;
	/*
	 * Innermost first: those of the kernel, then those of the user.  After a copy of the
	 * registers, the second part is the copy of the stack instead.
	 */
	__u64 frames[PROFILE_FRAMES + USER_STACK_BYTES / 8];
};

#endif /* PROFILE_H */
