/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Read sockets that are arguments of a tracepoint or that a file refers to. */
#ifndef BPF_SOCK_BPF_H
#define BPF_SOCK_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "core.bpf.h"
#include "sock.h"

#define S_IFMT 0170000			/* linux/stat.h */
#define S_IFSOCK 0140000

/* True for ::ffff:0:0/96, IPv4 addresses mapped into IPv6 (RFC 4291, 2.5.5.2). */
static __always_inline bool sock_is_mapped(const struct in6_addr *addr)
{
	return !addr->in6_u.u6_addr32[0] && !addr->in6_u.u6_addr32[1] &&
	       addr->in6_u.u6_addr32[2] == bpf_htonl(0xffff);
}

/* Read the addresses of an IPv6 socket.  Return false if the socket uses IPv4. */
static __always_inline bool sock_read_v6(struct sock *sk, struct sock_id *id)
{
	struct in6_addr addr = {};

	/* A kernel without CONFIG_IPV6 has neither the field nor such sockets. */
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

/*
 * Fill @id, which must be all zero, from @sk (from any source), of family AF_INET or AF_INET6.
 * Does not set sport.  @sk may also be a struct request_sock: both start with a struct
 * sock_common.
 */
static __always_inline void sock_read_common(struct sock *sk, struct sock_id *id)
{
	__u32 addr;

	id->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	id->dport = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6 && sock_read_v6(sk, id)) {
		id->family = 6;
		return;
	}
	id->family = 4;
	addr = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
	__builtin_memcpy(id->saddr, &addr, sizeof(addr));
	addr = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	__builtin_memcpy(id->daddr, &addr, sizeof(addr));
}

/* Fill @id like sock_read_common(), including sport. */
static __always_inline void sock_read(struct sock *sk, struct sock_id *id)
{
	sock_read_common(sk, id);
	id->sport = sock_sport(sk);
}

/* Return the socket of @file if it is a TCP or Multipath TCP socket, otherwise NULL. */
static __always_inline struct sock *sock_of_file(struct file *file)
{
	struct socket *socket;
	struct sock *sk;
	__u16 protocol;

	if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(socket, sk);
	protocol = BPF_CORE_READ(sk, sk_protocol);
	return protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP ? sk : NULL;
}

/*
 * Return the next TCP socket of @sk, a Multipath TCP socket, or NULL after the last one.  @sk
 * has one TCP socket per subflow, and only @sk refers to them.  *@node starts as NULL.
 */
static __always_inline struct sock *sock_next_subflow(struct sock *sk, struct list_head **node)
{
	struct mptcp_sock *msk = (struct mptcp_sock *)sk;
	struct mptcp_subflow_context *subflow;
	void *list;

	/* A kernel without CONFIG_MPTCP has neither the type nor such sockets. */
	if (!bpf_core_field_exists(msk->conn_list))
		return NULL;
	list = (void *)msk + bpf_core_field_offset(msk->conn_list);
	*node = BPF_CORE_READ(*node ? *node : (struct list_head *)list, next);
	if (!*node || *node == list)
		return NULL;
	subflow = (void *)*node - bpf_core_field_offset(struct mptcp_subflow_context, node);
	return BPF_CORE_READ(subflow, tcp_sock);
}

/* Return the TCP socket of @file, or NULL.  For Multipath TCP it is the first subflow. */
static __always_inline struct sock *sock_tcp_of_file(struct file *file)
{
	struct sock *sk = sock_of_file(file);
	struct list_head *node = NULL;

	if (sk && BPF_CORE_READ(sk, sk_protocol) == IPPROTO_MPTCP)
		return sock_next_subflow(sk, &node);
	return sk;
}

/* Return sock_tcp_of_file() for file descriptor @fd of the running task. */
static __always_inline struct sock *sock_of_fd(__u32 fd)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct file **files = BPF_CORE_READ(task, files, fdt, fd), *file = NULL;

	if (fd >= BPF_CORE_READ(task, files, fdt, max_fds))
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return sock_tcp_of_file(file);
}

#endif /* BPF_SOCK_BPF_H */
