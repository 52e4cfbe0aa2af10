// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Trace retransmissions of TCP.  Timers and arriving packets cause them, so the running task
 * is unrelated, and a socket does not record which process has it open. User space therefore
 * puts the addresses of the sockets into `owners` and reads the iterator, which looks for them
 * in all open files. This costs nothing without retransmissions, and it also finds the owners
 * of sockets that were opened or inherited before the start.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>

#include "event.bpf.h"
#include "filter.bpf.h"
#include "sock.bpf.h"
#include "sock_count.bpf.h"
#include "sock_filter.bpf.h"
#include "tcpretrans.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define ICSK_TIME_LOSS_PROBE 5		/* net/inet_connection_sock.h */
#define TCPCB_LOST 0x04			/* net/tcp.h */
#define SUBFLOWS_MAX 16			/* of an MPTCP socket; the kernel allows 8 + 1 */

const volatile bool tells_error;	/* the tracepoint has it as its third argument */
const volatile bool show_probes;	/* -l */
__u64 probes_hidden;			/* tail loss probes that -l would have shown */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, HELD_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);		/* address of the socket */
	__type(value, struct owner);
} owners SEC(".maps");

/* -u and --cgroup use the socket's own data. -p needs the owner, so user space filters. */
static __always_inline bool sock_wanted(struct sock *sk, struct retrans_event *e)
{
	struct cgroup *cgroup = core_sock_cgroup(sk);

	e->head.uid = BPF_CORE_READ(sk, sk_uid.val);
	if (config.filter.uid != FILTER_ANY_UID && config.filter.uid != e->head.uid)
		return false;
	e->head.cgroup_id = cgroup ? core_cgroup_id(cgroup) : 0;
	return !config.filter.cgroup_id || (cgroup && filter_cgroup(cgroup));
}

static __always_inline bool id_wanted(const struct sock_id *id)
{
	return (port_wanted(id->sport) || port_wanted(id->dport)) && family_wanted(id->family);
}

static __always_inline void send(struct sock *sk, struct retrans_event *from)
{
	struct retrans_event *e;

	if (!id_wanted(&from->id) || !sock_wanted(sk, from))
		return;
	if (from->kind == RETRANS_PROBE && !show_probes) {
		__sync_fetch_and_add(&probes_hidden, 1);
		return;
	}
	from->sk = (__u64)sk;
	from->head.ns = bpf_ktime_get_ns();
	from->head.cpu = bpf_get_smp_processor_id();
	e = event_reserve(sizeof(*e));
	if (!e)
		return;
	*e = *from;
	event_submit(e, sizeof(*e));
}

/*
 * A tail loss probe is sent while its timer is still marked as pending.  Retransmissions caused by
 * acknowledgements may be sent at that time too, but their segments are already marked as lost
 * (tcp_xmit_retransmit_queue), and a timeout clears the mark.
 */
static __always_inline enum retrans_kind kind_of(struct sock *sk, int state, __u8 sacked)
{
	struct inet_connection_sock *icsk = (struct inet_connection_sock *)sk;

	if (state == TCP_SYN_SENT || state == TCP_SYN_RECV)
		return RETRANS_SYN;
	if (BPF_CORE_READ(icsk, icsk_pending) == ICSK_TIME_LOSS_PROBE && !(sacked & TCPCB_LOST))
		return RETRANS_PROBE;
	return RETRANS_SEGMENT;
}

/*
 * Before v6.18 the tracepoint fires only for segments that were sent. Since then it also fires
 * for segments that could not be sent, some of which the kernel does not count (RetransSegs).
 */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(retransmit, struct sock *sk, struct sk_buff *skb)
{
	struct tcp_skb_cb *cb = (void *)skb + bpf_core_field_offset(skb->cb);
	struct retrans_event e = {};

	if (tells_error && (int)ctx[2])
		return 0;
	sock_read(sk, &e.id);
	e.state = BPF_CORE_READ(sk, __sk_common.skc_state);
	e.kind = kind_of(sk, e.state, BPF_CORE_READ(cb, sacked));
	e.seq = BPF_CORE_READ(cb, seq);
	e.bytes = BPF_CORE_READ(cb, end_seq) - e.seq;
	e.segments = BPF_CORE_READ(cb, tcp_gso_segs);
	send(sk, &e);
	return 0;
}

/* @sk is the listening socket, or with TCP fast open the new one. */
SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(retransmit_synack, struct sock *sk, struct request_sock *req)
{
	struct tcp_request_sock *treq = (struct tcp_request_sock *)req;
	struct retrans_event e = { .kind = RETRANS_SYNACK, .bytes = 1, .segments = 1 };

	sock_read_common((struct sock *)req, &e.id);
	e.id.sport = BPF_CORE_READ(req, __req_common.skc_num);
	e.state = TCP_SYN_RECV;
	e.seq = BPF_CORE_READ(treq, snt_isn);
	send(sk, &e);
	return 0;
}

/*
 * Record that the task at address @task_at has the socket at @sk_at open. The function is not
 * static and takes numbers as arguments, so that the verifier checks it once and not for each
 * subflow.
 */
__noinline int note_owner(__u64 sk_at, __u64 task_at)
{
	struct task_struct *task = (void *)task_at;
	struct owner *owner = bpf_map_lookup_elem(&owners, &sk_at);

	if (!owner || owner->pid || owner->sport != sock_sport((void *)sk_at))
		return 0;
	owner->ns_pid = config.pidns.inum ? pidns_pid(task) : 0;
	owner->pid = BPF_CORE_READ(task, tgid);
	BPF_CORE_READ_INTO(&owner->comm, task, group_leader, comm);
	return 0;
}

/* Runs for each open file when user space reads the iterator. */
SEC("?iter/task_file")
int find_owners(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;
	struct sock *sk, *subflow;
	struct list_head *node = NULL;
	__u64 task = 0;

	if (!ctx->task || !file)
		return 0;
	sk = sock_of_file(file);
	if (!sk)
		return 0;
	bpf_core_read(&task, sizeof(task), &ctx->task);	/* as a number */
	if (BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP) {
		note_owner((__u64)sk, task);
		return 0;
	}
	for (int i = 0; i < SUBFLOWS_MAX; i++) {
		subflow = sock_next_subflow(sk, &node);
		if (!subflow)
			break;
		note_owner((__u64)subflow, task);
	}
	return 0;
}
