// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "core/tally.h"
#include "core/xalloc.h"

#define BLOCK_BYTES (1UL << 18)

/* Memory blocks that hold the strings. */
struct tally_block {
	struct tally_block *before;
	size_t used, size;
	char bytes[] __attribute__((aligned(16)));
};

/* Multiply and fold eight bytes at a time, so that every bit affects the low bits. */
static __u64 hash_bytes(const void *bytes, size_t len)
{
	const char *s = bytes;
	__u64 hash = len, word;

	for (; len; s += sizeof(word), len -= len < sizeof(word) ? len : sizeof(word)) {
		word = 0;
		memcpy(&word, s, len < sizeof(word) ? len : sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
	}
	return hash;
}

static const void *keep(struct tally *tally, const void *bytes, size_t len)
{
	struct tally_block *block = tally->block;
	size_t room = (len + 15) & ~15UL, size = room > BLOCK_BYTES ? room : BLOCK_BYTES;
	void *at;

	if (!block || block->size - block->used < room) {
		block = xreallocarray(NULL, 1, sizeof(*block) + size);
		*block = (struct tally_block){ .before = tally->block, .size = size };
		tally->block = block;
	}
	at = block->bytes + block->used;
	block->used += room;
	if (len)
		memcpy(at, bytes, len);
	return at;
}

/* Return the slot of the string, or the free slot for it. */
static __u32 *find(const struct tally *tally, __u64 hash, const void *bytes, size_t len)
{
	size_t at = hash & (tally->n_slots - 1);

	for (; tally->slots[at]; at = (at + 1) & (tally->n_slots - 1)) {
		const struct tally_entry *entry = &tally->entries[tally->slots[at] - 1];

		if (entry->hash == hash && entry->len == len && !memcmp(entry->bytes, bytes, len))
			break;
	}
	return &tally->slots[at];
}

/* Keep at most half of the slots in use. */
static void make_room(struct tally *tally)
{
	if (tally->n < tally->size)
		return;
	tally->size = tally->size ? 2 * tally->size : 512;
	tally->entries = xreallocarray(tally->entries, tally->size, sizeof(tally->entries[0]));
	free(tally->slots);
	tally->n_slots = 2 * tally->size;
	tally->slots = xcalloc(tally->n_slots, sizeof(tally->slots[0]));
	for (size_t i = 0; i < tally->n; i++) {
		const struct tally_entry *entry = &tally->entries[i];

		*find(tally, entry->hash, entry->bytes, entry->len) = i + 1;
	}
}

size_t tally_add(struct tally *tally, const void *bytes, size_t len, __u64 count)
{
	__u64 hash = hash_bytes(bytes, len);
	__u32 *slot;

	make_room(tally);
	slot = find(tally, hash, bytes, len);
	if (!*slot) {
		tally->entries[tally->n] = (struct tally_entry){
			.hash = hash, .bytes = keep(tally, bytes, len), .len = len,
		};
		*slot = ++tally->n;
	}
	tally->entries[*slot - 1].count += count;
	return *slot - 1;
}

ssize_t tally_find(const struct tally *tally, const void *bytes, size_t len)
{
	return tally->n ? (ssize_t)*find(tally, hash_bytes(bytes, len), bytes, len) - 1 : -1;
}

void tally_free(struct tally *tally)
{
	struct tally_block *block = tally->block, *before;

	for (; block; block = before) {
		before = block->before;
		free(block);
	}
	free(tally->entries);
	free(tally->slots);
	*tally = (struct tally){};
}
