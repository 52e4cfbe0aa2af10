/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FSSLOWER_H
#define FSSLOWER_H

#include "event.h"

#define FS_PATH_SIZE 4096	/* of the names of a path, with a NUL each */
#define FS_NAME_SIZE 16		/* of a file system's type */
#define FS_WHOLE (-1)		/* for the number of bytes: up to the end of the file */

enum fs_op {
	FS_READ,
	FS_WRITE,
	FS_OPEN,
	FS_FSYNC,
};

enum {
	FS_PATH_CUT = 1 << 0,		/* longer or deeper than there was room for */
	FS_UNREACHABLE = 1 << 1,	/* it leads to a root that is not the task's */
	FS_DELETED = 1 << 2,		/* the file has no name any more: the path is its last */
};

/* An event ends with the last byte of @text that is used. */
struct fs_event {
	struct event_head head;		/* .ns: when the operation ended */
	__u64 latency_ns;
	__s64 offset;			/* in the file */
	__s64 bytes;			/* read or written; of an fsync those asked for, or FS_WHOLE */
	__u16 error;			/* 0 or an errno */
	__u8 op;			/* enum fs_op */
	__u8 marks;			/* FS_* */
	char fs[FS_NAME_SIZE];		/* the kernel's name of the type, "ext4" */
	char text[FS_PATH_SIZE];	/* the path's names, from the file up; a NUL ends each */
};

#endif /* FSSLOWER_H */
