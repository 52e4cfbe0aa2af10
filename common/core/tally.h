/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Counts of byte strings.  Strings are numbered from 0 in the order of their first appearance,
 * so a tally also maps names to ids.
 */
#ifndef COMMON_TALLY_H
#define COMMON_TALLY_H

#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

struct tally_entry {
	__u64 count;
	__u64 hash;
	const void *bytes;	/* aligned for any type */
	__u32 len;
};

struct tally {			/* starts as all zeros */
	struct tally_entry *entries;
	size_t n, size;
	__u32 *slots;		/* entry index + 1; 0: free */
	size_t n_slots;		/* a power of two, or 0 */
	struct tally_block *block;
};

/* Add @count to the string of @len bytes at @bytes; return its number. */
size_t tally_add(struct tally *tally, const void *bytes, size_t len, __u64 count);

/* Return the number of that string, or -1. */
ssize_t tally_find(const struct tally *tally, const void *bytes, size_t len);

void tally_free(struct tally *tally);

#endif /* COMMON_TALLY_H */
