// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "symbols/call_sites.h"

#define SLOTS_FIRST 16

/* Return the slot of @offset, or the free slot for it. */
static __u64 *find(const struct call_sites *sites, __u64 offset)
{
	size_t at = offset * 0x9e3779b97f4a7c15ULL >> 32 & (sites->size - 1);

	while (sites->slots[at] && sites->slots[at] >> 1 != offset)
		at = (at + 1) & (sites->size - 1);
	return &sites->slots[at];
}

/* Double the slots, so that at most half of them are in use. */
static void grow(struct call_sites *sites)
{
	const struct call_sites old = *sites;

	sites->size = old.size ? 2 * old.size : SLOTS_FIRST;
	sites->slots = xcalloc(sites->size, sizeof(sites->slots[0]));
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i])
			*find(sites, old.slots[i] >> 1) = old.slots[i];
	free(old.slots);
}

bool call_sites_find(const struct call_sites *sites, __u64 offset, bool *call)
{
	const __u64 *slot = sites->n ? find(sites, offset) : NULL;

	if (!slot || !*slot)
		return false;
	if (call)
		*call = *slot & 1;
	return true;
}

bool call_sites_add(struct call_sites *sites, __u64 offset, bool call)
{
	__u64 slot = offset << 1 | call;

	if (sites->n == CALL_SITES_MAX || !slot)
		return false;
	if (sites->n >= sites->size / 2)
		grow(sites);
	*find(sites, offset) = slot;
	sites->n++;
	return true;
}

void call_sites_free(struct call_sites *sites)
{
	free(sites->slots);
	*sites = (struct call_sites){};
}

#if defined(__x86_64__)
/*
 * Return the length of a call through a register or memory whose operand begins with @modrm
 * and, if it has one, @sib; 0: not a call.
 */
static unsigned int indirect_call_bytes(__u8 modrm, __u8 sib)
{
	unsigned int mode = modrm >> 6, rm = modrm & 7, bytes = 2;

	if ((modrm >> 3 & 7) != 2)
		return 0;
	if (mode != 3 && rm == 4)
		bytes++;		/* the SIB byte */
	if (mode == 1)
		bytes += 1;
	else if (mode == 2 || (mode == 0 && (rm == 5 || (rm == 4 && (sib & 7) == 5))))
		bytes += 4;
	return bytes;
}

/*
 * A nop counts as a call: the Go runtime makes a goroutine return to the instruction after the nop
 * with which goexit begins.
 */
bool call_sites_ends_call(const __u8 code[8])
{
	if (code[3] == 0xe8 || code[7] == 0x90)
		return true;
	for (unsigned int bytes = 2; bytes <= 7; bytes++) {
		const __u8 *at = code + 8 - bytes;

		if (at[0] == 0xff && indirect_call_bytes(at[1], bytes > 2 ? at[2] : 0) == bytes)
			return true;
	}
	return false;
}
#elif defined(__aarch64__)
/* bl, blr or blraa..., or Go's nops */
bool call_sites_ends_call(const __u8 code[8])
{
	__u32 word;

	memcpy(&word, code + 4, sizeof(word));
	return (word & 0xfc000000) == 0x94000000 || (word & 0xfefff000) == 0xd63f0000 ||
	       word == 0xd503201f || word == 0xaa0003e0;
}
#endif
