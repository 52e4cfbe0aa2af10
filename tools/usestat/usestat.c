// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* usestat - utilisation, saturation and errors of every resource.  See usestat(8). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "core/args.h"
#include "core/cgroup.h"
#include "core/log.h"
#include "core/privilege.h"
#include "output/out.h"
#include "core/run.h"
#include "core/sandbox.h"
#include "core/skel.h"
#include "usestat.h"

#define DETAIL_S 5			/* minimum seconds between detailed samples */
#define DETAIL_SHARE 400		/* and at least 400 times the last one's CPU time: 0.25 % */
#define TOP_MAX 100

static struct {
	struct common_args common;
	struct interval_args interval;
	unsigned long top, detail;	/* detail: seconds; 0: depends on the cost */
} opt = { .interval.interval = 1, .top = 5 };

/* In the order of the table. */
static const struct subject *const subjects[] = {
	&cpu_subject, &memory_subject, &disk_subject, &mount_subject, &interface_subject,
	&net_subject, &limits_subject, &interrupt_subject, &socket_subject, &peer_subject,
	&cgroup_subject, &process_subject, &exits_subject, &lock_subject, &inotify_subject,
	&log_subject, &machine_subject,
};

enum { OPT_TOP = 0x200, OPT_DETAIL };

static const struct argp_option options[] = {
	{ "top", OPT_TOP, "N", 0, "Show the N busiest processes and cgroups by each measure (5)" },
	{ "details", OPT_DETAIL, "SECONDS", 0,
	  "Look at processes, cgroups and sockets every SECONDS" },
	{ "timestamp", 'T', NULL, 0, "The same as --time" },
	{}
};

/* Reject common options that have no meaning without BPF programs. */
static void refuse_options(const struct common_args *common)
{
	const char *option = common->metrics ? "--metrics" : common->btf ? "--btf" :
		common->ring_bytes ? "--ring-size" : common->bpf_stats ? "--bpf-stats" : NULL;

	if (option)
		args_fail("%s has no meaning for usestat, which has no BPF programs", option);
	if (common->json && common->columns)
		args_fail("-o chooses columns of the table: usestat --json prints other records");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.interval;
		state->child_inputs[1] = &opt.common;
		return 0;
	case OPT_TOP:
		opt.top = args_number(arg, "number of processes", 1, TOP_MAX);
		return 0;
	case OPT_DETAIL:
		opt.detail = args_number(arg, "number of seconds", 1, 3600);
		return 0;
	case 'T':
		args_time(&opt.common, NULL);
		return 0;
	case ARGP_KEY_SUCCESS:
		refuse_options(&opt.common);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "Show utilisation, saturation and errors of every resource.\v"
	       "Examples:\n"
	       "  usestat                       # a table a second, until Ctrl-C\n"
	       "  usestat 1 1                   # one table, of one second\n"
	       "  usestat -T 10 6               # six tables of ten seconds, with the time\n"
	       "  usestat --json 1 60           # JSON lines, for one minute\n",
	.children = (const struct argp_child[]){ { &interval_argp }, { &common_argp }, {} },
};

/* Look at all subjects.  Processes come first: sockets, limits and others need them. */
static void look(struct usestat *u)
{
	u->before_ns = u->ns;
	u->ns = clock_now_ns();
	if (u->detail)
		process_subject.look(u);
	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++)
		if ((u->detail || !subjects[i]->detail) && subjects[i] != &process_subject)
			subjects[i]->look(u);
}

static void print_records(struct usestat *u)
{
	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++)
		if (u->detail || !subjects[i]->detail)
			subjects[i]->records(u);
	missing_print(u);
}

/* Print a blank line and a heading between tables. */
static void print_table(struct usestat *u)
{
	if (u->tables++) {
		text_char(&u->out->text, '\n');
		out_heading(u->out);
	}
	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++)
		if (subjects[i]->rows)
			subjects[i]->rows(u);
	missing_print(u);
}

/* The second sample is detailed, so that the first table is complete, and so is the last sample. */
static bool is_detailed(const struct usestat *u)
{
	__u64 wait_ns = (opt.detail ? opt.detail : DETAIL_S) * NS_PER_S;

	if (!opt.detail && u->detail_cost_ns * DETAIL_SHARE > wait_ns)
		wait_ns = u->detail_cost_ns * DETAIL_SHARE;
	return u->last || !u->tables || clock_now_ns() - u->detail_ns + NS_PER_S / 2 >= wait_ns;
}

static int print_summary(void *ctx)
{
	struct usestat *u = ctx;

	__u64 start_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);

	u->last = skel_detached();
	u->detail = is_detailed(u);
	look(u);
	if (opt.common.json) {
		u->tables++;
		print_records(u);
	} else {
		print_table(u);
	}
	if (u->detail) {
		u->detail_ns = u->ns;
		u->detail_cost_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start_ns;
	}
	return 0;
}

/*
 * Netlink sockets belong to the network namespace in which they are opened, so they are opened
 * during the run.  New threads drop their capabilities.
 */
static const struct sandbox_call usestat_calls[] = {
	{ "socket", SANDBOX_IS(0, AF_NETLINK) }, { "setsockopt" }, { "sendto" }, { "recvfrom" },
	{ "setns" }, { "statfs" }, { "fstatfs" }, { "prlimit64" }, { "kcmp" },
	{ "process_vm_readv" }, { "clock_adjtime" }, { "capget" }, { "capset" },
	{ "prctl", SANDBOX_IS(0, PR_SET_NO_NEW_PRIVS) }, { "uname" }, { "sysinfo" },
	{}
};

static void keep_privileges(void)
{
	sandbox_allow(sandbox_read_files);
	sandbox_allow(sandbox_threads);
	sandbox_allow(usestat_calls);
	privilege_keep(CAP_DAC_READ_SEARCH);
	privilege_keep(CAP_SYS_PTRACE);		/* fd, io, ns and memory of other users' processes */
	privilege_keep(CAP_SYSLOG);		/* addresses in /proc/PID/stack */
	privilege_keep(CAP_SYS_ADMIN);		/* /proc/PID/stack, setns(2) */
	privilege_keep(CAP_NET_ADMIN);		/* taskstats */
}

/* Take the first sample before the meta line, which shows that usestat is ready. */
static int trace(void)
{
	struct out out;
	struct usestat u = { .out = &out, .detail = true, .top = opt.top };

	if (opt.common.filter.cgroup_id)
		u.cgroup = strdup(cgroup_path(opt.common.filter.cgroup_id) ?: "/");
	source_init();
	keep_privileges();
	look(&u);
	u.detail_ns = u.ns;
	out_start(&out, &opt.common, NULL);
	if (opt.common.json) {
		print_records(&u);
		if (out_flush(&out))
			return log_err(out.sink.error, "cannot write the output");
	}
	return run_interval(&out, &opt.interval, print_summary, &u);
}

int main(int argc, char **argv)
{
	columns_init(subjects, ARRAY_SIZE(subjects));
	args_parse("usestat", &usestat_table, &argp, argc, argv, &opt.common);
	return log_exit_code(trace());
}
