// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Waits summed up by the keys of --by. */
#include <stdlib.h>
#include <string.h>

#include "core/cgroup.h"
#include "core/clock.h"
#include "core/self.h"
#include "core/syscall_name.h"
#include "core/tally.h"
#include "core/xalloc.h"
#include "output/process.h"
#include "session.h"
#include "columns.h"

#define NONE "[none]"	/* value of a wait without a system call, kernel function or mutex */

/* Width of each key's column in the table; the last column has no width. */
static const int widths[KEYS] = {
	[KEY_COMM] = 16, [KEY_PID] = 10, [KEY_CGROUP] = 30, [KEY_SYSCALL] = 16,
	[KEY_FUNCTION] = 32, [KEY_STATE] = 15, [KEY_LOCK] = 12,
	[KEY_MUTEX] = 18,
};

static const int key_columns[KEYS] = {
	[KEY_COMM] = ROW_COMM, [KEY_PID] = ROW_PID, [KEY_CGROUP] = ROW_CGROUP,
	[KEY_SYSCALL] = ROW_SYSCALL, [KEY_FUNCTION] = ROW_FUNCTION, [KEY_STATE] = ROW_STATE,
	[KEY_LOCK] = ROW_LOCK, [KEY_MUTEX] = ROW_MUTEX,
};

/* The waits with the same values of the keys as @stack. */
struct row {
	const struct stack *stack;
	bool several;		/* the stacks are of several processes */
	__u64 waits, ns;
};

const char *state_name(__u32 state)
{
	if (!state)
		return "runnable";
	if (state & TASK_NOLOAD)
		return "idle";
	if (state & TASK_UNINTERRUPTIBLE)
		return "uninterruptible";
	return state & TASK_INTERRUPTIBLE ? "interruptible" : "stopped";
}

const char *lock_name(__u32 lock)
{
	__u32 flags = lock - 1;

	if (!lock)
		return NULL;
	if (flags & LCB_F_MUTEX)
		return "mutex";
	if (flags & LCB_F_RT)
		return "rtmutex";
	if (flags & LCB_F_PERCPU)
		return "percpu-rwsem";
	if (flags & LCB_F_WRITE)
		return "rwsem-write";
	return flags & LCB_F_READ ? "rwsem-read" : "semaphore";
}

/*
 * Return the kernel function that made the thread wait: the innermost one that is not part of
 * the scheduler; NULL: no kernel stack.
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
			break;
	}
	return name;
}

/* Return the value of @key, valid until the next call; NULL: @stack has none. */
static const char *value_of(enum by_key key, const struct stacks *stacks,
			    const struct stack *stack)
{
	const struct stack_owner *owner = &stack->owner;
	static char buf[sizeof(owner->comm) + MUTEX_LEN];
	const char *path;

	switch (key) {
	case KEY_COMM:
		snprintf(buf, sizeof(buf), "%.*s", (int)sizeof(owner->comm), owner->comm);
		return buf;
	case KEY_PID: return process_text(owner->pid, owner->ns_pid);
	case KEY_CGROUP:
		path = cgroup_path(owner->cgroup_id);
		return path ? path : "[unknown]";
	case KEY_SYSCALL: return owner->syscall ? syscall_name(owner->syscall - 1) : NULL;
	case KEY_FUNCTION: return waiting_function(stacks, stack);
	case KEY_STATE: return state_name(owner->state);
	case KEY_LOCK: return lock_name(owner->lock);
	default:
		snprintf(buf, sizeof(buf), MUTEX_FORMAT, owner->mutex);
		return owner->mutex ? buf : NULL;
	}
}

/* Set @text to the values of @stack: two stacks are in the same row if their texts are equal. */
static void put_values(struct text *text, const struct stacks *stacks, const struct stack *stack)
{
	text->len = 0;
	for (int i = 0; i < opt.n_by; i++) {
		const char *value = value_of(opt.by[i], stacks, stack);

		text_bytes(text, value ? value : NONE, strlen(value ? value : NONE) + 1);
	}
	/* Processes of other PID namespaces all have the same text, so add the kernel's pid. */
	if (opt.by_pid)
		text_printf(text, "%u", stack->owner.pid);
}

static int by_ns(const void *va, const void *vb)
{
	const struct row *a = va, *b = vb;

	return a->ns < b->ns ? -1 : a->ns > b->ns;
}

/* Return true if the keys of @row show that threads waited for a lock. */
static bool for_lock(const struct row *row)
{
	for (int i = 0; i < opt.n_by; i++)
		if ((opt.by[i] == KEY_LOCK && row->stack->owner.lock) ||
		    (opt.by[i] == KEY_MUTEX && row->stack->owner.mutex))
			return true;
	return false;
}

/* Order in which --top leaves out rows: a few waits for locks matter more than many idle waits. */
static int by_lock(const void *va, const void *vb)
{
	bool a = for_lock(va), b = for_lock(vb);

	return a != b ? a - b : by_ns(va, vb);
}

