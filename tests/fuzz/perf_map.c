// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Perf maps of processes. */
#include "fuzz.h"
#include "symbols/perf_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct symbols symbols = {};
	size_t left = 1 << 16;
	FILE *f;

	if (!size)
		return 0;
	f = fmemopen((void *)data, size, "r");
	if (!f)
		abort();
	perf_map_read(f, &symbols, &left);
	symbols_sort(&symbols);
	symbols_find(&symbols, 0x1000);
	symbols_free(&symbols);
	fclose(f);
	return 0;
}
