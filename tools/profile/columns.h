/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of profile's JSON; its text output has a separate format. */
#ifndef PROFILE_COLUMNS_H
#define PROFILE_COLUMNS_H

#include "output/column.h"

enum {
	COL_PID, COL_TID, COL_CPU, COL_COMM, COL_CGROUP, COL_CONTAINER, COL_COUNT, COL_KERNEL,
	COL_KERNEL_MODULES, COL_KERNEL_ADDRESSES, COL_USER, COL_USER_MODULES, COL_USER_ADDRESSES,
};

static struct column columns[] = {
	[COL_PID] = { .key = "pid", .type = COLUMN_ID, .optional = true,
		      .about = "Process; 0: an idle CPU (-I)" },
	[COL_TID] = { .key = "tid", .type = COLUMN_ID, .optional = true,
		      .about = "Thread, with --tids" },
	[COL_CPU] = { .key = "cpu", .type = COLUMN_ID, .optional = true,
		      .about = "CPU, with --cpus" },
	[COL_COMM] = { .key = "comm", .type = COLUMN_COMM, .about = "Name of the thread" },
	[COL_CGROUP] = { .key = "cgroup", .type = COLUMN_STRING, .optional = true,
			 .pattern = "^/",
			 .about = "Path of its cgroup (version 2) below its mount, with --cgroups" },
	[COL_CONTAINER] = { .key = "container", .type = COLUMN_STRING, .optional = true,
			    .about = "ID or name of the container to which the cgroup belongs; "
				     "absent outside of containers" },
	[COL_COUNT] = { .key = "count", .type = COLUMN_COUNT, .min = 1, .about = "Samples" },
	[COL_KERNEL] = { .key = "kernel", .type = COLUMN_STRINGS, .optional = true,
			 .about = "The kernel's functions, the innermost first; absent with -U" },
	[COL_KERNEL_MODULES] = { .key = "kernel_modules", .type = COLUMN_STRINGS,
				 .optional = true,
				 .about = "For each of these functions its module; kernel for "
					  "the kernel itself" },
	[COL_KERNEL_ADDRESSES] = { .key = "kernel_addresses", .type = COLUMN_STRINGS,
				   .optional = true, .pattern = "^0x[0-9a-f]+$",
				   .about = "Their addresses, with -A" },
	[COL_USER] = { .key = "user", .type = COLUMN_STRINGS, .optional = true,
		       .about = "The program's functions, the innermost first; absent with -K" },
	[COL_USER_MODULES] = { .key = "user_modules", .type = COLUMN_STRINGS, .optional = true,
			       .about = "For each of these functions its file as the process "
					"sees it; [jit] for generated code; empty if unknown" },
	[COL_USER_ADDRESSES] = { .key = "user_addresses", .type = COLUMN_STRINGS,
				 .optional = true, .pattern = "^0x[0-9a-f]+$",
				 .about = "Their addresses, with -A" },
};

/* The line after the stacks. */
enum {
	SAMPLES_EVENT, SAMPLES_CPUS, SAMPLES_DUE, SAMPLES_FIRED, SAMPLES_SAMPLES,
	SAMPLES_KERNEL_MISSED, SAMPLES_USER_MISSED, SAMPLES_NOT_KEPT, SAMPLES_CUT_OFF,
	SAMPLES_KERNEL_FRAMES, SAMPLES_KERNEL_UNKNOWN, SAMPLES_USER_FRAMES, SAMPLES_USER_UNKNOWN,
	SAMPLES_COMPLETE, SAMPLES_TRUNCATED, SAMPLES_NO_CFI, SAMPLES_UNREADABLE,
	SAMPLES_NOT_MAPPED, SAMPLES_GONE, SAMPLES_TOO_DEEP, SAMPLES_NO_HELPER,
};

