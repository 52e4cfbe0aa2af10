// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * fsslower - trace operations on files that take long.  See fsslower(8).
 *
 * ext4slower and the like are this source with ONLY_FS defined, "ext4".
 */
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/args.h"
#include "core/clock.h"
#include "core/hooks.h"
#include "core/log.h"
#include "output/out.h"
#include "output/process.h"
#include "core/run.h"
#include "core/skel.h"
#include "columns.h"
#include "fsslower.h"
#include "fsslower.skel.h"

#ifdef ONLY_FS
#define TOOL ONLY_FS "slower"
#define OF ONLY_FS " "
#else
#define TOOL "fsslower"
#define OF "file system "
#endif

#define SPLICE "filemap_splice_read"	/* v6.5: most file systems splice with it */
#define MIN_MS_DEFAULT 10

/* One row for each supported file system. */
static const struct file_system {
	const char *name;
	__u32 magic;			/* of its superblocks: linux/magic.h */
	/* Functions in its struct file_operations; NULL: unknown, so hook the system calls. */
	const char *read, *write, *open, *fsync;
} file_systems[] = {
	{ "ext4", 0xef53, "ext4_file_read_iter", "ext4_file_write_iter", "ext4_file_open",
	  "ext4_sync_file" },		/* ext2 and ext3 have the same magic */
	{ "xfs", 0x58465342, "xfs_file_read_iter", "xfs_file_write_iter", "xfs_file_open",
	  "xfs_file_fsync" },
	{ "btrfs", 0x9123683e, "btrfs_file_read_iter", "btrfs_file_write_iter",
	  "btrfs_file_open", "btrfs_sync_file" },
	{ "bcachefs", 0xca451a4e },
	{ "f2fs", 0xf2f52010 },
	{ "fuse", 0x65735546 },
	{ "nfs", 0x6969 },
	{ "overlay", 0x794c7630 },
	{ "tmpfs", 0x01021994 },
	{ "zfs", 0x2fc12fc1 },
};

static struct {
	struct common_args common;
	const struct file_system *fs;	/* NULL: any */
	__u64 min_ns;
	bool csv;
} opt = { .common.time = STAMP_LOCAL, .min_ns = MIN_MS_DEFAULT * NS_PER_MS };

static const struct {
	const char *letter, *name;
} ops[] = {
	[FS_READ] = { "R", "read" },
	[FS_WRITE] = { "W", "write" },
	[FS_OPEN] = { "O", "open" },
	[FS_FSYNC] = { "F", "fsync" },
};

static const struct argp_option options[] = {
	{ "min", 'm', "MS", 0, "Only operations that took at least MS milliseconds (default: 10); "
	  "0: all" },
#ifndef ONLY_FS
	{ "type", 't', "TYPE", 0, "Only file systems of this type: ext4, xfs, btrfs, nfs ..." },
#endif
	{ "csv", 'c', NULL, 0, "Print comma-separated values" },
	{ NULL, 'j', NULL, OPTION_ALIAS },
	{ NULL, 'd', "SECONDS", 0, "The same as --duration" },
	{}
};

static void set_fs(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(file_systems); i++)
		if (strcmp(name, file_systems[i].name) == 0) {
			opt.fs = &file_systems[i];
			columns[COL_FS].hidden = true;
			return;
		}
	args_fail("unknown file system '%s': expected one of ext4, xfs, btrfs, bcachefs, f2fs, "
		  "fuse, nfs, overlay, tmpfs, zfs", name);
}

/* Settings that depend on several options. */
static void check_options(void)
{
	if (opt.csv && opt.common.count.by)
		args_fail("--csv and --count-by exclude each other");
	if (opt.csv && (opt.common.json || opt.common.metrics))
		args_fail("--csv and --%s exclude each other", opt.common.json ? "json" : "metrics");
	if (opt.csv && opt.common.columns)
		args_fail("--csv and -o exclude each other");
	if (!opt.csv)
		return;
	opt.common.table = &csv_table;
	opt.common.time = STAMP_NONE;		/* it already has a time column, */
	opt.common.print_container = false;	/* and these columns only */
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.common;
#ifdef ONLY_FS
		set_fs(ONLY_FS);
#endif
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 0 || opt.common.count.by)
			return ARGP_ERR_UNKNOWN;
		/* fall through */
	case 'm':
		opt.min_ns = args_ms(arg, "minimum latency");
		return 0;
	case 't':
		set_fs(arg);
		return 0;
	case 'c':
	case 'j':
		opt.csv = true;
		return 0;
	case 'd':
		args_duration(&opt.common, arg);
		return 0;
	case ARGP_KEY_SUCCESS:
		check_options();
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[MS]",
	.doc = "Trace " OF "reads, writes, opens and fsyncs that take long.\v"
	       "Examples:\n"
	       "  " TOOL "               # what takes 10 ms or more\n"
	       "  " TOOL " 1             # 1 ms or more\n"
	       "  " TOOL " -m 0 -p 181   # everything that process 181 does\n"
