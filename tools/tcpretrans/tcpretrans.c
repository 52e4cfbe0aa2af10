// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* tcpretrans - trace TCP retransmissions, with the process that owns the connection. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "net/addr.h"
#include "core/args.h"
#include "core/clock.h"
#include "core/hooks.h"
#include "core/log.h"
#include "output/out.h"
#include "output/process.h"
#include "core/run.h"
#include "core/sandbox.h"
#include "core/self.h"
#include "core/skel.h"
#include "net/sock_count.h"
#include "columns.h"
#include "tcpretrans.h"
#include "tcpretrans.skel.h"

#define LOOK_SHARE 20		/* searches for owners may take at most 1/20 of a CPU, */
#define LOOK_WAIT_NS (2 * NS_PER_S)	/* unless events would wait for longer than this */

static struct {
	struct common_args common;
	struct sock_filter_args sockets;
	bool count;
	bool sequence;
	bool probes;
} opt = { .common.time = STAMP_LOCAL };

static const struct argp_option options[] = {
	{ "lossprobe", 'l', NULL, 0, "Show tail loss probes too" },
	{ "sequence", 's', NULL, 0, "Print the sequence number" },
	{ "count", 'c', NULL, 0, "Count by connection; print at the end" },
	SOCK_FILTER_OPTIONS("Only these ports, local or remote, a comma list"),
	{}
};

/* Settings that depend on several options. */
static void check_options(void)
{
	if (opt.count && opt.common.count.by)
		args_fail("-c and --count-by exclude each other");
	if (opt.count)
		opt.common.table = &count_table;
	if (opt.count && opt.sequence)
		args_fail("-c counts by connection: it excludes -s");
	if (opt.count)
		opt.common.time = STAMP_NONE;
	columns[COL_SEQ].hidden = !opt.sequence;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (args_sock_filter(&opt.sockets, key, arg))
		return 0;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opt.common;
		return 0;
	case 'l':
		opt.probes = true;
		return 0;
	case 's':
		opt.sequence = true;
		return 0;
	case 'c':
		opt.count = true;
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
	.doc = "Trace what TCP sends again: lost segments, SYNs, SYN-ACKs and probes.\v"
	       "Examples:\n"
	       "  tcpretrans              what is sent again because it may be lost\n"
	       "  tcpretrans -l           and the probes that ask whether it is\n"
	       "  tcpretrans -s -P 443    with sequence numbers, of connections with this port\n"
	       "  tcpretrans -p 181       of connections that process 181 has open\n"
	       "  tcpretrans -c           count, and print at Ctrl-C\n",
	.children = (const struct argp_child[]){ { &event_argp }, {} },
};

/* The state that the callbacks of run_events() share. */
struct session {
	struct out out;
	struct tcpretrans_bpf *skel;
	struct bpf_link *find_owners;	/* NULL: this kernel has no iterators */
	__u64 next_look_ns;
	size_t held;			/* events that wait for their owners */
	struct retrans_event events[HELD_MAX];
};

static const struct {
	const char *letter;
	const char *name;
} kinds[] = {
	[RETRANS_SEGMENT] = { "R>", "retransmit" },
	[RETRANS_PROBE]	  = { "L>", "probe" },
	[RETRANS_SYN]	  = { "S>", "syn" },
	[RETRANS_SYNACK]  = { "A>", "synack" },
};

/* include/net/tcp_states.h */
static const char *const states[] = {
	"0", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
	"CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
};

static const char *state_name(__u32 state)
{
	return state < ARRAY_SIZE(states) ? states[state] : "unknown";
}

/*
 * Print one end of a connection: the address in @col, in the table with the port, and the port
 * in the next column.
 */
static void print_end(struct out *out, int col, int family, const __u8 addr[16], __u16 port,
		      char text[ADDR_PORT_MAX])
{
	out_addr(out, col, family, addr);
	out_uint(out, col + 1, port);
	if (out->args->json)
		return;
	addr_port(text, family, addr, port);
	out_show(out, col, text);
}

static void print_ends(struct out *out, int local, int remote, const struct sock_id *id)
{
	static char texts[2][ADDR_PORT_MAX];

	print_end(out, local, id->family, id->saddr, id->sport, texts[0]);
	print_end(out, remote, id->family, id->daddr, id->dport, texts[1]);
}

static void print_event(struct out *out, const struct retrans_event *e)
{
	out_event(out, &e->head);
	out_uint(out, COL_UID, e->head.uid);
	if (e->head.pid)
		out_process(out, COL_PID, e->head.pid, e->head.ns_pid);
	out_uint(out, COL_FAMILY, e->id.family);
	print_ends(out, COL_LOCAL, COL_REMOTE, &e->id);
	out_name(out, COL_KIND, kinds[e->kind].name);
	out_show(out, COL_KIND, kinds[e->kind].letter);
	out_name(out, COL_STATE, state_name(e->state));
	out_uint(out, COL_SEQ, e->seq);
	out_uint(out, COL_BYTES, e->bytes);
	out_uint(out, COL_SEGMENTS, e->segments);
	if (e->head.pid)
		out_str(out, COL_COMM, e->head.comm, sizeof(e->head.comm));
	out_uint(out, COL_NETNS, e->id.netns);
	out_end(out);
}

/* Add the segments of @e to the count of its connection. */
static void count(struct session *session, const struct retrans_event *e)
{
	int counts = bpf_map__fd(session->skel->maps.counts);
	__u64 n = 0;

	bpf_map_lookup_elem(counts, &e->id, &n);
	n += e->segments;
	if (bpf_map_update_elem(counts, &e->id, &n, BPF_ANY))
		__sync_fetch_and_add(&session->skel->bss->loss.map_full, 1);
}

