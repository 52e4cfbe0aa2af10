/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A sorted index of the symbols of one file, or of the kernel. */
#ifndef COMMON_SYMBOLS_H
#define COMMON_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "core/text.h"

/* What an address is called. */
struct symbol {
	const char *name;	/* NULL: unknown */
	const char *module;	/* of the kernel, or path of the mapped file; NULL: unknown */
	__u64 offset;		/* from where the symbol begins; if unknown, in the module */
};

struct symbol_entry {
	__u64 address;
	__u32 bytes;		/* 0: unknown, up to the next */
	__u32 name;		/* where it begins in names */
	__u32 module;		/* the caller's number of it */
	__u32 rank;		/* of symbols at one address the highest counts */
};

struct symbols {		/* starts as all zeros */
	struct symbol_entry *entries;
	size_t n, size;
	struct text names;	/* each ended by NUL */
};

void symbols_add(struct symbols *symbols, const struct symbol_entry *entry, const char *name,
		 size_t len);

/* Call when all are added. */
void symbols_sort(struct symbols *symbols);

/* The symbol that @address is in, NULL if there is none. */
const struct symbol_entry *symbols_find(const struct symbols *symbols, __u64 address);

const char *symbols_name(const struct symbols *symbols, const struct symbol_entry *entry);

void symbols_free(struct symbols *symbols);

#endif /* COMMON_SYMBOLS_H */
