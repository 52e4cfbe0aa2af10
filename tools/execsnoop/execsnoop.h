/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef EXECSNOOP_H
#define EXECSNOOP_H

#include "event.h"

#define PATH_BYTES 4096			/* PATH_MAX; for the file and for the interpreter */
#define ARGS_BYTES 16384		/* of all arguments together */
#define FAILED_ARGS 20			/* maximum number of arguments shown of a failed exec */
#define FAILED_ARG_BYTES 1024		/* of each of them */

/* Marks of the path of the executed file. */
enum {
	EXE_CUT = 1 << 0,		/* truncated: longer or deeper than the buffer */
	EXE_UNREACHABLE = 1 << 1,	/* below a root that is not the task's */
	EXE_DELETED = 1 << 2,		/* the file was deleted */
	EXE_ANONYMOUS = 1 << 3,		/* no directory: made by memfd_create(2) */
};

/* One exec. Only the used part of text[] is sent. */
struct exec_event {
	struct event_head head;
	__u32 ppid;			/* in the initial PID namespace */
	__u32 ns_ppid;			/* in the tool's PID namespace; 0: it has none there */
	__s32 ret;			/* 0, or a negative errno: failed */
	__u32 argc;			/* number of arguments; 0: unknown (the exec failed) */
	__u32 file_bytes;		/* bytes of the file in text[], with NUL */
	__u32 interp_bytes;		/* followed by the interpreter; 0: not a script */
	__u32 args_bytes;		/* followed by the arguments, each ended by NUL */
	__u32 exe_bytes;		/* followed by the names of the path, the file first */
	__u32 exe_marks;		/* EXE_* */
	__u32 cut;			/* 1: truncated, not all arguments are in text[] */
	char parent_comm[TASK_COMM_LEN];
	char text[3 * PATH_BYTES + ARGS_BYTES];
};

#endif /* EXECSNOOP_H */
