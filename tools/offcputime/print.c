// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Waits as text, as folded lines, as JSON, and summed up by a key. */
#include <stdlib.h>
#include <string.h>

#include "core/cgroup.h"
#include "core/clock.h"
#include "core/syscall_name.h"
#include "core/tally.h"
#include "core/xalloc.h"
#include "output/process.h"
#include "session.h"
#include "columns.h"

static struct stack_format format(void)
{
	return (struct stack_format){ .delimited = opt.delimited };
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
		text_printf(text, " mutex 0x%llx", owner->mutex);
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
	const struct stack_format how = format();
	char mutex[20];

	out_row(out, clock_now_ns());
	out_process(out, COL_PID, owner->pid, owner->ns_pid);
	out_str(out, COL_COMM, owner->comm, sizeof(owner->comm));
	if (owner->syscall)
		out_name(out, COL_SYSCALL, syscall_name(owner->syscall - 1));
	if (owner->mutex) {
		snprintf(mutex, sizeof(mutex), "0x%llx", owner->mutex);
		out_name(out, COL_MUTEX, mutex);
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

/*
 * Return the kernel function that made the thread wait: the innermost one that is not part of
 * the scheduler.
 */
static const char *waiting_function(const struct stacks *stacks, const struct stack *stack)
{
	static const char *const scheduler[] = {
		"__schedule", "schedule", "__cond_resched", "preempt_schedule_irq",
		"schedule_timeout", "schedule_hrtimeout_range", "schedule_hrtimeout_range_clock",
		"schedule_hrtimeout", "io_schedule", "io_schedule_timeout",
		"schedule_preempt_disabled", "preempt_schedule_common", "schedule_idle",
		"do_nanosleep", "__refrigerator",
	};
	const char *name = NULL;

	for (__u32 i = 0; i < stack->n_kernel; i++) {
		bool skipped = false;

		name = stacks->frames[stack->frames[i]].name;
		for (size_t j = 0; j < ARRAY_SIZE(scheduler); j++)
			skipped |= strcmp(name, scheduler[j]) == 0;
		if (!skipped)
			return name;
	}
	return name ? name : "[none]";
}

/* Append the key of @stack to @key. */
static void put_key(struct text *key, const struct stacks *stacks, const struct stack *stack)
{
	const struct stack_owner *owner = &stack->owner;
	const char *path;

	switch (opt.by) {
	case BY_COMM:
		text_bytes(key, owner->comm, strnlen(owner->comm, sizeof(owner->comm)));
		break;
	case BY_PID:
		text_printf(key, "%s ", process_text(owner->pid, owner->ns_pid));
		text_bytes(key, owner->comm, strnlen(owner->comm, sizeof(owner->comm)));
		break;
	case BY_CGROUP:
		path = cgroup_path(owner->cgroup_id);
		text_str(key, path ? path : "[unknown]");
		break;
	case BY_SYSCALL:
		text_str(key, owner->syscall ? syscall_name(owner->syscall - 1) : "[none]");
		break;
	default: text_str(key, waiting_function(stacks, stack));
	}
}

/* The sums of a key; the tally has its number of waits. */
struct row {
	const struct tally_entry *key;
	__u64 ns;
};

static int by_ns(const void *va, const void *vb)
{
	const struct row *a = va, *b = vb;

	return a->ns < b->ns ? -1 : a->ns > b->ns;
}

static void print_row(struct out *out, const struct row *row)
{
	struct json json;

	if (opt.common.json) {
		out_line(out, &json, row_table.type, clock_now_ns());
		json_name(&json, row_columns[ROW_BY].key, by_names[opt.by]);
		json_name(&json, row_columns[ROW_KEY].key, row->key->bytes);
		json_uint(&json, row_columns[ROW_WAITS].key, row->key->count);
		json_uint(&json, row_columns[ROW_TOTAL].key, row->ns);
		json_end(&json);
		return;
	}
	text_printf(&out->text, "%8llu %12.3f %10.3f  ", row->key->count, row->ns / 1e6,
		    row->ns / 1e6 / row->key->count);
	text_escape(&out->text, row->key->bytes, row->key->len - 1, false);
	text_char(&out->text, '\n');
	out->records++;
}

static void print_rows(struct out *out, const struct stacks *stacks)
{
	struct tally keys = {};
	struct row *rows = xcalloc(stacks->n, sizeof(*rows));
	struct text key = {};

	for (size_t i = 0; i < stacks->n; i++) {
		const struct stack *stack = &stacks->stacks[i];
		size_t number;

		key.len = 0;
		put_key(&key, stacks, stack);
		text_char(&key, '\0');
		number = tally_add(&keys, key.at, key.len, stack->count);
		rows[number].ns += stack->ns;
	}
	for (size_t i = 0; i < keys.n; i++)
		rows[i].key = &keys.entries[i];
	qsort(rows, keys.n, sizeof(rows[0]), by_ns);
	if (!opt.common.json)
		text_printf(&out->text, "%8s %12s %10s  %s\n", "WAITS", "TOTAL(ms)", "AVG(ms)",
			    by_names[opt.by]);
	for (size_t i = 0; i < keys.n; i++)
		print_row(out, &rows[i]);
	tally_free(&keys);
	text_free(&key);
	free(rows);
}

void print_waits(struct out *out, const struct stacks *stacks)
{
	size_t n = stacks->n;

	if (opt.by != BY_STACK) {
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
