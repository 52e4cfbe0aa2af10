// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The table of counted strings, and the sorted index of symbols. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "symbols/symbols.h"
#include "core/tally.h"

static void same_bytes_have_one_number(void **state)
{
	struct tally tally = {};

	assert_int_equal(tally_add(&tally, "abc", 3, 1), 0);
	assert_int_equal(tally_add(&tally, "abd", 3, 1), 1);
	assert_int_equal(tally_add(&tally, "abc", 3, 5), 0);
	assert_int_equal(tally_add(&tally, "ab", 2, 1), 2);
	assert_int_equal(tally_add(&tally, "", 0, 1), 3);
	assert_int_equal(tally_add(&tally, "", 0, 1), 3);
	assert_int_equal(tally.n, 4);
	assert_int_equal(tally.entries[0].count, 6);
	assert_memory_equal(tally.entries[1].bytes, "abd", 3);
	tally_free(&tally);
}

static void all_of_many_strings_are_kept(void **state)
{
	struct tally tally = {};

	for (int round = 0; round < 2; round++)
		for (unsigned int i = 0; i < 100000; i++)
			assert_int_equal(tally_add(&tally, &i, sizeof(i), 1), i);
	assert_int_equal(tally.n, 100000);
	for (unsigned int i = 0; i < 100000; i++) {
		assert_int_equal(tally.entries[i].count, 2);
		assert_memory_equal(tally.entries[i].bytes, &i, sizeof(i));
	}
	tally_free(&tally);
}

static void a_string_longer_than_a_block_is_kept(void **state)
{
	static char big[1 << 20];
	struct tally tally = {};

	memset(big, 'x', sizeof(big));
	assert_int_equal(tally_add(&tally, big, sizeof(big), 1), 0);
	assert_int_equal(tally_add(&tally, "a", 1, 1), 1);
	assert_int_equal(tally_add(&tally, big, sizeof(big), 1), 0);
	assert_memory_equal(tally.entries[0].bytes, big, sizeof(big));
	tally_free(&tally);
}

static void add(struct symbols *symbols, __u64 address, __u32 bytes, __u32 rank, const char *name)
{
	const struct symbol_entry entry = { .address = address, .bytes = bytes, .rank = rank };

	symbols_add(symbols, &entry, name, strlen(name));
}

/* Return the name at @address, or "-". */
static const char *name_at(const struct symbols *symbols, __u64 address)
{
	const struct symbol_entry *entry = symbols_find(symbols, address);

	return entry ? symbols_name(symbols, entry) : "-";
}

static void nothing_is_found_in_an_empty_index(void **state)
{
	struct symbols symbols = {};

	symbols_sort(&symbols);
	assert_string_equal(name_at(&symbols, 0), "-");
	assert_string_equal(name_at(&symbols, ~0ULL), "-");
	symbols_free(&symbols);
}

static void a_symbol_holds_its_bytes_and_no_more(void **state)
{
	struct symbols symbols = {};

	add(&symbols, 0x2000, 0x10, 0, "second");
	add(&symbols, 0x1000, 0x100, 0, "first");
	symbols_sort(&symbols);
	assert_string_equal(name_at(&symbols, 0xfff), "-");
	assert_string_equal(name_at(&symbols, 0x1000), "first");
	assert_string_equal(name_at(&symbols, 0x10ff), "first");
	assert_string_equal(name_at(&symbols, 0x1100), "-");
	assert_string_equal(name_at(&symbols, 0x2000), "second");
	assert_string_equal(name_at(&symbols, 0x200f), "second");
	assert_string_equal(name_at(&symbols, 0x2010), "-");
	assert_string_equal(name_at(&symbols, ~0ULL), "-");
	symbols_free(&symbols);
}

static void a_symbol_without_size_reaches_to_the_next(void **state)
{
	struct symbols symbols = {};

	add(&symbols, 0x1000, 0, 0, "label");
	add(&symbols, 0x2000, 0, 0, "last");
	symbols_sort(&symbols);
	assert_string_equal(name_at(&symbols, 0x1fff), "label");
	assert_string_equal(name_at(&symbols, 0x2001), "last");
	assert_string_equal(name_at(&symbols, 0x2000 + (1 << 20)), "-");
	symbols_free(&symbols);
}

