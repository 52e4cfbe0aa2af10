// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command line of offcputime. */
#include <limits.h>
#include <string.h>

#include "core/clock.h"
#include "core/text.h"
#include "session.h"

struct offcputime_options opt = {
	.stacks = { .distinct_max = 262144, .frames_max = OFFCPU_FRAMES },
	.min_ns = NS_PER_MS,
	.max_ns = ~0ULL,
};

static const char *const key_names[KEYS] = {
	[KEY_COMM] = "comm", [KEY_PID] = "pid", [KEY_CGROUP] = "cgroup",
	[KEY_SYSCALL] = "syscall", [KEY_FUNCTION] = "function", [KEY_STATE] = "state",
	[KEY_LOCK] = "lock", [KEY_MUTEX] = "mutex",
};

enum {
	OPT_STORAGE = 0x200, OPT_STATE, OPT_DEMANGLE, OPT_PPROF, OPT_FLAME, OPT_UNWIND, OPT_BY,
	OPT_TOP, OPT_USER_STACKS,
};

static const struct argp_option options[] = {
	{ "pid", 'p', "PID,...", 0, "Only these processes" },
	{ "tid", 't', "TID,...", 0, "Only these threads" },
	{ "user-threads-only", 'u', NULL, 0, "No kernel threads" },
	{ "kernel-threads-only", 'k', NULL, 0, "Only kernel threads" },
	{ "user-stacks-only", 'U', NULL, 0, "No kernel stacks" },
	{ "kernel-stacks-only", 'K', NULL, 0, "No user stacks" },
	{ "min-block-time", 'm', "US", 0, "Only waits of at least US microseconds (1000)" },
	{ "max-block-time", 'M', "US", 0, "Only waits of at most US microseconds" },
	{ "state", OPT_STATE, "MASK", 0,
	  "Only waits in these states: 0 runnable, 1 interruptible, 2 uninterruptible" },
	{ "delimited", 'd', NULL, 0, "Print a mark between kernel and user stack" },
	{ "folded", 'f', NULL, 0, "Print one line per stack, for flame graphs" },
	{ "by", OPT_BY, "KEY,...", 0,
	  "Print sums by comm, pid, cgroup, syscall, function, state, lock, mutex, or several" },
	{ "top", OPT_TOP, "N", 0, "With --by, print the N rows with the longest time" },
	{ "demangle", OPT_DEMANGLE, NULL, 0, "Print C++ and Rust names as in the source" },
	{ "pprof", OPT_PPROF, "FILE", 0, "Write a profile for pprof" },
	{ "flame", OPT_FLAME, "FILE", 0, "Write a flame graph (SVG)" },
	{ "unwind", OPT_UNWIND, "HOW", 0, "Find callers by auto or dwarf (auto)" },
	{ "user-stack-rate", OPT_USER_STACKS, "N", 0,
	  "Copy at most N user stacks a second on each CPU" },
	{ "stack-storage-size", OPT_STORAGE, "N", 0, "Number of stacks to keep (262144)" },
	{}
};

/* Add the key whose name is the @len bytes at @name. */
static void add_key(const char *name, size_t len)
{
	enum by_key key = 0;

	while (key < KEYS && (strlen(key_names[key]) != len || memcmp(key_names[key], name, len) != 0))
		key++;
	if (key == KEYS)
		args_fail("invalid key '%.*s': expected comm, pid, cgroup, syscall, function, "
			  "state, lock or mutex", (int)len, name);
	for (int i = 0; i < opt.n_by; i++)
		if (opt.by[i] == key)
			args_fail("key '%s' is given twice", key_names[key]);
	opt.by[opt.n_by++] = key;
	opt.by_pid |= key == KEY_PID;
	opt.by_cgroup |= key == KEY_CGROUP;
	opt.by_mutex |= key == KEY_MUTEX;
}

void set_by(const char *arg)
{
	opt.n_by = 0;
	opt.by_pid = opt.by_cgroup = opt.by_mutex = false;
	for (;; arg++) {
		size_t len = strcspn(arg, ",");

		add_key(arg, len);
		arg += len;
		if (!*arg)
			return;
	}
}

static bool by_function(void)
{
	for (int i = 0; i < opt.n_by; i++)
		if (opt.by[i] == KEY_FUNCTION)
			return true;
	return false;
}

