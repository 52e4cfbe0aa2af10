// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Call frame information written by hand, and stacks made up to match: no process, no root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "core/text.h"
#include "core/xalloc.h"
#include "symbols/unwind.h"
#include "symbols/unwind_frame.h"

#define SECTION 0x10000UL		/* address of the .eh_frame */
#define CODE 0x400000UL			/* of the functions that it describes */
#define JIT 0x7f0000000000UL		/* of code without a file */
#define STACK 0x7ffc00000000UL

#if defined(__x86_64__)
#define RETURN_REGISTER 16
enum { WORD_FP = 4, WORD_PC = 16, WORD_SP = 19 };	/* in struct pt_regs */
#elif defined(__aarch64__)
#define RETURN_REGISTER 30
enum { WORD_FP = 29, WORD_PC = 32, WORD_SP = 31 };
#endif

static struct text section;
static size_t common_at;

static void put(__u64 v, size_t bytes)
{
	text_bytes(&section, (const char *)&v, bytes);
}

/* Begin a record; return where its length is. */
static size_t begin(void)
{
	size_t at = section.len;

	put(0, 4);
	return at;
}

static void end_record(size_t at)
{
	__u32 length = section.len - at - 4;

	memcpy(section.at + at, &length, sizeof(length));
}

/* Append common information with the augmentation @letters: addresses relative, in 4 bytes. */
static void put_common(const char *letters)
{
	common_at = begin();
	put(0, 4);
	put(1, 1);
	text_bytes(&section, letters, strlen(letters) + 1);
	put(1, 1);			/* code alignment */
	put(0x78, 1);			/* data alignment: -8 */
	put(RETURN_REGISTER, 1);
	put(1, 1);			/* length of the augmentation */
	put(0x1b, 1);
	put(0x0c, 1);			/* CFA = sp + 8 */
	put(CFI_SP, 1);
	put(8, 1);
	put(0x80 | RETURN_REGISTER, 1);	/* return address at CFA - 8 */
	put(1, 1);
	end_record(common_at);
}

/* Append a function of @bytes at @start, with @program. */
static void put_function(__u64 start, __u32 bytes, const void *program, size_t len)
{
	size_t at = begin();

	put(section.len - common_at, 4);
	put((__u32)(start - (SECTION + section.len)), 4);
	put(bytes, 4);
	put(0, 1);
	text_bytes(&section, program, len);
	end_record(at);
}

static struct cfi *finish_section(void)
{
	__u8 *bytes = xcalloc(section.len + 1, 1);

	memcpy(bytes, section.at, section.len);
	return cfi_new(bytes, section.len, SECTION);
}

/* push; 24 more bytes; then an epilogue in the middle, after which the frame is back. */
static const __u8 ordinary[] = {
	0x41, 0x0e, 16, 0x80 | CFI_FP, 2,		/* from 1: CFA = sp + 16, fp saved */
	0x43, 0x0e, 40,					/* from 4 */
	0x44, 0x0a, 0x0e, 8, 0xc0 | CFI_FP,		/* from 8: remember, CFA = sp + 8 */
	0x41, 0x0b,					/* from 9: as before */
};
static const __u8 outermost[] = { 0x07, RETURN_REGISTER };

static int start(void **state)
{
	section.len = 0;
	put_common("zR");
	put_function(CODE, 16, ordinary, sizeof(ordinary));
	put_function(CODE + 16, 16, ordinary, sizeof(ordinary));
	put_function(CODE + 64, 16, outermost, sizeof(outermost));
	put_common("zRS");
	put_function(CODE + 96, 16, NULL, 0);
	*state = finish_section();
	return 0;
}

static int end(void **state)
{
	cfi_free(*state);
	text_free(&section);
	return 0;
}

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

/* A new section with one function, which has @program. */
static struct cfi *one_function(const void *program, size_t len)
{
	section.len = 0;
	put_common("zR");
	put_function(CODE, 0x1000, program, len);
	return finish_section();
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

/* Whatever one byte of the section is, reading it ends, and reads nothing outside of it. */
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
	/* As many headers as can be: it ends, and finds the section. */
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

static struct unwind_frame frame_of(const __u64 *words, size_t n, __u64 pc)
{
	struct unwind_frame frame = {
		.bytes = (const __u8 *)words, .base = STACK, .size = n * sizeof(words[0]),
	};

