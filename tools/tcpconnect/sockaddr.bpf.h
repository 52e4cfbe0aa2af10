/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The address that a program passes to connect(2). */
#ifndef TCPCONNECT_SOCKADDR_BPF_H
#define TCPCONNECT_SOCKADDR_BPF_H

#include "loss.bpf.h"
#include "sock.bpf.h"

/* The common beginning of struct sockaddr_in and struct sockaddr_in6. */
struct sockaddr_any {
	__u16 family;
	__be16 port;
	__be32 addr;			/* in6: flowinfo */
	struct in6_addr addr6;		/* in6 only */
};

/* Read the destination passed to connect(2). Return false if it is neither IPv4 nor IPv6. */
static __always_inline bool read_destination(const void *user, struct sock_id *id)
{
	struct sockaddr_any to = {};

	if (bpf_probe_read_user(&to, 16, user)) {	/* sizeof(struct sockaddr_in) */
		loss_add(&loss.unreadable);
		return false;
	}
	if (to.family == AF_INET6)
		bpf_probe_read_user(&to.addr6, sizeof(to.addr6), user + 8);
	id->dport = bpf_ntohs(to.port);
	id->family = to.family == AF_INET || sock_is_mapped(&to.addr6) ? 4 : 6;
	if (to.family == AF_INET)
		__builtin_memcpy(id->daddr, &to.addr, sizeof(to.addr));
	else if (id->family == 4)
		__builtin_memcpy(id->daddr, &to.addr6.in6_u.u6_addr32[3], sizeof(to.addr));
	else
		__builtin_memcpy(id->daddr, &to.addr6, sizeof(id->daddr));
	return to.family == AF_INET || to.family == AF_INET6;
}

#endif /* TCPCONNECT_SOCKADDR_BPF_H */