static void check_options(void)
{
	const char *clash = stack_files_clash(&opt.files, opt.common.metrics);

	if (opt.user_only && opt.kernel_only)
		args_fail("only one of -U and -K can be used");
	if (opt.user_threads_only && opt.kernel_threads_only)
		args_fail("only one of -u and -k can be used");
	if (opt.min_ns > opt.max_ns)
		args_fail("the minimum of -m is greater than the maximum of -M");
	if (opt.user_only && by_function())
		args_fail("--by function needs the kernel stacks, which -U omits");
	if (opt.top && !opt.n_by)
		args_fail("--top needs --by");
	if (opt.no_copies)
		args_fail("invalid argument 'fp': expected auto or dwarf");
	if (clash)
		args_fail("--flame, --pprof and --metrics exclude each other for the same file '%s'",
			  clash);
}

static error_t parse_number_option(int key, const char *arg)
{
	switch (key) {
	case 'm':
		opt.min_ns = args_number(arg, "minimum", 0, UINT_MAX) * NS_PER_US;
		return 0;
	case 'M':
		opt.max_ns = args_number(arg, "maximum", 1, UINT_MAX) * NS_PER_US;
		return 0;
	case OPT_STATE:
		opt.by_state = true;
		opt.state_mask = args_number(arg, "state", 0, 0xffff);
		return 0;
	case OPT_USER_STACKS:
		opt.user_stacks_per_s = args_number(arg, "rate", 1, 1000000);
		return 0;
	case OPT_TOP:
		opt.top = args_number(arg, "number of rows", 1, UINT_MAX);
		return 0;
	case OPT_STORAGE:
		opt.stacks.distinct_max = args_number(arg, "number of stacks", 1, 1UL << 28);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* Return where to store an option without a value, or NULL if @key is not one. */
static bool *flag(int key)
{
	switch (key) {
	case 'u': return &opt.user_threads_only;
	case 'k': return &opt.kernel_threads_only;
	case 'U': return &opt.user_only;
	case 'K': return &opt.kernel_only;
	case 'd': return &opt.delimited;
	case 'f': return &opt.folded;
	case OPT_DEMANGLE: return &opt.stacks.demangle;
	default: return NULL;
	}
}

static error_t parse_text_option(int key, char *arg)
{
	switch (key) {
	case 'p': id_list_parse(&opt.pids, "pid", "process", arg); return 0;
	case 't': id_list_parse(&opt.tids, "tid", "thread", arg); return 0;
	case OPT_PPROF: opt.files.pprof.path = arg; return 0;
	case OPT_FLAME: opt.files.flame.path = arg; return 0;
	case OPT_UNWIND: opt.no_copies = !stacks_set_unwind(&opt.stacks, arg); return 0;
	case OPT_BY: set_by(arg); return 0;
	}
	return parse_number_option(key, arg);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (flag(key)) {
		*flag(key) = true;
		return 0;
	}
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.common;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			return ARGP_ERR_UNKNOWN;
		args_duration(&opt.common, arg);
		return 0;
	case ARGP_KEY_END:
		check_options();
		return 0;
	}
	return parse_text_option(key, arg);
}

bool wants_user_stacks(void)
{
	return !opt.kernel_only && (!opt.n_by || opt.files.flame.path || opt.files.pprof.path);
}

const struct argp offcputime_argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[DURATION]",
	.doc = "Sum up how long threads waited off the CPU, by stack.\v"
	       "Examples:\n"
	       "  offcputime 10                   # all threads, for 10 seconds\n"
	       "  offcputime -p 181 -m 10000 10   # process 181, waits of 10 ms or more\n"
	       "  offcputime --state 2 10         # uninterruptible waits: disks, kernel locks\n"
	       "  offcputime --by comm,syscall 10 # who waited in which system call\n"
	       "  offcputime -f 10                # folded, for flame graphs\n"
	       "  offcputime --flame /tmp/off.svg 10   # a flame graph\n",
	.children = (const struct argp_child[]){ { &common_argp }, {} },
};

char *banner(void)
{
	static const char *const stacks[] = { "user + kernel", "user", "kernel" };
	struct text text = {};

	text_str(&text, "Tracing off-CPU time (us) of ");
	if (opt.tids.n)
		text_printf(&text, "TID [%s]", opt.tids.arg);
	else if (opt.pids.n)
		text_printf(&text, "PID [%s]", opt.pids.arg);
	else
		text_str(&text, opt.user_threads_only ? "user threads" :
				opt.kernel_threads_only ? "kernel threads" : "all threads");
	text_printf(&text, " by %s stack", stacks[opt.user_only ? 1 : opt.kernel_only ? 2 : 0]);
	if (opt.common.duration)
		text_printf(&text, " for %lu secs.", opt.common.duration);
	else
		text_str(&text, "... Hit Ctrl-C to end.");
	text_char(&text, '\0');
	return text.at;
}
