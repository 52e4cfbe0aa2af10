/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The offsets in a file that stacks have shown, and whether a call ends at each of them. */
#ifndef COMMON_CALL_SITES_H
#define COMMON_CALL_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define CALL_SITES_MAX 65536	/* in one file; others are not kept */

struct call_sites {		/* starts as all zeros */
	__u64 *slots;		/* offset << 1, and 1 for a call; 0: free */
	size_t n, size;		/* size is a power of two, or 0 */
};

/* Return true if @offset is among them.  Set @call (not if NULL) to whether a call ends there. */
bool call_sites_find(const struct call_sites *sites, __u64 offset, bool *call);

/* Add @offset, which must not be among them.  Returns false if there are too many. */
bool call_sites_add(struct call_sites *sites, __u64 offset, bool call);

/* Return true if these bytes of code end with a call, as those before every return address. */
bool call_sites_ends_call(const __u8 code[8]);

void call_sites_free(struct call_sites *sites);

#endif /* COMMON_CALL_SITES_H */
