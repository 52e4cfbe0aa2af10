/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* /tmp/perf-PID.map, in which a JIT compiler lists its functions: "START SIZE NAME", in hex. */
#ifndef COMMON_PERF_MAP_H
#define COMMON_PERF_MAP_H

#include <stdbool.h>
#include <stdio.h>
#include "symbols/symbols.h"

#define PERF_MAP_LINE_MAX 4096	/* bytes; longer lines are left out */

/*
 * Add the functions in @f to @symbols.  A later line replaces an earlier one.  Reads at most
 * *@bytes_left bytes and reduces it by the number read.  Returns false if something was left out.
 */
bool perf_map_read(FILE *f, struct symbols *symbols, size_t *bytes_left);

#endif /* COMMON_PERF_MAP_H */
