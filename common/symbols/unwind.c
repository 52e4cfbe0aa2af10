// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "symbols/unwind.h"
#include "symbols/unwind_frame.h"

/* Entries of the cache of rows: 4 MB on x86-64.  A busy node takes 3000. */
#define CACHE_SIZE 32768
#define EPILOGUES_CACHED 1024
#define EPILOGUE_BYTES 24
#define WORD 8
/* Maximum number of stack bytes of a program's first function, which aligns the stack pointer. */
#define ENTRY_BYTES 64
/* How far after the system call of clone() its last instruction can be. */
#define CLONE_BYTES_MAX 24
/* A value further away is not a frame pointer: RLIMIT_STACK is 8 MB on most systems. */
#define FRAME_BYTES_MAX (8UL << 20)

/* Rows by address; a row replaces another one with the same hash. */
struct cached_row {
	const struct cfi *cfi;		/* NULL: free */
	__u64 address;
	bool found;
	struct cfi_row row;
};

/* What unwind_epilogue() found, by process and address. */
struct cached_epilogue {
	const void *process;		/* NULL: free */
	__u64 address;
	bool found;
	__u64 bytes;
};

struct unwind {
	bool frame_pointers;
	struct cached_epilogue epilogues[EPILOGUES_CACHED];
	struct cached_row *cache;
};

/* A stack that is being unwound. */
struct walk {
	struct unwind *unwind;
	const struct unwind_process *process;
	const struct user_stack *stack;
	struct unwind_frame frame;
	__u64 *addresses;
	__u32 n;
	bool exact;			/* the pc is not a return address */
	bool by_frame_pointer;		/* the last step used the frame pointer */
};

/* Result of a step that found a caller. */
#define NEXT UNWIND_ENDS

struct unwind *unwind_new(bool frame_pointers)
{
	struct unwind *unwind = xcalloc(1, sizeof(*unwind));

	unwind->frame_pointers = frame_pointers;
	unwind->cache = xcalloc(CACHE_SIZE, sizeof(unwind->cache[0]));
	return unwind;
}

void unwind_free(struct unwind *unwind)
{
	if (!unwind)
		return;
	free(unwind->cache);
	free(unwind);
}

const char *unwind_end_text(enum unwind_end end)
{
	static const char *const texts[UNWIND_ENDS] = {
		[UNWIND_TRUNCATED] = "[unwinding stopped: stack larger than the copy]",
		[UNWIND_NO_CFI] = "[unwinding stopped: no CFI]",
		[UNWIND_UNREADABLE] = "[unwinding stopped: stack not readable]",
		[UNWIND_NOT_MAPPED] = "[unwinding stopped: address not mapped]",
		[UNWIND_GONE] = "[unwinding stopped: process gone]",
		[UNWIND_TOO_DEEP] = "[cut off]",
		[UNWIND_NO_HELPER] = "[unwinding stopped: helper ended]",
	};

	return texts[end];
}

#if defined(__x86_64__)
/* Where struct pt_regs has the registers, by their DWARF numbers. */
static const __u8 word_of[CFI_REGISTERS] = {
	10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0, 16,
};
#elif defined(__aarch64__)
static const __u8 word_of[CFI_REGISTERS] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
	25, 26, 27, 28, 29, 30, 31, 32,
};
#endif

/* Return the address that @word holds, on arm64 without its signature (pointer authentication). */
static __u64 code_pointer(__u64 word)
{
#if defined(__aarch64__)
	return word & ((1ULL << 48) - 1);
#else
	return word;
#endif
}

static const struct cached_row *find_row(struct unwind *unwind, const struct unwind_code *code)
{
	__u64 hash = (code->address ^ (__u64)(unsigned long)code->cfi) * 0x9e3779b97f4a7c15;
	struct cached_row *at = &unwind->cache[hash >> 32 & (CACHE_SIZE - 1)];

	if (at->cfi != code->cfi || at->address != code->address) {
		at->cfi = code->cfi;
		at->address = code->address;
		at->found = cfi_find(code->cfi, code->address, &at->row);
	}
	return at->found ? at : NULL;
}

/* Return why @address cannot be read. */
static enum unwind_end unreadable(const struct walk *walk, __u64 address)
{
	const struct unwind_frame *frame = &walk->frame;

	return walk->stack->full && address - frame->base >= frame->size - (WORD - 1) &&
	       address - frame->base < FRAME_BYTES_MAX ? UNWIND_TRUNCATED : UNWIND_UNREADABLE;
}

