// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Stacks made up to match call frame information written by hand. */
#include "eh_frame.h"
#include "symbols/unwind.h"
#include "symbols/unwind_frame.h"

#define JIT 0x7f0000000000UL		/* of code without a file */
#define GO 0x600000UL			/* of code from a file without call frame information */
#define STACK 0x7ffc00000000UL

#if defined(__x86_64__)
enum { WORD_FP = 4, WORD_RESULT = 10, WORD_PC = 16, WORD_SP = 19 };	/* in struct pt_regs */
#elif defined(__aarch64__)
enum { WORD_RESULT = 0, WORD_FP = 29, WORD_PC = 32, WORD_SP = 31 };
#endif

static struct unwind_frame frame_of(const __u64 *words, size_t n, __u64 pc)
{
	struct unwind_frame frame = {
		.bytes = (const __u8 *)words, .base = STACK, .size = n * sizeof(words[0]),
	};

	frame.registers[CFI_SP] = STACK;
	frame.registers[CFI_PC] = pc;
	return frame;
}

/* The CFA of the procedure linkage table: 8 bytes more from the 11th byte of an entry on. */
static void the_expression_of_the_linkage_table(void **state)
{
	static const __u8 program[] = {
		0x0f, 11, 0x70 + CFI_SP, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22,
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
	static const __u8 deref[] = { 0x70 + CFI_SP, 16, 0x06, 0x06 };
	static const __u8 beyond[] = { 0x70 + CFI_SP, 17, 0x06 };
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
static __u64 syscall_at;		/* the address of a system call */

static struct unwind_code code_at(void *ctx, __u64 address)
{
	struct unwind_code code = { .gone = gone, .address = address };

	if (!gone && address >= CODE && address < CODE + 0x1000)
		code = (struct unwind_code){ .mapped = true, .file = true, .cfi = ctx, .address = address };
	if (!gone && address >= GO && address < GO + 0x1000)
		code = (struct unwind_code){ .mapped = true, .file = true };
	if (!gone && address >= JIT && address < JIT + 0x1000)
		code.mapped = true;
	return code;
}

static bool follows_call(void *ctx, __u64 address)
{
	return !no_calls;
}

static bool is_syscall(void *ctx, __u64 address)
{
	return address == syscall_at;
}

/* A trampoline of Python at JIT + 0x20, and nothing else. */
static size_t read_code(void *ctx, __u64 address, __u8 *to, size_t bytes)
{
	static const __u8 trampoline[] = {
		0xf3, 0x0f, 0x1e, 0xfa, 0x48, 0x83, 0xec, 8, 0xff, 0xd1, 0x48, 0x83, 0xc4, 8, 0xc3,
	};
	size_t left = JIT + 0x20 + sizeof(trampoline) - address;

	if (address < JIT + 0x20 || left > sizeof(trampoline))
		return 0;
	memcpy(to, trampoline + sizeof(trampoline) - left, left < bytes ? left : bytes);
	return left < bytes ? left : bytes;
}

static __u64 words[USER_STACK_BYTES / 8], addresses[UNWIND_FRAMES_MAX];
static __u64 fp, entry, result;
static __u32 n;

/* Unwind the first @n_words of words, with the stack pointer at the first one. */
static enum unwind_end unwind_words(struct cfi *cfi, __u64 pc, size_t n_words, bool frame_pointers)
{
	const struct unwind_process process = { cfi, code_at, follows_call, is_syscall, read_code };
	struct user_stack stack = {
		.base = STACK, .bytes = n_words * 8, .entry = entry, .copied = true,
		.full = n_words * 8 == sizeof(words),
	};
	struct unwind *unwind = unwind_new(frame_pointers);
	enum unwind_end why;

	stack.registers[WORD_PC] = pc;
	stack.registers[WORD_SP] = STACK;
	stack.registers[WORD_FP] = fp;
	stack.registers[WORD_RESULT] = result;
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

/* The runtime of Go works on a stack that is not that of the goroutine. */
static void a_frame_pointer_to_another_stack(void **state)
{
	make_stack();
	words[2] = STACK - (1UL << 30);
	words[3] = GO + 5;
	fp = STACK + 16;
	assert_int_equal(unwind_words(*state, GO + 0x10, 20, true), UNWIND_UNREADABLE);
	assert_int_equal(n, 2);
	words[3] = CODE + 0x205;		/* a part of a file that has C too */
	assert_int_equal(unwind_words(*state, GO + 0x10, 20, true), UNWIND_UNREADABLE);
	make_stack();
	words[4] = CODE + 0x105;		/* other code can use the register for something else */
	fp = STACK - (1UL << 30);
	assert_int_equal(unwind_words(*state, CODE + 4, 20, true), UNWIND_NO_CFI);
	assert_int_equal(n, 2);
}

/* At the start of a program, the stack contains only its arguments. */
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

#if defined(__x86_64__)
/* Wherever it is: before its frame is made, and after the call. */
static void trampolines_show_where_they_return(void **state)
{
	static const struct {
		__u64 pc;
		size_t word;
	} places[] = { { 0, 0 }, { 4, 0 }, { 8, 1 }, { 10, 1 }, { 14, 0 } };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		make_stack();
		words[places[i].word] = CODE + 64 + 2;
		assert_int_equal(unwind_words(*state, JIT + 0x20 + places[i].pc, 20, false), UNWIND_COMPLETE);
		assert_int_equal(n, 2);
	}
	make_stack();
	words[4] = JIT + 0x20 + 10;
	words[6] = CODE + 64 + 2;
	assert_int_equal(unwind_words(*state, CODE + 4, 20, true), UNWIND_COMPLETE);
	assert_int_equal(n, 3);
	assert_int_equal(unwind_words(*state, JIT + 0x20 + 10, 1, true), UNWIND_UNREADABLE);
	assert_int_equal(unwind_words(*state, JIT + 0x20 + 11, 20, true), UNWIND_NO_CFI);
}
#endif

/* glibc's clone() has no information after its system call, which ends here a function of 16 bytes. */
static void clone_returns_twice(void **state)
{
	make_stack();
	syscall_at = CODE + 32;
	result = -38;				/* while the system call lasts, the result is -ENOSYS */
	assert_int_equal(unwind_words(*state, CODE + 34, 20, true), UNWIND_COMPLETE);
	assert_int_equal(n, 3);
	assert_int_equal(addresses[0], (CODE + 34) | UNWIND_EXACT);
	assert_int_equal(addresses[1], CODE + 16 + 5);
	result = 0;				/* in the new thread, whose stack has no return address */
	words[4] = 0;
	assert_int_equal(unwind_words(*state, CODE + 34, 20, true), UNWIND_COMPLETE);
	assert_int_equal(n, 1);
	assert_int_equal(unwind_words(*state, CODE + 34, 0, true), UNWIND_COMPLETE);
	assert_int_equal(unwind_words(*state, CODE + 32 + 25, 20, true), UNWIND_NO_CFI);
	syscall_at = 0;				/* another function without information */
	assert_int_equal(unwind_words(*state, CODE + 34, 20, true), UNWIND_NO_CFI);
}

/*
 * The interrupted function is looked up at the instruction itself; the address before it belongs to
 * another function.
 */
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
		cmocka_unit_test(the_expression_of_the_linkage_table),
		cmocka_unit_test(expressions),
		cmocka_unit_test_setup_teardown(a_complete_stack, start, end),
		cmocka_unit_test_setup_teardown(a_copy_that_is_too_short, start, end),
		cmocka_unit_test_setup_teardown(deep_recursion, start, end),
		cmocka_unit_test(a_stack_larger_than_the_copy),
		cmocka_unit_test_setup_teardown(generated_code_is_left_by_the_frame_pointer, start, end),
		cmocka_unit_test_setup_teardown(no_frame_pointer_ends_the_stack, start, end),
		cmocka_unit_test_setup_teardown(a_frame_pointer_of_zero_is_the_end, start, end),
		cmocka_unit_test_setup_teardown(a_frame_pointer_to_another_stack, start, end),
		cmocka_unit_test_setup_teardown(the_first_function_needs_no_cfi, start, end),
		cmocka_unit_test_setup_teardown(a_return_address_outside_of_code, start, end),
		cmocka_unit_test_setup_teardown(a_signal_frame_is_exact, start, end),
		cmocka_unit_test_setup_teardown(clone_returns_twice, start, end),
#if defined(__x86_64__)
		cmocka_unit_test_setup_teardown(trampolines_show_where_they_return, start, end),
#endif
	};

	return cmocka_run_group_tests_name("unwind", tests, NULL, NULL);
}
