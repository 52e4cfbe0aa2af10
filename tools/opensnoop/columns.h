/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of opensnoop. */
#ifndef OPENSNOOP_COLUMNS_H
#define OPENSNOOP_COLUMNS_H

#include "output/column.h"

enum { COL_UID, COL_PID, COL_TID, COL_COMM, COL_FD, COL_ERR, COL_ERROR_NAME, COL_CALL,
       COL_SYSCALL, COL_COMPAT, COL_FLAGS, COL_FLAG_NAMES, COL_MODE, COL_MODE_NAMES, COL_TRUNCATED,
       COL_PATH, COL_FULL_PATH };

static struct column columns[] = {
	[COL_UID] = { "UID", "uid", -7, COLUMN_ID, .hidden = true,
		      .about = "User the task runs as" },
	[COL_PID] = { "PID", "pid", -6, COLUMN_ID, .optional = true, .about = "Process" },
	[COL_TID] = { "TID", "tid", -6, COLUMN_ID, .optional = true, .hidden = true, .about = "Thread" },
	[COL_COMM] = { "COMM", "comm", -16, COLUMN_COMM, .about = "Name of the thread" },
	[COL_FD] = { "FD", "fd", 3, COLUMN_INT, .min = -1,
		     .about = "The file descriptor, -1 if the open failed" },
	[COL_ERR] = { "ERR", "err", 3, COLUMN_ERRNO, .metric = METRIC_ERRNO,
		      .about = "errno(3), such as 2 for a file that does not exist; 0 if the open "
			       "succeeded" },
	[COL_ERROR_NAME] = { "ERROR", "error_name", -12, COLUMN_STRING, .hidden = true,
			     .optional = true, .pattern = "^E[A-Z0-9]+$",
			     .about = "Name of that error, such as ENOENT; absent if nothing failed" },
	[COL_CALL] = { "CALL", "call", -7, COLUMN_STRING, .hidden = true, .metric = METRIC_LABEL,
		       .values = "open openat openat2 creat open_by_handle_at other",
		       .about = "The system call; other: one that hit a limit, with --limits" },
	[COL_SYSCALL] = { "SYSCALL", "syscall", -12, COLUMN_STRING, .hidden = true, .optional = true,
			  .count_first = true,
			  .about = "With --limits: the name of a call that hit a limit, such as write, "
				   "accept4 or openat, or syscall and its number; absent for other "
				   "opens" },
	[COL_COMPAT] = { "COMPAT", "compat", 1, COLUMN_BOOL, .hidden = true,
			 .about = "Whether it was one of the 32-bit system calls" },
	[COL_FLAGS] = { "FLAGS", "flags_value", -8, COLUMN_OCTAL, .digits = 8, .hidden = true,
			.optional = true,
			.about = "The flags as a number; absent if they could not be read" },
	[COL_FLAG_NAMES] = { "FLAGS", "flags", -8, COLUMN_STRINGS, .hidden = true, .optional = true,
			     .about = "The names of the flags, the access mode first; bits "
				      "without a name as one number in base 16" },
	[COL_MODE] = { "MODE", "mode_value", -5, COLUMN_OCTAL, .digits = 4, .hidden = true,
		       .optional = true,
		       .about = "Requested permissions, before the umask; absent if the call "
				"could not create a file" },
	[COL_MODE_NAMES] = { "MODE", "mode", -5, COLUMN_STRINGS, .hidden = true, .optional = true,
			     .about = "The names of the permissions, as in inode(7); absent like "
				      "mode_value" },
	[COL_TRUNCATED] = { "TRUNCATED", "truncated", 1, COLUMN_BOOL, .hidden = true,
			    .about = "Whether the path, or a directory of full_path, is truncated" },
	[COL_PATH] = { "PATH", "path", -40, COLUMN_STRING, .optional = true,
		       .about = "The path as given; for a handle the name of the file; for another "
				"call the path of the file that it used; absent for a call without a "
				"file, if it could not be read, or if opening a handle failed" },
	[COL_FULL_PATH] = { "PATH", "full_path", -40, COLUMN_STRING, .hidden = true,
			    .optional = true,
			    .about = "With --full-path: the path as the process sees it; begins "
				     "with (unreachable) if it is not below the root of the "
				     "process, with ... if it is truncated; a directory that was "
				     "removed is followed by \" (deleted)\"" },
};

static const struct table record_table = {
	.type = "event", .kind = TABLE_TASK, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "An attempt to open a file, or with --limits another call that failed; time is "
		 "when the call returned",
};

#endif /* OPENSNOOP_COLUMNS_H */