static void json_pid(struct json *json, const struct stack_owner *owner)
{
	__u32 pid = self_user_id(owner->pid, owner->ns_pid);

	if (pid || !owner->pid)
		json_uint(json, row_columns[ROW_PID].key, pid);
	else
		json_bool(json, "other_pidns", true);
	if (self_in_pidns())
		json_uint(json, "host_pid", owner->pid);
}

/* Return the owner of the mutex of @row; NULL: unknown, or there are several mutexes. */
static const struct mutex_owner *holder_of(const struct row *row)
{
	return opt.by_mutex && !row->several ? owner_of(&row->stack->owner) : NULL;
}

static void print_json_row(struct out *out, const struct stacks *stacks, const struct row *row)
{
	const struct mutex_owner *holder = holder_of(row);
	struct json json;

	out_line(out, &json, row_table.type, clock_now_ns());
	for (int i = 0; i < opt.n_by; i++) {
		enum by_key key = opt.by[i];
		const char *value = value_of(key, stacks, row->stack);

		if (key == KEY_PID)
			json_pid(&json, &row->stack->owner);
		else if (value)
			json_name(&json, row_columns[key_columns[key]].key, value);
	}
	if (holder) {
		json_uint(&json, row_columns[ROW_OWNER].key, holder->tid);
		json_string(&json, row_columns[ROW_OWNER_COMM].key, holder->comm, sizeof(holder->comm));
	}
	json_uint(&json, row_columns[ROW_WAITS].key, row->waits);
	json_uint(&json, row_columns[ROW_TOTAL].key, row->ns);
	json_end(&json);
}

static void print_text_row(struct out *out, const struct stacks *stacks, const struct row *row)
{
	struct text *text = &out->text;

	text_printf(text, "%8llu %12.3f %10.3f ", row->waits, row->ns / 1e6,
		    row->ns / 1e6 / row->waits);
	for (int i = 0; i < opt.n_by; i++) {
		const char *value = value_of(opt.by[i], stacks, row->stack);
		size_t start = text->len + 1;

		text_char(text, ' ');
		text_escape(text, value ? value : NONE, strlen(value ? value : NONE), false);
		while (i + 1 < opt.n_by && text->len < start + widths[opt.by[i]])
			text_char(text, ' ');
	}
	put_holder(text, holder_of(row));
	text_char(text, '\n');
	out->records++;
}

static void print_heading(struct out *out)
{
	text_printf(&out->text, "%8s %12s %10s ", "WAITS", "TOTAL(ms)", "AVG(ms)");
	for (int i = 0; i < opt.n_by; i++)
		text_printf(&out->text, " %-*s", i + 1 < opt.n_by ? widths[opt.by[i]] : 0,
			    row_columns[key_columns[opt.by[i]]].key);
	text_char(&out->text, '\n');
}

/* Print the sums of the rows that --top leaves out. */
static void print_others(struct out *out, const struct row *rows, size_t n)
{
	struct row sum = {};
	struct json json;

	for (size_t i = 0; i < n; i++) {
		sum.waits += rows[i].waits;
		sum.ns += rows[i].ns;
	}
	if (!n)
		return;
	if (!opt.common.json) {
		text_printf(&out->text, "%8llu %12.3f %10.3f  (%zu others)\n", sum.waits,
			    sum.ns / 1e6, sum.ns / 1e6 / sum.waits, n);
		return;
	}
	out_line(out, &json, row_table.type, clock_now_ns());
	json_uint(&json, row_columns[ROW_OTHERS].key, n);
	json_uint(&json, row_columns[ROW_WAITS].key, sum.waits);
	json_uint(&json, row_columns[ROW_TOTAL].key, sum.ns);
	json_end(&json);
}

/* Set @rows, which has room for a row of each stack, to the sums.  Return their number. */
static size_t sum_up(struct row *rows, const struct stacks *stacks)
{
	struct tally keys = {};
	struct text text = {};
	size_t n;

	for (size_t i = 0; i < stacks->n; i++) {
		const struct stack *stack = &stacks->stacks[i];
		struct row *row;

		put_values(&text, stacks, stack);
		row = &rows[tally_add(&keys, text.at, text.len, 1)];
		row->several |= row->stack && row->stack->owner.pid != stack->owner.pid;
		row->stack = stack;
		row->waits += stack->count;
		row->ns += stack->ns;
	}
	n = keys.n;
	tally_free(&keys);
	text_free(&text);
	return n;
}

void print_rows(struct out *out, const struct stacks *stacks)
{
	struct row *rows = xcalloc(stacks->n, sizeof(*rows));
	size_t n = sum_up(rows, stacks);
	size_t omitted = opt.top && n > opt.top ? n - opt.top : 0;

	qsort(rows, n, sizeof(rows[0]), by_lock);
	qsort(rows + omitted, n - omitted, sizeof(rows[0]), by_ns);
	if (!opt.common.json)
		print_heading(out);
	print_others(out, rows, omitted);
	for (size_t i = omitted; i < n; i++)
		(opt.common.json ? print_json_row : print_text_row)(out, stacks, &rows[i]);
	free(rows);
}
