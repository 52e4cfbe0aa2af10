// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* runqlat - how long tasks waited for a CPU, as histograms.  See runqlat(8). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "output/hist_out.h"
#include "core/clock.h"
#include "core/hooks.h"
#include "core/log.h"
#include "output/process.h"
#include "columns.h"
#include "runqlat.h"
#include "core/skel.h"
#include "runqlat.skel.h"

static struct {
	struct common_args common;
	struct interval_args interval;
	enum runqlat_key key;
	bool milliseconds;
} opt;

enum { OPT_PIDNSS = 0x200, OPT_CGROUPS };

static const struct argp_option options[] = {
	{ "timestamp", 'T', NULL, 0, "Print the time before each histogram" },
	{ "milliseconds", 'm', NULL, 0, "Milliseconds, not microseconds" },
	{ "pids", 'P', NULL, 0, "A histogram for each process" },
	{ "tids", 'L', NULL, 0, "A histogram for each thread" },
	{ "pidnss", OPT_PIDNSS, NULL, 0, "A histogram for each PID namespace" },
	{ "cgroups", OPT_CGROUPS, NULL, 0, "A histogram for each cgroup" },
	{ NULL, 'c', "PATH", 0, "The same as --cgroup" },
	{}
};

static error_t set_key(enum runqlat_key key)
{
	if (opt.key && opt.key != key)
		args_fail("only one of -P, -L, --pidnss and --cgroups can be used");
	opt.key = key;
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.common;	/* filter_argp's */
		state->child_inputs[1] = &opt.interval;
		state->child_inputs[2] = &opt.common;
		return 0;
	case 'T':
		args_time(&opt.common, NULL);
		return 0;
	case 'm':
		opt.milliseconds = true;
		return 0;
	case 'c':
		args_cgroup(&opt.common, arg);
		return 0;
	case 'P':
		return set_key(KEY_PROCESS);
	case 'L':
		return set_key(KEY_THREAD);
	case OPT_PIDNSS:
		return set_key(KEY_PIDNS);
	case OPT_CGROUPS:
		return set_key(KEY_CGROUP);
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "Summarize how long tasks that could run waited for a CPU, as a histogram.\v"
	       "Examples:\n"
	       "  runqlat              # one histogram, at Ctrl-C\n"
	       "  runqlat -T 1 10      # one every second, ten times, with the time\n"
	       "  runqlat -P -p 181    # process 181, by name\n"
	       "  runqlat -mL 5        # each thread, in milliseconds, every 5 seconds\n"
	       "  runqlat --cgroups 1  # which cgroup is short of CPU\n",
	.children = (const struct argp_child[]){
		{ &filter_argp }, { &interval_argp }, { &common_argp }, {}
	},
};

/* Print the labels of the histogram of @id. */
static void print_label(struct out *out, __u64 id, const struct hist *hist)
{
	switch (opt.key) {
	case KEY_NONE:
		break;
	case KEY_PROCESS:
		out_process(out, COL_PID, RUNQLAT_ID_HOST(id), RUNQLAT_ID_NS(id));
		out_str(out, COL_COMM, hist->label, sizeof(hist->label));
		break;
	case KEY_THREAD:
		out_process(out, COL_TID, RUNQLAT_ID_HOST(id), RUNQLAT_ID_NS(id));
		out_str(out, COL_COMM, hist->label, sizeof(hist->label));
		break;
	case KEY_PIDNS:
		out_uint(out, COL_PIDNS, id);
		break;
	case KEY_CGROUP:
		out_cgroup(out, COL_CGROUP, id);
		break;
	}
}

static int print_hist(void *ctx, __u64 id, const struct hist *hist)
{
	struct out *out = ctx;

	out_row(out, clock_now_ns());
	if (id != HIST_NO_KEY)
		print_label(out, id, hist);
	out_hist(out, hist, opt.milliseconds ? "msecs" : "usecs", false);
	return 0;
}

