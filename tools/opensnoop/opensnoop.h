/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef OPENSNOOP_H
#define OPENSNOOP_H

#include "event.h"

#define OPEN_NAME_SIZE 4097	/* PATH_MAX, its NUL, and one byte more to detect truncation */
#define OPEN_DIRS_SIZE 4096
#define OPEN_FOLLOW_MAX 10240	/* processes that --exec follows at the same time */

enum open_call {
	OPEN_NONE,
	OPEN_OPEN,
	OPEN_CREAT,
	OPEN_OPENAT,
	OPEN_OPENAT2,
	OPEN_BY_HANDLE,
	OPEN_OTHER,		/* another call, which hit a limit */
};

/* Marks of an event's path. */
enum {
	OPEN_COMPAT = 1 << 0,		/* a call of the 32-bit ABI */
	OPEN_NAME_CUT = 1 << 1,		/* truncated: longer than the kernel accepts */
	OPEN_NO_NAME = 1 << 2,		/* the name could not be read */
	OPEN_DIRS = 1 << 3,		/* names of directories follow the name */
	OPEN_DIRS_CUT = 1 << 4,		/* truncated: not all directories up to the root */
	OPEN_UNREACHABLE = 1 << 5,	/* below a root that is not the task's */
	OPEN_DELETED = 1 << 6,		/* the nearest directory, or the opened file, was deleted */
};

/*
 * An event ends with the last used byte of @text, so that 10,000 opens of ordinary paths (35
 * bytes) fit into the ring: each takes 112 bytes, of which 68 precede @text and 8 belong to
 * the ring.
 */
struct open_event {
	struct event_head head;
	__s32 ret;		/* fd, or a negative errno */
	union {
		__u32 flags;	/* O_*; for openat2 the lower half, which has all defined flags */
		__u32 number;	/* OPEN_OTHER: of the system call */
	};
	__u16 mode;		/* as requested, before the umask */
	__u8 call;		/* enum open_call */
	__u8 marks;		/* OPEN_* */
	/*
	 * The name that was passed to the call; empty for OPEN_OTHER. With OPEN_DIRS the names of
	 * the directories above it follow, the nearest first; each ends with NUL.
	 */
	char text[OPEN_NAME_SIZE + OPEN_DIRS_SIZE];
};

#endif /* OPENSNOOP_H */
