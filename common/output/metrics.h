/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * --metrics FILE: everything counted since the start, in Prometheus' text format, for
 * node_exporter's textfile collector and whatever else reads that.
 *
 * A tool's columns say what they are there (enum metric in column.h).  Records with the same
 * labels are one set: a count of them (sixty_TOOL_events_total), the sums of their values, or
 * one histogram (sixty_TOOL_seconds).  Of a tool of histograms, all share the same buckets at
 * all times, since Prometheus compares bucket with bucket: those of bpf/hist.h up to 17
 * seconds.
 */
#ifndef COMMON_METRICS_H
#define COMMON_METRICS_H

#include "core/text.h"
#include "output/record.h"

struct metrics;

/* Label sets at most: those that come later are one, with the value "other" in each label. */
#define METRICS_SETS 200

struct metrics *metrics_new(const char *tool, const struct table *table);
void metrics_free(struct metrics *metrics);

/* The columns that it looks at, as bits. */
__u64 metrics_columns(const struct metrics *metrics);

/* Count a record; @ctx is the metrics: an observer of records (out.h). */
void metrics_record(void *ctx, const struct record *record);

/* Append what was counted so far. */
void metrics_text(const struct metrics *metrics, struct text *text);

/* The two lines that begin the family @name, of @type. */
void metrics_family(struct text *text, const char *name, const char *type, const char *help);
/* A line of it; behind @v the labels: a name, its value ..., NULL. */
void metrics_sample(struct text *text, const char *name, __u64 v, ...)
	__attribute__((sentinel));

/*
 * Make @text the content of @path at once: readers see the old file or the new one.  0 or a
 * negative errno.
 */
int metrics_save(const char *path, const struct text *text);

#endif /* COMMON_METRICS_H */
