// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Warnings about lost samples and missing names, and the metrics. */
#include "core/clock.h"
#include "core/log.h"
#include "output/metrics.h"
#include "session.h"

#define DUE_MARGIN 20		/* samples */
#define INCOMPLETE_PARTS 100	/* report incomplete stacks if they are more than 1 in 100 */

bool warn_lost(const struct profile *profile)
{
	const struct stacks *stacks = &profile->stacks;
	__u64 due = sampling_due(profile->sampling);
	/* /proc/stat counts in steps of 10 ms: allow for the error of a few steps. */
	bool held_up = *profile->fired + DUE_MARGIN < due - due / 10;

	if (held_up)
		log_warn("%llu samples were taken instead of %llu: the CPUs were delayed, as "
			 "virtual CPUs are by a busy host", *profile->fired, due);
	if (stacks->not_kept)
		log_warn("%llu samples have no stack: there were more than %zu different "
			 "stacks (--stack-storage-size)", stacks->not_kept,
			 stacks->options.distinct_max);
	return held_up || stacks->not_kept;
}

/* Warn about user stacks that were not unwound to their end, with the causes. */
static void warn_incomplete(const struct stacks *stacks)
{
	static const char *const causes[UNWIND_ENDS] = {
		[UNWIND_TRUNCATED] = "larger than the copy",
		[UNWIND_NO_CFI] = "code without unwind information",
		[UNWIND_UNREADABLE] = "stack not readable",
		[UNWIND_NOT_MAPPED] = "address not mapped",
		[UNWIND_GONE] = "process gone",
		[UNWIND_TOO_DEEP] = "more than 512 frames",
		[UNWIND_NO_HELPER] = "helper ended",
	};
	__u64 all = stacks->ends[UNWIND_COMPLETE], incomplete = 0;
	struct text text = {};

	for (int end = UNWIND_COMPLETE + 1; end < UNWIND_ENDS; end++) {
		if (!stacks->ends[end])
			continue;
		text_printf(&text, "%s%llu %s", incomplete ? ", " : "", stacks->ends[end],
			    causes[end]);
		incomplete += stacks->ends[end];
	}
	text_char(&text, '\0');
	/* A few incomplete stacks are normal: a stack that is just growing cannot be read. */
	if (incomplete > (all + incomplete) / INCOMPLETE_PARTS)
		log_warn("%llu of %llu user stacks are incomplete: %s", incomplete,
			 all + incomplete, text.at);
	if (stacks->java_no_cfi > (all + incomplete) / INCOMPLETE_PARTS)
		log_warn("%llu of these are Java stacks: start Java with -XX:+PreserveFramePointer",
			 stacks->java_no_cfi);
	text_free(&text);
}

void warn_missing(const struct stacks *stacks)
{
	if (stacks->kernel_missed)
		log_warn("%llu kernel stacks could not be read", stacks->kernel_missed);
	if (stacks->user_missed)
		log_warn("%llu user stacks could not be read", stacks->user_missed);
	if (stacks->cut_off)
		log_warn("%llu stacks of %u frames or more were truncated "
			 "(kernel.perf_event_max_stack)", stacks->cut_off,
			 stacks->options.frames_max);
	warn_incomplete(stacks);
	stacks_warn_helper(stacks);
	if (stacks->kernel_unknown)
		log_warn("%llu of %llu kernel frames have no name", stacks->kernel_unknown,
			 stacks->kernel_frames);
	if (stacks->user_unknown)
		log_warn("%llu of %llu user frames have no name", stacks->user_unknown,
			 stacks->user_frames);
}

/* Count samples, not records: records are stacks, and their number has no bound. */
void put_metrics(void *ctx, struct text *text)
{
	const struct profile *profile = ctx;
	__u64 samples = profile->stacks.samples, in_kernel = profile->kernel_samples;

	metrics_family(text, "sixty_profile_samples_total", "counter",
		       "Samples; by the mode of the CPU if kernel stacks are requested.");
	if (opt.user_only) {
		metrics_sample(text, "sixty_profile_samples_total", samples, NULL);
	} else {
		metrics_sample(text, "sixty_profile_samples_total", in_kernel, "mode", "kernel", NULL);
		metrics_sample(text, "sixty_profile_samples_total", samples - in_kernel,
			       "mode", "user", NULL);
	}
	metrics_family(text, "sixty_profile_fired_total", "counter",
		       "Number of times that the sampling event fired on CPUs that were not idle.");
	metrics_sample(text, "sixty_profile_fired_total", *profile->fired, NULL);
}
