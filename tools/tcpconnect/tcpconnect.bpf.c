// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Trace attempts to connect by TCP, from CLOSE -> SYN_SENT, which runs in the connecting task, to
 * the next state of the socket, which shows the result.
 *
 * The kernel's recursion guard drops a change of state that happens in an
 * interrupt while this program runs on the same CPU: about 10 of 12,000 connects over veth.  Two
 * mechanisms repair that: any later change of state, and the sweep, which user space runs twice a
 * second over the pending attempts and which checks the socket itself.  A hook on the exit of
 * connect(2) would repair less (no non-blocking connects) and slow down every system call of the
 * machine: OVERHEAD in the man page has the figures.
 *
 * The first change of state is not made in interrupts, and is never dropped before
 * Linux 7.  Since v7.0 a task can be preempted in a program at a tracepoint.  Until it continues,
 * the guard drops the program for other tasks on that CPU (6 of 12,000 on 7.3, one of them with its
 * end). bpf_preempt_disable() (v6.10) does not prevent this: the task is then preempted in
 * bpf_preempt_enable(), still within the guard.  So a second program, set_state_again(), handles
 * changes that the first one missed, and begin_dropped() counts changes that both missed.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>

#include "event.bpf.h"
#include "filter.bpf.h"
#include "sock.bpf.h"
#include "sock_count.bpf.h"
#include "sock_filter.bpf.h"
#include "syscall.bpf.h"
#include "sockaddr.bpf.h"
#include "tcpconnect.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* asm-generic/errno-base.h, errno.h */
enum {
	EINTR = 4,
	EADDRNOTAVAIL = 99,
	EISCONN = 106,
	EALREADY = 114,
	EINPROGRESS = 115,
	ERESTARTSYS = 512,	/* the first error number that is used only inside the kernel */
};

/*
 * The state in the socket itself is set a moment after the tracepoint.  An attempt older than this
 * (100 ms) certainly has it.
 */
#define SETTLED_NS 100000000
#define SEEN_ALL_NS 2000000000ULL

const volatile bool by_count;			/* count in `counts` instead of sending events */
const volatile bool by_sport;			/* include the source port in the key */
const volatile bool with_rejected;		/* exit_connect() runs too */

const volatile __u64 start_ns;			/* the tool started at this time */

/*
 * The sweep shows attempts that have waited longer than this. User space sets it to 0 at the
 * end.
 */
__u64 waiting_ns = 1000000000;

/*
 * Pending attempts by socket. If the map is full (any user can open that many), an attempt is
 * still shown, at once and without its result.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, struct connect_event);
} pending SEC(".maps");

/*
 * Threads in a connect(2) that has reached SYN_SENT; only used with --rejected. The result of
 * these attempts is shown already.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);			/* user space sets it to SENT_MAX */
	__type(key, __u32);
	__type(value, __u8);
} sent SEC(".maps");

/* Count an attempt between the ends in @id. */
static __always_inline void count(const struct sock_id *id)
{
	struct sock_id key = *id;
	__u64 zero = 0, *n;

	key.netns = 0;
	if (!by_sport)
		key.sport = 0;
	n = bpf_map_lookup_elem(&counts, &key);
	if (!n) {
		bpf_map_update_elem(&counts, &key, &zero, BPF_NOEXIST);
		n = bpf_map_lookup_elem(&counts, &key);
	}
	if (n)
		__sync_fetch_and_add(n, 1);
	else
		loss_add(&loss.map_full);
}

static __always_inline void send(const struct connect_event *attempt)
{
	struct connect_event *e;

	if (by_count) {
		count(&attempt->id);
		return;
	}
	e = event_reserve(sizeof(*e));
	if (!e)
		return;
	*e = *attempt;
	event_submit(e, sizeof(*e));
}

/*
 * Only the program that deletes the attempt of @sk from `pending` shows it, so none is shown
 * twice.
 */
static __always_inline bool claim(__u64 sk)
{
	return bpf_map_delete_elem(&pending, &sk) == 0;
}

static __always_inline bool id_wanted(const struct sock_id *id)
{
	return port_wanted(id->dport) && family_wanted(id->family);
}

