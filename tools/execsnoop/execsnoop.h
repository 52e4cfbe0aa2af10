/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef EXECSNOOP_H
#define EXECSNOOP_H

#include "event.h"

#define PATH_BYTES 4096			/* PATH_MAX: of the file, and of the interpreter */
#define ARGS_BYTES 16384		/* of all arguments together */
#define FAILED_ARGS 20			/* arguments shown of an exec that failed */
#define FAILED_ARG_BYTES 1024		/* of each of them */

/* What is known about the path of the file that runs. */
enum {
	EXE_CUT = 1 << 0,		/* it is longer or deeper than there was room for */
	EXE_UNREACHABLE = 1 << 1,	/* it leads to a root that is not the task's */
	EXE_DELETED = 1 << 2,		/* no name leads to the file any more */
	EXE_ANONYMOUS = 1 << 3,		/* it has no directory: of memfd_create(2) */
};

/* One exec.  Only the part of text[] that is in use is sent. */
struct exec_event {
	struct event_head head;
	__u32 ppid;			/* in the initial PID namespace */
	__u32 ns_ppid;			/* in the tool's; 0: none there */
	__s32 ret;			/* 0, or a negative errno: failed */
	__u32 argc;			/* arguments the program got; 0: unknown (failed) */
	__u32 file_bytes;		/* in text[], with NUL */
	__u32 interp_bytes;		/* behind it; 0: not a script */
	__u32 args_bytes;		/* behind that: the arguments, each ended by NUL */
	__u32 exe_bytes;		/* behind them: names of the path that runs, from the file up */
	__u32 exe_marks;		/* EXE_* */
	__u32 cut;			/* 1: there were more arguments than args[] shows */
	char parent_comm[TASK_COMM_LEN];
	char text[3 * PATH_BYTES + ARGS_BYTES];
};

#endif /* EXECSNOOP_H */
