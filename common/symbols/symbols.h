/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A sorted index of the symbols of one file, or of the kernel. */
#ifndef COMMON_SYMBOLS_H
#define COMMON_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "core/text.h"

/* The symbol of an address. */
struct symbol {
	const char *name;	/* NULL: unknown */
	const char *module;	/* kernel module, or path of the mapped file; NULL: unknown */
	__u64 offset;		/* from the start of the symbol, or of the module if unknown */
};

struct symbol_entry {
	__u64 address;
	__u32 bytes;		/* 0: unknown, extends to the next symbol */
	__u32 name;		/* offset in names */
	__u32 module;		/* number assigned by the caller */
	__u32 rank;		/* the symbol with the highest rank at an address wins */
};

struct symbols {		/* starts as all zeros */
	struct symbol_entry *entries;
	size_t n, size;
	struct text names;	/* each terminated by a NUL */
};

void symbols_add(struct symbols *symbols, const struct symbol_entry *entry, const char *name,
		 size_t len);

/* Sort the index; call it once all symbols are added, before any search. */
void symbols_sort(struct symbols *symbols);

/* Return the symbol that covers @address, or NULL. */
const struct symbol_entry *symbols_find(const struct symbols *symbols, __u64 address);

/*
 * Set name and offset of @symbol for @address.  Returns false, and leaves @symbol unchanged, if
 * no symbol covers it.
 */
bool symbols_lookup(const struct symbols *symbols, __u64 address, struct symbol *symbol);

/*
 * Keep only those of the sorted symbols that a search for one of the @n addresses looks at.  Other
 * addresses must not be searched for any more.
 */
void symbols_keep(struct symbols *symbols, const __u64 *addresses, size_t n);

const char *symbols_name(const struct symbols *symbols, const struct symbol_entry *entry);

void symbols_free(struct symbols *symbols);

#endif /* COMMON_SYMBOLS_H */
