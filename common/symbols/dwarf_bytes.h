/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Read the encodings of DWARF from bytes of unknown origin.  A read beyond the end returns 0
 * and sets `bad`, which stays set, so that callers check it once.
 */
#ifndef COMMON_DWARF_BYTES_H
#define COMMON_DWARF_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct dwarf_bytes {
	const __u8 *at, *end;
	bool bad;
};

static inline size_t dwarf_left(const struct dwarf_bytes *bytes)
{
	return bytes->end - bytes->at;
}

/* Return a little-endian number of @n bytes, 8 at most. */
static inline __u64 dwarf_number(struct dwarf_bytes *bytes, size_t n)
{
	__u64 v = 0;

	if (dwarf_left(bytes) < n) {
		bytes->bad = true;
		bytes->at = bytes->end;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		v |= (__u64)bytes->at[i] << 8 * i;
	bytes->at += n;
	return v;
}

static inline __s64 dwarf_signed(struct dwarf_bytes *bytes, size_t n)
{
	unsigned int unused = 64 - 8 * n;

	return (__s64)(dwarf_number(bytes, n) << unused) >> unused;
}

/* Return a number in LEB128, of at most 10 bytes: enough for 64 bits. */
static inline __u64 dwarf_leb(struct dwarf_bytes *bytes, bool is_signed)
{
	unsigned int shift = 0;
	__u64 v = 0;
	__u8 byte;

	do {
		byte = dwarf_number(bytes, 1);
		if (shift > 63)
			bytes->bad = true;
		else
			v |= (__u64)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && !bytes->bad);
	if (is_signed && byte & 0x40 && shift < 64)
		v |= ~0ULL << shift;
	return v;
}

static inline __u64 dwarf_uleb(struct dwarf_bytes *bytes)
{
	return dwarf_leb(bytes, false);
}

static inline __s64 dwarf_sleb(struct dwarf_bytes *bytes)
{
	return dwarf_leb(bytes, true);
}

/* Take the next @n bytes. */
static inline struct dwarf_bytes dwarf_block(struct dwarf_bytes *bytes, __u64 n)
{
	struct dwarf_bytes block = { .at = bytes->at };

	if (n > dwarf_left(bytes)) {
		bytes->bad = block.bad = true;
		n = dwarf_left(bytes);
	}
	bytes->at += n;
	block.end = bytes->at;
	return block;
}

#endif /* COMMON_DWARF_BYTES_H */
