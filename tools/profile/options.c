// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command line of profile. */
#include <limits.h>
#include <string.h>

#include "core/text.h"
#include "session.h"

struct profile_options opt = {
	.sampling = { .hertz = 49, .cpu = -1 },
	.stacks = { .distinct_max = 262144 },
};

enum {
	OPT_STORAGE = 0x200, OPT_TIDS, OPT_CPUS, OPT_CGROUPS, OPT_DEMANGLE, OPT_PPROF, OPT_FLAME,
	OPT_UNWIND,
};

static const struct argp_option options[] = {
	{ "pid", 'p', "PID,...", 0, "Only these processes" },
	{ "tid", 'L', "TID,...", 0, "Only these threads" },
	{ "uid", 'u', "USER", 0, "Only this user: a number or a name" },
	{ "user-stacks-only", 'U', NULL, 0, "No kernel stacks" },
	{ "kernel-stacks-only", 'K', NULL, 0, "No user stacks" },
	{ "frequency", 'F', "HERTZ", 0, "Samples per second on each CPU (49)" },
	{ "count", 'c', "PERIOD", 0, "Sample after every PERIOD cycles, or ns of the clock" },
	{ "delimited", 'd', NULL, 0, "Print a mark between kernel and user stack" },
	{ "annotations", 'a', NULL, 0, "Print _[k] after kernel functions" },
	{ "include-idle", 'I', NULL, 0, "Count the idle CPUs too" },
	{ "folded", 'f', NULL, 0, "Print one line per stack, for flame graphs" },
	{ "cpu", 'C', "CPU", 0, "Only this CPU" },
	{ "addresses", 'A', NULL, 0, "Print addresses, offsets and modules" },
	{ "tids", OPT_TIDS, NULL, 0, "Count threads separately" },
	{ "cpus", OPT_CPUS, NULL, 0, "Count CPUs separately" },
	{ "cgroups", OPT_CGROUPS, NULL, 0, "Count cgroups separately" },
	{ "demangle", OPT_DEMANGLE, NULL, 0, "Print C++ and Rust names as in the source" },
	{ "pprof", OPT_PPROF, "FILE", 0, "Write a profile for pprof" },
	{ "flame", OPT_FLAME, "FILE", 0, "Write a flame graph (SVG)" },
	{ "unwind", OPT_UNWIND, "HOW", 0, "Find callers by auto, dwarf or fp (auto)" },
	{ "stack-storage-size", OPT_STORAGE, "N", 0, "Number of stacks to keep (262144)" },
	{}
};

static void set_cpu(const char *arg)
{
	opt.sampling.cpu = args_number(arg, "CPU", 0, INT_MAX);
	if (!sampling_cpu_online(opt.sampling.cpu))
		args_fail("invalid CPU '%s': it is not online", arg);
}

static void check_options(void)
{
	const char *clash = stack_files_clash(&opt.files, opt.common.metrics);

	if (opt.user_only && opt.kernel_only)
		args_fail("only one of -U and -K can be used");
	if (clash)
		args_fail("--flame, --pprof and --metrics exclude each other for the same file '%s'",
			  clash);
	opt.by_cgroup |= opt.common.print_container;
}

static error_t parse_number_option(int key, const char *arg)
{
	switch (key) {
	case 'F':
		opt.sampling.hertz = args_number(arg, "frequency", 1, sampling_most_hertz());
		return 0;
	case 'c':
		opt.sampling.hertz = 0;
		/* A very short period causes an interrupt storm, and the kernel sets no limit. */
		opt.sampling.period = args_number(arg, "period", 10000, LONG_MAX);
		return 0;
	case 'C':
		set_cpu(arg);
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
	case 'U': return &opt.user_only;
	case 'K': return &opt.kernel_only;
	case 'd': return &opt.delimited;
	case 'a': return &opt.annotate;
	case 'I': return &opt.idle;
	case 'f': return &opt.folded;
	case 'A': return &opt.stacks.addresses;
	case OPT_TIDS: return &opt.by_tid;
	case OPT_CPUS: return &opt.by_cpu;
	case OPT_CGROUPS: return &opt.by_cgroup;
	case OPT_DEMANGLE: return &opt.stacks.demangle;
	default: return NULL;
	}
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
	case 'p':
		id_list_parse(&opt.pids, "pid", "process", arg);
		return 0;
	case 'L':
		id_list_parse(&opt.tids, "tid", "thread", arg);
		return 0;
	case 'u':
		opt.common.filter.uid = args_uid(arg);
		return 0;
	case OPT_PPROF:
		opt.files.pprof.path = arg;
		return 0;
	case OPT_FLAME:
		opt.files.flame.path = arg;
		return 0;
	case OPT_UNWIND:
		opt.frame_pointers = !stacks_set_unwind(&opt.stacks, arg);
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
	return parse_number_option(key, arg);
}

const struct argp profile_argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[DURATION]",
	.doc = "Sample what the CPUs run, and count the stacks.\v"
	       "Examples:\n"
	       "  profile                 # all CPUs, 49 times a second, until Ctrl-C\n"
	       "  profile 10              # for 10 seconds\n"
	       "  profile -p 181 -U 10    # user stacks of process 181\n"
	       "  profile -K -I 5         # kernel stacks, idle CPUs too\n"
	       "  profile -f -F 199 5     # folded, for flame graphs\n"
	       "  profile --flame /tmp/cpu.svg 10   # a flame graph\n",
	.children = (const struct argp_child[]){ { &common_argp }, {} },
};

/* "Sampling at 49 Hertz of all threads by user + kernel stack... Hit Ctrl-C to end." */
char *banner(bool by_clock)
{
	static const char *const stacks[] = { "user + kernel", "user", "kernel" };
	struct text text = {};

	text_str(&text, "Sampling ");
	if (opt.sampling.hertz)
		text_printf(&text, "at %llu Hertz of ", opt.sampling.hertz);
	else
		text_printf(&text, "every %llu %s of ", opt.sampling.period,
			    by_clock ? "nanoseconds" : "cycles");
	if (opt.tids.n)
		text_printf(&text, "TID [%s]", opt.tids.arg);
	else if (opt.pids.n)
		text_printf(&text, "PID [%s]", opt.pids.arg);
	else
		text_str(&text, "all threads");
	text_printf(&text, " by %s stack", stacks[opt.user_only ? 1 : opt.kernel_only ? 2 : 0]);
	if (opt.sampling.cpu >= 0)
		text_printf(&text, " on CPU#%d", opt.sampling.cpu);
	if (opt.common.duration)
		text_printf(&text, " for %lu secs.", opt.common.duration);
	else
		text_str(&text, "... Hit Ctrl-C to end.");
	text_char(&text, '\0');
	return text.at;
}
