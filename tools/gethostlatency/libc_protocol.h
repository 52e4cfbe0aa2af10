/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What libc.c (in the tool) and libc_serve.c (in its worker) send each other.  Each request has one
 * answer for each new libc, with its descriptor, and then a last one.
 */
#ifndef GETHOSTLATENCY_LIBC_PROTOCOL_H
#define GETHOSTLATENCY_LIBC_PROTOCOL_H

#include <limits.h>
#include <linux/types.h>
#include "uprobe.h"

#define LIBCS_MAX 1024			/* a host has one per image of its containers */

/* A file, as in /proc/PID/maps. */
struct libc_key {
	__u32 major, minor;		/* of the file system */
	__u64 inode;
};

enum libc_what {
	LIBC_PROCESS,			/* look at process pid */
	LIBC_ALL,			/* look at all processes */
	LIBC_PATH,			/* the file @path: comes with the last answer */
};

struct libc_request {
	__u32 what;			/* enum libc_what */
	__s32 pid;
	__u32 n;			/* known libcs; they have no answer */
	__u32 reserved;
	union {
		struct libc_key known[LIBCS_MAX];
		char path[PATH_MAX];
	};
};

struct libc_answer {
	__u32 last;			/* 1: the last answer */
	__s32 error;			/* 0 or a negative errno */
	struct libc_key key;
	struct uprobe_places places;	/* of the functions that look up hosts */
	/* In the last answer: */
	__u32 found;			/* mapped libcs, known ones included */
	__u32 denied;			/* processes that may not be read */
	__u32 more;			/* 1: there are more than LIBCS_MAX */
	__u32 reserved;
	__u8 seen[LIBCS_MAX / 8];	/* bit N: known[N] is mapped */
	char path[PATH_MAX];
};

#endif /* GETHOSTLATENCY_LIBC_PROTOCOL_H */
