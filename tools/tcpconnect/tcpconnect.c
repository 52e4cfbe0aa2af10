// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* tcpconnect - trace attempts to connect by TCP and their results. See tcpconnect(8). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>

#include "net/addr.h"
#include "core/args.h"
#include "dns.h"
#include "core/clock.h"
#include "core/hooks.h"
#include "core/log.h"
#include "core/map.h"
#include "output/out.h"
#include "output/process.h"
#include "output/report.h"
#include "core/run.h"
#include "core/sandbox.h"
#include "core/skel.h"
#include "net/sock_count.h"
#include "columns.h"
#include "tcpconnect.h"
#include "tcpconnect.skel.h"

#define SWEEP_NS (500 * NS_PER_MS)	/* between two sweeps over the pending attempts */
#define QUERY_OLD_NS (100 * NS_PER_MS)	/* an answer older than this is shown with its age */

static struct {
	struct common_args common;
	struct sock_filter_args sockets;
	bool count;
	bool sport;
	bool dns;
	bool rejected;
	bool print_uid;
} opt;

enum { OPT_REJECTED = 0x200 };

static const struct argp_option options[] = {
	{ "timestamp", 't', NULL, 0, "Print the time since the start, in seconds" },
	{ "print-uid", 'U', NULL, 0, "Print a UID column" },
	SOCK_FILTER_OPTIONS("Only these destination ports, a comma list"),
	{ "count", 'c', NULL, 0, "Count by source, destination and port; print at the end" },
	{ "source-port", 's', NULL, 0, "Print the source port; count by it too" },
	{ "lport", 'L', NULL, OPTION_ALIAS },
	{ "dns", 'd', NULL, 0, "Print the name that was looked up to get the address" },
	{ "rejected", OPT_REJECTED, NULL, 0,
	  "Also attempts that fail before anything is sent (slows every system call)" },
	{}
};

/* Settings that depend on several options. */
static void check_options(void)
{
	if (opt.count && opt.common.count.by)
		args_fail("-c and --count-by exclude each other");
	if (opt.count)
		opt.common.table = &count_table;
	if (opt.count && (opt.dns || opt.print_uid))
		args_fail("-c counts by addresses and ports: it excludes -d and -U");
	columns[COL_UID].hidden = !opt.print_uid;
	columns[COL_SPORT].hidden = !opt.sport;
	columns[COL_QUERY].hidden = !opt.dns;
	count_columns[COUNT_SPORT].hidden = !opt.sport;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (args_sock_filter(&opt.sockets, key, arg))
		return 0;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.common;
		return 0;
	case 't':
		opt.common.time = STAMP_SINCE_START;
		return 0;
	case 'U':
		opt.print_uid = true;
		return 0;
	case 'c':
		opt.count = true;
		return 0;
	case 's':
	case 'L':
		opt.sport = true;
		return 0;
	case 'd':
		opt.dns = true;
		return 0;
	case OPT_REJECTED:
		opt.rejected = true;
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
	.doc = "Trace attempts to connect by TCP, and what came of them.\v"
	       "Examples:\n"
	       "  tcpconnect              every attempt, with its result and latency\n"
	       "  tcpconnect -P 80,443    only to these ports\n"
	       "  tcpconnect -s -p 181    with the source port, of process 181\n"
	       "  tcpconnect -d           with the name that was looked up\n"
	       "  tcpconnect -c           count, and print at Ctrl-C\n",
	.children = (const struct argp_child[]){ { &event_argp }, {} },
};

/* The state that the callbacks of run_events() share. */
struct session {
	struct out out;
	struct tcpconnect_bpf *skel;
	__u64 next_sweep_ns;
};

static const char *failure_name(int error)
{
	const char *name;

	switch (error) {
	case ECONNREFUSED:
		return "refused";
	case ETIMEDOUT:
		return "timeout";
	case EHOSTUNREACH:
	case ENETUNREACH:
		return "unreachable";
	case ECONNRESET:
		return "reset";
	case ECONNABORTED:
		return "aborted";
	}
	name = strerrorname_np(error);
	return name ? name : "unknown";
}

static const char *result_name(const struct connect_event *e)
{
	switch (e->result) {
	case CONNECT_WAITING:
		return "waiting";
	case CONNECT_ESTABLISHED:
		return "established";
	case CONNECT_ABORTED:
		return "aborted";
	case CONNECT_FAILED:
		return failure_name(e->error);
	}
	return "unknown";
}

/* A DNS answer arrives before the connect that uses it, so it is already in the queue. */
static void print_query(struct out *out, const struct connect_event *e)
{
	const char *name;
	__u64 age_ns = 0;
	static char aged[1100];		/* a name has at most 1004 characters (RFC 1035, escaped) */

	if (!opt.dns)
		return;
	dns_read();
	name = dns_name(e->id.family, e->id.daddr, e->head.ns, &age_ns);
	if (!name) {
		out_show(out, COL_QUERY, addr_is_loopback(e->id.family, e->id.daddr) ?
			 "localhost" : "No DNS Query");
		return;
	}
	out_name(out, COL_QUERY, name);
	out_uint(out, COL_QUERY_AGE, age_ns);
	if (age_ns <= QUERY_OLD_NS)
		return;
	snprintf(aged, sizeof(aged), "%s (%llu ms ago)", name, age_ns / NS_PER_MS);
	out_show(out, COL_QUERY, aged);
}

