/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long a tool runs: until SIGINT, SIGTERM or SIGHUP, until --duration or
 * --max-events is reached, or until nobody reads its output.
 *
 * The clock of --duration starts at the first call, when the tool is ready.
 * Both ways of running report losses as they happen and in the end, and end
 * with the summary line of JSON.  They return 0, or a negative errno after a
 * failed write or, with --strict, a loss.
 */
#ifndef COMMON_RUN_H
#define COMMON_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include "output/out.h"

struct bpf_map;

/*
 * From here on the signals that end a run wait until one of the functions
 * below takes them.  args_parse() calls it; a child that is to be ended by
 * them has to unblock them.
 */
void run_block_signals(void);

/*
 * Called for each event, in the order of submission.  @event lies in the ring
 * itself, which is mapped read-only, and only until the function returns.
 */
typedef void (*run_event_fn)(void *ctx, const void *event, size_t size);

/*
 * Pass every event in @ring to @fn.  At the end everything is detached first,
 * and what is left in the ring still printed.  @tick, if not NULL, is called
 * some twenty times a second while events come, else twice, and, with @last true,
 * once at the end: for what has to be shown though no event comes.
 */
int run_events(struct out *out, struct bpf_map *ring, run_event_fn fn,
	       void (*tick)(void *ctx, bool last), void *ctx);

/* Seconds from one writing of --metrics to the next, and from summary to summary then, by default. */
#define METRICS_S 10

/* Print one summary; a negative errno ends the run. */
typedef int (*run_summary_fn)(void *ctx);

/*
 * Call @fn each time a summary is due: every interval of @interval, or once at
 * the end; after a signal too, for what was counted so far.
 */
int run_interval(struct out *out, const struct interval_args *interval, run_summary_fn fn,
		 void *ctx);

#endif /* COMMON_RUN_H */