/*
 * The name of an io_uring worker (iou-wrk-1234) is not that of the program, so take the name
 * of its process. Before v5.12, 3bfe6106693b ("io-wq: fork worker threads from original
 * task"), the workers are kernel threads and cannot be recognized.
 */
static __always_inline void fix_comm(struct event_head *head)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (BPF_CORE_READ(task, flags) & PF_IO_WORKER)
		BPF_CORE_READ_INTO(&head->comm, task, group_leader, comm);
}

static __always_inline void remember(__u64 sk, struct connect_event *attempt, bool again)
{
	struct connect_event *old;

	if (!bpf_map_update_elem(&pending, &sk, attempt, BPF_NOEXIST))
		return;
	/* The end of this socket's last attempt was dropped, or the map is full. */
	old = bpf_map_lookup_elem(&pending, &sk);
	if (old) {
		send(old);
		bpf_map_update_elem(&pending, &sk, attempt, BPF_ANY);
		return;
	}
	if (again)		/* the first program has emitted it */
		return;
	loss_add(&loss.map_full);
	send(attempt);
}

static __always_inline void begin(struct sock *sk, bool again)
{
	struct connect_event attempt = {};
	__u32 tid = bpf_get_current_pid_tgid();
	__u8 yes = 1;

	if (!filter_current())
		return;
	if (with_rejected)
		bpf_map_update_elem(&sent, &tid, &yes, BPF_ANY);
	sock_read(sk, &attempt.id);
	if (!id_wanted(&attempt.id))
		return;
	event_head_current(&attempt.head);
	fix_comm(&attempt.head);
	remember((__u64)sk, &attempt, again);
}

/*
 * Set the result of @attempt, whose socket @sk closed while it was connecting. If it has no
 * error and nothing was sent, connect() found no free port, or the bound port is in use for
 * the same destination. That error is returned but not stored in the socket.
 */
static __always_inline void why_closed(struct sock *sk, struct connect_event *attempt)
{
	struct tcp_sock *tp = (struct tcp_sock *)sk;

	attempt->result = CONNECT_FAILED;
	attempt->error = load(sk, sk_err);
	if (attempt->error)
		return;
	if (!load(sk, sk_shutdown) && !BPF_CORE_READ(tp, segs_out))
		attempt->error = EADDRNOTAVAIL;
	else
		attempt->result = CONNECT_ABORTED;
}

/*
 * Return true if the attempt that ends now must be shown although its beginning was dropped.
 * With a filter for tasks this is unknown.  If the tool has run for longer than the time until a
 * SYN is retransmitted (1 s), the attempt began after the tool.
 */
static __always_inline bool begin_dropped(struct sock *sk, int oldstate, __u64 now)
{
	struct tcp_sock *tp = (struct tcp_sock *)sk;
	struct sock_id id = {};

	if (oldstate != TCP_SYN_SENT || !filter_none() || now - start_ns < SEEN_ALL_NS ||
	    BPF_CORE_READ(tp, total_retrans))
		return false;
	sock_read(sk, &id);
	/* Attempts for which the map has no room are shown, and counted as losses. */
	return id_wanted(&id) && !loss.map_full;
}

static __always_inline void end(struct sock *sk, int oldstate, int newstate, bool again)
{
	__u64 key = (__u64)sk, now = bpf_ktime_get_ns();
	struct connect_event attempt, *kept;

	kept = bpf_map_lookup_elem(&pending, &key);
	if (!kept) {
		if (!again && begin_dropped(sk, oldstate, now))
			loss_add(&loss.no_start);
		return;
	}
	attempt = *kept;
	if (!claim(key))
		return;
	attempt.id.sport = sock_sport(sk);
	attempt.result = CONNECT_ESTABLISHED;
	if (oldstate == TCP_SYN_SENT || oldstate == TCP_SYN_RECV) {
		attempt.latency_ns = now - attempt.head.ns;
		if (newstate == TCP_CLOSE)
			why_closed(sk, &attempt);
	}
	send(&attempt);
}

/* Return true if the first program saw the running task begin an attempt with @sk. */
static __always_inline bool has_begun(struct sock *sk)
{
	__u64 key = (__u64)sk;
	struct connect_event *kept = bpf_map_lookup_elem(&pending, &key);

	return kept && kept->head.tid == (__u32)bpf_get_current_pid_tgid();
}