static void show(struct session *session, const struct retrans_event *e)
{
	if (opt.common.filter.pid &&
	    opt.common.filter.pid != self_user_id(e->head.pid, e->head.ns_pid))
		return;
	if (opt.count)
		count(session, e);
	else if (!out_enough(&session->out))
		print_event(&session->out, e);
}

/* Let the BPF side search all open files for the sockets in `owners`. */
static void look_for_owners(struct session *session)
{
	int fd = bpf_iter_create(bpf_link__fd(session->find_owners));
	char unused[64];

	if (fd < 0)
		return;
	while (read(fd, unused, sizeof(unused)) < 0 && errno == EAGAIN)
		;		/* after each million files */
	close(fd);
}

static void set_owners(struct session *session)
{
	int owners = bpf_map__fd(session->skel->maps.owners);

	for (size_t i = 0; i < session->held; i++) {
		struct owner nobody = { .sport = session->events[i].id.sport };

		bpf_map_update_elem(owners, &session->events[i].sk, &nobody, BPF_ANY);
	}
	look_for_owners(session);
	for (size_t i = 0; i < session->held; i++) {
		struct event_head *head = &session->events[i].head;
		struct owner owner = {};

		bpf_map_lookup_elem(owners, &session->events[i].sk, &owner);
		head->pid = owner.pid;
		head->ns_pid = owner.ns_pid;
		memcpy(head->comm, owner.comm, sizeof(head->comm));
	}
	for (size_t i = 0; i < session->held; i++)
		bpf_map_delete_elem(owners, &session->events[i].sk);
}

/* Show the held events. */
static void show_held(struct session *session)
{
	__u64 begin = clock_ns(CLOCK_THREAD_CPUTIME_ID), wait;

	if (session->find_owners && session->held)
		set_owners(session);
	for (size_t i = 0; i < session->held; i++)
		show(session, &session->events[i]);
	session->held = 0;
	wait = LOOK_SHARE * (clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin);
	session->next_look_ns = clock_now_ns() + (wait < LOOK_WAIT_NS ? wait : LOOK_WAIT_NS);
}

static void take_event(void *ctx, const void *event, size_t size)
{
	const struct retrans_event *e = event;
	struct session *session = ctx;

	if (opt.count && !opt.common.filter.pid) {
		count(session, e);
		return;
	}
	session->events[session->held++] = *e;
	if (session->held == HELD_MAX)
		show_held(session);
}

static void print_count(struct out *out, const struct sock_count *c)
{
	out_row(out, clock_now_ns());
	out_uint(out, COUNT_FAMILY, c->id.family);
	print_ends(out, COUNT_LOCAL, COUNT_REMOTE, &c->id);
	out_uint(out, COUNT_RETRANSMITS, c->n);
	out_uint(out, COUNT_NETNS, c->id.netns);
	out_end(out);
}

static void tick(void *ctx, bool last)
{
	struct session *session = ctx;

	if (session->held && (last || clock_now_ns() >= session->next_look_ns))
		show_held(session);
	if (last && opt.count)
		sock_counts_print(&session->out, session->skel->maps.counts, print_count);
}

/* Iterators need the kernel's own BTF. */
static int enable_find_owners(struct tcpretrans_bpf *skel)
{
	bpf_program__set_autoattach(skel->progs.find_owners, false);
	if (access("/sys/kernel/btf/vmlinux", R_OK) == 0)
		hooks_enable(skel->progs.find_owners, NULL);
	else if (opt.common.filter.pid)
		return hooks_missing("its own BTF (CONFIG_DEBUG_INFO_BTF), which -p needs");
	return 0;
}

static int attach_find_owners(struct session *session)
{
	if (!bpf_program__autoload(session->skel->progs.find_owners))
		return 0;
	session->find_owners = bpf_program__attach_iter(session->skel->progs.find_owners, NULL);
	return session->find_owners ? 0 : log_err(-errno, "cannot look through the open files");
}

static int start(struct session *session)
{
	struct tcpretrans_bpf *skel = session->skel;
	int err;

	skel->rodata->sock_filter = opt.sockets;
	skel->rodata->show_probes = opt.probes;
	skel->rodata->tells_error = hooks_tracepoint_args("tcp_retransmit_skb") == 3;
	err = enable_find_owners(skel);
	if (!err)
		err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config,
				 &skel->bss->loss);
	return err ? err : attach_find_owners(session);
}

/*
 * Report how many tail loss probes were not shown.  Their owners are unknown, so with -p nothing is
 * reported.
 */
static void tell_of_probes(__u64 hidden)
{
	if (hidden && !opt.common.filter.pid)
		log_warn("%llu tail loss probes were not shown: -l shows them", hidden);
}

/* look_for_owners() */
static const struct sandbox_call owner_calls[] = {
	{ "bpf", SANDBOX_IS(0, BPF_ITER_CREATE) },
	{}
};

static int trace(struct tcpretrans_bpf *skel)
{
	static struct session session;
	int err;

	session.skel = skel;
	err = start(&session);
	if (err)
		return err;
	out_start(&session.out, &opt.common, NULL);
	sandbox_allow(owner_calls);
	err = run_events(&session.out, skel->maps.events, take_event, tick, &session);
	tell_of_probes(skel->bss->probes_hidden);
	bpf_link__destroy(session.find_owners);
	return err;
}

int main(int argc, char **argv)
{
	struct tcpretrans_bpf *skel;
	int err;

	args_parse("tcpretrans", &record_table, &argp, argc, argv, &opt.common);
	skel = tcpretrans_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	tcpretrans_bpf__destroy(skel);
	return log_exit_code(err);
}
