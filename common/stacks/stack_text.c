// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <string.h>

#include "stacks/stack_text.h"

static const struct frame *frame_of(const struct stacks *stacks, __u32 number)
{
	return &stacks->frames[number];
}

/* Append a frame's name; @folded: without the separator of the folded format. */
static void put_name(struct text *text, const struct frame *frame,
		     const struct stack_format *format, bool folded)
{
	if (folded)
		stack_folded_name(text, frame->name);
	else
		text_escape(text, frame->name, strlen(frame->name), false);
	if (format->annotate && frame->kind == FRAME_KERNEL)
		text_str(text, "_[k]");
}

/* "    ffffffff81000000 name+0x10 (module)", or the name alone. */
static void put_frame(struct text *text, const struct frame *frame,
		      const struct stack_format *format)
{
	text_str(text, "    ");
	if (frame->address)
		text_printf(text, "%016llx ", frame->address);
	put_name(text, frame, format, false);
	if (frame->address) {
		text_printf(text, "+0x%llx (", frame->offset);
		if (frame->module)
			text_escape(text, frame->module, strlen(frame->module), false);
		else
			text_str(text, "unknown");
		text_char(text, ')');
	}
	text_char(text, '\n');
}

void stack_text(struct text *text, const struct stacks *stacks, const struct stack *stack,
		const struct stack_format *format)
{
	for (__u32 i = 0; i < stack->n_kernel; i++)
		put_frame(text, frame_of(stacks, stack->frames[i]), format);
	if (format->delimited && stack->n_kernel && stack->n_user)
		text_str(text, "    --\n");
	for (__u32 i = 0; i < stack->n_user; i++)
		put_frame(text, frame_of(stacks, stack->frames[stack->n_kernel + i]), format);
}

void stack_folded_name(struct text *text, const char *name)
{
	size_t before = text->len;

	text_escape(text, name, strlen(name), false);
	for (size_t i = before; i < text->len; i++)
		if (text->at[i] == ';')
			text->at[i] = ':';
}

void stack_folded(struct text *text, const struct stacks *stacks, const struct stack *stack,
		  const struct stack_format *format)
{
	const __u32 *user = stack->frames + stack->n_kernel;

	for (__u32 i = stack->n_user; i-- > 0;) {
		text_char(text, ';');
		put_name(text, frame_of(stacks, user[i]), format, true);
	}
	if (format->delimited && stack->n_kernel && stack->n_user)
		text_str(text, ";-");
	for (__u32 i = stack->n_kernel; i-- > 0;) {
		text_char(text, ';');
		put_name(text, frame_of(stacks, stack->frames[i]), format, true);
	}
}

void stack_lists(struct out *out, const struct stacks *stacks, const struct stack *stack,
		 bool kernel, int col, const struct stack_format *format)
{
	/* The lists must stay unchanged until the record is printed: one for each part. */
	static struct {
		const char *names[STACK_PATH_MAX], *modules[STACK_PATH_MAX];
		const char *addresses[STACK_PATH_MAX];
		char hex[STACK_PATH_MAX][20];	/* of the addresses */
	} parts[2], *lists;
	const __u32 *numbers = kernel ? stack->frames : stack->frames + stack->n_kernel;
	__u32 n = kernel ? stack->n_kernel : stack->n_user;

	lists = &parts[kernel];
	for (__u32 i = 0; i < n; i++) {
		const struct frame *frame = frame_of(stacks, numbers[i]);

		lists->names[i] = frame->name;
		lists->modules[i] = frame->module ? frame->module : "";
		snprintf(lists->hex[i], sizeof(lists->hex[i]), "0x%llx", frame->address);
		lists->addresses[i] = lists->hex[i];
	}
	out_list(out, col, lists->names, n);
	out_list(out, col + 1, lists->modules, n);
	if (format->addresses)
		out_list(out, col + 2, lists->addresses, n);
}

size_t stack_path(const struct stacks *stacks, const struct stack *stack,
		  const struct frame **path)
{
	size_t n = 0;

	for (__u32 i = stack->n_user; i-- > 0;)
		path[n++] = frame_of(stacks, stack->frames[stack->n_kernel + i]);
	for (__u32 i = stack->n_kernel; i-- > 0;)
		path[n++] = frame_of(stacks, stack->frames[i]);
	return n;
}
