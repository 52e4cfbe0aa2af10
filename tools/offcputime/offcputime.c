// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* offcputime - where threads wait, and how long.  See offcputime(8). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "core/clock.h"
#include "core/hooks.h"
#include "core/log.h"
#include "core/run.h"
#include "core/skel.h"
#include "output/report.h"
#include "stacks/copies.h"
#include "session.h"
#include "columns.h"
#include "offcputime.skel.h"

static void take_event(void *ctx, const void *data, size_t size)
{
	const struct offcpu_head *head = data;

	if (head->kind == OFFCPU_STACK)
		take_stack(ctx, data, size);
	else
		take_wait(ctx, data);
}

/* Add the waits that have not ended, which the iterator over all threads emits. */
static void take_open_waits(struct offcputime *offcputime)
{
	static struct offcpu_wait wait;
	size_t have = 0;
	ssize_t bytes;

	if (offcputime->open_fd < 0)
		return;
	for (;;) {
		bytes = read(offcputime->open_fd, (char *)&wait + have, sizeof(wait) - have);
		if (bytes < 0 && errno == EINTR)
			continue;
		if (bytes <= 0)
			break;
		have += bytes;
		if (have < sizeof(wait))
			continue;
		take_wait(offcputime, &wait);
		offcputime->open_waits++;
		have = 0;
	}
	if (bytes < 0)
		log_err(-errno, "cannot read the waits that have not ended");
	close(offcputime->open_fd);
	offcputime->open_fd = -1;
}

static void warn_missing(const struct offcputime *offcputime)
{
	const struct stacks *stacks = &offcputime->stacks;

	if (offcputime->user_not_taken)
		log_warn("%llu of %llu waits have no user stack: it is not copied after several "
			 "short waits in a row%s", offcputime->user_not_taken, stacks->samples,
			 opt.user_stacks_per_s ? ", or beyond --user-stack-rate" : "");
	if (stacks->kernel_missed)
		log_warn("%llu kernel stacks could not be read", stacks->kernel_missed);
	if (stacks->not_kept)
		log_warn("%llu waits have no stack: there were more than %zu different "
			 "stacks (--stack-storage-size)", stacks->not_kept,
			 stacks->options.distinct_max);
	stacks_warn_helper(stacks);
	if (stacks->kernel_unknown && stacks->kernel_unknown == stacks->kernel_frames)
		log_warn("no kernel function has a name: /proc/kallsyms shows no addresses "
			 "(CAP_SYSLOG, kernel.kptr_restrict)");
}

static int write_files(const struct offcputime *offcputime)
{
	const struct pprof_unit unit = { "delay", "nanoseconds", NS_PER_US, "delay", "microseconds" };
	__u64 duration_ns = offcputime->end_ns - offcputime->out.stamp.start_ns;
	struct text title = {};
	int err;

	text_printf(&title, "Off-CPU time: %llu waits in %.1f s", offcputime->stacks.samples,
		    duration_ns / 1e9);
	text_char(&title, '\0');
	err = stack_files_write(&opt.files, &offcputime->stacks, "us", title.at, &unit,
				duration_ns);
	text_free(&title);
	return err;
}

static void finish(struct offcputime *offcputime)
{
	offcputime->end_ns = clock_now_ns();
	take_open_waits(offcputime);
	stacks_name(&offcputime->stacks, run_interrupt_fd(&offcputime->out), NULL);
	find_owners(&offcputime->stacks);
	if (opt.common.json || opt.folded || opt.n_by ||
	    (!opt.files.pprof.path && !opt.files.flame.path))
		print_waits(&offcputime->out, &offcputime->stacks);
	warn_missing(offcputime);
	offcputime->error = write_files(offcputime);
	if (!offcputime->error && offcputime->stacks.not_kept && opt.common.strict)
		offcputime->error = -EIO;
}

static void tick(void *ctx, bool last)
{
	struct offcputime *offcputime = ctx;

	if (last) {
		finish(offcputime);
		return;
	}
	unwind_long_waits(offcputime, clock_now_ns());
	stacks_settle(&offcputime->stacks);
}

static void start_output(struct offcputime *offcputime)
{
	char *words = banner();

	stacks_keep_privileges(opt.by_cgroup);
	/* Programs read folded lines, so nothing else may be printed to stdout. */
	if (opt.folded && !opt.common.json)
		log_warn("%s", words);
	out_start(&offcputime->out, &opt.common, opt.folded ? NULL : words);
	free(words);
}

static void set_options(struct offcputime_bpf *skel)
{
	skel->rodata->min_ns = opt.min_ns;
	skel->rodata->max_ns = opt.max_ns;
	skel->rodata->with_kernel = !opt.user_only;
	skel->rodata->with_user = wants_user_stacks();
	if (opt.user_stacks_per_s)
		skel->rodata->copy_interval_ns = NS_PER_S / opt.user_stacks_per_s;
	skel->rodata->user_threads_only = opt.user_threads_only;
	skel->rodata->kernel_threads_only = opt.kernel_threads_only;
	skel->rodata->by_state = opt.by_state;
	skel->rodata->state_mask = opt.state_mask;
	skel->rodata->by_pid = opt.pids.n > 0;
	skel->rodata->by_tid = opt.tids.n > 0;
	copies_size(skel->maps.stacks, skel->maps.events);
	id_list_size(&opt.pids, skel->maps.pids);
	id_list_size(&opt.tids, skel->maps.tids);
	/* v5.19, 16edd9b511a1 ("locking: Add lock contention tracepoints") */
	if (hooks_tracepoint("contention_begin"))
		hooks_enable(skel->progs.contention_begin, skel->progs.contention_end, NULL);
	if (access("/sys/kernel/btf/vmlinux", R_OK) == 0)
		hooks_enable(skel->progs.still_waiting, NULL);
}

/* Open the iterator over threads while its program is attached.  It is read at the end. */
static int open_iterator(const struct bpf_link *link)
{
	int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;

	if (link && fd < 0)
		log_err(-errno, "cannot look at the waiting threads at the end");
	return fd;
}

static int prepare(struct offcputime_bpf *skel)
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

static int trace(struct offcputime_bpf *skel)
{
	struct offcputime offcputime = { .open_fd = -1 };
	int err;

	opt.stacks.kernel_only = !wants_user_stacks() && !opt.by_mutex;
	opt.stacks.no_sandbox = opt.common.no_sandbox;
	stacks_start(&offcputime.stacks, &opt.stacks);
	err = prepare(skel);
	if (!err) {
		offcputime.open_fd = open_iterator(skel->links.still_waiting);
		start_output(&offcputime);
		err = run_events(&offcputime.out, skel->maps.events, take_event, tick, &offcputime);
	}
	stack_files_discard(&opt.files);
	free_pending(&offcputime);
	free_mutexes();
	stacks_free(&offcputime.stacks);
	return err ? err : offcputime.error;
}

int main(int argc, char **argv)
{
	struct offcputime_bpf *skel;
	int err;

	args_parse("offcputime", &record_table, &offcputime_argp, argc, argv, &opt.common);
	skel = offcputime_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	offcputime_bpf__destroy(skel);
	return log_exit_code(err);
}
