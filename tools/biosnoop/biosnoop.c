// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* biosnoop - trace requests to disks, and who caused them.  See biosnoop(8). */
#include <errno.h>
#include <string.h>

#include "block/disk.h"
#include "core/hooks.h"
#include "output/process.h"
#include "core/log.h"
#include "core/run.h"
#include "core/sandbox.h"
#include "core/skel.h"
#include "columns.h"
#include "biosnoop.h"
#include "biosnoop.skel.h"

static struct {
	struct common_args common;
	struct disk_filter disk;
	__u64 min_ns;
	bool pattern;
} opt = { .common.time = STAMP_SINCE_START_US };

static const struct argp_option options[] = {
	{ "queued", 'Q', NULL, 0, "Print the time queued in the system" },
	{ "queue", 0, NULL, OPTION_ALIAS | OPTION_HIDDEN },
	{ "disk", 'd', "DISK", 0, "Only this disk or partition" },
	{ "min", 'm', "MS", 0, "Only requests that took at least MS milliseconds" },
	{ "pattern", 'P', NULL, 0, "Print whether a request is sequential (S) or random (R)" },
	{ "timestamp", 't', NULL, 0, "Print the time of day" },
	{ NULL, 'c', "PATH", 0, "The same as --cgroup" },
	{}
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.common;
		return 0;
	case 'Q':
		columns[COL_QUEUE].hidden = false;
		return 0;
	case 'd':
		disk_args(arg, &opt.disk);
		return 0;
	case 'm':
		opt.min_ns = args_ms(arg, "latency");
		return 0;
	case 'P':
		opt.pattern = true;
		columns[COL_PATTERN].hidden = false;
		return 0;
	case 't':
		args_time(&opt.common, NULL);
		return 0;
	case 'c':
		args_cgroup(&opt.common, arg);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num || opt.common.count.by)
			return ARGP_ERR_UNKNOWN;
		args_duration(&opt.common, arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[DURATION]",
	.doc = "Trace requests to disks, and the process that caused each.\v"
	       "Examples:\n"
	       "  biosnoop               # every request, until Ctrl-C\n"
	       "  biosnoop -Q 10         # with the time in the queue, for 10 seconds\n"
	       "  biosnoop -m 10         # only those slower than 10 ms\n"
	       "  biosnoop -P -d vda     # one disk, with sequential or random\n",
	.children = (const struct argp_child[]){ { &event_argp }, {} },
};

static bool is_op(__u32 cmd_flags, const char *name)
{
	return strcmp(disk_operation(cmd_flags), name) == 0;
}

/* Return true if the flag @name is set in @cmd_flags. */
static bool has_flag(__u32 cmd_flags, const char *name)
{
	for (unsigned int bit = DISK_OP_BITS; bit < 32; bit++)
		if (cmd_flags >> bit & 1 && strcmp(disk_flag(bit), name) == 0)
			return true;
	return false;
}

/* Print operation and flags as the letters of blktrace(8): "WS", "RM", "FF". */
static void print_rwbs(struct out *out, __u32 cmd_flags)
{
	static const struct {
		const char *name, *letters;
	} ops[] = {
		{ "READ", "R" }, { "WRITE", "W" }, { "FLUSH", "F" }, { "DISCARD", "D" },
		{ "SECURE_ERASE", "DE" },
	}, behind[] = {
		{ "FUA", "F" }, { "RAHEAD", "A" }, { "SYNC", "S" }, { "META", "M" },
	};
	const char *op = "N";
	static char rwbs[16];
	char *end = rwbs;

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		if (is_op(cmd_flags, ops[i].name))
			op = ops[i].letters;
	if (has_flag(cmd_flags, "PREFLUSH"))
		*end++ = 'F';
	end = stpcpy(end, op);
	for (size_t i = 0; i < ARRAY_SIZE(behind); i++)
		if (has_flag(cmd_flags, behind[i].name))
			end = stpcpy(end, behind[i].letters);
	out_str(out, COL_RWBS, rwbs, end - rwbs);
}

/* The same in words. */
static void print_names(struct out *out, __u32 cmd_flags)
{
	static char operation[32], names[32][32];
	static const char *list[32];
	size_t n = 0;

	if (out_wants(out, COL_OPERATION)) {
		disk_lower_case(operation, sizeof(operation), disk_operation(cmd_flags));
		out_name(out, COL_OPERATION, operation);
	}
	if (!out_wants(out, COL_FLAGS))
		return;
	for (unsigned int bit = DISK_OP_BITS; bit < 32; bit++)
		if (cmd_flags >> bit & 1) {
			disk_lower_case(names[n], sizeof(names[n]), disk_flag(bit));
			list[n] = names[n];
			n++;
		}
	out_list(out, COL_FLAGS, list, n);
}

