// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* execsnoop - trace new programs as they are executed.  See execsnoop(8). */
#include <stdlib.h>
#include <string.h>
#include <bpf/libbpf.h>

#include "core/args.h"
#include "core/hooks.h"
#include "core/log.h"
#include "output/out.h"
#include "output/process.h"
#include "core/run.h"
#include "core/skel.h"
#include "columns.h"
#include "execsnoop.h"
#include "execsnoop.skel.h"

static struct {
	struct common_args common;
	bool failed;
	bool quote;
	unsigned long ppid;		/* 0: any */
	unsigned long max_args;		/* maximum number in the table, with the file; 0: all */
	const char *name;		/* in comm */
	const char *line;		/* text to find in the arguments, as the table shows them */
} opt;

enum { OPT_MAX_ARGS = 1 };

static const struct argp_option options[] = {
	{ "timestamp", 't', NULL, 0, "Print the seconds since the start" },
	{ NULL, 'T', NULL, 0, "The same as --time" },
	{ "fails", 'x', NULL, 0, "Include execs that failed" },
	{ "quote", 'q', NULL, 0, "Put each argument in double quotes" },
	{ "name", 'n', "NAME", 0, "Only programs with NAME in their names" },
	{ "line", 'l', "TEXT", 0, "Only programs with TEXT in their arguments" },
	{ "ppid", 'P', "PPID", 0, "Only children of this process" },
	{ "print-uid", 'U', NULL, 0, "Print the user ID" },
	{ "print-cpu", 'C', NULL, 0, "Print the CPU" },
	{ "print-pcomm", 'M', NULL, 0, "Print the parent's name" },
	{ "max-args", OPT_MAX_ARGS, "N", 0, "Print at most N arguments (default: all)" },
	{ NULL, 'c', "PATH", 0, "The same as --cgroup" },
	{}
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.common;
		return 0;
	case 't':
		opt.common.time = STAMP_SINCE_START;
		return 0;
	case 'T':
		args_time(&opt.common, NULL);
		return 0;
	case 'x':
		opt.failed = true;
		return 0;
	case 'q':
		opt.quote = true;
		return 0;
	case 'n':
		opt.name = args_comm(arg);
		return 0;
	case 'l':
		opt.line = arg;
		return 0;
	case 'P':
		opt.ppid = args_pid(arg);
		return 0;
	case 'U':
		columns[COL_UID].hidden = false;
		return 0;
	case 'C':
		columns[COL_CPU].hidden = false;
		return 0;
	case 'M':
		columns[COL_PARENT].hidden = false;
		return 0;
	case OPT_MAX_ARGS:
		opt.max_args = args_number(arg, "number of arguments", 1, ARGS_BYTES);
		return 0;
	case 'c':
		args_cgroup(&opt.common, arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "Trace new programs as they are executed.\v"
	       "Examples:\n"
	       "  execsnoop                     # all of them, until Ctrl-C\n"
	       "  execsnoop -x --time           # failed ones too, with the time\n"
	       "  execsnoop -u www-data         # only this user's\n"
	       "  execsnoop --json --duration 60    # JSON lines, for one minute\n",
	.children = (const struct argp_child[]){ { &event_argp }, {} },
};

/* A list of NUL-ended strings. */
struct strings {
	const char *at;
	size_t bytes;
};

static struct strings event_args(const struct exec_event *e)
{
	return (struct strings){ e->text + e->file_bytes + e->interp_bytes, e->args_bytes };
}

/*
 * The arguments as the table shows them. The file replaces argv[0], because the caller can set
 * argv[0] to anything. The arguments of a script begin with its interpreter, put there by the
 * kernel; they are not changed.
 */
static struct strings table_args(const struct exec_event *e)
{
	static char joined[sizeof(e->text)];
	struct strings args = event_args(e);
	size_t skip;

	if (e->interp_bytes)
		return args;
	skip = args.bytes ? strnlen(args.at, args.bytes - 1) + 1 : 0;
	memcpy(joined, e->text, e->file_bytes);
	memcpy(joined + e->file_bytes, args.at + skip, args.bytes - skip);
	return (struct strings){ joined, e->file_bytes + args.bytes - skip };
}

/* Return the first @n strings of @s, or all of them if there are fewer. */
static struct strings first_strings(struct strings s, unsigned long n)
{
	size_t bytes = 0;

	while (n-- && bytes < s.bytes)
		bytes += strnlen(s.at + bytes, s.bytes - bytes - 1) + 1;
	return (struct strings){ s.at, bytes };
}

/* Return true if the strings, joined by spaces, contain @text. */
static bool strings_contain(struct strings s, const char *text)
{
	char line[sizeof(((struct exec_event *)0)->text) + 1];

	for (size_t i = 0; i < s.bytes; i++)
		line[i] = s.at[i] ? s.at[i] : ' ';
	line[s.bytes] = '\0';
	return strstr(line, text);
}

static bool wanted(const struct exec_event *e, struct strings args)
{
	if (opt.name && !strstr(e->head.comm, opt.name))
		return false;
	return !opt.line || strings_contain(args, opt.line);
}

/*
 * Print the executed file as /proc/PID/exe shows it, or with the same marks as opensnoop if
 * the path is incomplete.
 */
static void print_exe(struct out *out, const struct exec_event *e)
{
	const char *names = e->text + e->file_bytes + e->interp_bytes + e->args_bytes;
	static const char memfd[] = "memfd:";
	bool anonymous = e->exe_marks & EXE_ANONYMOUS;
	bool deleted = anonymous || e->exe_marks & EXE_DELETED;
	static struct text path;

	path.len = 0;
	if (e->exe_marks & EXE_UNREACHABLE)
		text_str(&path, "(unreachable)");
	if (e->exe_marks & EXE_CUT)
		text_str(&path, "...");
	text_path(&path, names, e->exe_bytes);
	if (deleted)
		text_str(&path, " (deleted)");
	out_str(out, COL_EXE, path.at, path.len);
	out_bool(out, COL_EXE_MEMFD, anonymous && e->exe_bytes > strlen(memfd) &&
				     memcmp(names, memfd, strlen(memfd)) == 0);
	out_bool(out, COL_EXE_DELETED, deleted);
}

/* True if the strings of @e, which has @size bytes, are among them. */
static bool is_whole(const struct exec_event *e, size_t size)
{
	return size >= offsetof(struct exec_event, text) && size <= sizeof(*e) &&
	       (__u64)e->file_bytes + e->interp_bytes + e->args_bytes + e->exe_bytes <=
	       size - offsetof(struct exec_event, text);
}

static void print_event(void *ctx, const void *event, size_t size)
{
	struct strings args, shown;
	const struct exec_event *e = event;
	struct out *out = ctx;

	if (!run_whole(is_whole(e, size)))
		return;
	args = table_args(e);
	if (!wanted(e, args))
		return;
	if (out->args->json)
		args = event_args(e);
	shown = opt.max_args ? first_strings(args, opt.max_args) : args;

	out_event(out, &e->head);
	out_uint(out, COL_UID, e->head.uid);
	out_str(out, COL_COMM, e->head.comm, sizeof(e->head.comm));
	out_task(out, COL_PID, COL_TID, &e->head);
	out_str(out, COL_PARENT, e->parent_comm, sizeof(e->parent_comm));
	out_parent(out, COL_PPID, e->ppid, e->ns_ppid);
	out_uint(out, COL_CPU, e->head.cpu);
	out_int(out, COL_RET, e->ret);
	out_error_name(out, COL_ERROR_NAME, e->ret);
	out_str(out, COL_FILE, e->text, e->file_bytes);
	if (e->interp_bytes)
		out_str(out, COL_INTERP, e->text + e->file_bytes, e->interp_bytes);
	if (!e->ret) {
		print_exe(out, e);
		out_uint(out, COL_ARGC, e->argc);
	}
	out_bool(out, COL_TRUNCATED, e->cut || shown.bytes < args.bytes);
	out_argv(out, COL_ARGS, shown.at, shown.bytes, opt.quote,
		 e->cut || shown.bytes < args.bytes);
	out_end(out);
}

static int trace(struct execsnoop_bpf *skel)
{
	struct out out;
	int err;

	skel->rodata->only_ppid = opt.ppid;
	if (opt.failed)
		hooks_enable(skel->progs.exec_failed, NULL);
	err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config, &skel->bss->loss);
	if (err)
		return err;
	out_start(&out, &opt.common, NULL);
	return run_events(&out, skel->maps.events, print_event, NULL, &out);
}

int main(int argc, char **argv)
{
	struct execsnoop_bpf *skel;
	int err;

	args_parse("execsnoop", &record_table, &argp, argc, argv, &opt.common);
	skel = execsnoop_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	execsnoop_bpf__destroy(skel);
	return log_exit_code(err);
}
