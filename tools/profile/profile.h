/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef PROFILE_H
#define PROFILE_H

#include "event.h"
#include "user_stack.h"

/*
 * Maximum number of frames of a stack.  The kernel records at most kernel.perf_event_max_stack, by
 * default 127.
 */
#define PROFILE_FRAMES 512

struct profile_sample {
	struct event_head head;
	/*
	 * Identify the program behind the pid: when the process started, and how often it called
	 * exec.
	 */
	__u64 start_boottime_ns;	/* CLOCK_BOOTTIME */
	__u64 exec_id;
	__u32 map_count;		/* number of its mappings */
	__u32 kernel_frames;
	__u32 user_frames;
	bool kernel_missed;		/* the kernel stack could not be read */
	bool user_missed;		/* the user stack could not be read */
	struct user_stack user;
	/*
	 * Innermost first: frames of the kernel, then of the user stack.  If registers were copied,
	 * the second part is the copy of the user stack instead.
	 */
	__u64 frames[PROFILE_FRAMES + USER_STACK_BYTES / 8];
};

#endif /* PROFILE_H */