#ifndef ONLY_FS
	       "  " TOOL " -t nfs        # on NFS\n"
#endif
	       "  " TOOL " --csv -d 60   # one minute, comma-separated\n",
	.children = (const struct argp_child[]){ { &event_argp }, {} },
};

/* Print the path of @e, whose text is @size bytes, with marks where it is incomplete. */
static void full_path(struct text *path, const struct fs_event *e, size_t size)
{
	path->len = 0;
	if (e->marks & FS_UNREACHABLE)
		text_str(path, "(unreachable)");
	if (e->marks & FS_PATH_CUT)
		text_str(path, "...");
	text_path(path, e->text, size);
	if (e->marks & FS_DELETED)
		text_str(path, " (deleted)");
}

/* A call that a signal interrupted inside the kernel (ERESTARTSYS ...) ends with EINTR. */
static int error_of(const struct fs_event *e)
{
	return e->error >= 512 && e->error <= 516 ? EINTR : e->error;
}

static void print_bytes(struct out *out, const struct fs_event *e)
{
	const char *name = strerrorname_np(error_of(e));

	if (e->error)
		out_show(out, COL_BYTES, name ? name : "error");
	else if (e->op != FS_OPEN && e->bytes != FS_WHOLE)
		out_int(out, COL_BYTES, e->bytes);
	out_int(out, COL_ERR, error_of(e));
	out_error_name(out, COL_ERROR_NAME, error_of(e));
	if (e->op != FS_OPEN && !(e->op == FS_FSYNC && e->bytes == FS_WHOLE))
		out_int(out, COL_OFFSET, e->offset);
}

/* Quote a name that contains a comma or a quote, and double its quotes (RFC 4180). */
static void csv_name(struct text *line, const char *name, size_t len)
{
	bool quote = memchr(name, ',', len) || memchr(name, '"', len);

	if (quote)
		text_char(line, '"');
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '"')
			text_char(line, '"');
		text_char(line, name[i]);
	}
	if (quote)
		text_char(line, '"');
}

static void print_csv(struct out *out, const struct fs_event *e, const struct text *path)
{
	static struct text line;

	line.len = 0;
	text_printf(&line, "%llu,", e->head.ns);
	csv_name(&line, e->head.comm, strnlen(e->head.comm, sizeof(e->head.comm)));
	text_printf(&line, ",%s,%s,", process_text(e->head.pid, e->head.ns_pid),
		    ops[e->op].letter);
	if (e->error)
		text_int(&line, -error_of(e));
	else if (e->bytes == FS_WHOLE)
		text_str(&line, "LL_MAX");
	else
		text_int(&line, e->bytes);
	text_printf(&line, ",%lld,%llu,", e->offset, e->latency_ns / NS_PER_US);
	csv_name(&line, path->at, path->len);
	out_event(out, &e->head);
	out_str(out, 0, line.at, line.len);
	out_end(out);
}

static void print_event(void *ctx, const void *event, size_t size)
{
	const struct fs_event *e = event;
	static struct text path;
	struct out *out = ctx;

	if (!run_whole(size >= offsetof(struct fs_event, text) && e->op < ARRAY_SIZE(ops)))
		return;
	full_path(&path, e, size - offsetof(struct fs_event, text));
	if (opt.csv) {
		print_csv(out, e, &path);
		return;
	}
	out_event(out, &e->head);
	out_uint(out, COL_UID, e->head.uid);
	out_str(out, COL_COMM, e->head.comm, sizeof(e->head.comm));
	out_task(out, COL_PID, COL_TID, &e->head);
	out_name(out, COL_OP, ops[e->op].name);
	out_show(out, COL_OP, ops[e->op].letter);
	print_bytes(out, e);
	out_uint(out, COL_LATENCY, e->latency_ns);
	out_str(out, COL_FS, e->fs, sizeof(e->fs));
	out_bool(out, COL_TRUNCATED, e->marks & FS_PATH_CUT);
	out_str(out, COL_FILE, path.at, path.len);
	out_end(out);
}

/* For tests: SIXTY_HOOKS=fentry, kprobe or syscall allows only this kind of hook. */
static bool allowed(const char *way)
{
	const char *forced = secure_getenv("SIXTY_HOOKS");

	return !forced || strcmp(forced, way) == 0;
}

