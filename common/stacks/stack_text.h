/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Named stacks as text, as folded lines, as lists in JSON, and as paths for the graphs. */
#ifndef COMMON_STACK_TEXT_H
#define COMMON_STACK_TEXT_H

#include "output/out.h"
#include "stacks/stacks.h"
#include "symbols/unwind.h"

/* Maximum frames of a path: the kernel's and the user's, each with a text at its end. */
#define STACK_PATH_MAX (2 * UNWIND_FRAMES_MAX + 2)

struct stack_format {
	bool delimited;		/* a mark between the kernel part and the user part */
	bool annotate;		/* append _[k] to the functions of the kernel */
	bool addresses;
};

/* Append one line for each frame, innermost first, each with four blanks before it. */
void stack_text(struct text *text, const struct stacks *stacks, const struct stack *stack,
		const struct stack_format *format);

/* Append @name without the separator of the folded format. */
void stack_folded_name(struct text *text, const char *name);

/* Append ";outermost;...;innermost". */
void stack_folded(struct text *text, const struct stacks *stacks, const struct stack *stack,
		  const struct stack_format *format);

/*
 * Set the columns @col, @col + 1 and, with addresses, @col + 2 of the record to the names, the
 * modules and the addresses of one part of @stack.
 */
void stack_lists(struct out *out, const struct stacks *stacks, const struct stack *stack,
		 bool kernel, int col, const struct stack_format *format);

/* Fill @path with the frames of @stack, the outermost first; return their number. */
size_t stack_path(const struct stacks *stacks, const struct stack *stack,
		  const struct frame **path);

#endif /* COMMON_STACK_TEXT_H */
