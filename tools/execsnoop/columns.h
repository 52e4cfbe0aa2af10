/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of execsnoop. */
#ifndef EXECSNOOP_COLUMNS_H
#define EXECSNOOP_COLUMNS_H

#include "output/column.h"

enum { COL_UID, COL_COMM, COL_PID, COL_TID, COL_PARENT, COL_PPID, COL_CPU, COL_RET,
       COL_ERROR_NAME, COL_FILE, COL_INTERP, COL_EXE, COL_EXE_MEMFD, COL_EXE_DELETED, COL_ARGC,
       COL_TRUNCATED, COL_ARGS };

static struct column columns[] = {
	[COL_UID] = { "UID", "uid", -6, COLUMN_ID, .hidden = true,
		      .about = "User the new program runs as" },
	[COL_COMM] = { "PCOMM", "comm", -16, COLUMN_COMM, .about = "The new name of the process" },
	[COL_PID] = { "PID", "pid", -7, COLUMN_ID, .optional = true, .about = "Process" },
	[COL_TID] = { "TID", "tid", -7, COLUMN_ID, .optional = true, .hidden = true,
		      .about = "Thread; after an exec the same number as pid" },
	[COL_PARENT] = { "PARENT", "parent_comm", -16, COLUMN_COMM, .hidden = true,
			 .about = "Name of the parent" },
	[COL_PPID] = { "PPID", "ppid", -7, COLUMN_ID, .optional = true,
		       .about = "Process ID of the parent" },
	[COL_CPU] = { "CPU", "cpu", -4, COLUMN_ID, .hidden = true, .about = "CPU it happened on" },
	[COL_RET] = { "RET", "ret", 3, COLUMN_RET, .metric = METRIC_ERRNO,
		      .about = "0, or with -x a negative errno(3), such as -2 for a file that does "
			       "not exist" },
	[COL_ERROR_NAME] = { "ERROR", "error_name", -12, COLUMN_STRING, .hidden = true,
			     .optional = true, .pattern = "^E[A-Z0-9]+$",
			     .about = "Name of that error, such as ENOENT; absent if nothing failed" },
	[COL_FILE] = { "FILE", "file", -16, COLUMN_STRING, .hidden = true,
		       .about = "The executed file, as the caller named it" },
	[COL_INTERP] = { "INTERP", "interp", -16, COLUMN_STRING, .hidden = true, .optional = true,
			 .about = "The interpreter of a script; absent for other files" },
	[COL_EXE] = { "EXE", "exe", -16, COLUMN_STRING, .hidden = true, .optional = true,
		      .about = "Path of the file that runs, as /proc/PID/exe has it: of a script "
			       "its interpreter; begins with (unreachable) if it is not below the "
			       "root of the process, with ... if it is truncated; ends with "
			       "\" (deleted)\" if no name leads to it any more; absent if the exec "
			       "failed" },
	[COL_EXE_MEMFD] = { "MEMFD", "exe_memfd", 5, COLUMN_BOOL, .hidden = true, .optional = true,
			    .about = "Whether that is a file in memory, of memfd_create(2); absent "
				     "if the exec failed" },
	[COL_EXE_DELETED] = { "DELETED", "exe_deleted", 7, COLUMN_BOOL, .hidden = true,
			      .optional = true,
			      .about = "Whether that file has no name any more, such as a file "
				       "in memory; absent if the exec failed" },
	[COL_ARGC] = { "ARGC", "argc", 4, COLUMN_COUNT, .hidden = true, .optional = true,
		       .about = "Number of arguments the program got, argv[0] included; absent if "
				"the exec failed" },
	[COL_TRUNCATED] = { "TRUNCATED", "truncated", 1, COLUMN_BOOL, .hidden = true,
			    .about = "Whether args lacks some of the arguments" },
	[COL_ARGS] = { "ARGS", "args", -40, COLUMN_ARGV,
		       .about = "The arguments as the program got them, argv[0] first; in the "
				"table, the executed file replaces argv[0]" },
};

static const struct table record_table = {
	.type = "event", .kind = TABLE_TASK, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "A program that was executed or, with -x, could not be executed",
};

#endif /* EXECSNOOP_COLUMNS_H */
