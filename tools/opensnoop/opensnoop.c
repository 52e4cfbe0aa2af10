// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* opensnoop - trace files as they are opened.  See opensnoop(8). */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/fcntl.h>	/* the kernel's flags: libc's O_LARGEFILE is 0 */
#include <bpf/libbpf.h>

#include "core/args.h"
#include "command.h"
#include "flags.h"
#include "core/hooks.h"
#include "core/log.h"
#include "output/out.h"
#include "output/process.h"
#include "core/run.h"
#include "core/sandbox.h"
#include "core/skel.h"
#include "core/syscall_name.h"
#include "columns.h"
#include "opensnoop.h"
#include "opensnoop.skel.h"

static struct {
	struct common_args common;
	bool failed;
	bool full_path;
	bool limits;			/* other calls that hit a limit, too */
	__u32 any_flags;		/* -f: one of these bits, */
	__u32 access_modes;		/* or match one of these, as bits 1 << O_RDONLY ... */
	const char *name;		/* in comm */
	char **exec;			/* a command and its arguments; NULL: none */
} opt;

static struct command command;		/* of --exec */

static const char *const calls[] = {
	[OPEN_NONE] = "?", [OPEN_OPEN] = "open", [OPEN_CREAT] = "creat", [OPEN_OPENAT] = "openat",
	[OPEN_OPENAT2] = "openat2", [OPEN_BY_HANDLE] = "open_by_handle_at",
	[OPEN_OTHER] = "other",
};

enum { OPT_EXEC = 1, OPT_LIMITS };

static const struct argp_option options[] = {
	{ "failed", 'x', NULL, 0, "Only opens that failed" },
	{ "tid", 't', "TID", 0, "Only this thread" },
	{ "name", 'n', "NAME", 0, "Only programs with NAME in their names" },
	{ "flag-filter", 'f', "O_FLAG", 0, "Only opens with this flag; repeat it for more" },
	{ "flag_filter", 0, NULL, OPTION_ALIAS | OPTION_HIDDEN },
	{ "exec", OPT_EXEC, "COMMAND...", 0, "Run the rest of the line, and trace only that" },
	{ "limits", OPT_LIMITS, NULL, 0, "Also other calls that fail for lack of descriptors, threads "
	  "or space" },
	{ "full-path", 'F', NULL, 0, "Print the full path of relative names" },
	{ "extended-fields", 'e', NULL, 0, "Print the flags and the mode" },
	{ "extended_fields", 0, NULL, OPTION_ALIAS | OPTION_HIDDEN },
	{ "print-uid", 'U', NULL, 0, "Print the user ID" },
	{ "timestamp", 'T', NULL, 0, "The same as --time" },
	{ NULL, 'd', "SECONDS", 0, "The same as --duration" },
	{ "buffer-pages", 'b', "PAGES", 0, "The same as --ring-size, in pages" },
	{}
};

static void add_flag(const char *name)
{
	if (!flag_find(name, &opt.any_flags, &opt.access_modes))
		args_fail("unknown flag '%s': expected a name of open(2) such as O_CREAT", name);
}