	frame.registers[CFI_SP] = STACK;
	frame.registers[CFI_PC] = pc;
	return frame;
}

/* That of the procedure linkage table: 8 bytes more from the 11th byte of an entry on. */
static void the_expression_of_the_linkage_table(void **state)
{
	static const __u8 program[] = {
		0x0f, 11, 0x70 | CFI_SP, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22,
	};
	struct cfi *cfi = one_function(program, sizeof(program));
	struct unwind_frame frame = frame_of(NULL, 0, 0);
	struct cfi_row row;
	__u64 cfa;

	assert_true(cfi_find(cfi, CODE + 1, &row));
	assert_true(row.cfa_expression);
	frame.registers[16] = CODE + 0x1a;
	assert_true(unwind_evaluate(&frame, cfi_expression(cfi, row.cfa_value), NULL, &cfa));
	assert_int_equal(cfa, STACK + 8);
	frame.registers[16] = CODE + 0x1b;
	assert_true(unwind_evaluate(&frame, cfi_expression(cfi, row.cfa_value), NULL, &cfa));
	assert_int_equal(cfa, STACK + 16);
	cfi_free(cfi);
}

static bool evaluate(const __u8 *operations, size_t len, __u64 *result)
{
	static const __u64 words[] = { 1, 2, STACK };
	struct unwind_frame frame = frame_of(words, 3, 0);
	const struct dwarf_bytes bytes = { .at = operations, .end = operations + len };

	return unwind_evaluate(&frame, bytes, NULL, result);
}

static void expressions(void **state)
{
	static const __u8 deref[] = { 0x70 | CFI_SP, 16, 0x06, 0x06 };
	static const __u8 beyond[] = { 0x70 | CFI_SP, 17, 0x06 };
	static const __u8 arithmetic[] = { 0x09, 0xfe, 0x35, 0x1e, 0x23, 3, 0x1f, 0x12, 0x22 };
	static const __u8 empty[] = { 0x22 }, unknown[] = { 0x30, 0xf0 }, jump[] = { 0x2f, 0xfd, 0xff };
	__u8 many[34];
	__u64 result;

	assert_true(evaluate(deref, sizeof(deref), &result));
	assert_int_equal(result, 1);
	assert_true(evaluate(arithmetic, sizeof(arithmetic), &result));
	assert_int_equal(result, 14);
	assert_false(evaluate(beyond, sizeof(beyond), &result));
	assert_false(evaluate(empty, sizeof(empty), &result));
	assert_false(evaluate(unknown, sizeof(unknown), &result));
	assert_false(evaluate(jump, sizeof(jump), &result));
	memset(many, 0x96, sizeof(many));
	many[0] = 0x31;
	assert_false(evaluate(many, sizeof(many), &result));
	memset(many, 0x31, sizeof(many));
	assert_false(evaluate(many, 17, &result));
}

/* A made-up process. */
static bool gone, no_calls;

static struct unwind_code code_at(void *ctx, __u64 address)
{
	struct unwind_code code = { .gone = gone, .address = address };

	if (!gone && address >= CODE && address < CODE + 0x1000)
		code = (struct unwind_code){ .mapped = true, .file = true, .cfi = ctx, .address = address };
	if (!gone && address >= JIT && address < JIT + 0x1000)
		code.mapped = true;
	return code;
}

static bool follows_call(void *ctx, __u64 address)
{
	return !no_calls;
}

static __u64 words[USER_STACK_BYTES / 8], addresses[UNWIND_FRAMES_MAX];
static __u64 fp, entry;
static __u32 n;

/* Unwind the first @n_words of words, with the stack pointer at the first one. */
static enum unwind_end unwind_words(struct cfi *cfi, __u64 pc, size_t n_words, bool frame_pointers)
{
	const struct unwind_process process = { cfi, code_at, follows_call };
	struct user_stack stack = {
		.base = STACK, .bytes = n_words * 8, .entry = entry, .copied = true,
		.full = n_words * 8 == sizeof(words),
	};
	struct unwind *unwind = unwind_new(frame_pointers);
	enum unwind_end why;

