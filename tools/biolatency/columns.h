/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The labels of biolatency's histograms. */
#ifndef BIOLATENCY_COLUMNS_H
#define BIOLATENCY_COLUMNS_H

#include "output/column.h"

enum { COL_DISK, COL_DISKSEQ, COL_OPERATION, COL_FLAGS };

static struct column columns[] = {
	[COL_DISK] = { .key = "disk", .type = COLUMN_STRING, .optional = true,
		       .metric = METRIC_LABEL,
		       .about = "The whole disk, with -D" },
	[COL_DISKSEQ] = { .key = "diskseq", .type = COLUMN_COUNT, .optional = true,
			  .about = "With -D: sequence number of the disk, as in lsblk(8); two "
				   "disks of the same name have different ones; absent before "
				   "Linux 5.15" },
	/* In the text output, with the flags. */
	[COL_OPERATION] = { .key = "operation", .type = COLUMN_STRING, .hidden = true,
			    .optional = true, .metric = METRIC_LABEL,
			    .about = "With -F: read, write, flush, discard ... as the running kernel "
				     "names it; in the text output the last of the flags" },
	[COL_FLAGS] = { .key = "flags", .type = COLUMN_STRINGS, .optional = true,
			.about = "With -F: sync, meta, fua ... as the running kernel names them; in "
				 "the text output as in Sync-Meta-Write" },
};

static const struct table record_table = {
	.type = "hist", .kind = TABLE_HIST, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "A histogram for each set of labels and each interval; the options determine "
		 "the labels",
};

#endif /* BIOLATENCY_COLUMNS_H */
