// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Symbols, segments and exported functions of an ELF file that an observed process has mapped. */
#include "fuzz.h"
#include "../../tools/gethostlatency/functions.c"
#include "symbols/elf_symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = fuzz_file(data, size);
	static const char *const names[] = { NULL, "getaddrinfo", "main" };
	struct uprobe_places places;
	struct elf_segment *segments;
	struct symbols symbols = {};
	struct symbol symbol;
	size_t room = 1 << 20;

	elf_symbols_read(fd, &symbols, &room);
	elf_segments_read(fd, &segments);
	functions_find(fd, names, 3, &places);
	symbols_sort(&symbols);
	for (__u64 address = 0; address < 0x10000; address += 0xfff)
		symbols_lookup(&symbols, address, &symbol);
	if (symbols.n * sizeof(struct symbol_entry) + symbols.names.len > 2 << 20)
		abort();		/* the limit was exceeded */
	symbols_free(&symbols);
	free(segments);
	close(fd);
	return 0;
}
