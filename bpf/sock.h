/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The two ends of a connection, as stored and sent by the tools. */
#ifndef BPF_SOCK_H
#define BPF_SOCK_H

#include "types.h"

#define PORTS_MAX 64		/* arguments of -P */

/* The connections that match -P, -4 and -6. */
struct sock_filter_args {
	__u16 ports[PORTS_MAX];
	__u32 n_ports;		/* 0: all ports */
	__u32 family;		/* 4 or 6; 0: both */
};

struct sock_id {
	__u8 saddr[16];		/* local address; IPv4: the first 4 bytes, the rest 0 */
	__u8 daddr[16];		/* remote address */
	__u32 netns;		/* inode number of the network namespace, 0: unknown */
	__u16 sport;		/* 0: not known yet */
	__u16 dport;
	__u16 family;		/* 4 or 6; 4 also for IPv4 mapped into IPv6 */
	__u16 pad;		/* 0: the struct is a map key */
};

#endif /* BPF_SOCK_H */