static void set_buffer_pages(const char *arg)
{
	unsigned long pages = args_number(arg, "number of pages", 1, 1UL << 18);

	if (pages & (pages - 1))
		args_fail("invalid number of pages '%s': expected a power of two", arg);
	opt.common.ring_bytes = pages * sysconf(_SC_PAGESIZE);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.common;
		return 0;
	case 'x':
		opt.failed = true;
		return 0;
	case 't':
		opt.common.filter.tid = args_pid(arg);
		return 0;
	case 'n':
		opt.name = args_comm(arg);
		return 0;
	case 'f':
		add_flag(arg);
		return 0;
	case OPT_EXEC:		/* all that follows belongs to the command */
		state->argv[state->next - 1] = arg;
		opt.exec = &state->argv[state->next - 1];
		state->next = state->argc;
		return 0;
	case OPT_LIMITS:
		opt.limits = true;
		columns[COL_SYSCALL].hidden = false;
		return 0;
	case 'F':
		opt.full_path = true;
		columns[COL_PATH].hidden = true;
		columns[COL_FULL_PATH].hidden = false;
		return 0;
	case 'e':
		columns[COL_FLAGS].hidden = false;
		columns[COL_MODE].hidden = false;
		return 0;
	case 'U':
		columns[COL_UID].hidden = false;
		return 0;
	case 'T':
		args_time(&opt.common, NULL);
		return 0;
	case 'd':
		args_duration(&opt.common, arg);
		return 0;
	case 'b':
		set_buffer_pages(arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "Trace files as they are opened.\v"
	       "Examples:\n"
	       "  opensnoop                     # all opens, until Ctrl-C\n"
	       "  opensnoop -x                  # only those that fail\n"
	       "  opensnoop -x --limits         # and other calls that hit a limit\n"
	       "  opensnoop -p 181 -F           # one process, full paths\n"
	       "  opensnoop -e -f O_WRONLY -f O_RDWR    # what is opened for writing\n"
	       "  opensnoop --exec ls -l        # a command, from its start to its end\n",
	.children = (const struct argp_child[]){ { &event_argp }, {} },
};

static void print_flags(struct out *out, __u32 flags)
{
	static const char *names[FLAG_NAMES_MAX];

	out_uint(out, COL_FLAGS, flags);
	if (out_wants(out, COL_FLAG_NAMES))
		out_list(out, COL_FLAG_NAMES, names, flag_names(names, flags));
}

static void print_mode(struct out *out, __u32 mode)
{
	static const char *names[FLAG_NAMES_MAX];

	out_uint(out, COL_MODE, mode);
	if (out_wants(out, COL_MODE_NAMES))
		out_list(out, COL_MODE_NAMES, names, mode_names(names, mode));
}

/*
 * Print the path of @e, whose text is @size bytes, with marks where it is incomplete: "..." if
 * it is truncated, "(unreachable)" as in getcwd(3) if it is not below the task's root,
 * "(deleted)" as in proc(5) after a deleted directory.
 */
static void full_path(struct text *path, const struct open_event *e, size_t size)
{
	size_t name_size = strnlen(e->text, size - 1) + 1;

	path->len = 0;
	if (e->marks & OPEN_UNREACHABLE)
		text_str(path, "(unreachable)");
	if (e->marks & OPEN_DIRS_CUT)
		text_str(path, "...");
	if (e->marks & OPEN_DIRS)
		text_path(path, e->text + name_size, size - name_size);
	if (e->marks & OPEN_DELETED)
		text_str(path, " (deleted)");
	if (e->marks & OPEN_DIRS && (name_size > 1 || size == name_size) && e->text[0] != '/')
		text_char(path, '/');
	text_bytes(path, e->text, name_size - 1);
	if (e->marks & OPEN_NAME_CUT)
		text_str(path, "...");
}

/* Print the path that was passed to the call, or for a handle the name of the file. */
static void print_given_path(struct out *out, const struct open_event *e, size_t size)
{
	const char *name = e->text;
	static struct text path;
	size_t len = size - 1;

	if (e->call == OPEN_BY_HANDLE) {
		name = size > 1 ? e->text + 1 : "/";
		len = strlen(name);
	}
	if (e->marks & OPEN_NAME_CUT) {
		path.len = 0;
		text_bytes(&path, name, strnlen(name, len));
		text_str(&path, "...");
		name = path.at;
		len = path.len;
	}
	out_str(out, COL_PATH, name, len);
}

static void print_path(struct out *out, const struct open_event *e, size_t size)
{
	static struct text whole;
	bool absolute = e->text[0] == '/';

	out_bool(out, COL_TRUNCATED, e->marks & (OPEN_NAME_CUT | OPEN_DIRS_CUT));
	if (e->marks & OPEN_NO_NAME || (e->call == OPEN_BY_HANDLE && e->ret < 0))
		return;
	print_given_path(out, e, size);
	if (!opt.full_path)
		return;
	full_path(&whole, e, size);
	/* A name relative to something that is not a directory has no full path. */
	if (e->marks & OPEN_DIRS || absolute)
		out_str(out, COL_FULL_PATH, whole.at, whole.len);
	text_char(&whole, '\0');
	out_show(out, COL_FULL_PATH, whole.at);
}

/* Print the name of a call that hit a limit, and the path of the file that it used. */
static void print_limit(struct out *out, const struct open_event *e, size_t size)
{
	static struct text path;

	out_name(out, COL_SYSCALL, syscall_name(e->number));
	out_bool(out, COL_TRUNCATED, e->marks & OPEN_DIRS_CUT);
	if (!(e->marks & OPEN_DIRS))
		return;
	full_path(&path, e, size);
	out_str(out, COL_PATH, path.at, path.len);
	out_str(out, COL_FULL_PATH, path.at, path.len);
}

static bool is_limit(int error)
{
	return error == EIO || error == ENFILE || error == EMFILE || error == ENOSPC ||
	       error == EROFS || error == EDQUOT;
}

static void print_open(struct out *out, const struct open_event *e, size_t size)
{
	if (opt.limits && is_limit(-e->ret))
		out_name(out, COL_SYSCALL, calls[e->call]);
	print_flags(out, e->flags);
	if (e->flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) && e->call != OPEN_BY_HANDLE)
		print_mode(out, e->mode);
	print_path(out, e, size);
}

