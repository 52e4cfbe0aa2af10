/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TCPRETRANS_H
#define TCPRETRANS_H

#include "event.h"
#include "sock.h"

#define HELD_MAX 1024		/* events whose owners are asked for at once */

enum retrans_kind {
	RETRANS_SEGMENT,	/* held to be lost, by acknowledgements or by timeout */
	RETRANS_PROBE,		/* tail loss probe */
	RETRANS_SYN,
	RETRANS_SYNACK,
};

/*
 * Something sent again.  Of head the time and, of the socket, the user and the
 * cgroup; the rest of it is 0 until user space knows the owner.
 */
struct retrans_event {
	struct event_head head;
	struct sock_id id;
	__u64 sk;		/* address of the socket; of the listening one for a SYN-ACK */
	__u32 kind;		/* enum retrans_kind */
	__u32 state;		/* of the connection, as in include/net/tcp_states.h */
	__u32 seq;
	__u32 bytes;		/* of sequence space: data, and 1 for a SYN or FIN */
	__u32 segments;
	__u32 pad;
};

/* Who has the socket with that address and local port open. */
struct owner {
	__u32 pid;		/* in the initial PID namespace; 0: nobody, so far */
	__u32 ns_pid;		/* in the tool's, if that is another one; 0: none there */
	__u16 sport;
	__u16 pad;
	char comm[16];
};

#endif /* TCPRETRANS_H */
