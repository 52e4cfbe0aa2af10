/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The two ends of a connection, as tools keep and send them. */
#ifndef BPF_SOCK_H
#define BPF_SOCK_H

#include "types.h"

#define PORTS_MAX 64		/* of -P */

/* Which connections the user asked for. */
struct sock_filter_args {
	__u16 ports[PORTS_MAX];
	__u32 n_ports;		/* 0: all */
	__u32 family;		/* 4 or 6; 0: both */
};

struct sock_id {
	__u8 saddr[16];		/* this end; IPv4: the first 4 bytes, the rest 0 */
	__u8 daddr[16];		/* the other end */
	__u32 netns;		/* inode number of the network namespace, 0: unknown */
	__u16 sport;		/* 0: not known yet */
	__u16 dport;
	__u16 family;		/* 4 or 6; 4 too for IPv4 mapped into IPv6 */
	__u16 pad;		/* 0: the struct serves as a key */
};

#endif /* BPF_SOCK_H */
