/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TCPACCEPT_H
#define TCPACCEPT_H

#include "event.h"
#include "sock.h"

/* An accepted connection. The head is that of the accepting task when accept() returned. */
struct accept_event {
	struct event_head head;
	struct sock_id id;	/* saddr and sport: the local end */
	__u64 queue_ns;		/* from the end of the handshake until then; 0: unknown */
};

#endif /* TCPACCEPT_H */
