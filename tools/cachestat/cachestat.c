// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* cachestat - hits and misses of the page cache.  See cachestat(8). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <linux/magic.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/args.h"
#include "core/clock.h"
#include "core/hooks.h"
#include "core/log.h"
#include "output/out.h"
#include "core/run.h"
#include "core/skel.h"
#include "columns.h"
#include "cachestat.h"
#include "cachestat.skel.h"

#define CHECK_PAGES 4			/* number of pages that the self check reads */

static struct {
	struct common_args common;
	struct interval_args interval;
} opt = { .interval.interval = 1 };

static const struct argp_option options[] = {
	{ "timestamp", 'T', NULL, 0, "The same as --time" },
	{}
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.interval;
		state->child_inputs[1] = &opt.common;
		state->child_inputs[2] = &opt.common;
		return 0;
	case 'T':
		args_time(&opt.common, NULL);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "Count hits and misses of the page cache, in pages.\v"
	       "Examples:\n"
	       "  cachestat                     # a line a second, until Ctrl-C\n"
	       "  cachestat -T 10 6             # six lines of ten seconds, with the time\n"
	       "  cachestat -p 1234             # one process only\n"
	       "  cachestat --json 1 60         # JSON lines, for one minute\n",
	.children = (const struct argp_child[]){
		{ &interval_argp }, { &filter_argp }, { &common_argp }, {}
	},
};

/* Result of the self check. */
enum check { CHECK_SKIPPED, CHECK_FAILED, CHECK_PASSED };

struct summary {
	struct out *out;
	struct bpf_map *map;
	enum check check;
	struct counts before;		/* at the last summary */
	__u64 taken_back;		/* pages counted as read, but created by a write */
	int meminfo;			/* kept open, because the sandbox forbids opening files */
};

/* What one line says. */
struct row {
	struct counts counts;		/* of this interval */
	__u64 hits, misses, read_ahead;
	__u64 buffers_bytes, cached_bytes;
};

/* Add up the counts of all CPUs. */
static int read_counts(struct bpf_map *map, struct counts *sum)
{
	int cpus = libbpf_num_possible_cpus();
	/*
	 * Do not guess the number of CPUs on an error: the kernel writes the counts of all possible
	 * CPUs.
	 */
	struct counts *each = cpus > 0 ? calloc(cpus, sizeof(*each)) : NULL;
	__u32 zero = 0;
	int err = cpus < 0 ? cpus : each ? 0 : -ENOMEM;

	if (!err && bpf_map_lookup_elem(bpf_map__fd(map), &zero, each))
		err = -errno;
	*sum = (struct counts){};
	for (int i = 0; !err && i < cpus; i++) {
		sum->accesses += each[i].accesses;
		sum->added += each[i].added;
		sum->created += each[i].created;
		sum->dirtied += each[i].dirtied;
	}
	free(each);
	return err ? log_err(err, "cannot read the counts") : 0;
}

/*
 * Compute hits, misses and pages read ahead from @row->counts. Pages that were added and not
 * created by a write were read from disk. If these are more than were requested, the rest was
 * read ahead. A page may be added before a summary and turn out later to be created by a
 * write: then @taken_back holds the number to subtract from the following summaries.
 */
static void derive(struct row *row, __u64 *taken_back)
{
	__u64 created = row->counts.created + *taken_back;
	__u64 read_in = row->counts.added > created ? row->counts.added - created : 0;

	*taken_back = created > row->counts.added ? created - row->counts.added : 0;
	row->misses = read_in < row->counts.accesses ? read_in : row->counts.accesses;
	row->hits = row->counts.accesses - row->misses;
	row->read_ahead = read_in - row->misses;
}

/* Find the sizes by name: the kernel does not promise the order of the lines. */
static void read_meminfo(FILE *f, struct row *row)
{
	unsigned long long kilobytes;
	char line[128];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Buffers: %llu kB", &kilobytes) == 1)
			row->buffers_bytes = kilobytes * 1024;
		else if (sscanf(line, "Cached: %llu kB", &kilobytes) == 1)
			row->cached_bytes = kilobytes * 1024;
	}
	if (f)
		fclose(f);
}