static void the_outer_symbol_continues_after_an_inner_one(void **state)
{
	struct symbols symbols = {};

	add(&symbols, 0x1000, 0x100, 0, "outer");
	add(&symbols, 0x1040, 0x10, 0, "inner");
	symbols_sort(&symbols);
	assert_string_equal(name_at(&symbols, 0x103f), "outer");
	assert_string_equal(name_at(&symbols, 0x1040), "inner");
	assert_string_equal(name_at(&symbols, 0x1050), "outer");
	assert_string_equal(name_at(&symbols, 0x1100), "-");
	symbols_free(&symbols);
}

static void the_best_of_several_names_is_kept(void **state)
{
	struct symbols symbols = {};

	add(&symbols, 0x1000, 0x10, 1, "__alias");
	add(&symbols, 0x1000, 0x10, 7, "name");
	add(&symbols, 0x1000, 0, 7, "label");
	add(&symbols, 0x2000, 0x10, 7, "b");
	add(&symbols, 0x2000, 0x10, 7, "a");
	symbols_sort(&symbols);
	assert_int_equal(symbols.n, 2);
	assert_string_equal(name_at(&symbols, 0x1000), "name");
	assert_string_equal(name_at(&symbols, 0x2000), "a");
	symbols_free(&symbols);
}

static void each_of_many_symbols_is_found(void **state)
{
	struct symbols symbols = {};
	char name[16];

	for (unsigned int i = 0; i < 50000; i++) {
		unsigned int mixed = i * 7919 % 50000;	/* 7919 is prime: each value once */

		snprintf(name, sizeof(name), "f%u", mixed);
		add(&symbols, 0x400000 + mixed * 64, 64, 0, name);
	}
	symbols_sort(&symbols);
	assert_int_equal(symbols.n, 50000);
	for (unsigned int i = 0; i < 50000; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		assert_string_equal(name_at(&symbols, 0x400000 + i * 64 + 63), name);
	}
	symbols_free(&symbols);
}

/* Of the symbols that are left each address finds the same one as before. */
static void the_kept_symbols_give_the_same_names(void **state)
{
	static const __u64 addresses[] = { 0x1004, 0x2008, 0x3ff0, 0x5000 };
	const char *before[4], *again;
	struct symbols symbols = {};

	add(&symbols, 0x1000, 16, 1, "first");
	for (__u64 i = 0; i < 100; i++)
		add(&symbols, 0x1100 + 16 * i, 16, 1, "other");
	add(&symbols, 0x2000, 0x2000, 1, "outer");
	add(&symbols, 0x2004, 0, 1, "label");
	add(&symbols, 0x3000, 0, 1, "no size");
	add(&symbols, 0x3800, 16, 1, "ends it");
	symbols_sort(&symbols);
	for (int i = 0; i < 4; i++)
		before[i] = strdup(name_at(&symbols, addresses[i]));
	symbols_keep(&symbols, addresses, 4);
	assert_in_range(symbols.n, 1, 8);
	for (int i = 0; i < 4; i++) {
		again = name_at(&symbols, addresses[i]);
		assert_string_equal(again, before[i]);
		free((char *)before[i]);
	}
	symbols_keep(&symbols, NULL, 0);
	assert_int_equal(symbols.n, 0);
	symbols_free(&symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_bytes_have_one_number),
		cmocka_unit_test(all_of_many_strings_are_kept),
		cmocka_unit_test(a_string_longer_than_a_block_is_kept),
		cmocka_unit_test(nothing_is_found_in_an_empty_index),
		cmocka_unit_test(the_kept_symbols_give_the_same_names),
		cmocka_unit_test(a_symbol_holds_its_bytes_and_no_more),
		cmocka_unit_test(a_symbol_without_size_reaches_to_the_next),
		cmocka_unit_test(the_outer_symbol_continues_after_an_inner_one),
		cmocka_unit_test(the_best_of_several_names_is_kept),
		cmocka_unit_test(each_of_many_symbols_is_found),
	};

	return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
