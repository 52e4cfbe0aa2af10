/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One frame that is being unwound: its registers, and the copy of the stack. */
#ifndef COMMON_UNWIND_FRAME_H
#define COMMON_UNWIND_FRAME_H

#include "symbols/cfi.h"

struct unwind_frame {
	__u64 registers[CFI_REGISTERS];
	const __u8 *bytes;	/* the copy of the stack */
	__u64 base;		/* address of its first byte */
	__u64 size;
};

/* Read the word at @address from the copy. */
bool unwind_read(const struct unwind_frame *frame, __u64 address, __u64 *word);

/* Evaluate @operations.  The evaluator's stack starts with @initial, or empty if that is NULL. */
bool unwind_evaluate(const struct unwind_frame *frame, struct dwarf_bytes operations,
		     const __u64 *initial, __u64 *result);

/*
 * Read the instructions at @code, of which there are at most @left bytes, up to the end of a short
 * function.  Sets @bytes to the place of the return address above the stack pointer; false if
 * that is not clear.
 */
bool unwind_epilogue(const __u8 *code, size_t left, __u64 *bytes);

#endif /* COMMON_UNWIND_FRAME_H */
