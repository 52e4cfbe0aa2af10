// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#include "core/args.h"
#include "core/cgroup.h"
#include "core/container.h"
#include "core/help.h"
#include "core/kernel_btf.h"
#include "core/log.h"
#include "core/new_file.h"
#include "core/option_error.h"
#include "core/regular_file.h"
#include "core/run.h"
#include "output/columns_help.h"
#include "output/count.h"
#include "output/output_args.h"

_Noreturn void args_fail(const char *fmt, ...)
{
	char *message;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&message, fmt, ap) >= 0)
		log_warn("%s; try '%s --help'", message, program_invocation_short_name);
	va_end(ap);
	exit(EXIT_USAGE);
}

void args_cgroup(struct common_args *common, const char *path)
{
	int err;

	if (!cgroup_mount())
		args_fail("cannot use cgroup '%s': no cgroup2 file system is mounted", path);
	err = cgroup_find(path, &common->filter.cgroup_id, &common->filter.cgroup_level);
	if (err)
		args_fail("cannot use cgroup '%s': %s", path,
			  err == -EINVAL ? "not a cgroup2 directory" : strerror(-err));
	common->cgroup = cgroup_absolute(path);
}

#define HIDDEN "cgroups outside this container are not visible: share the machine's cgroup " \
	"namespace (--cgroupns=host) or PID namespace (--pid=host)"

static _Noreturn void no_container(const char *wanted)
{
	if (errno == ENOTUNIQ)
		args_fail("more than one container '%s' is running", wanted);
	if (!cgroup_sees_all())
		args_fail("no container '%s' is visible: " HIDDEN, wanted);
	if (container_names_denied())
		args_fail("no container with an id beginning with '%s' is running; only root may "
			  "read the names of containers", wanted);
	args_fail("no container with the name '%s' or an id beginning with it is running", wanted);
}

static void set_container(struct common_args *common, const char *wanted)
{
	char *path;

	if (!*wanted || *wanted == '/')
		args_fail("invalid container '%s': expected a name or the first characters of an id",
			  wanted);
	path = container_find(wanted);
	if (!path)
		no_container(wanted);
	args_cgroup(common, path);
	free(path);
}

void args_duration(struct common_args *common, const char *arg)
{
	common->duration = args_number(arg, "duration", 1, DURATION_MAX);
}

void args_time(struct common_args *common, const char *arg)
{
	static const struct {
		const char *name;
		enum stamp_format format;
	} formats[] = {
		{ "local", STAMP_LOCAL }, { "utc", STAMP_UTC }, { "iso", STAMP_ISO },
		{ "mono", STAMP_MONO },
	};

	if (!arg)
		arg = "local";
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(arg, formats[i].name) == 0) {
			common->time = formats[i].format;
			return;
		}
	args_fail("invalid time format '%s': expected local, utc, iso or mono", arg);
}

static void set_ring_size(struct common_args *common, const char *arg)
{
	unsigned long kilobytes = args_number(arg, "ring size", 64, 1UL << 20);

	if (kilobytes & (kilobytes - 1))
		args_fail("invalid ring size '%s': expected a power of two", arg);
	common->ring_bytes = kilobytes * 1024;
}

static void set_btf(struct common_args *common, const char *path)
{
	int fd = regular_file_open(path);

	if (fd == -EINVAL)
		args_fail("cannot read BTF file '%s': not a regular file", path);
	if (fd < 0)
		args_fail("cannot read BTF file '%s': %s", path, strerror(-fd));
	if (!kernel_btf_use_file(path, fd))
		args_fail("cannot use BTF file '%s': it has no types of a kernel", path);
	close(fd);
	common->btf = path;
}

/* The file is created later, but check now that this is possible. */
static void set_metrics(struct common_args *common, const char *path)
{
	struct new_file file;
	int err = new_file_open(&file, path);

	if (err == -EINVAL)
		args_fail("cannot write metrics to '%s': it exists and is not a regular file", path);
	if (err)
		args_fail("cannot write metrics to '%s': %s", path, strerror(-err));
	new_file_discard(&file);
	common->metrics = path;
}

