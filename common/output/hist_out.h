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

#endif /* COMMON_HIST_OUT_H */
