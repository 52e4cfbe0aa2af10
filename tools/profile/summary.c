// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Warnings about lost samples and missing names, and the metrics. */
#include "core/clock.h"
#include "core/log.h"
#include "output/metrics.h"
#include "session.h"

#define DUE_MARGIN 20		/* samples */

bool warn_lost(const struct profile *profile)
{
	const struct stacks *stacks = &profile->stacks;
	__u64 due = sampling_due(profile->sampling);
	/* /proc/stat counts in steps of 10 ms: allow for a few of them. */
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
		       "Samples; where the kernel's stacks are wanted, by what the CPU was doing.");
	if (opt.user_only) {
		metrics_sample(text, "sixty_profile_samples_total", samples, NULL);
	} else {
		metrics_sample(text, "sixty_profile_samples_total", in_kernel, "mode", "kernel", NULL);
		metrics_sample(text, "sixty_profile_samples_total", samples - in_kernel,
			       "mode", "user", NULL);
	}
	metrics_family(text, "sixty_profile_fired_total", "counter",
		       "How often CPUs were looked at, idle ones too.");
	metrics_sample(text, "sixty_profile_fired_total", *profile->fired, NULL);
}