static _Noreturn void print_version(void)
{
	printf("%s (sixty) %s, libbpf %s\n", program_invocation_short_name, VERSION,
	       libbpf_version_string() + 1);
	exit(fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
}

static _Noreturn void print_help(const struct argp *argp, const struct common_args *common)
{
	struct text columns = {};

	help_print(argp, common->tool);
	columns_help(&columns, common->table);
	printf("\nColumns of -o:\n%.*s", (int)columns.len, columns.at);
	exit(fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
}

enum {
	OPT_JSON = 0x100, OPT_DURATION, OPT_MAX_EVENTS, OPT_TIME, OPT_CGROUP, OPT_CONTAINER,
	OPT_PRINT_CONTAINER, OPT_RING_SIZE, OPT_STRICT, OPT_BTF, OPT_BPF_STATS,
	OPT_METRICS, OPT_NO_SANDBOX,
};

static const struct argp_option common_options[] = {
	{ .doc = "Options of every tool:", .group = 10 },
	{ "json", OPT_JSON, NULL, 0, "Print JSON, one object per line" },
	{ "duration", OPT_DURATION, "SECONDS", 0, "Stop after SECONDS seconds" },
	{ "max-events", OPT_MAX_EVENTS, "N", 0, "Stop after N records" },
	{ "time", OPT_TIME, "FORMAT", OPTION_ARG_OPTIONAL,
	  "Print the time of each record: local, utc, iso or mono" },
	{ "cgroup", OPT_CGROUP, "PATH", 0, "Show only the cgroup PATH and its descendants" },
	{ "container", OPT_CONTAINER, "NAME", 0, "Show only container NAME (a name or ID prefix)" },
	{ "print-container", OPT_PRINT_CONTAINER, NULL, 0, "Print a column with the container's name" },
	{ "ring-size", OPT_RING_SIZE, "KILOBYTES", 0, "Size of the event buffer, a power of two" },
	{ "strict", OPT_STRICT, NULL, 0, "Exit with status 1 if anything was lost" },
	{ "metrics", OPT_METRICS, "FILE", 0, "Write the counts to FILE in Prometheus format" },
	{ "btf", OPT_BTF, "FILE", 0, "Read the kernel's types from FILE if it exports none" },
	{ "bpf-stats", OPT_BPF_STATS, NULL, 0, "With --json, measure the BPF programs' run time" },
	{ "no-sandbox", OPT_NO_SANDBOX, NULL, 0, "Keep all privileges during the run, for debugging" },
	{ "verbose", 'v', NULL, 0, "Print the hooks in use and libbpf's messages" },
	{ "version", 'V', NULL, 0, "Print the version" },
	{ "help", 'h', NULL, 0, "Print this help" },
	{}
};

/*
 * Find the invalid option and fail.  argp does not report which word it stopped at: it is the
 * word before state->next or, if letters of that are left, the next word itself.
 */
static _Noreturn void refuse_option(const struct argp_state *state)
{
	struct text why = {};

	for (int i = state->next - 1; i <= state->next && !why.len; i++)
		if (i > 0 && i < state->argc && state->argv[i][0] == '-')
			option_error(&why, state->root_argp, state->argv[i]);
	if (why.len)
		args_fail("%.*s", (int)why.len, why.at);
	args_fail("invalid command line");
}

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	struct common_args *common = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = common;
		return 0;
	case OPT_JSON:
		common->json = true;
		return 0;
	case OPT_DURATION:
		args_duration(common, arg);
		return 0;
	case OPT_MAX_EVENTS:
		common->max_events = args_number(arg, "number of events", 1, LONG_MAX);
		return 0;
	case OPT_TIME:
		args_time(common, arg);
		return 0;
	case OPT_CGROUP:
		args_cgroup(common, arg);
		return 0;
	case OPT_CONTAINER:
		set_container(common, arg);
		return 0;
	case OPT_PRINT_CONTAINER:
		common->print_container = true;
		if (!cgroup_sees_all())
			log_warn(HIDDEN);
		return 0;
	case OPT_RING_SIZE:
		set_ring_size(common, arg);
		return 0;
	case OPT_STRICT:
		common->strict = true;
		return 0;
	case OPT_METRICS:
		set_metrics(common, arg);
		return 0;
	case OPT_BTF:
		set_btf(common, arg);
		return 0;
	case OPT_BPF_STATS:
		common->bpf_stats = true;
		return 0;
	case OPT_NO_SANDBOX:
		common->no_sandbox = true;
		return 0;
	case 'v':
		common->verbose = true;
		return 0;
	case 'V':
		print_version();
	case 'h':
		print_help(state->root_argp, common);
	case ARGP_KEY_ARG:
		args_fail("unexpected argument '%s'", arg);
	case ARGP_KEY_ERROR:
		refuse_option(state);
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp common_argp = {
	.options = common_options,
	.parser = parse_common,
	.children = (const struct argp_child[]){ { &output_argp }, {} },
};

static const struct argp_option filter_options[] = {
	{ "pid", 'p', "PID", 0, "Show only process PID" },
	{ "uid", 'u', "USER", 0, "Show only processes of USER (number or name)" },
	{}
};

static error_t parse_filter(int key, char *arg, struct argp_state *state)
{
	struct common_args *common = state->input;

	switch (key) {
	case 'p':
		common->filter.pid = args_pid(arg);
		return 0;
	case 'u':
		common->filter.uid = args_uid(arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp filter_argp = { .options = filter_options, .parser = parse_filter };

static error_t parse_interval(int key, char *arg, struct argp_state *state)
{
	struct interval_args *interval = state->input;

	if (key != ARGP_KEY_ARG || state->arg_num > 1)
		return ARGP_ERR_UNKNOWN;
	if (state->arg_num == 0)
		interval->interval = args_number(arg, "interval", 1, DURATION_MAX);
	else
		interval->count = args_number(arg, "count", 1, LONG_MAX);
	return 0;
}

const struct argp interval_argp = { .parser = parse_interval, .args_doc = "[INTERVAL [COUNT]]" };

/*
 * If a standard stream is closed at the start, one of the program's files would get its number
 * and receive its output.
 */
static void open_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

void args_parse(const char *tool, const struct table *table, const struct argp *argp, int argc,
		char **argv, struct common_args *common)
{
	bool stdout_closed = fcntl(STDOUT_FILENO, F_GETFD) < 0;

	open_standard_streams();
	if (stdout_closed) {
		log_warn("standard output is closed");
		exit(EXIT_FAILURE);
	}
	run_reset_signals();
	common->tool = tool;
	common->table = table;
	common->argc = argc;
	common->argv = argv;
	common->filter.uid = FILTER_ANY_UID;
	common->filter.self = getpid();

	/* argp's own messages take two lines; ours are printed at ARGP_KEY_ERROR. */
	if (argp_parse(argp, argc, argv, ARGP_NO_HELP | ARGP_NO_ERRS, NULL, NULL))
		args_fail("invalid command line");
	run_block_signals();		/* Ctrl-C still ends a --help that blocks on a pipe */
	output_args_check(common);
	cgroup_prepare();		/* both use capabilities that are dropped later */
	container_prepare();
	count_args_check(common);
}
