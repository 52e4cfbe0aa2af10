/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What helper.c (in the tool) and helper_serve.c (in the helper process) send each other: one
 * packet for each request, and one answer to each, in the same order.
 */
#ifndef COMMON_HELPER_PROTOCOL_H
#define COMMON_HELPER_PROTOCOL_H

#include "symbols/helper.h"

/* Maximum size of a request or an answer: 64 KB. */
#define HELPER_PACKET_BYTES 65536
#define HELPER_PLACES_MAX 64		/* addresses in one request for names */
#define HELPER_NAME_BYTES_MAX 32768	/* longer names are truncated; the longest C++ ones have 8 KB */

enum helper_kind {
	/*
	 * Unwind the copied stack that follows (struct user_stack and bytes); answered by n
	 * addresses.
	 */
	HELPER_UNWIND,
	/* Look at the process now, for the n addresses that follow; the answer has no addresses. */
	HELPER_LOOK,
	/*
	 * Name the n addresses that follow; answered by n struct helper_name, or fewer, but at
	 * least one.
	 */
	HELPER_NAME,
	/* Find the owner of the struct helper_mutex that follows; answered by a struct mutex_owner. */
	HELPER_OWNER,
};

struct helper_request {
	struct helper_process process;
	__u32 kind;			/* enum helper_kind */
	__u32 map_count;		/* of the process; 0: unknown */
	__u32 n;
	__u32 reserved;
};

struct helper_answer {
	__u32 kind;			/* as in the request */
	__u32 n;
	__u32 end;			/* HELPER_UNWIND: enum unwind_end */
	__u32 java;			/* as in struct helper_unwound: 0 or 1 */
	__u32 limited;			/* number of files with more symbols than are read */
	__u32 reserved;
};

struct helper_mutex {
	__u64 address;
	__u32 inherits;			/* as for mutex_owner() */
	__u32 reserved;
};

/* Followed by the name and the module, without NUL; empty: unknown. */
struct helper_name {
	__u64 offset;			/* as in struct symbol */
	__u32 name_bytes, module_bytes;
};

/*
 * Check the answer of @len bytes at @packet, which the helper may have made of hostile data.
 * Returns false if it does not fit @request.
 */
bool helper_check_answer(const struct helper_request *request, const char *packet, size_t len);

#endif /* COMMON_HELPER_PROTOCOL_H */
