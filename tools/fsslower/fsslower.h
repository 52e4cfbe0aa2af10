/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef FSSLOWER_H
#define FSSLOWER_H

#include "event.h"

#define FS_PATH_SIZE 4096	/* for the names of a path, each with a NUL */
#define FS_NAME_SIZE 16		/* of a file system's type */
#define FS_WHOLE (-1)		/* value of bytes: up to the end of the file */

enum fs_op {
	FS_READ,
	FS_WRITE,
	FS_OPEN,
	FS_FSYNC,
};

enum {
	FS_PATH_CUT = 1 << 0,		/* truncated: longer or deeper than the buffer */
	FS_UNREACHABLE = 1 << 1,	/* below a root that is not the task's */
	FS_DELETED = 1 << 2,		/* the file was deleted: this was its last path */
};

/* An event ends with the last used byte of @text. */
struct fs_event {
	struct event_head head;		/* .ns: when the operation ended */
	__u64 latency_ns;
	__s64 offset;			/* in the file */
	__s64 bytes;			/* read or written; for fsync to be synced, or FS_WHOLE */
	__u16 error;			/* 0 or an errno */
	__u8 op;			/* enum fs_op */
	__u8 marks;			/* FS_* */
	char fs[FS_NAME_SIZE];		/* the kernel's name of the type, "ext4" */
	char text[FS_PATH_SIZE];	/* names of the path, the file first; each ends with NUL */
};

#endif /* FSSLOWER_H */
