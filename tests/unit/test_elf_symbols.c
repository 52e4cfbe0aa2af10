// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a process can put into its files and perf map costs bounded memory and time. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "symbols/elf_symbols.h"
#include "symbols/perf_map.h"

#define ROOM (256UL << 20)
#define STRINGS_OFFSET 4096

/* A file with a symbol table and its strings; the sections can claim any size. */
struct made {
	int fd;
	size_t n;		/* symbols */
	size_t name_bytes;	/* of the name that they share */
	__u64 claimed;		/* size of the table; 0: that of the symbols */
	__u64 flags;
};

static void put(int fd, const void *bytes, size_t n, off_t offset)
{
	assert_int_equal(pwrite(fd, bytes, n, offset), n);
}

static void put_strings(struct made *made)
{
	char *name = malloc(made->name_bytes + 2);

	memset(name, 'a', made->name_bytes + 1);
	name[0] = '\0';
	name[made->name_bytes + 1] = '\0';
	put(made->fd, name, made->name_bytes + 2, STRINGS_OFFSET);
	free(name);
}

static void make(struct made *made)
{
	Elf64_Ehdr header = { .e_shoff = sizeof(header), .e_shentsize = sizeof(Elf64_Shdr),
			      .e_shnum = 3 };
	__u64 table_offset = STRINGS_OFFSET + made->name_bytes + 16;
	__u64 bytes = made->n * sizeof(Elf64_Sym);
	Elf64_Shdr sections[3] = {
		{},
		{ .sh_type = SHT_SYMTAB, .sh_offset = table_offset, .sh_link = 2,
		  .sh_size = made->claimed ?: bytes, .sh_flags = made->flags },
		{ .sh_type = SHT_STRTAB, .sh_offset = STRINGS_OFFSET,
		  .sh_size = made->name_bytes + 2 },
	};

	memcpy(header.e_ident, ELFMAG, SELFMAG);
	header.e_ident[EI_CLASS] = ELFCLASS64;
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	made->fd = memfd_create("made", 0);
	assert_int_equal(ftruncate(made->fd, table_offset + (made->claimed ?: bytes)), 0);
	put(made->fd, &header, sizeof(header), 0);
	put(made->fd, sections, sizeof(sections), sizeof(header));
	put_strings(made);
	for (size_t i = 0; i < made->n; i++) {
		Elf64_Sym symbol = {
			.st_name = 1, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = 1,
			.st_value = 0x1000 + 16 * i, .st_size = 16,
		};

		put(made->fd, &symbol, sizeof(symbol), table_offset + i * sizeof(symbol));
	}
}

/* Read the file; return whether no limit was reached. */
static bool read_made(struct made *made, struct symbols *symbols)
{
	size_t room = ROOM;
	bool complete;

	make(made);
	complete = elf_symbols_read(made->fd, symbols, &room);
	close(made->fd);
	assert_true(symbols->names.len <= ROOM - room + 1);
	return complete;
}

static void reads_symbols(void **state)
{
	struct made made = { .n = 100, .name_bytes = 5 };
	struct symbol symbol = {};
	struct symbols symbols = {};

	assert_true(read_made(&made, &symbols));
	assert_int_equal(symbols.n, 100);
	symbols_sort(&symbols);
	assert_true(symbols_lookup(&symbols, 0x1013, &symbol));
	assert_string_equal(symbol.name, "aaaaa");
	assert_int_equal(symbol.offset, 3);
	symbols_free(&symbols);
}

static void a_name_that_many_symbols_share(void **state)
{
	struct made made = { .n = 20000, .name_bytes = 220000 };
	struct symbols symbols = {};

	assert_false(read_made(&made, &symbols));
	assert_true(symbols.n > 1000);
	assert_true(symbols.names.len <= 64 << 20);
	symbols_free(&symbols);
}

static void a_sparse_table(void **state)
{
	struct made made = { .n = 10, .name_bytes = 5, .claimed = 1ULL << 40 };
	struct symbols symbols = {};

	assert_false(read_made(&made, &symbols));
	assert_int_equal(symbols.n, 0);
	symbols_free(&symbols);
}

static void a_compressed_table(void **state)
{
	struct made made = { .n = 10, .name_bytes = 5, .flags = SHF_COMPRESSED };
	struct symbols symbols = {};

	assert_true(read_made(&made, &symbols));
	assert_int_equal(symbols.n, 0);
	symbols_free(&symbols);
}

static void no_room(void **state)
{
	struct made made = { .n = 100, .name_bytes = 5 };
	struct symbols symbols = {};
	size_t room = 2 * 50 * sizeof(struct symbol_entry);

	make(&made);
	assert_false(elf_symbols_read(made.fd, &symbols, &room));
	close(made.fd);
	assert_int_equal(symbols.n, 50);
	symbols_free(&symbols);
}

/* Read @bytes of a perf map that begins with @text; the rest is empty. */
static bool read_map(const char *text, off_t bytes, size_t left, struct symbols *symbols)
{
	int fd = memfd_create("map", 0);
	bool complete;
	FILE *f;

	put(fd, text, strlen(text), 0);
	assert_int_equal(ftruncate(fd, bytes ?: (off_t)strlen(text)), 0);
	f = fdopen(fd, "r");
	complete = perf_map_read(f, symbols, &left);
	fclose(f);
	return complete;
}

static void a_perf_map(void **state)
{
	struct symbols symbols = {};
	struct symbol symbol = {};

	assert_true(read_map("1000 10 one\n2000 20 two  words\nbad\n3000 0 none\n", 0, 1 << 20, &symbols));
	assert_int_equal(symbols.n, 2);
	symbols_sort(&symbols);
	assert_true(symbols_lookup(&symbols, 0x201f, &symbol));
	assert_string_equal(symbol.name, "two  words");
	symbols_free(&symbols);
}

static void a_perf_map_of_3_gigabytes(void **state)
{
	struct symbols symbols = {};

	assert_false(read_map("1000 10 one\n", 3LL << 30, 1 << 20, &symbols));
	assert_int_equal(symbols.n, 1);
	symbols_free(&symbols);
}

static void a_long_line(void **state)
{
	char *text = malloc(10000);
	struct symbols symbols = {};

	memset(text, 'x', 10000);
	memcpy(text, "1000 10 ", 8);
	memcpy(text + 9000, "\n2000 10 two\n", 14);
	assert_false(read_map(text, 0, 1 << 20, &symbols));
	assert_int_equal(symbols.n, 1);
	assert_string_equal(symbols_name(&symbols, &symbols.entries[0]), "two");
	symbols_free(&symbols);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_symbols),
		cmocka_unit_test(a_name_that_many_symbols_share),
		cmocka_unit_test(a_sparse_table),
		cmocka_unit_test(a_compressed_table),
		cmocka_unit_test(no_room),
		cmocka_unit_test(a_perf_map),
		cmocka_unit_test(a_perf_map_of_3_gigabytes),
		cmocka_unit_test(a_long_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
