/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of cachestat. */
#ifndef CACHESTAT_COLUMNS_H
#define CACHESTAT_COLUMNS_H

#include "output/column.h"

enum { COL_HITS, COL_MISSES, COL_DIRTIES, COL_RATIO, COL_BUFFERS, COL_CACHED, COL_READ_AHEAD,
       COL_ACCESSES, COL_ADDED, COL_CREATED, COL_CHECK };

static struct column columns[] = {
	[COL_HITS] = { "HITS", "hits", 8, COLUMN_COUNT, .unit = "pages", .metric = METRIC_TOTAL,
		       .about = "Requested pages that were found in the cache" },
	[COL_MISSES] = { "MISSES", "misses", 8, COLUMN_COUNT, .unit = "pages",
			 .metric = METRIC_TOTAL, .about = "Pages requested and read from disk" },
	[COL_DIRTIES] = { "DIRTIES", "dirties", 8, COLUMN_COUNT, .unit = "pages",
			  .metric = METRIC_TOTAL,
			  .about = "Pages that became dirty: written to, and not dirty before" },
	[COL_RATIO] = { "HITRATIO", "hit_ratio_pct", 8, COLUMN_PERCENT, .optional = true,
			.about = "Percentage of hits in hits and misses, rounded down; absent "
				 "if no page was requested" },
	[COL_BUFFERS] = { "BUFFERS_MB", "buffers_bytes", 12, COLUMN_MB, .metric = METRIC_GAUGE,
			  .about = "Block devices in the cache at the end of the interval, mostly "
				   "metadata of file systems: Buffers in /proc/meminfo" },
	[COL_CACHED] = { "CACHED_MB", "cached_bytes", 10, COLUMN_MB, .metric = METRIC_GAUGE,
			 .about = "Files in the cache at the end of the interval: Cached in "
				  "/proc/meminfo" },
	[COL_READ_AHEAD] = { "READAHEAD", "read_ahead_pages", 10, COLUMN_COUNT, .unit = "pages",
			     .metric = METRIC_TOTAL,
			     .about = "Pages read from disk in addition to the requested ones" },
	[COL_ACCESSES] = { "ACCESSES", "accesses", 8, COLUMN_COUNT, .unit = "pages",
			   .hidden = true, .metric = METRIC_TOTAL,
			   .about = "Pages asked for: hits and misses" },
	[COL_ADDED] = { "ADDED", "added_pages", 8, COLUMN_COUNT, .unit = "pages", .hidden = true,
			.metric = METRIC_TOTAL,
			.about = "Pages added to the cache, for whatever reason" },
	[COL_CREATED] = { "CREATED", "created_pages", 8, COLUMN_COUNT, .unit = "pages",
			  .hidden = true, .metric = METRIC_TOTAL,
			  .about = "Of these, pages created by a write and not read from disk" },
	[COL_CHECK] = { "CHECK", "self_check", 5, COLUMN_BOOL, .hidden = true, .optional = true,
			.about = "Whether the hooks counted a read of known size correctly; if "
				 "false, do not trust hits and misses; absent if this could not "
				 "be tested" },
};

static const struct table record_table = {
	.type = "row", .kind = TABLE_PLAIN, .columns = columns, .n = ARRAY_SIZE(columns),
	.about = "One interval; counts are of pages (mostly 4096 bytes)",
};

#endif /* CACHESTAT_COLUMNS_H */
