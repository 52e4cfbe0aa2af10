// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Trace accepted TCP connections by the file descriptor that accept(2) and accept4(2) return, which
 * refers to the socket.
 *
 * The exit of the call is the only hook on every kernel at which the accepting process is the
 * running task; changes of state happen earlier, in interrupts.  No data is kept between events.
 * The socket itself contains the time when the connection entered the accept queue:
 * tcp_init_buffer_space(), called at the end of the handshake, stores it, and it does not change
 * before the program receives data.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>

#include "event.bpf.h"
#include "filter.bpf.h"
#include "sock.bpf.h"
#include "sock_filter.bpf.h"
#include "syscall.bpf.h"
#include "tcpaccept.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The first argument of the multiplexed socketcall(2), linux/net.h. */
enum {
	SYS_ACCEPT = 5,
	SYS_ACCEPT4 = 18,
};

static __always_inline bool native_accept(__u32 nr)
{
	return nr == SYSCALL_ACCEPT || nr == SYSCALL_ACCEPT4;
}

/* 32-bit x86 has no accept, only accept4; either also through socketcall. */
#if defined(__TARGET_ARCH_x86)
static __always_inline bool compat_accept(__u32 nr)
{
	return nr == SYSCALL_COMPAT_ACCEPT4 || nr == SYSCALL_COMPAT_SOCKETCALL;
}

static __always_inline bool multiplexed_other(struct pt_regs *regs, __u32 nr)
{
	__u64 call = syscall_arg(regs, true, 0);

	return nr == SYSCALL_COMPAT_SOCKETCALL && call != SYS_ACCEPT && call != SYS_ACCEPT4;
}
#else
static __always_inline bool compat_accept(__u32 nr)
{
	return nr == SYSCALL_COMPAT_ACCEPT || nr == SYSCALL_COMPAT_ACCEPT4;
}

static __always_inline bool multiplexed_other(struct pt_regs *regs, __u32 nr)
{
	return false;
}
#endif

static __always_inline bool is_accept(struct pt_regs *regs, __u32 nr)
{
	if (!syscall_compat(regs))
		return native_accept(nr);
	return compat_accept(nr) && !multiplexed_other(regs, nr);
}

/* Return how long @sk has been established, in ns, or 0 if unknown. */
static __always_inline __u64 established_for(struct sock *sk, __u64 now)
{
	struct tcp_sock *tp = (struct tcp_sock *)sk;
	__u64 since = BPF_CORE_READ(tp, rcvq_space.time) * 1000;	/* us, CLOCK_MONOTONIC */

	return since && since < now ? now - since : 0;
}

static __always_inline void accepted(struct sock *sk)
{
	struct sock_id id = {};
	struct accept_event *e;

	sock_read(sk, &id);
	if (!port_wanted(id.sport) || !family_wanted(id.family))
		return;
	e = event_reserve(sizeof(*e));
	if (!e)
		return;
	event_head_current(&e->head);
	e->id = id;
	e->queue_ns = established_for(sk, e->head.ns);
	event_submit(e, sizeof(*e));
}

SEC("tp_btf/sys_exit")
int BPF_PROG(exit_accept, struct pt_regs *regs, long ret)
{
	__u32 nr = syscall_nr(regs);
	struct sock *sk;

	if (!native_accept(nr) && !compat_accept(nr))
		return 0;
	if (ret < 0 || !is_accept(regs, nr) || !filter_current())
		return 0;
	sk = sock_of_fd(ret);
	if (sk)
		accepted(sk);
	return 0;
}
