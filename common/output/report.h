/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reports losses (bpf/loss.h, and recursion misses) on stderr and in JSON, as they happen and
 * at the end.  Also writes the summary line of JSON.
 */
#ifndef COMMON_REPORT_H
#define COMMON_REPORT_H

#include <stdbool.h>
#include "output/out.h"

struct metrics;

/*
 * For a tool that finds the events of recursion misses by another hook: JSON still has their
 * number, but they do not count as lost.
 */
void report_recursion_repaired(void);

/*
 * Report losses if they grew since the last report, at most once per second.  Cheap enough to
 * be called often.
 */
void report_loss(struct out *out);

/*
 * Report the total losses, and write the summary line of JSON.  Returns -EIO if anything was
 * lost and --strict is set, otherwise 0.
 */
int report_end(struct out *out);

/*
 * --metrics: write the file with the current counts and losses.  Returns 0 or a negative errno,
 * which is reported.  A function set by report_more_metrics() appends metrics that are in no
 * record.
 */
typedef void (*report_metrics_fn)(void *ctx, struct text *text);
void report_more_metrics(report_metrics_fn fn, void *ctx);
int report_metrics(const struct common_args *args, const struct metrics *metrics);

/*
 * --bpf-stats: measure the run time of the BPF programs during the first seconds.  It does not
 * measure all the time, because measuring slows down each run of a program.  A signal ends it on
 * time, even if the tool waits for the reader of its output.
 */
void report_measure_start(const struct common_args *args);

#endif /* COMMON_REPORT_H */
