// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The reader of call frame information, and of the ELF files that have it. */
#include "eh_frame.h"
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static void rules_follow_the_program(void **state)
{
	static const struct {
		unsigned int at, cfa, how;
	} expected[] = {
		{ 0, 8, CFI_SAME }, { 1, 16, CFI_MEMORY }, { 3, 16, CFI_MEMORY },
		{ 4, 40, CFI_MEMORY }, { 8, 8, CFI_SAME }, { 9, 40, CFI_MEMORY },
		{ 15, 40, CFI_MEMORY }, { 16, 8, CFI_SAME },
	};
	struct cfi_row row;

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_true(cfi_find(*state, CODE + expected[i].at, &row));
		assert_int_equal(row.cfa_register, CFI_SP);
		assert_int_equal(row.cfa_value, expected[i].cfa);
		assert_int_equal(row.how[CFI_FP], expected[i].how);
		assert_int_equal(row.how[RETURN_REGISTER], CFI_MEMORY);
		assert_int_equal(row.value[RETURN_REGISTER], -8);
		assert_false(row.signal_frame);
	}
}

static void code_between_functions_has_no_rules(void **state)
{
	struct cfi_row row;

	assert_false(cfi_find(*state, CODE - 1, &row));
	assert_false(cfi_find(*state, CODE + 32, &row));
	assert_false(cfi_find(*state, CODE + 112, &row));
	assert_true(cfi_find(*state, CODE + 96, &row));
	assert_true(row.signal_frame);
}

static bool is_valid(const void *program, size_t len)
{
	struct cfi *cfi = one_function(program, len);
	struct cfi_row row;
	bool valid = cfi_find(cfi, CODE + 1, &row);

	cfi_free(cfi);
	return valid;
}

static void invalid_programs_are_refused(void **state)
{
	static const __u8 unknown[] = { 0x3f }, no_operand[] = { 0x0e }, recall[] = { 0x0b };
	static const __u8 cfa_register[] = { 0x0d, 0x7f }, far[] = { 0x0e, 0xff, 0xff, 0xff, 0xff, 0x7f };
	static const __u8 endless[] = { 0x0e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					0xff, 0xff, 0xff, 0xff, 0 };
	static const __u8 block[] = { 0x0f, 100, 0x30 };
	__u8 remember[17];

	assert_false(is_valid(unknown, sizeof(unknown)));
	assert_false(is_valid(no_operand, sizeof(no_operand)));
	assert_false(is_valid(recall, sizeof(recall)));
	assert_false(is_valid(cfa_register, sizeof(cfa_register)));
	assert_false(is_valid(far, sizeof(far)));
	assert_false(is_valid(endless, sizeof(endless)));
	assert_false(is_valid(block, sizeof(block)));
	memset(remember, 0x0a, sizeof(remember));
	assert_false(is_valid(remember, sizeof(remember)));
	assert_true(is_valid(remember, sizeof(remember) - 1));
}

/* elfutils would allocate 2 GB for register 134217727. */
static void large_register_numbers_cost_nothing(void **state)
{
	static const __u8 program[] = { 0x05, 0xff, 0xff, 0xff, 0x3f, 1, 0x08, 0xff, 0xff, 0xff, 0x3f };

	assert_true(is_valid(program, sizeof(program)));
}

/* 200,000 operations for a lookup: a few are allowed, and later ones again. */
static void long_programs_use_up_their_steps(void **state)
{
	static __u8 nops[200000];
	struct cfi *cfi = one_function(nops, sizeof(nops));
	unsigned int valid = 0;
	struct cfi_row row;

	for (int i = 0; i < 100; i++)
		valid += cfi_find(cfi, CODE + 1, &row);
	assert_int_equal(valid, 5);
	cfi_free(cfi);
}

/*
 * For every value of each byte of the section, the reader terminates and reads nothing outside of
 * it.
 */
static void damaged_sections_are_harmless(void **state)
{
	struct text whole = {};
	struct cfi_row row;

	text_bytes(&whole, section.at, section.len);
	for (size_t at = 0; at < whole.len; at++) {
		for (int v = 0; v < 256; v += 5) {
			struct cfi *cfi;

			section.len = 0;
			text_bytes(&section, whole.at, whole.len);
			section.at[at] = (char)v;
			cfi = finish_section();
			for (__u64 pc = CODE; pc < CODE + 128; pc += 3)
				cfi_find(cfi, pc, &row);
			cfi_free(cfi);
		}
		section.len = 0;
		text_bytes(&section, whole.at, at);
		cfi_free(finish_section());
	}
	text_free(&whole);
}