/* A function, and the programs for its begin and end. */
struct function {
	const char *name;
	struct bpf_program *enter, *leave;
};

/* Set the targets of all @n functions, or of none. */
static bool aim(const struct function *functions, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (hooks_aim(functions[i].enter, functions[i].name) ||
		    hooks_aim(functions[i].leave, functions[i].name))
			break;
	if (i == n)
		return true;
	for (size_t j = 0; j <= i; j++) {
		bpf_program__set_autoload(functions[j].enter, false);
		bpf_program__set_autoload(functions[j].leave, false);
	}
	return false;
}

/* Test the first function only: it shows whether fentry works.  The others may be in a module. */
static bool aim_fentry(struct fsslower_bpf *skel)
{
	typeof(skel->progs) *p = &skel->progs;
	struct function functions[] = {
		{ opt.fs->read, p->fentry_read, p->fexit_read },
		{ opt.fs->write, p->fentry_write, p->fexit_write },
		{ opt.fs->open, p->fentry_open, p->fexit_open },
		{ opt.fs->fsync, p->fentry_fsync, p->fexit_fsync },
	};
	struct function splice = { SPLICE, p->fentry_splice, p->fexit_splice };

	if (!allowed("fentry") || !hooks_fentry("vfs_fsync_range") ||
	    !aim(functions, ARRAY_SIZE(functions)))
		return false;
	aim(&splice, 1);
	return true;
}

static bool aim_kprobe(struct fsslower_bpf *skel)
{
	typeof(skel->progs) *p = &skel->progs;
	struct function functions[] = {
		{ opt.fs->read, p->kprobe_read, p->kretprobe_read },
		{ opt.fs->write, p->kprobe_write, p->kretprobe_write },
		{ opt.fs->open, p->kprobe_open, p->kretprobe_open },
		{ opt.fs->fsync, p->kprobe_fsync, p->kretprobe_fsync },
	};
	struct function splice = { SPLICE, p->kprobe_splice, p->kretprobe_splice };

	if (!allowed("kprobe") || !aim(functions, ARRAY_SIZE(functions)))
		return false;
	aim(&splice, 1);
	return true;
}

static void choose_hooks(struct fsslower_bpf *skel)
{
	bool functions = opt.fs && opt.fs->read;

	if (!(functions && (aim_fentry(skel) || aim_kprobe(skel))))
		hooks_enable(skel->progs.call_enter, skel->progs.call_exit, NULL);
	skel->rodata->task_storage = hooks_task_storage(skel->maps.thread_storage,
							skel->maps.thread_hash, true);
}

/* As BCC says it. */
static const char *banner(void)
{
	char limit[48] = "", end[48] = "... Hit Ctrl-C to end.";
	static char line[128];

	if (opt.min_ns)
		snprintf(limit, sizeof(limit), " slower than %g ms", (double)opt.min_ns / NS_PER_MS);
	if (opt.common.duration)
		snprintf(end, sizeof(end), " for %lu secs.", opt.common.duration);
	snprintf(line, sizeof(line), "Tracing %s operations%s%s",
		 opt.fs ? opt.fs->name : "file system", limit, end);
	return line;
}

static int trace(struct fsslower_bpf *skel)
{
	struct out out;
	int err;

	skel->rodata->min_ns = opt.min_ns;
	skel->rodata->magic = opt.fs ? opt.fs->magic : 0;
	choose_hooks(skel);
	err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config, &skel->bss->loss);
	if (err)
		return err;
	out_start(&out, &opt.common, opt.csv ? NULL : banner());
	return run_events(&out, skel->maps.events, print_event, NULL, &out);
}

/* Warn if a file system of the chosen type is not mounted: nothing will be printed. */
static void check_mounts(void)
{
	FILE *f = opt.fs ? setmntent("/proc/self/mounts", "re") : NULL;
	size_t len = opt.fs ? strcspn(opt.fs->name, "4") : 0;	/* ext4 includes ext2 and ext3 */
	struct mntent *entry;

	while (f && (entry = getmntent(f)))
		if (strncmp(entry->mnt_type, opt.fs->name, len) == 0)
			break;
	if (f && !entry)
		log_warn("no %s file system is mounted", opt.fs->name);
	if (f)
		endmntent(f);
}

int main(int argc, char **argv)
{
	struct fsslower_bpf *skel;
	int err;

	args_parse(TOOL, &record_table, &argp, argc, argv, &opt.common);
	check_mounts();
	skel = fsslower_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	fsslower_bpf__destroy(skel);
	return log_exit_code(err);
}