	stack.registers[WORD_PC] = pc;
	stack.registers[WORD_SP] = STACK;
	stack.registers[WORD_FP] = fp;
	why = unwind_stack(unwind, &process, &stack, words, addresses, &n);
	unwind_free(unwind);
	return why;
}

/* Two ordinary functions, the inner one with 40 bytes, below the outermost one. */
static void make_stack(void)
{
	memset(words, 0, sizeof(words));
	gone = no_calls = false;
	fp = 0;
	words[4] = CODE + 16 + 5;
	words[9] = CODE + 64 + 2;
}

static void a_complete_stack(void **state)
{
	make_stack();
	assert_int_equal(unwind_words(*state, CODE + 4, 20, true), UNWIND_COMPLETE);
	assert_int_equal(n, 3);
	assert_int_equal(addresses[0], (CODE + 4) | UNWIND_EXACT);
	assert_int_equal(addresses[1], CODE + 16 + 5);
	assert_int_equal(addresses[2], CODE + 64 + 2);
	assert_null(unwind_end_text(UNWIND_COMPLETE));
}

static void a_copy_that_is_too_short(void **state)
{
	make_stack();
	assert_int_equal(unwind_words(*state, CODE + 4, 9, true), UNWIND_UNREADABLE);
	assert_int_equal(n, 2);
	assert_non_null(unwind_end_text(UNWIND_UNREADABLE));
	assert_int_equal(unwind_words(*state, CODE + 4, 0, true), UNWIND_UNREADABLE);
	assert_int_equal(n, 1);
}

/* The second function returns to itself, 40 bytes further up each time. */
static void deep_recursion(void **state)
{
	make_stack();
	for (size_t i = 4; i < sizeof(words) / sizeof(words[0]); i += 5)
		words[i] = CODE + 16 + 5;
	assert_int_equal(unwind_words(*state, CODE + 4, sizeof(words) / 8, true), UNWIND_TOO_DEEP);
	assert_int_equal(n, UNWIND_FRAMES_MAX);
}

static void a_stack_larger_than_the_copy(void **state)
{
	static const __u8 large[] = { 0x0e, 0x80, 0x80, 2 };	/* frames of 32 KB */
	struct cfi *cfi = one_function(large, sizeof(large));

	make_stack();
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		words[i] = CODE + 5;
	assert_int_equal(unwind_words(cfi, CODE + 4, sizeof(words) / 8, true), UNWIND_TRUNCATED);
	assert_int_equal(n, 2);
	cfi_free(cfi);
}

static void generated_code_is_left_by_the_frame_pointer(void **state)
{
	make_stack();
	words[2] = STACK + 0x1000;
	words[3] = CODE + 16 + 5;
	words[8] = CODE + 64 + 2;
	fp = STACK + 16;
	assert_int_equal(unwind_words(*state, JIT + 4, 20, true), UNWIND_COMPLETE);
	assert_int_equal(n, 3);
	assert_int_equal(unwind_words(*state, JIT + 4, 20, false), UNWIND_NO_CFI);
	assert_int_equal(n, 1);
}

static void no_frame_pointer_ends_the_stack(void **state)
{
	static const __u64 wrong[] = { 0, 1, STACK - 8, STACK + 20, STACK + (16UL << 20) };

	make_stack();
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		fp = wrong[i];
		assert_int_equal(unwind_words(*state, JIT + 4, 20, true), UNWIND_NO_CFI);
		assert_int_equal(n, 1);
	}
	fp = STACK + 16;			/* points to a number that is not an address */
	words[3] = 42;
	assert_int_equal(unwind_words(*state, JIT + 4, 20, true), UNWIND_NO_CFI);
	words[2] = fp;				/* or to code, but not after a call */
	words[3] = CODE + 16 + 5;
	no_calls = true;
	assert_int_equal(unwind_words(*state, JIT + 4, 20, true), UNWIND_NO_CFI);
	assert_int_equal(n, 1);
}

