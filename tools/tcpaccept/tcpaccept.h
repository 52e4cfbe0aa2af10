/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TCPACCEPT_H
#define TCPACCEPT_H

#include "event.h"
#include "sock.h"

/* A connection that was accepted.  head is the accepting task's, when accept returned. */
struct accept_event {
	struct event_head head;
	struct sock_id id;	/* saddr and sport: the local end */
	__u64 queue_ns;		/* from the handshake's end until then; 0: unknown */
};

#endif /* TCPACCEPT_H */
