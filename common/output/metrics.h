/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * --metrics FILE: write everything counted since the start in Prometheus' text format, for
 * node_exporter's textfile collector and other readers of that format.
 *
 * The columns of a tool define their use (enum metric in column.h).  Records with the same
 * labels form a set, which has a count of the records (sixty_TOOL_events_total) and the sums of
 * their values, or a histogram (sixty_TOOL_seconds).  All histograms always have the same
 * buckets, because Prometheus compares bucket with bucket: those of bpf/hist.h up to 17
 * seconds.
 */
#ifndef COMMON_METRICS_H
#define COMMON_METRICS_H

#include "core/text.h"
#include "output/record.h"

struct metrics;

/* Maximum number of label sets.  Later ones form one set with the value "other" in each label. */
#define METRICS_SETS 200

struct metrics *metrics_new(const char *tool, const struct table *table);
void metrics_free(struct metrics *metrics);

/* Return the columns that are used, as a bit mask. */
__u64 metrics_columns(const struct metrics *metrics);

/* Count a record.  An observer of records (out.h); @ctx is the metrics. */
void metrics_record(void *ctx, const struct record *record);

/* Append all counts since the start. */
void metrics_text(const struct metrics *metrics, struct text *text);

/* Append the two lines that start the family @name of @type. */
void metrics_family(struct text *text, const char *name, const char *type, const char *help);
/*
 * Append one line of a family.  After @v follow the labels, as pairs of name and value, and
 * NULL.
 */
void metrics_sample(struct text *text, const char *name, __u64 v, ...)
	__attribute__((sentinel));

/*
 * Replace the content of @path by @text atomically: readers see either the old or the new file.
 * Returns 0 or a negative errno.
 */
int metrics_save(const char *path, const struct text *text);

#endif /* COMMON_METRICS_H */