/* Read the file again, and return the text as a stream, or NULL. */
static FILE *meminfo_again(int fd)
{
	static char text[8192];
	ssize_t len = pread(fd, text, sizeof(text), 0);

	return len > 0 ? fmemopen(text, len, "r") : NULL;
}

static void print_row(struct out *out, __u64 ns, const struct row *row, enum check check)
{
	out_row(out, ns);
	out_uint(out, COL_HITS, row->hits);
	out_uint(out, COL_MISSES, row->misses);
	out_uint(out, COL_DIRTIES, row->counts.dirtied);
	if (row->counts.accesses)
		out_uint(out, COL_RATIO, row->hits * 10000 / row->counts.accesses);
	out_uint(out, COL_BUFFERS, row->buffers_bytes);
	out_uint(out, COL_CACHED, row->cached_bytes);
	out_uint(out, COL_READ_AHEAD, row->read_ahead);
	out_uint(out, COL_ACCESSES, row->counts.accesses);
	out_uint(out, COL_ADDED, row->counts.added);
	out_uint(out, COL_CREATED, row->counts.created);
	if (check != CHECK_SKIPPED)
		out_bool(out, COL_CHECK, check == CHECK_PASSED);
	out_end(out);
}

static int print_summary(void *ctx)
{
	struct summary *summary = ctx;
	struct counts now;
	struct row row = {};
	int err = read_counts(summary->map, &now);

	if (err)
		return err;
	row.counts.accesses = now.accesses - summary->before.accesses;
	row.counts.added = now.added - summary->before.added;
	row.counts.created = now.created - summary->before.created;
	row.counts.dirtied = now.dirtied - summary->before.dirtied;
	summary->before = now;
	derive(&row, &summary->taken_back);
	read_meminfo(meminfo_again(summary->meminfo), &row);
	print_row(summary->out, clock_now_ns(), &row, summary->check);
	return 0;
}

/*
 * A function that serves reads or faults, and its programs. The end of a fault carries no
 * information.
 */
struct function {
	const char *name;
	struct bpf_program *fentry, *fexit, *kprobe, *kretprobe;
};

/* For tests: SIXTY_HOOKS=fentry or kprobe forces these hooks where better ones exist. */
static bool forced(const char *hooks)
{
	const char *value = secure_getenv("SIXTY_HOOKS");

	return value && strcmp(value, hooks) == 0;
}

static bool enable_function(const struct function *function)
{
	if (!forced("kprobe") && hooks_fentry(function->name))
		hooks_enable(function->fentry, function->fexit, NULL);
	else if (hooks_kprobe(function->name))
		hooks_enable(function->kprobe, function->kretprobe, NULL);
	else
		return false;
	return true;
}

static int enable_functions(struct cachestat_bpf *skel)
{
	typeof(&skel->progs) p = &skel->progs;
	struct function read = { "filemap_read", p->fentry_read, p->fexit_read, p->kprobe_read,
				 p->kretprobe_read };
	struct function buffered_read = { "generic_file_buffered_read", p->fentry_buffered_read,
					  p->fexit_buffered_read, p->kprobe_buffered_read,
					  p->kretprobe_buffered_read };
	struct function splice = { "filemap_splice_read", p->fentry_splice, p->fexit_splice,
				   p->kprobe_splice, p->kretprobe_splice };
	struct function fault = { "filemap_fault", .fentry = p->fentry_fault,
				  .kprobe = p->kprobe_fault };
	struct function map = { "filemap_map_pages", .fentry = p->fentry_map,
				.kprobe = p->kprobe_map };

	if (!enable_function(&read) && !enable_function(&buffered_read))
		return hooks_missing("the tracepoint mm_filemap_get_pages (v6.12), and it allows "
				     "neither fentry nor kprobes");
	enable_function(&splice);
	enable_function(&fault);
	enable_function(&map);
	return 0;
}