static struct column samples_columns[] = {
	[SAMPLES_EVENT] = { .key = "event", .type = COLUMN_STRING, .values = "cycles cpu-clock",
			    .about = "Event that triggers the samples: CPU cycles, or the "
				     "kernel's clock" },
	[SAMPLES_CPUS] = { .key = "cpus", .type = COLUMN_COUNT, .about = "CPUs sampled" },
	[SAMPLES_DUE] = { .key = "due", .type = COLUMN_COUNT, .optional = true,
			  .about = "Samples expected from the busy time of the CPUs in "
				   "/proc/stat; absent for cycles" },
	[SAMPLES_FIRED] = { .key = "fired", .type = COLUMN_COUNT,
			    .about = "Samples of all tasks except the idle ones" },
	[SAMPLES_SAMPLES] = { .key = "samples", .type = COLUMN_COUNT,
			      .about = "Samples of the tasks that match the options" },
	[SAMPLES_KERNEL_MISSED] = { .key = "kernel_missed", .type = COLUMN_COUNT,
				    .about = "Samples whose kernel stack could not be read" },
	[SAMPLES_USER_MISSED] = { .key = "user_missed", .type = COLUMN_COUNT,
				  .about = "Samples whose user stack could not be read" },
	[SAMPLES_NOT_KEPT] = { .key = "not_kept", .type = COLUMN_COUNT,
			       .about = "Samples counted without a stack (--stack-storage-size)" },
	[SAMPLES_CUT_OFF] = { .key = "cut_off", .type = COLUMN_COUNT,
			      .about = "Samples whose stack is deeper than the kernel reads" },
	[SAMPLES_KERNEL_FRAMES] = { .key = "kernel_frames", .type = COLUMN_COUNT,
				    .about = "Frames of the kernel sampled" },
	[SAMPLES_KERNEL_UNKNOWN] = { .key = "kernel_frames_unknown", .type = COLUMN_COUNT,
				     .about = "Of these, frames without a name" },
	[SAMPLES_USER_FRAMES] = { .key = "user_frames", .type = COLUMN_COUNT,
				  .about = "Frames of programs sampled" },
	[SAMPLES_USER_UNKNOWN] = { .key = "user_frames_unknown", .type = COLUMN_COUNT,
				   .about = "Of these, frames without a name" },
	/* In the order of enum unwind_end. */
	[SAMPLES_COMPLETE] = { .key = "unwound_complete", .type = COLUMN_COUNT, .optional = true,
			       .about = "Samples whose user stack was copied and unwound to its "
					"outermost function; this and the following keys are absent "
					"with --unwind fp and -K" },
	[SAMPLES_TRUNCATED] = { .key = "unwound_truncated", .type = COLUMN_COUNT, .optional = true,
				.about = "Samples whose user stack is larger than the copy" },
	[SAMPLES_NO_CFI] = { .key = "unwound_no_cfi", .type = COLUMN_COUNT, .optional = true,
			     .about = "Samples whose user stack has code without unwind information "
				      "and without a frame pointer" },
	[SAMPLES_UNREADABLE] = { .key = "unwound_unreadable", .type = COLUMN_COUNT,
				 .optional = true,
				 .about = "Samples whose user stack could not be read to its end" },
	[SAMPLES_NOT_MAPPED] = { .key = "unwound_not_mapped", .type = COLUMN_COUNT,
				 .optional = true,
				 .about = "Samples with an address that is not in mapped code" },
	[SAMPLES_GONE] = { .key = "unwound_gone", .type = COLUMN_COUNT, .optional = true,
			   .about = "Samples of processes that ended, or executed another program, "
				    "before their mappings were read" },
	[SAMPLES_TOO_DEEP] = { .key = "unwound_too_deep", .type = COLUMN_COUNT, .optional = true,
			       .about = "Samples whose user stack has more than 512 frames" },
	[SAMPLES_NO_HELPER] = { .key = "unwound_no_helper", .type = COLUMN_COUNT, .optional = true,
				.about = "Samples whose user stack was not unwound, because the "
					 "helper process had ended" },
};

static const struct table samples_table = {
	.type = "samples", .kind = TABLE_PLAIN, .columns = samples_columns,
	.n = ARRAY_SIZE(samples_columns),
	.about = "After the stacks: how many samples were taken, and how many samples and "
		 "frames have missing data",
};

static const struct table record_table = {
	.type = "stack", .kind = TABLE_PLAIN, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "A stack and how often it was seen; time is when it was printed.  The "
		 "innermost frame is the first",
	.other = &samples_table,
};

#endif /* PROFILE_COLUMNS_H */
