/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A set of strings that are not copied. */
#ifndef COMMON_NAME_SET_H
#define COMMON_NAME_SET_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_SET_SLOTS 1024	/* a power of two */

struct name_set {
	struct {
		const char *name;	/* NULL: free */
		size_t len;
	} slots[NAME_SET_SLOTS];
	size_t n;
};

/* Add the @len bytes at @name.  Return false if the set is full. */
bool name_set_add(struct name_set *set, const char *name, size_t len);
bool name_set_has(const struct name_set *set, const char *name, size_t len);

#endif /* COMMON_NAME_SET_H */
