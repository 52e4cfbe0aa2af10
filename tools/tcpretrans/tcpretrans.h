/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TCPRETRANS_H
#define TCPRETRANS_H

#include "event.h"
#include "sock.h"

#define HELD_MAX 1024		/* events whose owners are looked up at the same time */

enum retrans_kind {
	RETRANS_SEGMENT,	/* considered lost, because of acknowledgements or a timeout */
	RETRANS_PROBE,		/* tail loss probe */
	RETRANS_SYN,
	RETRANS_SYNACK,
};

/*
 * A retransmission. In the head only the time, and the user and cgroup of the socket, are set;
 * user space fills the rest when it knows the owner.
 */
struct retrans_event {
	struct event_head head;
	struct sock_id id;
	__u64 sk;		/* address of the socket; for a SYN-ACK of the listening one */
	__u32 kind;		/* enum retrans_kind */
	__u32 state;		/* of the connection, as in include/net/tcp_states.h */
	__u32 seq;
	__u32 bytes;		/* in sequence numbers: data, and 1 for a SYN or FIN */
	__u32 segments;
	__u32 pad;
};

/* The process that has the socket with that address and local port open. */
struct owner {
	__u32 pid;		/* in the initial PID namespace; 0: not found yet */
	__u32 ns_pid;		/* in the tool's PID namespace, if another one; 0: none there */
	__u16 sport;
	__u16 pad;
	char comm[16];
};

#endif /* TCPRETRANS_H */
