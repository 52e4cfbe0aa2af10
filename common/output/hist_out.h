/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Histograms as records: bars in text, buckets in JSON. */
#ifndef COMMON_HIST_OUT_H
#define COMMON_HIST_OUT_H

#include "output/histogram.h"
#include "output/out.h"

/*
 * End a record started by out_row() with @hist, whose values have @unit ("usecs").  The
 * record's columns are the labels, shown as `key = value` above it in text.  With @average, add
 * a line with average, total and count.
 */
void out_hist(struct out *out, const struct hist *hist, const char *unit, bool average);

/*
 * Run until the tool stops.  Take the histograms out of @maps whenever a summary is due, and
 * pass each to @print with @out as the context.
 */
int hist_run(struct out *out, const struct interval_args *interval, const struct hist_maps *maps,
	     hist_fn print);

#endif /* COMMON_HIST_OUT_H */