#define ROOM (64UL << 20)

/* Return a file in memory with an ELF header and two sections, the names and @section. */
static int elf_with(const Elf64_Ehdr *header, const Elf64_Shdr *eh_frame)
{
	static const char names[] = "\0.eh_frame";
	Elf64_Shdr sections[3] = {
		[1] = { .sh_type = SHT_STRTAB, .sh_offset = sizeof(*header), .sh_size = sizeof(names) },
	};
	int fd = memfd_create("elf", MFD_CLOEXEC);

	sections[2] = *eh_frame;
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, header, sizeof(*header), 0), sizeof(*header));
	assert_int_equal(pwrite(fd, names, sizeof(names), sizeof(*header)), sizeof(names));
	assert_int_equal(pwrite(fd, sections, sizeof(sections), 128), sizeof(sections));
	assert_int_equal(pwrite(fd, section.at, section.len, 1024), (ssize_t)section.len);
	return fd;
}

static const Elf64_Ehdr elf_header = {
	.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
	.e_phentsize = sizeof(Elf64_Phdr), .e_shentsize = sizeof(Elf64_Shdr),
	.e_shoff = 128, .e_shnum = 3, .e_shstrndx = 1,
};

/* Return true if @bytes of @value at @at of the header or the section's header are refused. */
static bool refused(size_t at, size_t bytes, __u64 value)
{
	struct {
		Elf64_Ehdr header;
		Elf64_Shdr section;
	} file = {
		elf_header,
		{ .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_addr = SECTION, .sh_offset = 1024,
		  .sh_size = section.len },
	};
	size_t room = ROOM;
	struct cfi *cfi;
	int fd;

	memcpy((char *)&file + at, &value, bytes);
	fd = elf_with(&file.header, &file.section);
	cfi = cfi_open(fd, &room);
	close(fd);
	assert_true(cfi ? room < ROOM : room == ROOM);
	cfi_free(cfi);
	return !cfi;
}

#define IN_SECTION(field) (sizeof(Elf64_Ehdr) + offsetof(Elf64_Shdr, field))

static void hostile_files_are_refused(void **state)
{
	assert_false(refused(0, 0, 0));
	assert_true(refused(0, 1, 0));
	assert_true(refused(EI_CLASS, 1, ELFCLASS32));
	assert_true(refused(offsetof(Elf64_Ehdr, e_shoff), 8, ~0ULL));
	assert_true(refused(offsetof(Elf64_Ehdr, e_shentsize), 2, 1));
	assert_true(refused(offsetof(Elf64_Ehdr, e_shstrndx), 2, 0xffff));
	assert_true(refused(IN_SECTION(sh_offset), 8, ~0ULL - 10));
	assert_true(refused(IN_SECTION(sh_size), 8, 1UL << 40));
	assert_true(refused(IN_SECTION(sh_size), 8, 0));
	assert_true(refused(IN_SECTION(sh_name), 4, ~0U));
	/* With the maximum number of headers, the reader terminates and finds the section. */
	assert_false(refused(offsetof(Elf64_Ehdr, e_shnum), 2, 0xffff));
	assert_false(refused(offsetof(Elf64_Ehdr, e_phnum), 2, 0xffff));
}

static void too_little_room_is_respected(void **state)
{
	const Elf64_Shdr header = {
		.sh_name = 1, .sh_type = SHT_PROGBITS, .sh_offset = 1024, .sh_size = section.len,
	};
	int fd = elf_with(&elf_header, &header);
	size_t room = section.len - 1;

	assert_null(cfi_open(fd, &room));
	assert_int_equal(room, section.len - 1);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rules_follow_the_program, start, end),
		cmocka_unit_test_setup_teardown(code_between_functions_has_no_rules, start, end),
		cmocka_unit_test(invalid_programs_are_refused),
		cmocka_unit_test(large_register_numbers_cost_nothing),
		cmocka_unit_test(long_programs_use_up_their_steps),
		cmocka_unit_test_setup_teardown(damaged_sections_are_harmless, start, end),
		cmocka_unit_test_setup_teardown(hostile_files_are_refused, start, end),
		cmocka_unit_test_setup_teardown(too_little_room_is_respected, start, end),
	};

	return cmocka_run_group_tests_name("cfi", tests, NULL, NULL);
}
