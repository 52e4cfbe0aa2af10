/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef TCPCONNECT_H
#define TCPCONNECT_H

#include "event.h"
#include "sock.h"

#define SENT_MAX 8192		/* threads in connect(2) at the same time, with --rejected */

enum connect_result {
	CONNECT_UNKNOWN,	/* waiting ended, or the map was full */
	CONNECT_WAITING,	/* no answer so far */
	CONNECT_ESTABLISHED,
	CONNECT_FAILED,		/* error tells why */
	CONNECT_ABORTED,	/* the process gave up: close, shutdown, AF_UNSPEC */
};

/* An attempt to connect. The head is that of the connecting task when it began. */
struct connect_event {
	struct event_head head;
	struct sock_id id;
	__u32 error;		/* errno, if CONNECT_FAILED */
	__u64 latency_ns;	/* time to the answer or error; 0: unknown */
	__u32 result;		/* enum connect_result */
	__u32 pad;
};

#endif /* TCPCONNECT_H */
