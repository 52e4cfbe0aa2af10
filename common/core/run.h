/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The run of a tool.  It lasts until SIGINT, SIGTERM or SIGHUP, until --duration or
 * --max-events is reached, or until nobody reads the output.
 *
 * The clock of --duration starts at the first call, when the tool is ready.  Both kinds of run
 * report losses as they happen and at the end, and finish with the summary line of JSON.  They
 * return 0, or a negative errno after a failed write or, with --strict, a loss.
 */
#ifndef COMMON_RUN_H
#define COMMON_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include "output/out.h"

struct bpf_map;

/*
 * Restore the signals that the caller ignored.  Ignore those of failed writes: errno reports them.
 */
void run_reset_signals(void);

/*
 * Block the signals that end a run until one of the functions below receives them.
 * args_parse() calls it.  A child process must unblock the signals if they are to end it.
 */
void run_block_signals(void);

/*
 * Called for each event, in the order of submission.  @event is in the ring itself, which is
 * mapped read-only, and valid only until the function returns.
 */
typedef void (*run_event_fn)(void *ctx, const void *event, size_t size);

/*
 * Pass every event in @ring to @fn.  At the end, first detach everything, then consume what is
 * left in the ring.  @tick may be NULL.  It is called about 20 times a second while events
 * arrive, otherwise twice a second, and once at the end with @last true.  It serves output that
 * is due without an event.
 */
int run_events(struct out *out, struct bpf_map *ring, run_event_fn fn,
	       void (*tick)(void *ctx, bool last), void *ctx);

/*
 * For work after the last event that can take long.  Discards the signals that have arrived.
 * Returns a descriptor that becomes readable when another signal arrives, which interrupts that
 * work.
 */
int run_interrupt_fd(struct out *out);

/* Seconds between two writes of --metrics, and the default interval of summaries with --metrics. */
#define METRICS_S 10

/* Print one summary.  A negative errno ends the run. */
typedef int (*run_summary_fn)(void *ctx);

/*
 * Call @fn for each summary that is due: after every interval of @interval, or once at the end.
 * After a signal, @fn prints what was counted so far.
 */
int run_interval(struct out *out, const struct interval_args *interval, run_summary_fn fn,
		 void *ctx);

/*
 * Return @whole.  If it is false, the caller leaves out the record, which is reported at the end: a
 * record that is too short or has impossible values is a bug.
 */
bool run_whole(bool whole);

#endif /* COMMON_RUN_H */
