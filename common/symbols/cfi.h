/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Call frame information of one ELF file, from .eh_frame: for each instruction, where the
 * registers of the caller are.
 *
 * The files belong to the traced processes and can be hostile.  The limits in cfi.c bound the
 * memory and the time that a file takes; elfutils' reader has no such limits (a register number
 * in a file makes it allocate up to 2 GB).
 */
#ifndef COMMON_CFI_H
#define COMMON_CFI_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "symbols/dwarf_bytes.h"

/*
 * The registers that rules exist for, by their DWARF numbers.  The ABIs pass nothing else
 * between a function and its caller that could locate a frame.
 */
#if defined(__x86_64__)
#define CFI_REGISTERS 17	/* rax rdx rcx rbx rsi rdi rbp rsp r8 ... r15, return address */
#define CFI_RESULT 0		/* of a function or a system call */
#define CFI_FP 6
#define CFI_SP 7
#define CFI_PC 16
#elif defined(__aarch64__)
#define CFI_REGISTERS 33	/* x0 ... x30, sp, pc */
#define CFI_RESULT 0
#define CFI_FP 29
#define CFI_SP 31
#define CFI_PC 32
#else
#error "which numbers does DWARF give the registers?"
#endif

enum cfi_how {
	CFI_SAME,		/* the register is unchanged */
	CFI_UNDEFINED,		/* cannot be recovered; for the return address: no caller */
	CFI_MEMORY,		/* at CFA + value */
	CFI_VALUE,		/* is CFA + value */
	CFI_REGISTER,		/* in register number value */
	CFI_AT_EXPRESSION,	/* at the address that is the result of an expression */
	CFI_EXPRESSION,		/* the result of an expression */
};

/* How to find the registers of the caller. */
struct cfi_row {
	bool signal_frame;	/* the caller was interrupted: its pc is not a return address */
	bool cfa_expression;	/* the CFA is the result of the expression cfa_value */
	__u8 cfa_register;	/* otherwise the CFA is this register + cfa_value */
	__u8 return_register;
	__u8 how[CFI_REGISTERS];
	__s32 cfa_value;
	__s32 value[CFI_REGISTERS];	/* for expressions: the place, see cfi_expression() */
};

struct cfi;

/*
 * Read the call frame information of the file in @fd (not kept).  Returns NULL if there is none,
 * or if it is larger than *@room_bytes, from which the memory in use is deducted.
 */
struct cfi *cfi_open(int fd, size_t *room_bytes);

/*
 * Like cfi_open(), for the bytes of an .eh_frame that is mapped at @address.  Takes over @bytes,
 * which free() must accept.
 */
struct cfi *cfi_new(__u8 *bytes, size_t size, __u64 address);

/* Return the address, in the file's own address space, of the byte at @offset in the file. */
__u64 cfi_address(const struct cfi *cfi, __u64 offset);

/*
 * Set @row for the instruction at @address; return false if there is no valid information about it.
 */
bool cfi_find(struct cfi *cfi, __u64 address, struct cfi_row *row);

/*
 * Set @row for the last instruction of the function that ends before @address, where none begins,
 * and @end to its end.  Returns false if no function ends there.
 */
bool cfi_find_end(struct cfi *cfi, __u64 address, struct cfi_row *row, __u64 *end);

/* Return the operations of the expression at @place. */
struct dwarf_bytes cfi_expression(const struct cfi *cfi, __u32 place);

void cfi_free(struct cfi *cfi);

#endif /* COMMON_CFI_H */