/*
 * A signal may turn these into EINTR or into a restart before the process sees the result. The
 * restarted call is shown when it ends.
 */
static int restarts_to_eintr(int err)
{
	return err >= 512 && err <= 516 ? 4 : err;	/* ERESTARTSYS ..., linux/errno.h */
}

static void print_event(void *ctx, const void *event, size_t size)
{
	const struct open_event *e = event;
	struct out *out = ctx;
	int error;

	if (!run_whole(size > offsetof(struct open_event, text) && size <= sizeof(*e) &&
		       !((const char *)event)[size - 1] && e->call < ARRAY_SIZE(calls) &&
		       e->ret >= -4095 /* MAX_ERRNO */))
		return;
	if (opt.name && !strstr(e->head.comm, opt.name))
		return;
	error = e->ret < 0 ? restarts_to_eintr(-e->ret) : 0;
	out_event(out, &e->head);
	out_uint(out, COL_UID, e->head.uid);
	out_task(out, COL_PID, COL_TID, &e->head);
	out_str(out, COL_COMM, e->head.comm, sizeof(e->head.comm));
	out_int(out, COL_FD, e->ret < 0 ? -1 : e->ret);
	out_int(out, COL_ERR, error);
	out_error_name(out, COL_ERROR_NAME, error);
	out_name(out, COL_CALL, calls[e->call]);
	out_bool(out, COL_COMPAT, e->marks & OPEN_COMPAT);
	size -= offsetof(struct open_event, text);
	if (e->call == OPEN_OTHER)
		print_limit(out, e, size);
	else
		print_open(out, e, size);
	out_end(out);
}

/* Trace the command of --exec and its descendants. */
static int follow_command(struct opensnoop_bpf *skel)
{
	__u32 pid = command.pid;
	bool yes = true;
	int err;

	err = bpf_map__update_elem(skel->maps.followed, &pid, sizeof(pid), &yes, sizeof(yes), 0);
	if (err)
		return log_err(err, "cannot follow the command");
	return command_start(&command);
}

/* When the command has ended, the tool ends as if it had received a signal. */
static void end_with_command(void *ctx, bool last)
{
	if (opt.exec && !last && command_ended(&command))
		raise(SIGTERM);
}

#define RING_BYTES (2U << 20)	/* unless --ring-size: see struct open_event */

static void set_tunables(struct opensnoop_bpf *skel)
{
	bpf_map__set_max_entries(skel->maps.events, RING_BYTES);
	skel->rodata->failed_only = opt.failed;
	skel->rodata->full_path = opt.full_path;
	skel->rodata->limits = opt.limits;
	skel->rodata->flags_chosen = opt.any_flags || opt.access_modes;
	skel->rodata->any_flags = opt.any_flags;
	skel->rodata->access_modes = opt.access_modes;
	skel->rodata->followed_only = opt.exec;
	if (!opt.exec)
		return;
	bpf_map__set_max_entries(skel->maps.followed, OPEN_FOLLOW_MAX);
	hooks_enable(skel->progs.follow_fork, skel->progs.follow_exit, NULL);
}

/* command_ended() */
static const struct sandbox_call wait_calls[] = { { "wait4" }, {} };

static int trace(struct opensnoop_bpf *skel)
{
	struct out out;
	int err = 0;

	set_tunables(skel);
	if (opt.exec)
		err = command_prepare(&command, opt.exec);
	if (!err)
		err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config,
				 &skel->bss->loss);
	if (err)
		return err;
	out_start(&out, &opt.common, NULL);
	if (opt.exec) {
		sandbox_allow(wait_calls);
		err = follow_command(skel);
	}
	if (err)
		return err;
	return run_events(&out, skel->maps.events, print_event, end_with_command, &out);
}

int main(int argc, char **argv)
{
	struct opensnoop_bpf *skel;
	int err;

	args_parse("opensnoop", &record_table, &argp, argc, argv, &opt.common);
	skel = opensnoop_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	opensnoop_bpf__destroy(skel);
	return log_exit_code(err);
}
