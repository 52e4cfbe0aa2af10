// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* biolatency - how long requests to disks take, as histograms.  See biolatency(8). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "block/disk.h"
#include "output/hist_out.h"
#include "core/clock.h"
#include "core/hooks.h"
#include "core/log.h"
#include "core/skel.h"
#include "columns.h"
#include "biolatency.h"
#include "biolatency.skel.h"

#define FLAGS_MAX 24			/* REQ_FLAG_BITS */

static struct {
	struct common_args common;
	struct interval_args interval;
	struct disk_filter disk;
	bool milliseconds, queued, by_disk, by_flags, average;
	bool diskseq;			/* the kernel numbers disks */
} opt;

static const struct argp_option options[] = {
	{ "timestamp", 'T', NULL, 0, "Print the time before each histogram" },
	{ "milliseconds", 'm', NULL, 0, "Milliseconds, not microseconds" },
	{ "queued", 'Q', NULL, 0, "Include the time queued in the system" },
	{ "disks", 'D', NULL, 0, "A histogram for each disk" },
	{ "flags", 'F', NULL, 0, "A histogram for each operation and its flags" },
	{ "disk", 'd', "DISK", 0, "Only this disk or partition" },
	{ "extension", 'e', NULL, 0, "Print average, total and count, too" },
	{ NULL, 'c', "PATH", 0, "The same as --cgroup" },
	{ NULL, 'j', NULL, 0, "The same as --json" },
	{}
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.interval;
		state->child_inputs[1] = &opt.common;
		return 0;
	case 'T':
		args_time(&opt.common, NULL);
		return 0;
	case 'm':
		opt.milliseconds = true;
		return 0;
	case 'Q':
		opt.queued = true;
		return 0;
	case 'D':
		opt.by_disk = true;
		return 0;
	case 'F':
		opt.by_flags = true;
		return 0;
	case 'd':
		disk_args(arg, &opt.disk);
		return 0;
	case 'e':
		opt.average = true;
		return 0;
	case 'c':
		args_cgroup(&opt.common, arg);
		return 0;
	case 'j':
		opt.common.json = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "Summarize how long requests to disks take, as a histogram.\v"
	       "Examples:\n"
	       "  biolatency             # one histogram, at Ctrl-C\n"
	       "  biolatency -T 1 10     # one every second, ten times, with the time\n"
	       "  biolatency -mD 5       # each disk, in milliseconds, every 5 seconds\n"
	       "  biolatency -F          # reads, writes, flushes and their flags apart\n"
	       "  biolatency -Q -d sda1  # one partition, with the time in the queue\n",
	.children = (const struct argp_child[]){ { &interval_argp }, { &common_argp }, {} },
};

/* Print "WRITE_ZEROES" as "WriteZeroes"; FUA stays in capitals. */
static void camel_case(char *to, size_t size, const char *name)
{
	bool upper = true, keep = strcmp(name, "FUA") == 0;
	size_t len = 0;

	for (; *name && len + 1 < size; name++) {
		if (*name != '_')
			to[len++] = upper || keep ? *name : tolower((unsigned char)*name);
		upper = *name == '_';
	}
	to[len] = '\0';
}

/* Print a name from the kernel: in lower case in JSON, capitalized in text. */
static void show_name(char *to, size_t size, const char *name)
{
	if (opt.common.json)
		disk_lower_case(to, size, name);
	else
		camel_case(to, size, name);
}

/* In the text output the flags and the operation are one name, "Sync-Meta-Write". */
static void show_flags(struct out *out, const char *const *list, int n, __u32 cmd_flags)
{
	static struct text joined;
	char name[32];

	show_name(name, sizeof(name), disk_operation(cmd_flags));
	joined.len = 0;
	for (int i = 0; i < n; i++)
		text_printf(&joined, "%s-", list[i]);
	text_printf(&joined, "%s%c", name, '\0');
	out_show(out, COL_FLAGS, joined.at);
}

