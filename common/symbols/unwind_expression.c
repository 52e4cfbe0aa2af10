// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * DWARF expressions, as far as call frame information uses them: the CFA in the procedure
 * linkage table and in code that realigns its stack, and the registers in signal frames.
 * There are no jumps, so an expression ends.
 */
#include <string.h>

#include "symbols/unwind_frame.h"

#define DEPTH_MAX 16		/* of the evaluator's stack */
/* The expression of the procedure linkage table has 9.  A frame can have 17 expressions. */
#define OPERATIONS_MAX 32

enum {
	OP_DEREF = 0x06, OP_CONST1U = 0x08, OP_CONST1S = 0x09, OP_CONST2U = 0x0a, OP_CONST2S = 0x0b,
	OP_CONST4U = 0x0c, OP_CONST4S = 0x0d, OP_CONST8U = 0x0e, OP_CONST8S = 0x0f,
	OP_CONSTU = 0x10, OP_CONSTS = 0x11, OP_DUP = 0x12, OP_DROP = 0x13, OP_OVER = 0x14,
	OP_SWAP = 0x16, OP_AND = 0x1a, OP_MINUS = 0x1c, OP_MUL = 0x1e, OP_NEG = 0x1f,
	OP_NOT = 0x20, OP_OR = 0x21, OP_PLUS = 0x22, OP_PLUS_UCONST = 0x23, OP_SHL = 0x24,
	OP_SHR = 0x25, OP_SHRA = 0x26, OP_XOR = 0x27, OP_EQ = 0x29, OP_GE = 0x2a, OP_GT = 0x2b,
	OP_LE = 0x2c, OP_LT = 0x2d, OP_NE = 0x2e, OP_LIT0 = 0x30, OP_LIT31 = 0x4f,
	OP_BREG0 = 0x70, OP_BREG31 = 0x8f, OP_NOP = 0x96,
};

struct evaluation {
	const struct unwind_frame *frame;
	struct dwarf_bytes bytes;
	__u64 stack[DEPTH_MAX];
	size_t depth;
	bool bad;
};

static void push(struct evaluation *e, __u64 v)
{
	if (e->depth < DEPTH_MAX)
		e->stack[e->depth++] = v;
	else
		e->bad = true;
}

static __u64 pop(struct evaluation *e)
{
	if (e->depth)
		return e->stack[--e->depth];
	e->bad = true;
	return 0;
}

/* Push a constant if @op is one of these operations; otherwise return false. */
static bool push_constant(struct evaluation *e, __u8 op)
{
	struct dwarf_bytes *bytes = &e->bytes;

	if (op >= OP_LIT0 && op <= OP_LIT31)
		push(e, op - OP_LIT0);
	else if (op >= OP_CONST1U && op <= OP_CONST8S && op % 2 == 0)
		push(e, dwarf_number(bytes, 1 << (op - OP_CONST1U) / 2));
	else if (op >= OP_CONST1U && op <= OP_CONST8S)
		push(e, dwarf_signed(bytes, 1 << (op - OP_CONST1S) / 2));
	else if (op == OP_CONSTU)
		push(e, dwarf_uleb(bytes));
	else if (op == OP_CONSTS)
		push(e, dwarf_sleb(bytes));
	else
		return false;
	return true;
}

/* Push a register + offset. */
static void push_register(struct evaluation *e, __u8 number)
{
	__u64 offset = dwarf_sleb(&e->bytes);

	if (number < CFI_REGISTERS)
		push(e, e->frame->registers[number] + offset);
	else
		e->bad = true;
}

/* Execute @op if it has at most one operand on the stack; otherwise return false. */
static bool execute_unary(struct evaluation *e, __u8 op)
{
	__u64 v;

	switch (op) {
	case OP_DEREF:
		v = pop(e);
		if (!unwind_read(e->frame, v, &v))
			e->bad = true;
		push(e, v);
		break;
	case OP_DUP:
		v = pop(e);
		push(e, v);
		push(e, v);
		break;
	case OP_DROP: pop(e); break;
	case OP_NEG: push(e, -pop(e)); break;
	case OP_NOT: push(e, ~pop(e)); break;
	case OP_PLUS_UCONST: push(e, pop(e) + dwarf_uleb(&e->bytes)); break;
	case OP_NOP: break;
	default: return false;
	}
	return true;
}

static void execute_binary(struct evaluation *e, __u8 op)
{
	__u64 b = pop(e), a = pop(e);
	__s64 sa = a, sb = b;

	switch (op) {
	case OP_AND: push(e, a & b); break;
	case OP_OR: push(e, a | b); break;
	case OP_XOR: push(e, a ^ b); break;
	case OP_PLUS: push(e, a + b); break;
	case OP_MINUS: push(e, a - b); break;
	case OP_MUL: push(e, a * b); break;
	case OP_SHL: push(e, b < 64 ? a << b : 0); break;
	case OP_SHR: push(e, b < 64 ? a >> b : 0); break;
	case OP_SHRA: push(e, sa >> (b < 64 ? b : 63)); break;
	case OP_EQ: push(e, a == b); break;
	case OP_NE: push(e, a != b); break;
	case OP_GE: push(e, sa >= sb); break;
	case OP_GT: push(e, sa > sb); break;
	case OP_LE: push(e, sa <= sb); break;
	case OP_LT: push(e, sa < sb); break;
	case OP_SWAP:
		push(e, b);
		push(e, a);
		break;
	case OP_OVER:
		push(e, a);
		push(e, b);
		push(e, a);
		break;
	default: e->bad = true;
	}
}

static void execute(struct evaluation *e)
{
	__u8 op = dwarf_number(&e->bytes, 1);

	if (op >= OP_BREG0 && op <= OP_BREG31)
		push_register(e, op - OP_BREG0);
	else if (!push_constant(e, op) && !execute_unary(e, op))
		execute_binary(e, op);
}

bool unwind_evaluate(const struct unwind_frame *frame, struct dwarf_bytes operations,
		     const __u64 *initial, __u64 *result)
{
	struct evaluation e = { .frame = frame, .bytes = operations };
	unsigned int n = 0;

	if (initial)
		push(&e, *initial);
	while (dwarf_left(&e.bytes) && !e.bad && !e.bytes.bad) {
		if (n++ == OPERATIONS_MAX)
			return false;
		execute(&e);
	}
	*result = pop(&e);
	return !e.bad && !e.bytes.bad;
}

bool unwind_read(const struct unwind_frame *frame, __u64 address, __u64 *word)
{
	__u64 offset = address - frame->base;

	if (frame->size < sizeof(*word) || offset > frame->size - sizeof(*word))
		return false;
	memcpy(word, frame->bytes + offset, sizeof(*word));
	return true;
}
