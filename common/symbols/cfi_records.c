// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The records of .eh_frame (Linux Standard Base, Core Generic, "Exception Frames"). */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "symbols/cfi_parse.h"

/* Chromium has 700,000 functions.  One takes 16 bytes, so a file takes 16 MB at most. */
#define FUNCTIONS_MAX (1U << 20)

#define LETTERS_MAX 16		/* letters of an augmentation; compilers write up to 4: "zPLR" */

/* Low half of an encoding: the format. */
enum {
	PE_ABSOLUTE = 0x00, PE_ULEB = 0x01, PE_UDATA2 = 0x02, PE_UDATA4 = 0x03, PE_UDATA8 = 0x04,
	PE_SLEB = 0x09, PE_SDATA2 = 0x0a, PE_SDATA4 = 0x0b, PE_SDATA8 = 0x0c, PE_FORMAT = 0x0f,
};
/* High half: the base to add, or that there is no pointer. */
enum { PE_RELATIVE = 0x10, PE_RELATION = 0xf0, PE_OMITTED = 0xff };

__u64 cfi_pointer(const struct cfi *cfi, struct dwarf_bytes *bytes, __u8 encoding)
{
	__u64 base = cfi->address + (bytes->at - cfi->bytes), v;

	switch (encoding & PE_FORMAT) {
	case PE_ABSOLUTE:
	case PE_UDATA8:
	case PE_SDATA8: v = dwarf_number(bytes, 8); break;
	case PE_ULEB: v = dwarf_uleb(bytes); break;
	case PE_SLEB: v = dwarf_sleb(bytes); break;
	case PE_UDATA2: v = dwarf_number(bytes, 2); break;
	case PE_UDATA4: v = dwarf_number(bytes, 4); break;
	case PE_SDATA2: v = dwarf_signed(bytes, 2); break;
	case PE_SDATA4: v = dwarf_signed(bytes, 4); break;
	default: bytes->bad = true; return 0;
	}
	return (encoding & PE_RELATION) == PE_RELATIVE ? v + base : v;
}

/*
 * Take the record at @bytes and return it without its length.  It is empty at the terminator or the
 * end.  Sets @wide if the record has the 64-bit format.
 */
static struct dwarf_bytes take_record(struct dwarf_bytes *bytes, bool *wide)
{
	__u64 length = dwarf_number(bytes, 4);

	*wide = length == 0xffffffff;
	if (*wide)
		length = dwarf_number(bytes, 8);
	return dwarf_block(bytes, length);
}

static struct dwarf_bytes record_at(const struct cfi *cfi, __u64 offset, bool *wide)
{
	struct dwarf_bytes rest = { .at = cfi->bytes, .end = cfi->bytes + cfi->size };

	dwarf_block(&rest, offset);
	return take_record(&rest, wide);
}

/* Read the augmentation data that @letters describe. */
static void read_augmentation(const struct cfi *cfi, struct dwarf_bytes *bytes,
			      const char *letters, struct cfi_common *common)
{
	struct dwarf_bytes data;
	__u8 encoding;

	if (letters[0] == '\0')
		return;
	if (letters[0] != 'z') {	/* without the length, the program's start is unknown */
		bytes->bad = true;
		return;
	}
	common->has_lengths = true;
	data = dwarf_block(bytes, dwarf_uleb(bytes));
	for (letters++; *letters && !data.bad; letters++) {
		switch (*letters) {
		case 'R': common->pointer_encoding = dwarf_number(&data, 1); break;
		case 'L': dwarf_number(&data, 1); break;
		case 'S': common->signal_frame = true; break;
		case 'P':
			encoding = dwarf_number(&data, 1);
			if (encoding != PE_OMITTED)
				cfi_pointer(cfi, &data, encoding);
			break;
		case 'B':		/* arm64: which key signs return addresses */
		case 'G': break;
		default: data.bad = true;
		}
	}
	bytes->bad |= data.bad;
}

static bool read_common(const struct cfi *cfi, struct dwarf_bytes bytes, struct cfi_common *common)
{
	const char *letters;
	size_t len, most;
	__u8 version;

	*common = (struct cfi_common){};
	version = dwarf_number(&bytes, 1);
	letters = (const char *)bytes.at;
	most = dwarf_left(&bytes) < LETTERS_MAX ? dwarf_left(&bytes) : LETTERS_MAX;
	len = strnlen(letters, most);
	if (bytes.bad || len == most || (version != 1 && version != 3 && version != 4))
		return false;
	dwarf_block(&bytes, len + 1);
	if (version == 4)
		dwarf_number(&bytes, 2);	/* sizes of addresses and segment selectors */
	common->code_align = dwarf_uleb(&bytes);
	common->data_align = dwarf_sleb(&bytes);
	common->return_register = version == 1 ? dwarf_number(&bytes, 1) : dwarf_uleb(&bytes);
	read_augmentation(cfi, &bytes, letters, common);
	common->program = bytes;
	return !bytes.bad;
}

bool cfi_record(const struct cfi *cfi, __u32 offset, struct cfi_record *record)
{
	bool wide, common_wide;
	struct dwarf_bytes bytes = record_at(cfi, offset, &wide), common;
	__u64 id_offset = bytes.at - cfi->bytes, back = dwarf_number(&bytes, wide ? 8 : 4);

	if (!back || back > id_offset || bytes.bad)	/* 0: common information */
		return false;
	common = record_at(cfi, id_offset - back, &common_wide);
	if (dwarf_number(&common, common_wide ? 8 : 4) != 0 || common.bad ||
	    !read_common(cfi, common, &record->common))
		return false;
	record->start = cfi_pointer(cfi, &bytes, record->common.pointer_encoding);
	/* The size has the same format as the address, but is never relative. */
	record->bytes = cfi_pointer(cfi, &bytes, record->common.pointer_encoding & PE_FORMAT);
	if (record->common.has_lengths)
		dwarf_block(&bytes, dwarf_uleb(&bytes));
	record->program = bytes;
	return !bytes.bad;
}

static int by_start(const void *va, const void *vb)
{
	const struct cfi_function *a = va, *b = vb;

	return a->start < b->start ? -1 : a->start > b->start;
}

static void add_function(struct cfi *cfi, const struct cfi_record *record, __u32 offset)
{
	if (cfi->n == cfi->capacity) {
		cfi->capacity = cfi->capacity ? 2 * cfi->capacity : 256;
		cfi->functions = xreallocarray(cfi->functions, cfi->capacity,
					       sizeof(cfi->functions[0]));
	}
	cfi->functions[cfi->n++] = (struct cfi_function){ record->start, record->bytes, offset };
}

void cfi_list_functions(struct cfi *cfi)
{
	struct dwarf_bytes rest = { .at = cfi->bytes, .end = cfi->bytes + cfi->size };
	struct cfi_record record;
	bool wide;

	while (dwarf_left(&rest) && cfi->n < FUNCTIONS_MAX) {
		__u32 offset = rest.at - cfi->bytes;
		struct dwarf_bytes bytes = take_record(&rest, &wide);

		if (rest.bad)
			break;
		if (!dwarf_left(&bytes))	/* a terminator; more records may follow */
			continue;
		if (cfi_record(cfi, offset, &record) && record.bytes && record.bytes <= 0xffffffff)
			add_function(cfi, &record, offset);
	}
	if (!cfi->n)
		return;
	cfi->capacity = cfi->n;
	cfi->functions = xreallocarray(cfi->functions, cfi->n, sizeof(cfi->functions[0]));
	qsort(cfi->functions, cfi->n, sizeof(cfi->functions[0]), by_start);
}
