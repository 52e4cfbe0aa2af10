// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The files of --flame and --pprof. */
#include <stdlib.h>

#include "core/clock.h"
#include "session.h"

/* "CPU profile: 490 samples in 10.0 s, 49 Hertz" */
static char *title(const struct profile *profile, double seconds)
{
	struct text text = {};

	text_printf(&text, "CPU profile: %llu samples in %.1f s", profile->stacks.samples, seconds);
	if (opt.sampling.hertz)
		text_printf(&text, ", %llu Hertz", opt.sampling.hertz);
	text_char(&text, '\0');
	return text.at;
}

int write_files(const struct profile *profile)
{
	struct pprof_unit clock = { "cpu", "nanoseconds", opt.sampling.period };
	struct pprof_unit cycles = { "cycles", "count", opt.sampling.period };
	bool by_cycles = !opt.sampling.hertz && !sampling_by_clock(profile->sampling);
	__u64 duration_ns = profile->end_ns - profile->out.stamp.start_ns;
	char *words = title(profile, duration_ns / 1e9);
	int err;

	if (opt.sampling.hertz)
		clock.period = NS_PER_S / opt.sampling.hertz;
	err = stack_files_write(&opt.files, &profile->stacks, "samples", words,
				by_cycles ? &cycles : &clock, duration_ns);
	free(words);
	return err;
}
