// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Execution of CFA programs (DWARF 5, section 6.4). */
#include <limits.h>

#include "symbols/cfi_parse.h"

#define REMEMBERED_MAX 16	/* nested DW_CFA_remember_state; compilers nest 2 */

/* Operations in the two high bits of a byte, whose other bits are the first operand. */
enum { CFA_ADVANCE = 1, CFA_OFFSET = 2, CFA_RESTORE = 3 };
/* Other operations. */
enum {
	CFA_NOP = 0x00, CFA_SET_LOC = 0x01, CFA_ADVANCE1 = 0x02, CFA_ADVANCE2 = 0x03,
	CFA_ADVANCE4 = 0x04, CFA_OFFSET_EXTENDED = 0x05, CFA_RESTORE_EXTENDED = 0x06,
	CFA_UNDEFINED = 0x07, CFA_SAME_VALUE = 0x08, CFA_REGISTER = 0x09, CFA_REMEMBER = 0x0a,
	CFA_RECALL = 0x0b, CFA_DEF_CFA = 0x0c, CFA_DEF_CFA_REGISTER = 0x0d,
	CFA_DEF_CFA_OFFSET = 0x0e, CFA_DEF_CFA_EXPRESSION = 0x0f, CFA_AT_EXPRESSION = 0x10,
	CFA_OFFSET_SIGNED = 0x11, CFA_DEF_CFA_SIGNED = 0x12, CFA_DEF_CFA_OFFSET_SIGNED = 0x13,
	CFA_VALUE_OFFSET = 0x14, CFA_VALUE_OFFSET_SIGNED = 0x15, CFA_VALUE_EXPRESSION = 0x16,
	/* arm64: toggles whether the return address is signed. */
	CFA_NEGATE_RA_STATE = 0x2d,
	CFA_ARGS_SIZE = 0x2e, CFA_NEGATIVE_OFFSET = 0x2f,
};

struct machine {
	struct cfi *cfi;
	const struct cfi_common *common;
	struct dwarf_bytes program;
	__u64 location;
	struct cfi_row row, initial;
	struct cfi_row remembered[REMEMBERED_MAX];
	unsigned int n_remembered;
	bool bad;
};

/* Convert @v to 32 bits, which suffice: no frame is larger than 2 GB. */
static __s32 narrow(struct machine *m, __s64 v)
{
	if (v < INT_MIN || v > INT_MAX)
		m->bad = true;
	return v;
}

/* Return @n in units of the data alignment factor. */
static __s64 aligned(const struct machine *m, __u64 n)
{
	return (__s64)(n * (__u64)m->common->data_align);
}

static void set_rule(struct machine *m, __u64 number, enum cfi_how how, __s64 value)
{
	if (number >= CFI_REGISTERS)		/* a vector register, for example */
		return;
	m->row.how[number] = how;
	m->row.value[number] = narrow(m, value);
}

static void restore(struct machine *m, __u64 number)
{
	if (number < CFI_REGISTERS)
		set_rule(m, number, m->initial.how[number], m->initial.value[number]);
}

static void set_cfa_register(struct machine *m, __u64 number)
{
	m->bad |= number >= CFI_REGISTERS;
	m->row.cfa_register = number;
	m->row.cfa_expression = false;
}

/* Take an expression; return the place of its length. */
static __s64 take_expression(struct machine *m)
{
	__s64 place = m->program.at - m->cfi->bytes;

	dwarf_block(&m->program, dwarf_uleb(&m->program));
	return place;
}

static void advance(struct machine *m, __u64 n)
{
	m->location += n * m->common->code_align;
}

/* Execute @op if it sets the rule of a register; otherwise return false. */
static bool execute_rule(struct machine *m, __u8 op)
{
	struct dwarf_bytes rest = m->program;	/* after the number of the register */
	__u64 number = dwarf_uleb(&rest);
	struct dwarf_bytes *p = &m->program;

	if ((op < CFA_OFFSET_EXTENDED || op > CFA_REGISTER) &&
	    (op < CFA_AT_EXPRESSION || op > CFA_VALUE_EXPRESSION || op == CFA_DEF_CFA_SIGNED ||
	     op == CFA_DEF_CFA_OFFSET_SIGNED) && op != CFA_NEGATIVE_OFFSET)
		return false;
	*p = rest;
	switch (op) {
	case CFA_OFFSET_EXTENDED:
		set_rule(m, number, CFI_MEMORY, aligned(m, dwarf_uleb(p)));
		break;
	case CFA_RESTORE_EXTENDED: restore(m, number); break;
	case CFA_UNDEFINED: set_rule(m, number, CFI_UNDEFINED, 0); break;
	case CFA_SAME_VALUE: set_rule(m, number, CFI_SAME, 0); break;
	case CFA_REGISTER: set_rule(m, number, CFI_REGISTER, dwarf_uleb(p)); break;
	case CFA_AT_EXPRESSION:
		set_rule(m, number, CFI_AT_EXPRESSION, take_expression(m));
		break;
	case CFA_VALUE_EXPRESSION:
		set_rule(m, number, CFI_EXPRESSION, take_expression(m));
		break;
	case CFA_OFFSET_SIGNED:
		set_rule(m, number, CFI_MEMORY, aligned(m, dwarf_sleb(p)));
		break;
	case CFA_VALUE_OFFSET:
		set_rule(m, number, CFI_VALUE, aligned(m, dwarf_uleb(p)));
		break;
	case CFA_VALUE_OFFSET_SIGNED:
		set_rule(m, number, CFI_VALUE, aligned(m, dwarf_sleb(p)));
		break;
	case CFA_NEGATIVE_OFFSET:
		set_rule(m, number, CFI_MEMORY, aligned(m, -dwarf_uleb(p)));
		break;
	}
	return true;
}