static __always_inline int change(struct sock *sk, int oldstate, int newstate, bool again)
{
	if (load(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	if (newstate == TCP_SYN_SENT) {
		if (!again || !has_begun(sk))
			begin(sk, again);
	} else if (oldstate != TCP_CLOSE && newstate != TCP_SYN_RECV) {
		end(sk, oldstate, newstate, again);
	}
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(set_state, struct sock *sk, int oldstate, int newstate)
{
	return change(sk, oldstate, newstate, false);
}

/*
 * Handle changes that set_state() missed: a beginning that is not pending, or an end that still is.
 */
SEC("?tp_btf/inet_sock_set_state")
int BPF_PROG(set_state_again, struct sock *sk, int oldstate, int newstate)
{
	return change(sk, oldstate, newstate, true);
}

/*
 * The end of the attempt was dropped, and @sk is in @state now. The socket may have been
 * freed, and its memory reused by another one.
 */
static __always_inline void repair(struct sock *sk, int state, struct connect_event *e)
{
	e->result = CONNECT_UNKNOWN;
	if (bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport)) != e->id.dport)
		return;
	e->id.sport = sock_sport(sk);
	e->error = BPF_CORE_READ(sk, sk_err);
	if (state != TCP_CLOSE)
		e->result = CONNECT_ESTABLISHED;
	else if (e->error)
		e->result = CONNECT_FAILED;
}

/* Emit an attempt that failed with @error before anything was sent. */
static __always_inline void reject(__u32 fd, const void *to, __u32 error)
{
	struct connect_event attempt = { .error = error, .result = CONNECT_FAILED };
	struct sock *sk;

	if (error == EINTR || error == EISCONN || error == EALREADY || error == EINPROGRESS ||
	    error >= ERESTARTSYS || !filter_current())
		return;
	sk = sock_of_fd(fd);
	if (!sk || !read_destination(to, &attempt.id) || !id_wanted(&attempt.id))
		return;
	attempt.id.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	attempt.id.sport = sock_sport(sk);
	event_head_current(&attempt.head);
	send(&attempt);
}

/* For --rejected: connects that the kernel itself refuses, for example without a route. */
SEC("?tp_btf/sys_exit")
int BPF_PROG(exit_connect, struct pt_regs *regs, long ret)
{
	__u32 nr = syscall_nr(regs), tid;
	bool compat;

	if (nr != SYSCALL_CONNECT && nr != SYSCALL_COMPAT_CONNECT)
		return 0;
	compat = syscall_compat(regs);
	if (nr != (compat ? SYSCALL_COMPAT_CONNECT : SYSCALL_CONNECT))
		return 0;
	tid = bpf_get_current_pid_tgid();
	if (!bpf_map_delete_elem(&sent, &tid) || ret >= 0)
		return 0;
	reject(syscall_arg(regs, compat, 0), (void *)syscall_arg(regs, compat, 1), -ret);
	return 0;
}

/* The attempt that sweep() found to be shown. */
struct connect_event swept;

/*
 * Look at the pending attempt of the socket @address: true if `swept` is to be
 * shown, because it has waited for long (shown once) or because its end was
 * dropped.  User space runs this for each pending attempt, by
 * BPF_PROG_TEST_RUN: v5.10, 1b4d60ec162f ("bpf: Enable BPF_PROG_TEST_RUN for
 * raw_tracepoint").  A map iterator could do the same, but it needs the kernel's BTF, and some
 * kernels refuse it (EPERM) but allow this.
 */
SEC("raw_tp")
int BPF_PROG(sweep, __u64 address)
{
	struct connect_event *kept = bpf_map_lookup_elem(&pending, &address);
	struct sock *sk = (struct sock *)address;
	__u64 age;
	int state;

	if (!kept)
		return false;
	swept = *kept;
	age = bpf_ktime_get_ns() - swept.head.ns;
	state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (state == TCP_SYN_SENT || state == TCP_SYN_RECV || age < SETTLED_NS) {
		if (swept.result == CONNECT_WAITING || age < waiting_ns)
			return false;
		kept->result = swept.result = CONNECT_WAITING;
		swept.id.sport = sock_sport(sk);
	} else {
		if (!claim(address))
			return false;
		repair(sk, state, &swept);
	}
	if (by_count)
		count(&swept.id);
	return !by_count;
}
