/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A copy of a thread's registers and stack, which user space unwinds (common/symbols/unwind.h). */
#ifndef BPF_USER_STACK_H
#define BPF_USER_STACK_H

#include "types.h"

/*
 * The registers in the order of the kernel's struct pt_regs: 21 words on x86-64, 34 on arm64.
 * The rest is zero.
 */
#define USER_REGISTERS 34

/*
 * How much of a stack is copied.  16 KB were enough for C, Rust, Python, Go, Java and node; a
 * shallow stack costs the same with a higher limit, because its end stops the copy.
 */
#define USER_STACK_PAGE 4096
#define USER_STACK_PAGES 8
#define USER_STACK_BYTES (USER_STACK_PAGES * USER_STACK_PAGE)

struct user_stack {
	__u64 registers[USER_REGISTERS];
	__u64 base;		/* address of the first byte of the copy: the page of the stack pointer */
	__u64 entry;		/* initial stack pointer of the main thread */
	__u32 bytes;		/* number of bytes in the copy, which is stored elsewhere */
	bool copied;		/* the registers are set; the copy can still be empty */
	bool full;		/* the limit ended the copy, not the end of the stack */
};

#endif /* BPF_USER_STACK_H */