/*
 * Return true if a task has a pointer to its run queue (CONFIG_FAIR_GROUP_SCHED, which
 * autogroups need). The test of the file is quick; reading BTF would take most of the start.
 */
static bool queue_of_task(void)
{
	return access("/proc/self/autogroup", F_OK) == 0 || hooks_struct_has("cfs_rq", "rq");
}

/*
 * Return true if the scheduler stamps tasks (CONFIG_SCHED_INFO; before v5.14 a boot option
 * could disable it). Then the third number, how often this task got a CPU, is not 0.
 */
static bool scheduler_stamps(void)
{
	FILE *f = fopen("/proc/self/schedstat", "re");
	unsigned long long times = 0;
	bool stamps;

	if (!f)
		return false;
	stamps = fscanf(f, "%*u %*u %llu", &times) == 1 && times > 0;
	fclose(f);
	return stamps;
}

static void choose_hooks(struct runqlat_bpf *skel)
{
	const char *forced = secure_getenv("SIXTY_HOOKS");
	bool stamps, storage;

	stamps = !(forced && strcmp(forced, "wakeup") == 0) && scheduler_stamps() &&
		 queue_of_task();
	storage = stamps && access("/sys/kernel/btf/vmlinux", R_OK) == 0 &&
		  libbpf_probe_bpf_map_type(BPF_MAP_TYPE_TASK_STORAGE, NULL) == 1;
	if (stamps)
		hooks_enable(skel->progs.arrive, NULL);
	else
		hooks_enable(skel->progs.wakeup, skel->progs.wakeup_new, skel->progs.switched,
			     NULL);
	bpf_map__set_autocreate(skel->maps.queued_at, !stamps);
	bpf_map__set_autocreate(skel->maps.tasks_seen, storage);
	skel->rodata->task_storage = storage;
	if (storage)
		hooks_enable(skel->progs.remember, NULL);
}

/* Run the iterator over all tasks. It writes nothing, so a single read completes it. */
static int remember_tasks(const struct bpf_link *iterator)
{
	char nothing;
	int fd;

	if (!iterator)
		return 0;
	fd = bpf_iter_create(bpf_link__fd(iterator));
	if (fd < 0 || read(fd, &nothing, 1) < 0)
		return log_err(-errno, "cannot look at the tasks");
	close(fd);
	return 0;
}

/*
 * Before v6.1 (fba1a1c6c912, "bpf: Convert hash map to bpf_mem_alloc.") a growing hash map
 * allocates with kmalloc(), which is not allowed while the run queue is locked. There the
 * whole map is allocated at the start (25 MB).
 */
static void size_hash(struct bpf_map *by_key)
{
	if (opt.key == KEY_NONE)
		bpf_map__set_max_entries(by_key, 1);
	else if (!hooks_struct_has("bpf_htab", "ma"))
		bpf_map__set_map_flags(by_key, 0);
	else
		bpf_map__set_max_entries(by_key, 32768);
}

static int trace(struct runqlat_bpf *skel)
{
	struct out out;
	struct hist_maps maps = {
		skel->maps.hist_total, skel->maps.hist_by_key, &skel->bss->hist_generation,
	};
	int err;

	skel->rodata->key_by = opt.key;
	skel->rodata->unit_ns = opt.milliseconds ? NS_PER_MS : NS_PER_US;
	choose_hooks(skel);
	size_hash(skel->maps.hist_by_key);
	err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config, &skel->bss->loss);
	if (!err)
		err = remember_tasks(skel->links.remember);
	if (err)
		return err;
	out_start(&out, &opt.common, "Tracing run queue latency... Hit Ctrl-C to end.");
	return hist_run(&out, &opt.interval, &maps, print_hist);
}

int main(int argc, char **argv)
{
	struct runqlat_bpf *skel;
	int err;

	args_parse("runqlat", &record_table, &argp, argc, argv, &opt.common);
	skel = runqlat_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	runqlat_bpf__destroy(skel);
	return log_exit_code(err);
}
