/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Histograms as records: in text with bars, in JSON with buckets. */
#ifndef COMMON_HIST_OUT_H
#define COMMON_HIST_OUT_H

#include "output/histogram.h"
#include "output/out.h"

/*
 * End a record begun with out_row() with @hist, its values in @unit ("usecs").  The record's
 * columns are its labels: `key = value` above it in text.  @average: add a line with average,
 * total and count.
 */
void out_hist(struct out *out, const struct hist *hist, const char *unit, bool average);

/*
 * Run until the tool is to stop: take the histograms out of @maps whenever a summary is due,
 * and pass each to @print, whose context is @out.
 */
int hist_run(struct out *out, const struct interval_args *interval, const struct hist_maps *maps,
	     hist_fn print);

#endif /* COMMON_HIST_OUT_H */
