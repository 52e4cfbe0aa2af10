/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of offcputime's JSON; its text output has a separate format. */
#ifndef OFFCPUTIME_COLUMNS_H
#define OFFCPUTIME_COLUMNS_H

#include "output/column.h"

#define WAIT_STATES "runnable interruptible uninterruptible idle stopped"
#define LOCK_KINDS "mutex rtmutex percpu-rwsem rwsem-write rwsem-read semaphore"

enum {
	COL_PID, COL_COMM, COL_SYSCALL, COL_STATE, COL_LOCK, COL_MUTEX, COL_OWNER, COL_OWNER_COMM,
	COL_WAITS, COL_TOTAL, COL_KERNEL, COL_KERNEL_MODULES, COL_USER, COL_USER_MODULES,
};

static struct column columns[] = {
	[COL_PID] = { .key = "pid", .type = COLUMN_ID, .optional = true, .about = "Process" },
	[COL_COMM] = { .key = "comm", .type = COLUMN_COMM, .about = "Name of the thread" },
	[COL_SYSCALL] = { .key = "syscall", .type = COLUMN_STRING, .optional = true,
			  .about = "System call in which the thread waited; absent for kernel "
				   "threads, for 32-bit programs, and outside of system calls" },
	[COL_STATE] = { .key = "state", .type = COLUMN_STRING, .values = WAIT_STATES,
			.about = "State of the thread while it waited: runnable (waited for a "
				 "CPU), interruptible (a signal ends the wait), uninterruptible "
				 "(D), idle (a kernel thread without work), stopped (by a "
				 "signal or a debugger)" },
	[COL_LOCK] = { .key = "lock", .type = COLUMN_STRING, .optional = true, .values = LOCK_KINDS,
		       .about = "Kind of the kernel's lock that the thread waited for; absent "
				"if it waited for none, and before Linux 5.19" },
	[COL_MUTEX] = { .key = "mutex", .type = COLUMN_STRING, .optional = true,
			.pattern = "^0x[0-9a-f]+$",
			.about = "Address of the program's mutex that the thread waited for; "
				 "absent if it waited for none or if that is not known" },
	[COL_OWNER] = { .key = "owner", .type = COLUMN_ID, .optional = true,
			.about = "Thread that holds the mutex at the end of the run; absent if "
				 "none does, for mutexes of Rust, which store no owner, and with -K" },
	[COL_OWNER_COMM] = { .key = "owner_comm", .type = COLUMN_COMM, .optional = true,
			     .about = "Name of that thread" },
	[COL_WAITS] = { .key = "waits", .type = COLUMN_COUNT, .min = 1, .about = "Waits" },
	[COL_TOTAL] = { .key = "total_ns", .type = COLUMN_NS, .about = "Sum of their durations" },
	[COL_KERNEL] = { .key = "kernel", .type = COLUMN_STRINGS, .optional = true,
			 .about = "The kernel's functions, the innermost first; absent with -U" },
	[COL_KERNEL_MODULES] = { .key = "kernel_modules", .type = COLUMN_STRINGS,
				 .optional = true,
				 .about = "For each of these functions its module; kernel for "
					  "the kernel itself" },
	[COL_USER] = { .key = "user", .type = COLUMN_STRINGS, .optional = true,
		       .about = "The program's functions, the innermost first; absent with -K" },
	[COL_USER_MODULES] = { .key = "user_modules", .type = COLUMN_STRINGS, .optional = true,
			       .about = "For each of these functions its file as the process "
					"sees it; [jit] for generated code; empty if unknown" },
};

/* With --by. */
enum {
	ROW_COMM, ROW_PID, ROW_CGROUP, ROW_SYSCALL, ROW_FUNCTION, ROW_STATE, ROW_LOCK, ROW_MUTEX,
	ROW_OWNER, ROW_OWNER_COMM, ROW_OTHERS, ROW_WAITS, ROW_TOTAL,
};

static struct column row_columns[] = {
	[ROW_COMM] = { .key = "comm", .type = COLUMN_COMM, .optional = true,
		       .about = "Name of the thread; this and the other keys of --by are absent "
				"if --by does not name them" },
	[ROW_PID] = { .key = "pid", .type = COLUMN_ID, .optional = true, .about = "Process" },
	[ROW_CGROUP] = { .key = "cgroup", .type = COLUMN_STRING, .optional = true,
			 .about = "Path of its cgroup" },
	[ROW_SYSCALL] = { .key = "syscall", .type = COLUMN_STRING, .optional = true,
			  .about = "System call; absent as in a stack" },
	[ROW_FUNCTION] = { .key = "function", .type = COLUMN_STRING, .optional = true,
			   .about = "Function of the kernel that made the thread wait; absent "
				    "without a kernel stack" },
	[ROW_STATE] = { .key = "state", .type = COLUMN_STRING, .optional = true,
			.values = WAIT_STATES, .about = "As in a stack" },
	[ROW_LOCK] = { .key = "lock", .type = COLUMN_STRING, .optional = true,
		       .values = LOCK_KINDS, .about = "As in a stack" },
	[ROW_MUTEX] = { .key = "mutex", .type = COLUMN_STRING, .optional = true,
			.pattern = "^0x[0-9a-f]+$", .about = "As in a stack" },
	[ROW_OWNER] = { .key = "owner", .type = COLUMN_ID, .optional = true,
			.about = "With the key mutex, as in a stack; absent if the row adds up several "
				 "processes" },
	[ROW_OWNER_COMM] = { .key = "owner_comm", .type = COLUMN_COMM, .optional = true,
			     .about = "As in a stack" },
	[ROW_OTHERS] = { .key = "others", .type = COLUMN_COUNT, .optional = true, .min = 1,
			 .about = "Number of rows that --top left out; waits and total_ns are "
				  "their sums, and the other keys are absent" },
	[ROW_WAITS] = { .key = "waits", .type = COLUMN_COUNT, .min = 1, .about = "Waits" },
	[ROW_TOTAL] = { .key = "total_ns", .type = COLUMN_NS, .about = "Sum of their durations" },
};

static const struct table row_table = {
	.type = "row", .kind = TABLE_PLAIN, .columns = row_columns,
	.n = ARRAY_SIZE(row_columns),
	.about = "With --by, instead of the stacks: all waits with the same values of its keys; "
		 "time is when it was printed",
};

static const struct table record_table = {
	.type = "stack", .kind = TABLE_PLAIN, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "A stack and how long threads waited there; time is when it was printed.  The "
		 "innermost frame is the first",
	.other = &row_table,
};

#endif /* OFFCPUTIME_COLUMNS_H */