/* Go: code in a file without CFI, and a frame pointer of 0 in the outermost function. */
static void a_frame_pointer_of_zero_is_the_end(void **state)
{
	make_stack();
	words[2] = 0;
	words[3] = CODE + 0x205;
	fp = STACK + 16;
	assert_int_equal(unwind_words(*state, CODE + 0x100, 20, true), UNWIND_COMPLETE);
	assert_int_equal(n, 2);
	words[3] = JIT + 5;			/* in generated code it can be any number */
	assert_int_equal(unwind_words(*state, CODE + 0x100, 20, true), UNWIND_NO_CFI);
	assert_int_equal(n, 2);
	make_stack();				/* nobody has saved it: it may be left from _start */
	words[4] = CODE + 0x105;
	assert_int_equal(unwind_words(*state, CODE + 4, 20, true), UNWIND_NO_CFI);
	assert_int_equal(n, 2);
}

/* A program begins with nothing but its arguments on the stack. */
static void the_first_function_needs_no_cfi(void **state)
{
	make_stack();
	words[4] = CODE + 0x105;
	entry = STACK + 5 * 8 + 64;
	assert_int_equal(unwind_words(*state, CODE + 4, 20, false), UNWIND_COMPLETE);
	assert_int_equal(n, 2);
	entry = STACK + 5 * 8 - 8;
	assert_int_equal(unwind_words(*state, CODE + 4, 20, false), UNWIND_NO_CFI);
	entry = 0;
}

static void a_return_address_outside_of_code(void **state)
{
	make_stack();
	words[9] = 0x1234;
	assert_int_equal(unwind_words(*state, CODE + 4, 20, true), UNWIND_NOT_MAPPED);
	assert_int_equal(n, 3);
	gone = true;
	assert_int_equal(unwind_words(*state, CODE + 4, 20, true), UNWIND_GONE);
	assert_int_equal(n, 1);
}

/* The interrupted function is looked up at its very instruction: before it is the one below. */
static void a_signal_frame_is_exact(void **state)
{
	make_stack();
	words[4] = CODE + 96;			/* the handler returns to the signal frame ... */
	words[5] = CODE + 16;			/* ... made when the first instruction was due */
	words[6] = CODE + 64 + 2;
	assert_int_equal(unwind_words(*state, CODE + 4, 20, true), UNWIND_NO_CFI);
	words[4] = CODE + 97;
	assert_int_equal(unwind_words(*state, CODE + 4, 20, true), UNWIND_COMPLETE);
	assert_int_equal(n, 4);
	assert_int_equal(addresses[1], (CODE + 97) | UNWIND_EXACT);
	assert_int_equal(addresses[2], (CODE + 16) | UNWIND_EXACT);
	assert_int_equal(addresses[3], CODE + 64 + 2);
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
		cmocka_unit_test(the_expression_of_the_linkage_table),
		cmocka_unit_test(expressions),
		cmocka_unit_test_setup_teardown(a_complete_stack, start, end),
		cmocka_unit_test_setup_teardown(a_copy_that_is_too_short, start, end),
		cmocka_unit_test_setup_teardown(deep_recursion, start, end),
		cmocka_unit_test(a_stack_larger_than_the_copy),
		cmocka_unit_test_setup_teardown(generated_code_is_left_by_the_frame_pointer, start, end),
		cmocka_unit_test_setup_teardown(no_frame_pointer_ends_the_stack, start, end),
		cmocka_unit_test_setup_teardown(a_frame_pointer_of_zero_is_the_end, start, end),
		cmocka_unit_test_setup_teardown(the_first_function_needs_no_cfi, start, end),
		cmocka_unit_test_setup_teardown(a_return_address_outside_of_code, start, end),
		cmocka_unit_test_setup_teardown(a_signal_frame_is_exact, start, end),
	};

	return cmocka_run_group_tests_name("unwind", tests, NULL, NULL);
}