static void print_disk(struct out *out, const struct bio_event *e)
{
	const char *partition = NULL;

	if (e->disk[0])
		out_str(out, COL_DISK, e->disk, sizeof(e->disk));
	else
		out_name(out, COL_DISK, "?");
	if (e->diskseq)
		out_uint(out, COL_DISKSEQ, e->diskseq);
	if (out_wants(out, COL_PARTITION) && e->sector != BIO_NO_SECTOR)
		partition = disk_partition(e->dev, e->diskseq, e->sector);
	if (partition)
		out_name(out, COL_PARTITION, partition);
}

static void print_pattern(struct out *out, __u8 pattern)
{
	static const char *const letters[] = { "?", "S", "R" };
	static const char *const words[] = { "unknown", "sequential", "random" };

	if (!opt.pattern)
		return;
	out_name(out, COL_PATTERN, words[pattern]);
	out_show(out, COL_PATTERN, letters[pattern]);
}

/*
 * The errno of an error.  Since v5.16, 8a7d267b4a2d, the tracepoint has the
 * block layer's own status (blk_status_t); the numbers of zone errors and later ones differ between
 * releases, so all of them are shown as EIO.
 */
static int error_number(int error)
{
	static const int errnos[] = {
		0, EOPNOTSUPP, ETIMEDOUT, ENOSPC, ENOLINK, EREMOTEIO, EBADE, ENODATA, EILSEQ,
		ENOMEM, EIO, EREMCHG, EAGAIN, EBUSY,
	};

	if (error <= 0)
		return -error;
	return error < (int)ARRAY_SIZE(errnos) ? errnos[error] : EIO;
}

static void print_owner(struct out *out, const struct bio_event *e)
{
	if (!e->owned) {
		out_name(out, COL_COMM, "?");
		out_uint(out, COL_PID, 0);
		return;
	}
	out_uint(out, COL_UID, e->head.uid);
	out_str(out, COL_COMM, e->head.comm, sizeof(e->head.comm));
	out_task(out, COL_PID, COL_TID, &e->head);
}

static void print_event(void *ctx, const void *event, size_t size)
{
	const struct bio_event *e = event;
	struct out *out = ctx;

	if (e->owned)
		out_event(out, &e->head);
	else
		out_row(out, e->head.ns);
	print_owner(out, e);
	print_disk(out, e);
	print_rwbs(out, e->cmd_flags);
	print_names(out, e->cmd_flags);
	if (e->sector != BIO_NO_SECTOR)
		out_uint(out, COL_SECTOR, e->sector);
	out_uint(out, COL_BYTES, e->bytes);
	print_pattern(out, e->pattern);
	if (e->queue_ns != BIO_NO_TIME)
		out_uint(out, COL_QUEUE, e->queue_ns);
	out_uint(out, COL_LATENCY, e->latency_ns);
	out_int(out, COL_ERROR, error_number(e->error));
	out_error_name(out, COL_ERROR_NAME, error_number(e->error));
	out_end(out);
}

static void choose_hooks(struct biosnoop_bpf *skel)
{
	bool io_start = hooks_tracepoint_args("block_io_start") == 1;

	/* Use hooks_tracepoint_args(), because 5.10 stable kernels have backports from 5.11. */
	if (hooks_tracepoint_args("block_rq_issue") == 2)
		hooks_enable(skel->progs.issue_in_queue, NULL);
	else
		hooks_enable(skel->progs.issue, NULL);
	if (io_start)
		hooks_enable(skel->progs.make, NULL);
	else if (hooks_tracepoint_args("block_getrq") == 3)
		hooks_enable(skel->progs.make_bio_in_queue, NULL);
	else
		hooks_enable(skel->progs.make_bio, NULL);
	skel->rodata->owner_by_bio = !io_start;
	if (io_start)
		bpf_map__set_max_entries(skel->maps.owners, 1);
	disk_load_names();
}

static void set_tunables(struct biosnoop_bpf *skel)
{
	const struct filter *filter = &opt.common.filter;
	bool tasks = filter->pid || filter->tid || filter->uid != FILTER_ANY_UID;

	skel->rodata->filtered = tasks || filter->cgroup_id;
	skel->rodata->charged = !tasks && disk_charged(&opt.common);
	skel->rodata->min_ns = opt.min_ns;
	skel->rodata->find_pattern = opt.pattern;
	if (!opt.pattern)
		bpf_map__set_max_entries(skel->maps.last_ends, 1);
	memcpy((void *)&skel->rodata->only_disk, &opt.disk, sizeof(opt.disk));
}

static int trace(struct biosnoop_bpf *skel)
{
	struct out out;
	int err;

	set_tunables(skel);
	choose_hooks(skel);
	err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config, &skel->bss->loss);
	if (err)
		return err;
	out_start(&out, &opt.common, NULL);
	if (out_wants(&out, COL_PARTITION))
		sandbox_allow(sandbox_read_files);	/* sysfs */
	return run_events(&out, skel->maps.events, print_event, NULL, &out);
}

int main(int argc, char **argv)
{
	struct biosnoop_bpf *skel;
	int err;

	args_parse("biosnoop", &record_table, &argp, argc, argv, &opt.common);
	skel = biosnoop_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	biosnoop_bpf__destroy(skel);
	return log_exit_code(err);
}