/* Set @word to the caller's value of register @i. */
static enum unwind_end restore(const struct walk *walk, const struct cfi *cfi,
			       const struct cfi_row *row, int i, __u64 cfa, __u64 *word)
{
	const struct unwind_frame *frame = &walk->frame;
	__u64 address = cfa + (__s64)row->value[i];

	switch (row->how[i]) {
	case CFI_VALUE: *word = address; return NEXT;
	case CFI_REGISTER:
		if (row->value[i] < 0 || row->value[i] >= CFI_REGISTERS)
			return UNWIND_NO_CFI;
		*word = frame->registers[row->value[i]];
		return NEXT;
	case CFI_EXPRESSION:
		return unwind_evaluate(frame, cfi_expression(cfi, row->value[i]), &cfa, word) ?
		       NEXT : UNWIND_UNREADABLE;
	case CFI_AT_EXPRESSION:
		if (!unwind_evaluate(frame, cfi_expression(cfi, row->value[i]), &cfa, &address))
			return UNWIND_UNREADABLE;
		break;
	case CFI_MEMORY: break;
	default: *word = frame->registers[i]; return NEXT;
	}
	return unwind_read(frame, address, word) ? NEXT : unreadable(walk, address);
}

/* Replace the registers by those of the caller. */
static enum unwind_end step_by_row(struct walk *walk, const struct cfi *cfi,
				   const struct cfi_row *row)
{
	struct unwind_frame *frame = &walk->frame;
	__u64 caller[CFI_REGISTERS], sp = frame->registers[CFI_SP], cfa;
	enum unwind_end end;

	if (row->how[row->return_register] == CFI_UNDEFINED)
		return UNWIND_COMPLETE;
	if (!row->cfa_expression)
		cfa = frame->registers[row->cfa_register] + (__s64)row->cfa_value;
	else if (!unwind_evaluate(frame, cfi_expression(cfi, row->cfa_value), NULL, &cfa))
		return UNWIND_UNREADABLE;
	for (int i = 0; i < CFI_REGISTERS; i++) {
		end = restore(walk, cfi, row, i, cfa, &caller[i]);
		if (end != NEXT)
			return end;
	}
	if (row->how[CFI_SP] == CFI_SAME)
		caller[CFI_SP] = cfa;
	caller[CFI_PC] = code_pointer(caller[row->return_register]);
	/* Stacks grow downwards.  Only a function that calls none can have no frame (arm64). */
	if (!row->signal_frame && (caller[CFI_SP] < sp ||
				   (caller[CFI_SP] == sp && !walk->exact)))
		return UNWIND_NO_CFI;
	memcpy(frame->registers, caller, sizeof(caller));
	walk->exact = row->signal_frame;
	walk->by_frame_pointer = false;
	return caller[CFI_PC] ? NEXT : UNWIND_COMPLETE;
}

/*
 * Code from a file that has frame pointers but no call frame information is that of Go.  If a
 * frame pointer leads away from the stack there, it is that of a goroutine, whose thread works for
 * the runtime on another stack (runtime.systemstack).
 */
static bool on_other_stack(const struct walk *walk, const struct unwind_code *code)
{
	return code->file && (walk->by_frame_pointer || (walk->n == 1 && !code->cfi));
}

/*
 * Step by the frame pointer, which points at the saved frame pointer of the caller; the return address
 * is above it.  In code from a file, a saved frame pointer of 0 marks the outermost frame (psABI).
 * Generated code, and code that does not save the frame pointer, can use the register for other
 * values.
 */
static enum unwind_end step_by_frame_pointer(struct walk *walk, const struct unwind_code *code)
{
	const struct unwind_process *process = walk->process;
	struct unwind_frame *frame = &walk->frame;
	__u64 fp = frame->registers[CFI_FP], sp = frame->registers[CFI_SP], pc;

	/* The first function of a program, in the dynamic linker for example, often has no CFI. */
	if (walk->stack->entry - sp <= ENTRY_BYTES)
		return UNWIND_COMPLETE;
	if (!walk->unwind->frame_pointers)
		return UNWIND_NO_CFI;
	if (!fp && code->file && walk->by_frame_pointer)
		return UNWIND_COMPLETE;
	if (fp < sp || fp - sp > FRAME_BYTES_MAX || fp % WORD)
		return on_other_stack(walk, code) ? UNWIND_UNREADABLE : UNWIND_NO_CFI;
	if (!unwind_read(frame, fp + WORD, &pc))
		return unreadable(walk, fp + WORD);
	pc = code_pointer(pc);
	unwind_read(frame, fp, &fp);
	if (!process->code(process->ctx, pc - 1).mapped ||
	    (fp && !process->follows_call(process->ctx, pc)))
		return UNWIND_NO_CFI;
	frame->registers[CFI_SP] = frame->registers[CFI_FP] + 2 * WORD;
	frame->registers[CFI_FP] = fp;
	frame->registers[CFI_PC] = pc;
	walk->exact = false;
	walk->by_frame_pointer = true;
	return NEXT;
}

