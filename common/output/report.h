/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What was lost (bpf/loss.h, and the kernel's recursion guard), said on stderr
 * and in JSON while it happens and at the end; and the summary line of JSON.
 */
#ifndef COMMON_REPORT_H
#define COMMON_REPORT_H

#include <stdbool.h>
#include "output/out.h"

struct metrics;

/*
 * For a tool that finds what the recursion guard dropped in another way: it is
 * in JSON then, but no loss.
 */
void report_recursion_repaired(void);

/*
 * Report losses if they grew since the last report, at most once a second.
 * Cheap enough to call often.
 */
void report_loss(struct out *out);

/*
 * The last words: all losses in total, and the summary line of JSON.  Returns
 * -EIO if something was lost and the user wanted --strict, else 0.
 */
int report_end(struct out *out);

/*
 * --metrics: write the file anew, with what was lost.  0, or a negative errno that was said.
 * @fn, if one was given, appends what is in no record.
 */
typedef void (*report_metrics_fn)(void *ctx, struct text *text);
void report_more_metrics(report_metrics_fn fn, void *ctx);
int report_metrics(const struct common_args *args, const struct metrics *metrics);

/*
 * --bpf-stats: measure how long the BPF programs run, in the first seconds; not all
 * the time, because each run of a program takes longer meanwhile.
 */
void report_measure_start(const struct common_args *args);

/* Call before sleeping until @until_ns; returns when to look again.  0: stop measuring. */
__u64 report_measure(__u64 until_ns);

#endif /* COMMON_REPORT_H */
