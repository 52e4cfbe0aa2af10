// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "symbols/symbols.h"
#include "core/xalloc.h"

/*
 * Number of preceding symbols to search for the outer symbol of a nested one (a label in assembly).
 */
#define NESTED_MAX 16
#define SIZELESS_MAX (1UL << 20)	/* maximum size in bytes of a symbol of unknown size */

void symbols_add(struct symbols *symbols, const struct symbol_entry *entry, const char *name,
		 size_t len)
{
	if (symbols->n == symbols->size) {
		symbols->size = symbols->size ? 2 * symbols->size : 1024;
		symbols->entries = xreallocarray(symbols->entries, symbols->size,
						 sizeof(symbols->entries[0]));
	}
	symbols->entries[symbols->n] = *entry;
	symbols->entries[symbols->n++].name = symbols->names.len;
	text_bytes(&symbols->names, name, len);
	text_char(&symbols->names, '\0');
}

/* Sort by address, and symbols at the same address best first. */
static int compare(const void *va, const void *vb, void *names)
{
	const struct symbol_entry *a = va, *b = vb;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	if (!a->bytes != !b->bytes)
		return a->bytes ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	return strcmp((char *)names + a->name, (char *)names + b->name);
}

void symbols_sort(struct symbols *symbols)
{
	size_t kept = 0;

	if (!symbols->n)
		return;
	qsort_r(symbols->entries, symbols->n, sizeof(symbols->entries[0]), compare,
		symbols->names.at);
	for (size_t i = 0; i < symbols->n; i++)
		if (!kept || symbols->entries[kept - 1].address != symbols->entries[i].address)
			symbols->entries[kept++] = symbols->entries[i];
	symbols->n = symbols->size = kept;
	symbols->entries = xreallocarray(symbols->entries, kept, sizeof(symbols->entries[0]));
	text_trim(&symbols->names);
}

static bool holds(const struct symbol_entry *entry, __u64 address)
{
	return address - entry->address < (entry->bytes ? entry->bytes : SIZELESS_MAX);
}

/* Return how many symbols begin at @address or before it. */
static size_t count_before(const struct symbols *symbols, __u64 address)
{
	size_t low = 0, high = symbols->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->entries[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct symbol_entry *symbols_find(const struct symbols *symbols, __u64 address)
{
	size_t low = count_before(symbols, address);

	if (!low)
		return NULL;
	if (holds(&symbols->entries[low - 1], address))
		return &symbols->entries[low - 1];
	for (size_t i = low - 1; i > 0 && low - i < NESTED_MAX; i--)
		if (symbols->entries[i - 1].bytes && holds(&symbols->entries[i - 1], address))
			return &symbols->entries[i - 1];
	return NULL;
}

void symbols_keep(struct symbols *symbols, const __u64 *addresses, size_t n)
{
	bool *kept = xcalloc(symbols->n, sizeof(kept[0]));
	struct symbols rest = {};

	for (size_t i = 0; i < n; i++) {
		const struct symbol_entry *found = symbols_find(symbols, addresses[i]);
		size_t before = count_before(symbols, addresses[i]);

		/* The last one ends the symbols before it, whose size may be unknown. */
		if (before)
			kept[before - 1] = true;
		if (found)
			kept[found - symbols->entries] = true;
	}
	for (size_t i = 0; i < symbols->n; i++) {
		const char *name = symbols_name(symbols, &symbols->entries[i]);

		if (kept[i])
			symbols_add(&rest, &symbols->entries[i], name, strlen(name));
	}
	free(kept);
	symbols_free(symbols);
	*symbols = rest;
	symbols_sort(symbols);
}

const char *symbols_name(const struct symbols *symbols, const struct symbol_entry *entry)
{
	return symbols->names.at + entry->name;
}

void symbols_free(struct symbols *symbols)
{
	free(symbols->entries);
	text_free(&symbols->names);
	*symbols = (struct symbols){};
}

bool symbols_lookup(const struct symbols *symbols, __u64 address, struct symbol *symbol)
{
	const struct symbol_entry *entry = symbols_find(symbols, address);

	if (!entry)
		return false;
	symbol->name = symbols_name(symbols, entry);
	symbol->offset = address - entry->address;
	return true;
}