static void print_event(void *ctx, const void *event, size_t size)
{
	const struct connect_event *e = event;
	struct session *session = ctx;
	struct out *out = &session->out;

	out_event(out, &e->head);
	out_uint(out, COL_UID, e->head.uid);
	out_task(out, COL_PID, COL_TID, &e->head);
	out_str(out, COL_COMM, e->head.comm, sizeof(e->head.comm));
	out_uint(out, COL_FAMILY, e->id.family);
	out_addr(out, COL_SADDR, e->id.family, e->id.saddr);
	out_addr(out, COL_DADDR, e->id.family, e->id.daddr);
	if (e->id.sport)
		out_uint(out, COL_SPORT, e->id.sport);
	out_uint(out, COL_DPORT, e->id.dport);
	print_query(out, e);
	out_name(out, COL_RESULT, result_name(e));
	if (e->result == CONNECT_FAILED) {
		out_uint(out, COL_ERRNO, e->error);
		out_error_name(out, COL_ERROR_NAME, e->error);
	}
	if (e->latency_ns)
		out_uint(out, COL_LATENCY, e->latency_ns);
	out_uint(out, COL_NETNS, e->id.netns);
	out_end(out);
}

/* Return true if the BPF side has to show the pending attempt of the socket @address. */
static bool sweep_one(const struct tcpconnect_bpf *skel, __u64 address)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &address, .ctx_size_in = sizeof(address));

	return !bpf_prog_test_run_opts(bpf_program__fd(skel->progs.sweep), &run) && run.retval;
}

/*
 * Show the pending attempts that the BPF side selects: those that have waited for a second,
 * those whose end was missed, and at the end all others.
 */
static void sweep(struct session *session, bool last)
{
	struct tcpconnect_bpf *skel = session->skel;
	ssize_t n;
	__u64 *addresses;

	if (last)
		skel->data->waiting_ns = 0;
	n = map_keys(skel->maps.pending, (void **)&addresses);
	for (ssize_t i = 0; i < n; i++)
		if (sweep_one(skel, addresses[i]) && !out_enough(&session->out))
			print_event(session, &skel->bss->swept, sizeof(skel->bss->swept));
	if (n >= 0)
		free(addresses);
}

static void print_count(struct out *out, const struct sock_count *count)
{
	out_row(out, clock_now_ns());
	out_uint(out, COUNT_FAMILY, count->id.family);
	out_addr(out, COUNT_SADDR, count->id.family, count->id.saddr);
	out_addr(out, COUNT_DADDR, count->id.family, count->id.daddr);
	if (opt.sport && count->id.sport)
		out_uint(out, COUNT_SPORT, count->id.sport);
	out_uint(out, COUNT_DPORT, count->id.dport);
	out_uint(out, COUNT_CONNECTS, count->n);
	out_end(out);
}

static void tick(void *ctx, bool last)
{
	struct session *session = ctx;
	__u64 now = clock_now_ns();

	if (opt.dns)
		dns_read();
	if (last || now >= session->next_sweep_ns) {
		sweep(session, last);
		session->next_sweep_ns = now + SWEEP_NS;
	}
	if (last && opt.count)
		sock_counts_print(&session->out, session->skel->maps.counts, print_count);
	if (last && opt.dns)
		dns_end();
}

static void set_tunables(struct tcpconnect_bpf *skel)
{
	skel->rodata->sock_filter = opt.sockets;
	skel->rodata->by_count = opt.count;
	skel->rodata->by_sport = opt.sport;
	skel->rodata->with_rejected = opt.rejected;
	skel->rodata->start_ns = clock_now_ns();
	bpf_program__set_autoattach(skel->progs.sweep, false);
	if (hooks_preempted())
		hooks_enable(skel->progs.set_state_again, NULL);
	if (!opt.rejected)
		return;
	hooks_enable(skel->progs.exit_connect, NULL);
	bpf_map__set_max_entries(skel->maps.sent, SENT_MAX);
}

static const struct sandbox_call sweep_calls[] = {
	{ "bpf", SANDBOX_IS(0, BPF_PROG_TEST_RUN) },
	{}
};

static int trace(struct tcpconnect_bpf *skel)
{
	struct session session = { .skel = skel };
	int err;

	set_tunables(skel);
	/* Later changes of state, the sweep and the second program find these events. */
	report_recursion_repaired();
	err = opt.dns ? dns_start() : 0;
	if (!err)
		err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config,
				 &skel->bss->loss);
	if (err)
		return err;
	out_start(&session.out, &opt.common, NULL);
	sandbox_allow(sweep_calls);
	return run_events(&session.out, skel->maps.events, print_event, tick, &session);
}

int main(int argc, char **argv)
{
	struct tcpconnect_bpf *skel;
	int err;

	args_parse("tcpconnect", &record_table, &argp, argc, argv, &opt.common);
	skel = tcpconnect_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	tcpconnect_bpf__destroy(skel);
	return log_exit_code(err);
}
