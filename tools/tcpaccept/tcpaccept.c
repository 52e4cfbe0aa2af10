// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* tcpaccept - connections accepted by TCP: by whom, from where, how long they waited. */
#include <string.h>

#include "net/addr.h"
#include "core/args.h"
#include "core/log.h"
#include "output/out.h"
#include "output/process.h"
#include "core/run.h"
#include "core/skel.h"
#include "columns.h"
#include "tcpaccept.h"
#include "tcpaccept.skel.h"

static struct {
	struct common_args common;
	struct sock_filter_args sockets;
} opt;

static const struct argp_option options[] = {
	{ NULL, 'T', NULL, 0, "The same as --time" },
	{ "timestamp", 't', NULL, 0, "Print the time since the start, in seconds" },
	SOCK_FILTER_OPTIONS("Only these local ports, a comma list"),
	{}
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (args_sock_filter(&opt.sockets, key, arg))
		return 0;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.common;
		return 0;
	case 'T':
		args_time(&opt.common, NULL);
		return 0;
	case 't':
		opt.common.time = STAMP_SINCE_START;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "Trace connections accepted by TCP, and how long they waited for it.\v"
	       "Examples:\n"
	       "  tcpaccept               every accepted connection\n"
	       "  tcpaccept -P 80,443     only at these local ports\n"
	       "  tcpaccept -T -p 181     with the time, of process 181\n",
	.children = (const struct argp_child[]){ { &event_argp }, {} },
};

static void print_event(void *ctx, const void *event, size_t size)
{
	const struct accept_event *e = event;
	struct out *out = ctx;

	out_event(out, &e->head);
	out_uint(out, COL_UID, e->head.uid);
	out_task(out, COL_PID, COL_TID, &e->head);
	out_str(out, COL_COMM, e->head.comm, sizeof(e->head.comm));
	out_uint(out, COL_FAMILY, e->id.family);
	out_addr(out, COL_RADDR, e->id.family, e->id.daddr);
	out_uint(out, COL_RPORT, e->id.dport);
	out_addr(out, COL_LADDR, e->id.family, e->id.saddr);
	out_uint(out, COL_LPORT, e->id.sport);
	if (e->queue_ns)
		out_uint(out, COL_QUEUE, e->queue_ns);
	out_uint(out, COL_NETNS, e->id.netns);
	out_end(out);
}

static int trace(struct tcpaccept_bpf *skel)
{
	struct out out;
	int err;

	skel->rodata->sock_filter = opt.sockets;
	err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config, &skel->bss->loss);
	if (err)
		return err;
	out_start(&out, &opt.common, NULL);
	return run_events(&out, skel->maps.events, print_event, NULL, &out);
}

int main(int argc, char **argv)
{
	struct tcpaccept_bpf *skel;
	int err;

	args_parse("tcpaccept", &record_table, &argp, argc, argv, &opt.common);
	skel = tcpaccept_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	tcpaccept_bpf__destroy(skel);
	return log_exit_code(err);
}
