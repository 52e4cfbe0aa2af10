/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Unwind the stack of a thread from a copy of its registers and its stack, by call frame
 * information (cfi.h), or by frame pointers through code that has none.
 */
#ifndef COMMON_UNWIND_H
#define COMMON_UNWIND_H

#include "symbols/cfi.h"
#include "user_stack.h"

#define UNWIND_FRAMES_MAX 512

/* Flag in an address: it is that of an instruction, not a return address. */
#define UNWIND_EXACT (1ULL << 63)

/* Why unwinding ended. */
enum unwind_end {
	UNWIND_UNKNOWN,		/* the kernel walked the stack by frame pointers */
	UNWIND_COMPLETE,	/* at the function that started the thread */
	UNWIND_TRUNCATED,	/* the stack is larger than the copy */
	UNWIND_NO_CFI,		/* code without unwind information and frame pointer */
	UNWIND_UNREADABLE,	/* not in memory, or on the other stack of a signal handler */
	UNWIND_NOT_MAPPED,	/* an address that is not in the code of the process */
	UNWIND_GONE,		/* the process ended, or called exec, before its mappings were read */
	UNWIND_TOO_DEEP,	/* more than UNWIND_FRAMES_MAX frames */
	UNWIND_NO_HELPER,	/* the process that unwinds has ended (helper.h) */
	UNWIND_ENDS,
};

/* The code at an address. */
struct unwind_code {
	bool gone;		/* the mappings of the process are not known */
	bool mapped;
	bool file;		/* it is in a file; otherwise it was generated at run time */
	struct cfi *cfi;	/* NULL: none */
	__u64 address;		/* in the address space of the file */
};

/* Where to look up code; @ctx is passed to all functions. */
struct unwind_process {
	void *ctx;
	struct unwind_code (*code)(void *ctx, __u64 address);
	bool (*follows_call)(void *ctx, __u64 address);	/* true if unknown */
	bool (*is_syscall)(void *ctx, __u64 address);	/* the instruction there; false if unknown */
	/* Copy code that was generated at run time; returns how many of the @bytes could be read. */
	size_t (*read_code)(void *ctx, __u64 address, __u8 *to, size_t bytes);
};

struct unwind;

/* @frame_pointers: step over code without call frame information by the frame pointer. */
struct unwind *unwind_new(bool frame_pointers);
void unwind_free(struct unwind *unwind);

/*
 * Unwind @stack, with the copied bytes at @bytes.  Stores the addresses of the frames, the
 * innermost first, in @addresses, which has room for UNWIND_FRAMES_MAX, and their number in @n.
 */
enum unwind_end unwind_stack(struct unwind *unwind, const struct unwind_process *process,
			     const struct user_stack *stack, const void *bytes,
			     __u64 *addresses, __u32 *n);

/* Return the text of a frame that replaces the missing callers, or NULL if there are none. */
const char *unwind_end_text(enum unwind_end end);

#endif /* COMMON_UNWIND_H */
