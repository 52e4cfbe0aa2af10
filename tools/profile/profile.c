// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* profile - what the CPUs run, by sampling stacks.  See profile(8). */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/privilege.h"
#include "core/sandbox.h"
#include "core/run.h"
#include "core/self.h"
#include "core/skel.h"
#include "output/report.h"
#include "stacks/copies.h"
#include "session.h"
#include "columns.h"
#include "profile.skel.h"

/*
 * Samples are shown at the end.  To take and unwind them in larger groups costs a third.  What
 * cannot wait, a new process, wakes this process.
 */
#define DELAY_NS (250 * NS_PER_MS)
#define FRAMES_DEFAULT 127		/* kernel.perf_event_max_stack, unless set */

static void show_progress(size_t done, size_t all)
{
	static __u64 next_ns;
	__u64 now = clock_now_ns();

	if (!next_ns)
		next_ns = now + NS_PER_S / 2;	/* show nothing within half a second */
	if (now < next_ns)
		return;
	next_ns = now + NS_PER_S / 10;
	fprintf(stderr, "\rprofile: naming %zu functions: %3zu %%%s", all, done * 100 / all,
		done == all ? "\n" : "");
}

static void take_sample(void *ctx, const void *data, size_t size)
{
	const struct profile_sample *event = data;
	struct profile *profile = ctx;
	struct stack_sample sample = {
		.owner = { .pid = event->head.pid, .ns_pid = event->head.ns_pid },
		.process = {
			event->start_boottime_ns, event->exec_id, event->head.pid,
			self_proc_id(event->head.pid, event->head.ns_pid),
		},
		.kernel = event->frames,
		.user = event->frames + event->kernel_frames,
		.n_kernel = event->kernel_frames,
		.n_user = event->user_frames,
		.kernel_missed = event->kernel_missed,
		.user_missed = event->user_missed,
		.copy = event->user.copied ? &event->user : NULL,
		.copy_bytes = event->frames + event->kernel_frames,
		.map_count = event->map_count,
	};

	memcpy(sample.owner.comm, event->head.comm, sizeof(sample.owner.comm));
	if (opt.by_tid) {
		sample.owner.tid = event->head.tid;
		sample.owner.ns_tid = event->head.ns_tid;
	}
	if (opt.by_cpu)
		sample.owner.cpu = event->head.cpu;
	if (opt.by_cgroup)
		sample.owner.cgroup_id = event->head.cgroup_id;
	stacks_add(&profile->stacks, &sample);
	profile->kernel_samples += sample.n_kernel || sample.kernel_missed;
}

static void finish(struct profile *profile)
{
	struct stacks *stacks = &profile->stacks;
	struct out *out = &profile->out;
	bool lost;

	sampling_stop(profile->sampling);
	profile->end_ns = clock_now_ns();
	stacks_name(stacks, run_interrupt_fd(out), isatty(STDERR_FILENO) ? show_progress : NULL);
	if (opt.common.json || opt.folded || (!opt.files.pprof.path && !opt.files.flame.path))
		print_stacks(out, stacks);
	if (opt.common.json)
		json_samples(profile, out);
	lost = warn_lost(profile);
	warn_missing(stacks);
	profile->error = write_files(profile);
	if (!profile->error && lost && opt.common.strict)
		profile->error = -EIO;
}

static void look_around(struct profile *profile)
{
	stacks_settle(&profile->stacks);
	sampling_tick(profile->sampling);
}

static void tick(void *ctx, bool last)
{
	struct profile *profile = ctx;

	if (last)
		finish(profile);
	else
		look_around(profile);
}

static void start_output(struct profile *profile)
{
	char *words = banner(sampling_by_clock(profile->sampling));

	privilege_keep(CAP_PERFMON);		/* a CPU that comes online is sampled */
	stacks_keep_privileges(opt.by_cgroup);
	sandbox_allow(sandbox_attach);
	/* Programs read folded lines, so nothing else may be printed to stdout. */
	if (opt.folded && !opt.common.json)
		log_warn("%s", words);
	out_start(&profile->out, &opt.common, opt.folded ? NULL : words);
	profile->out.delay_ns = DELAY_NS;
	free(words);
}

static void set_options(struct profile_bpf *skel)
{
	skel->rodata->with_idle = opt.idle;
	skel->rodata->with_kernel = !opt.user_only;
	skel->rodata->with_user = !opt.kernel_only;
	skel->rodata->copy_stacks = !opt.frame_pointers;
	skel->rodata->by_pid = opt.pids.n > 0;
	skel->rodata->by_tid = opt.tids.n > 0;
	skel->bss->woken_ns = INT64_MAX;	/* so no sample wakes it because of a pause */
	copies_size(skel->maps.scratch, skel->maps.events);
	id_list_size(&opt.pids, skel->maps.pids);
	id_list_size(&opt.tids, skel->maps.tids);
}

/* Return the depth to which the kernel reads stacks. */
static __u32 frames_max(void)
{
	FILE *f = fopen("/proc/sys/kernel/perf_event_max_stack", "re");
	__u32 frames = FRAMES_DEFAULT;

	if (!f)
		return frames;
	if (fscanf(f, "%u", &frames) != 1)
		frames = FRAMES_DEFAULT;
	fclose(f);
	return frames < PROFILE_FRAMES ? frames : PROFILE_FRAMES;
}

static int prepare(struct profile_bpf *skel)
{
	int err;

	set_options(skel);
	err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config, &skel->bss->loss);
	if (!err)
		err = id_list_fill(&opt.pids, skel->maps.pids);
	if (!err)
		err = id_list_fill(&opt.tids, skel->maps.tids);
	return err ? err : stack_files_open(&opt.files);
}

static int trace(struct profile_bpf *skel)
{
	struct profile profile = { .fired = &skel->bss->fired };
	int err;

	opt.stacks.frames_max = frames_max();
	opt.stacks.kernel_only = opt.kernel_only;
	opt.stacks.no_sandbox = opt.common.no_sandbox;
	stacks_start(&profile.stacks, &opt.stacks);
	err = prepare(skel);
	if (!err)
		err = sampling_start(&profile.sampling, &opt.sampling, skel->progs.sample_cpu);
	if (!err) {
		report_more_metrics(put_metrics, &profile);
		start_output(&profile);
		err = run_events(&profile.out, skel->maps.events, take_sample, tick, &profile);
	}
	stack_files_discard(&opt.files);
	sampling_free(profile.sampling);
	stacks_free(&profile.stacks);
	return err ? err : profile.error;
}

int main(int argc, char **argv)
{
	struct profile_bpf *skel;
	int err;

	args_parse("profile", &record_table, &profile_argp, argc, argv, &opt.common);
	skel = profile_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	profile_bpf__destroy(skel);
	return log_exit_code(err);
}