static void print_flags(struct out *out, __u32 cmd_flags)
{
	static char operation[32], names[FLAGS_MAX][32];
	static const char *list[FLAGS_MAX];
	int n = 0;

	for (__u32 bit = DISK_OP_BITS; bit < DISK_OP_BITS + FLAGS_MAX; bit++) {
		if (!(cmd_flags >> bit & 1))
			continue;
		show_name(names[n], sizeof(names[n]), disk_flag(bit));
		list[n] = names[n];
		n++;
	}
	disk_lower_case(operation, sizeof(operation), disk_operation(cmd_flags));
	out_name(out, COL_OPERATION, operation);
	out_list(out, COL_FLAGS, list, n);
	show_flags(out, list, n, cmd_flags);
}

static void print_disk(struct out *out, __u32 life, const char *name)
{
	if (!*name) {
		out_name(out, COL_DISK, "?");
		return;
	}
	out_str(out, COL_DISK, name, TASK_COMM_LEN);
	if (opt.diskseq)
		out_uint(out, COL_DISKSEQ, life);
}

static int print_hist(void *ctx, __u64 id, const struct hist *hist)
{
	struct out *out = ctx;

	out_row(out, clock_now_ns());
	if (id != HIST_NO_KEY && opt.by_disk)
		print_disk(out, BIO_ID_LIFE(id), hist->label);
	if (id != HIST_NO_KEY && opt.by_flags)
		print_flags(out, BIO_ID_CMD_FLAGS(id));
	out_hist(out, hist, opt.milliseconds ? "msecs" : "usecs", opt.average);
	return 0;
}

static enum bio_owner owner(void)
{
	if (!opt.common.filter.cgroup_id)
		return OWNER_ANY;
	return disk_charged(&opt.common) ? OWNER_CHARGED : OWNER_SUBMITTER;
}

static void choose_hooks(struct biolatency_bpf *skel)
{
	enum bio_owner owner_is = owner();

	/* Use hooks_tracepoint_args(), because 5.10 stable kernels have backports from 5.11. */
	if (hooks_tracepoint_args("block_rq_issue") == 2)
		hooks_enable(skel->progs.issue_in_queue, NULL);
	else
		hooks_enable(skel->progs.issue, NULL);
	if (owner_is == OWNER_SUBMITTER && hooks_tracepoint_args("block_getrq") == 3)
		hooks_enable(skel->progs.make_in_queue, NULL);
	else if (owner_is == OWNER_SUBMITTER)
		hooks_enable(skel->progs.make, NULL);
	else
		bpf_map__set_max_entries(skel->maps.own_bios, 1);
	skel->rodata->owner_is = owner_is;
}

static int trace(struct biolatency_bpf *skel)
{
	struct out out;
	struct hist_maps maps = {
		skel->maps.hist_total, skel->maps.hist_by_key, &skel->bss->hist_generation,
	};
	int err;

	skel->rodata->by_disk = opt.by_disk;
	skel->rodata->by_flags = opt.by_flags;
	skel->rodata->queued = opt.queued;
	skel->rodata->unit_ns = opt.milliseconds ? NS_PER_MS : NS_PER_US;
	memcpy((void *)&skel->rodata->only_disk, &opt.disk, sizeof(opt.disk));
	choose_hooks(skel);
	opt.diskseq = hooks_struct_has("gendisk", "diskseq");
	if (opt.by_flags)
		disk_load_names();
	err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config, &skel->bss->loss);
	if (err)
		return err;
	out_start(&out, &opt.common, "Tracing block device I/O... Hit Ctrl-C to end.");
	return hist_run(&out, &opt.interval, &maps, print_hist);
}

int main(int argc, char **argv)
{
	struct biolatency_bpf *skel;
	int err;

	args_parse("biolatency", &record_table, &argp, argc, argv, &opt.common);
	skel = biolatency_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	biolatency_bpf__destroy(skel);
	return log_exit_code(err);
}
