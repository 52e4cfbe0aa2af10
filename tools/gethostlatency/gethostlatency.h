/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef GETHOSTLATENCY_H
#define GETHOSTLATENCY_H

#include "event.h"

/* The libc functions that look up a host's addresses. */
enum lookup_call {
	CALL_NONE,
	CALL_GETADDRINFO,
	CALL_GETHOSTBYNAME,
	CALL_GETHOSTBYNAME2,
	CALL_GETHOSTBYNAME_R,
	CALL_GETHOSTBYNAME2_R,
	CALLS
};

#define HOST_LEN 255			/* longest name that libc accepts */
#define HOST_SIZE (HOST_LEN + 2)	/* one byte more, to detect truncation, and the NUL */
#define H_ERRNO_UNKNOWN (-100)		/* the call failed, and h_errno is unknown */

struct lookup_event {
	struct event_head head;		/* of the call's end; while it runs, of its begin */
	__u64 latency_ns;
	__s32 ret;			/* getaddrinfo: its result; _r: an errno */
	__s32 h_errno_;			/* the others: 0, or h_errno; H_ERRNO_UNKNOWN */
	__u16 call;			/* enum lookup_call */
	__u16 host_size;		/* with its NUL; 0: the name could not be read */
	__u16 waiting;			/* the call has not returned when the tool stops */
	char host[HOST_SIZE];
};

/* A program was executed: it may have mapped a new libc. */
struct exec_event {
	struct event_head head;
};

#endif /* GETHOSTLATENCY_H */