static const struct cached_epilogue *find_epilogue(const struct walk *walk)
{
	const struct unwind_process *process = walk->process;
	__u64 pc = walk->frame.registers[CFI_PC];
	struct cached_epilogue *at = &walk->unwind->epilogues[pc / 4 % EPILOGUES_CACHED];
	__u8 code[EPILOGUE_BYTES];

	if (at->process != process->ctx || at->address != pc) {
		size_t bytes = process->read_code(process->ctx, pc, code, sizeof(code));

		at->process = process->ctx;
		at->address = pc;
		at->found = unwind_epilogue(code, bytes, &at->bytes);
	}
	return at;
}

/* Go to the caller of code without call frame information. */
static enum unwind_end step_without_cfi(struct walk *walk, const struct unwind_code *code)
{
	enum unwind_end end = step_by_frame_pointer(walk, code);
	const struct cached_epilogue *epilogue;
	__u64 at;

	if (end != UNWIND_NO_CFI || code->file)
		return end;
	epilogue = find_epilogue(walk);
	if (!epilogue->found)
		return end;
	at = walk->frame.registers[CFI_SP] + epilogue->bytes;
	if (!unwind_read(&walk->frame, at, &walk->frame.registers[CFI_PC]))
		return unreadable(walk, at);
	walk->frame.registers[CFI_SP] = at + WORD;
	walk->exact = walk->by_frame_pointer = false;
	return NEXT;
}

/*
 * glibc's clone() and clone3() have call frame information up to the system call only, because
 * what follows it also runs in the new thread, whose stack is empty.  Return true if the walk
 * begins there, and set @row, which is valid for the calling thread.
 */
static bool after_clone(const struct walk *walk, const struct unwind_code *code,
			struct cfi_row *row)
{
	const struct unwind_process *process = walk->process;
	__u64 pc = walk->frame.registers[CFI_PC], end;

	return walk->exact && code->cfi && cfi_find_end(code->cfi, code->address, row, &end) &&
	       code->address - end <= CLONE_BYTES_MAX &&
	       process->is_syscall(process->ctx, pc - (code->address - end));
}

static void add_frame(struct walk *walk, bool exact)
{
	__u64 pc = walk->frame.registers[CFI_PC];

	walk->addresses[walk->n++] = exact ? pc | UNWIND_EXACT : pc;
}

/* Add the current frame, and go to its caller. */
static enum unwind_end step(struct walk *walk)
{
	__u64 pc = walk->frame.registers[CFI_PC];
	const struct cached_row *cached = NULL;
	struct unwind_code code = walk->process->code(walk->process->ctx, pc - !walk->exact);
	struct cfi_row row;

	if (code.mapped && code.cfi)
		cached = find_row(walk->unwind, &code);
	/*
	 * The kernel wrote the return address that leads into a signal frame, so no call precedes
	 * it.
	 */
	add_frame(walk, walk->exact || (cached && cached->row.signal_frame));
	/* No CPU runs code that is not mapped, so the mappings belong to a later program. */
	if (!code.mapped)
		return code.gone || walk->n == 1 ? UNWIND_GONE : UNWIND_NOT_MAPPED;
	if (cached)
		return step_by_row(walk, code.cfi, &cached->row);
	if (!after_clone(walk, &code, &row))
		return step_without_cfi(walk, &code);
	/* The call returns 0 in the new thread. */
	return walk->frame.registers[CFI_RESULT] ? step_by_row(walk, code.cfi, &row) : UNWIND_COMPLETE;
}

enum unwind_end unwind_stack(struct unwind *unwind, const struct unwind_process *process,
			     const struct user_stack *stack, const void *bytes,
			     /* NOLINTNEXTLINE(readability-non-const-parameter): the walk fills it */
			     __u64 *addresses, __u32 *n)
{
	struct walk walk = {
		.unwind = unwind, .process = process, .stack = stack, .addresses = addresses,
		.exact = true,
		.frame = { .bytes = bytes, .base = stack->base, .size = stack->bytes },
	};
	enum unwind_end end = NEXT;

	for (int i = 0; i < CFI_REGISTERS; i++)
		walk.frame.registers[i] = stack->registers[word_of[i]];
	while (end == NEXT && walk.n < UNWIND_FRAMES_MAX)
		end = step(&walk);
	*n = walk.n;
	return end == NEXT ? UNWIND_TOO_DEEP : end;
}
