/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Records of a ring buffer, as print_event() of a tool gets them: of any size and with any content.
 * The includer has included the source of the tool.
 */
#ifndef FUZZ_RECORDS_H
#define FUZZ_RECORDS_H

#include "fuzz.h"

/* What is printed has no control characters, so it cannot move the cursor or forge a line. */
static void check_printed(const struct text *text)
{
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = text->at[i];

		if ((c < ' ' && c != '\n') || c == 0x7f)
			abort();
	}
	if (text->len && (text->at[text->len - 1] != '\n' || memchr(text->at, '\n', text->len - 1)))
		abort();
}

/* The first byte selects the format; the others are the record. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct out out;
	void *record;

	if (!size)
		return 0;
	opt.common.json = data[0] & 1;
	opt.common.time = STAMP_NONE;
	opt.common.table = &record_table;
	record = malloc(size);		/* of exactly that size, and aligned */
	if (!record)
		abort();
	memcpy(record, data + 1, size - 1);
	record = realloc(record, size - 1 ? size - 1 : 1);
	out_init(&out, &opt.common);
	print_event(&out, record, size - 1);
	check_printed(&out.text);
	out_free(&out);
	free(record);
	return 0;
}

#endif /* FUZZ_RECORDS_H */