/* Execute @op if it sets the rule of the CFA; otherwise return false. */
static bool execute_cfa(struct machine *m, __u8 op)
{
	struct dwarf_bytes *p = &m->program;

	switch (op) {
	case CFA_DEF_CFA:
		set_cfa_register(m, dwarf_uleb(p));
		m->row.cfa_value = narrow(m, dwarf_uleb(p));
		break;
	case CFA_DEF_CFA_SIGNED:
		set_cfa_register(m, dwarf_uleb(p));
		m->row.cfa_value = narrow(m, aligned(m, dwarf_sleb(p)));
		break;
	case CFA_DEF_CFA_REGISTER: set_cfa_register(m, dwarf_uleb(p)); break;
	case CFA_DEF_CFA_OFFSET: m->row.cfa_value = narrow(m, dwarf_uleb(p)); break;
	case CFA_DEF_CFA_OFFSET_SIGNED:
		m->row.cfa_value = narrow(m, aligned(m, dwarf_sleb(p)));
		break;
	case CFA_DEF_CFA_EXPRESSION:
		m->row.cfa_expression = true;
		m->row.cfa_value = take_expression(m);
		break;
	default: return false;
	}
	return true;
}

static void execute_other(struct machine *m, __u8 op)
{
	struct dwarf_bytes *p = &m->program;

	switch (op) {
	case CFA_NOP:
	case CFA_NEGATE_RA_STATE: break;	/* nothing to do: every signature is removed */
	case CFA_SET_LOC:
		m->location = cfi_pointer(m->cfi, p, m->common->pointer_encoding);
		break;
	case CFA_ADVANCE1: advance(m, dwarf_number(p, 1)); break;
	case CFA_ADVANCE2: advance(m, dwarf_number(p, 2)); break;
	case CFA_ADVANCE4: advance(m, dwarf_number(p, 4)); break;
	case CFA_ARGS_SIZE: dwarf_uleb(p); break;
	case CFA_REMEMBER:
		if (m->n_remembered < REMEMBERED_MAX)
			m->remembered[m->n_remembered++] = m->row;
		else
			m->bad = true;
		break;
	case CFA_RECALL:
		if (m->n_remembered)
			m->row = m->remembered[--m->n_remembered];
		else
			m->bad = true;
		break;
	default: m->bad = true;
	}
}

static void execute(struct machine *m)
{
	__u8 op = dwarf_number(&m->program, 1), operand = op & 0x3f;

	switch (op >> 6) {
	case CFA_ADVANCE: advance(m, operand); return;
	case CFA_OFFSET:
		set_rule(m, operand, CFI_MEMORY, aligned(m, dwarf_uleb(&m->program)));
		return;
	case CFA_RESTORE: restore(m, operand); return;
	}
	if (!execute_rule(m, op) && !execute_cfa(m, op))
		execute_other(m, op);
}

/* Execute @program until its location is beyond @address. */
static void run(struct machine *m, struct dwarf_bytes program, __u64 address)
{
	m->program = program;
	while (dwarf_left(&m->program) && !m->bad && m->location <= address) {
		execute(m);
		m->bad |= m->program.bad || --m->cfi->steps_left < 0;
	}
}

bool cfi_execute(struct cfi *cfi, const struct cfi_record *record, __u64 address,
		 struct cfi_row *row)
{
	struct machine m = {
		.cfi = cfi, .common = &record->common, .location = record->start,
	};

	m.bad = record->common.return_register >= CFI_REGISTERS;
	m.row.return_register = record->common.return_register;
	m.row.signal_frame = record->common.signal_frame;
	m.row.cfa_register = CFI_REGISTERS;	/* until it is defined */
	run(&m, record->common.program, address);
	m.initial = m.row;
	run(&m, record->program, address);
	*row = m.row;
	return !m.bad && (row->cfa_expression || row->cfa_register < CFI_REGISTERS);
}
