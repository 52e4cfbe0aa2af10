/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of TOOL. */
#ifndef TOOL_GUARD_COLUMNS_H
#define TOOL_GUARD_COLUMNS_H

#include "output/column.h"

enum { COL_PID, COL_COMM };

static struct column columns[] = {
	[COL_PID] = { "PID", "pid", -7, COLUMN_ID, .about = "Process" },
	[COL_COMM] = { "COMM", "comm", -16, COLUMN_COMM, .about = "Name of the thread" },
};

static const struct table record_table = {
	.type = "event", .kind = TABLE_TASK, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "TODO: one sentence; time is that of ...",
};

#endif /* TOOL_GUARD_COLUMNS_H */