static int enable_page_hooks(struct cachestat_bpf *skel)
{
	const char *unit = hooks_tracepoint_arg("mm_filemap_add_to_page_cache", 0);

	if (strcmp(unit, "folio") == 0)
		hooks_enable(skel->progs.add_folio, NULL);
	else if (strcmp(unit, "page") == 0)
		hooks_enable(skel->progs.add_page, NULL);
	else
		return hooks_missing("the tracepoint mm_filemap_add_to_page_cache, or BTF "
				     "(CONFIG_DEBUG_INFO_BTF) that describes it");
	if (hooks_tracepoint("writeback_dirty_folio"))
		hooks_enable(skel->progs.dirty_folio, NULL);
	else
		hooks_enable(skel->progs.dirty_page, NULL);
	return 0;
}

/* Choose the hooks for a kernel before v6.12, on which all of them are different. */
static int choose_old_hooks(struct cachestat_bpf *skel)
{
	int err = enable_page_hooks(skel);

	return err ? err : enable_functions(skel);
}

static int choose_hooks(struct cachestat_bpf *skel)
{
	if (!hooks_tracepoint("mm_filemap_get_pages") || forced("fentry") || forced("kprobe"))
		return choose_old_hooks(skel);
	hooks_enable(skel->progs.get_pages, skel->progs.fault, skel->progs.map_pages,
		     skel->progs.add_folio, skel->progs.dirty_folio, NULL);
	return 0;
}

/*
 * Use task storage only with the tracepoints of v6.12. Before v6.4 it is allocated by
 * kmalloc(), which is not allowed where a file system holds locks; there a hash map is used.
 */
static void choose_storage(struct cachestat_bpf *skel)
{
	bool storage = bpf_program__autoload(skel->progs.get_pages);

	skel->rodata->task_storage = hooks_task_storage(skel->maps.thread_storage,
							skel->maps.thread_hash, storage);
}

/*
 * Return true if reads of @exe, this program's own file, can be distinguished from reads of
 * other files. tmpfs has a separate page cache, whose reads no hook shows.
 */
static bool can_check(int exe)
{
	struct statfs fs;

	return !fstatfs(exe, &fs) && fs.f_type != TMPFS_MAGIC;
}

/*
 * Read some pages of @exe, and check that exactly these were counted, separately from the
 * results.
 */
static enum check check_read(int exe, const volatile __u64 *counted)
{
	long bytes = CHECK_PAGES * sysconf(_SC_PAGESIZE);
	char *buf = malloc(bytes);
	__u64 before = *counted;
	enum check result = CHECK_SKIPPED;

	if (buf && pread(exe, buf, bytes, 0) == bytes)
		result = *counted - before >= CHECK_PAGES ? CHECK_PASSED : CHECK_FAILED;
	free(buf);
	return result;
}

/*
 * Check that the hooks count correctly, with this program's own file: a kernel change can make a
 * hook wrong that still attaches.
 */
static enum check self_check(const __u64 *self_accesses)
{
	int exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	enum check result = CHECK_SKIPPED;

	if (exe >= 0 && can_check(exe))
		result = check_read(exe, self_accesses);
	if (exe >= 0)
		close(exe);
	if (result == CHECK_FAILED)
		log_warn("the hooks did not count a test read of %d pages: "
			 "do not trust HITS and MISSES on this kernel", CHECK_PAGES);
	return result;
}

static int trace(struct cachestat_bpf *skel)
{
	struct out out;
	struct summary summary = { .out = &out, .map = skel->maps.counts };
	int err;

	skel->rodata->page_shift = __builtin_ctzl(sysconf(_SC_PAGESIZE));
	err = choose_hooks(skel);
	choose_storage(skel);
	if (!err)
		err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config,
				 &skel->bss->loss);
	if (err)
		return err;
	summary.check = self_check(&skel->bss->self_accesses);
	summary.meminfo = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	out_start(&out, &opt.common, NULL);
	err = read_counts(summary.map, &summary.before);
	return err ? err : run_interval(&out, &opt.interval, print_summary, &summary);
}

int main(int argc, char **argv)
{
	struct cachestat_bpf *skel;
	int err;

	args_parse("cachestat", &record_table, &argp, argc, argv, &opt.common);
	skel = cachestat_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	cachestat_bpf__destroy(skel);
	return log_exit_code(err);
}
