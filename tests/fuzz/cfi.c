// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Call frame information: of a file, and a section alone, looked up and executed. */
#include "fuzz.h"
#include "symbols/cfi_parse.h"

static void look_up(struct cfi *cfi)
{
	struct cfi_row row;

	for (size_t i = 0; i < cfi->n && i < 64; i++) {
		const struct cfi_function *function = &cfi->functions[i];

		if (cfi_find(cfi, function->start + function->bytes / 2, &row) && row.cfa_expression)
			cfi_expression(cfi, row.cfa_value);
	}
	cfi_find(cfi, cfi_address(cfi, 0x1000), &row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t room = 1 << 20;
	struct cfi *cfi;
	__u8 *section;
	int fd;

	if (!size)
		return 0;
	fd = fuzz_file(data, size);
	cfi = cfi_open(fd, &room);
	if (cfi)
		look_up(cfi);
	cfi_free(cfi);
	close(fd);
	section = (__u8 *)fuzz_string(data, size);
	cfi = cfi_new(section, size, 0x400000);
	look_up(cfi);
	cfi_free(cfi);
	return 0;
}
