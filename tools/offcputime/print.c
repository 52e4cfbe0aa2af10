// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Waits as text, as folded lines, and as JSON. */
#include <string.h>

#include "core/clock.h"
#include "core/syscall_name.h"
#include "output/process.h"
#include "session.h"
#include "columns.h"

static struct stack_format format(void)
{
	return (struct stack_format){ .delimited = opt.delimited };
}

void put_holder(struct text *text, const struct mutex_owner *holder)
{
	if (!holder)
		return;
	text_printf(text, " held by %u ", holder->tid);
	text_escape(text, holder->comm, strnlen(holder->comm, sizeof(holder->comm)), false);
}

static void print_text(struct out *out, const struct stacks *stacks, const struct stack *stack)
{
	const struct stack_owner *owner = &stack->owner;
	const struct stack_format how = format();
	struct text *text = &out->text;

	stack_text(text, stacks, stack, &how);
	text_printf(text, "    %-16s ", "-");
	text_escape(text, owner->comm, sizeof(owner->comm), false);
	text_printf(text, " (%s)", process_text(owner->pid, owner->ns_pid));
	if (owner->mutex)
		text_printf(text, " mutex " MUTEX_FORMAT, owner->mutex);
	put_holder(text, owner_of(owner));
	if (owner->lock)
		text_printf(text, " %s", lock_name(owner->lock));
	text_printf(text, "\n        %llu\n\n", stack_weight(stack));
}

/* "comm;outermost;...;innermost MICROSECONDS" */
static void print_folded(struct out *out, const struct stacks *stacks, const struct stack *stack)
{
	const struct stack_format how = format();
	char comm[TASK_COMM_LEN + 1] = "";

	memcpy(comm, stack->owner.comm, sizeof(stack->owner.comm));
	stack_folded_name(&out->text, comm);
	stack_folded(&out->text, stacks, stack, &how);
	text_printf(&out->text, " %llu\n", stack_weight(stack));
}

static void print_json(struct out *out, const struct stacks *stacks, const struct stack *stack)
{
	const struct stack_owner *owner = &stack->owner;
	const struct mutex_owner *holder = owner_of(owner);
	const struct stack_format how = format();
	char mutex[MUTEX_LEN];

	out_row(out, clock_now_ns());
	out_process(out, COL_PID, owner->pid, owner->ns_pid);
	out_str(out, COL_COMM, owner->comm, sizeof(owner->comm));
	if (owner->syscall)
		out_name(out, COL_SYSCALL, syscall_name(owner->syscall - 1));
	out_name(out, COL_STATE, state_name(owner->state));
	if (owner->lock)
		out_name(out, COL_LOCK, lock_name(owner->lock));
	if (owner->mutex) {
		snprintf(mutex, sizeof(mutex), MUTEX_FORMAT, owner->mutex);
		out_name(out, COL_MUTEX, mutex);
	}
	if (holder) {
		out_uint(out, COL_OWNER, holder->tid);
		out_str(out, COL_OWNER_COMM, holder->comm, sizeof(holder->comm));
	}
	out_uint(out, COL_WAITS, stack->count);
	out_uint(out, COL_TOTAL, stack->ns);
	if (!opt.user_only)
		stack_lists(out, stacks, stack, true, COL_KERNEL, &how);
	if (!opt.kernel_only)
		stack_lists(out, stacks, stack, false, COL_USER, &how);
	out_end(out);
}

void print_stack(struct out *out, const struct stacks *stacks, const struct stack *stack)
{
	if (opt.common.json) {
		print_json(out, stacks, stack);
		return;
	}
	if (opt.folded)
		print_folded(out, stacks, stack);
	else
		print_text(out, stacks, stack);
	out->records++;
}

void print_waits(struct out *out, const struct stacks *stacks)
{
	size_t n = stacks->n;

	if (opt.n_by) {
		print_rows(out, stacks);
		return;
	}
	if (opt.common.max_events && n > opt.common.max_events)
		n = opt.common.max_events;
	while (n-- > 0) {
		print_stack(out, stacks, &stacks->stacks[n]);
		if (out_flush(out))
			return;
	}
}
