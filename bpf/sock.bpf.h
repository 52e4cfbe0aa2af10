/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reading sockets that are arguments of a tracepoint. */
#ifndef BPF_SOCK_BPF_H
#define BPF_SOCK_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "core.bpf.h"
#include "sock.h"

/* ::ffff:0:0/96, IPv4 mapped into IPv6 (RFC 4291, 2.5.5.2). */
static __always_inline bool sock_is_mapped(const struct in6_addr *addr)
{
	return !addr->in6_u.u6_addr32[0] && !addr->in6_u.u6_addr32[1] &&
	       addr->in6_u.u6_addr32[2] == bpf_htonl(0xffff);
}

/* The addresses of an IPv6 socket that does not talk IPv4; false: it does. */
static __always_inline bool sock_read_v6(struct sock *sk, struct sock_id *id)
{
	struct in6_addr addr = {};

	/* A kernel without CONFIG_IPV6 has no such field, nor such a socket. */
	if (!bpf_core_field_exists(sk->__sk_common.skc_v6_daddr))
		return false;
	BPF_CORE_READ_INTO(&addr, sk, __sk_common.skc_v6_daddr);
	if (sock_is_mapped(&addr))
		return false;
	__builtin_memcpy(id->daddr, &addr, sizeof(id->daddr));
	BPF_CORE_READ_INTO(&addr, sk, __sk_common.skc_v6_rcv_saddr);
	__builtin_memcpy(id->saddr, &addr, sizeof(id->saddr));
	return true;
}

static __always_inline __u16 sock_sport(struct sock *sk)
{
	return bpf_ntohs(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
}

/* Fill @id, which is all zero, from @sk, of family AF_INET or AF_INET6. */
static __always_inline void sock_read(struct sock *sk, struct sock_id *id)
{
	__u32 addr;

	id->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	id->sport = sock_sport(sk);
	id->dport = bpf_ntohs(load(sk, __sk_common.skc_dport));
	if (load(sk, __sk_common.skc_family) == AF_INET6 && sock_read_v6(sk, id)) {
		id->family = 6;
		return;
	}
	id->family = 4;
	addr = load(sk, __sk_common.skc_rcv_saddr);
	__builtin_memcpy(id->saddr, &addr, sizeof(addr));
	addr = load(sk, __sk_common.skc_daddr);
	__builtin_memcpy(id->daddr, &addr, sizeof(addr));
}

#endif /* BPF_SOCK_BPF_H */
