// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Stacks as text, as folded lines and as JSON. */
#include <string.h>

#include "core/cgroup.h"
#include "core/clock.h"
#include "output/process.h"
#include "session.h"
#include "columns.h"

static struct stack_format format(void)
{
	return (struct stack_format){ opt.delimited, opt.annotate, opt.stacks.addresses };
}

/* Append the owner, such as "dd (181) tid 182 CPU#1 cgroup /a". */
static void put_owner(struct text *text, const struct stack_owner *owner)
{
	const char *path = opt.by_cgroup ? cgroup_path(owner->cgroup_id) : NULL;

	text_escape(text, owner->comm, sizeof(owner->comm), false);
	text_printf(text, " (%s)", process_text(owner->pid, owner->ns_pid));
	if (opt.by_tid)
		text_printf(text, " tid %s", process_text(owner->tid, owner->ns_tid));
	if (opt.by_cpu)
		text_printf(text, " CPU#%u", owner->cpu);
	if (path) {
		text_str(text, " cgroup ");
		text_escape(text, path, strlen(path), false);
	}
	text_char(text, '\n');
}

static void print_text(struct out *out, const struct stacks *stacks, const struct stack *stack)
{
	const struct stack_format how = format();
	struct text *text = &out->text;

	stack_text(text, stacks, stack, &how);
	text_printf(text, "    %-16s ", "-");
	put_owner(text, &stack->owner);
	text_printf(text, "        %llu\n\n", stack->count);
}

/* "comm;outermost;...;innermost COUNT" */
static void print_folded(struct out *out, const struct stacks *stacks, const struct stack *stack)
{
	const struct stack_format how = format();
	struct text *text = &out->text;
	char comm[TASK_COMM_LEN + 1] = "";

	memcpy(comm, stack->owner.comm, sizeof(stack->owner.comm));
	stack_folded_name(text, comm);
	if (opt.by_tid) {
		text_printf(text, "-%s", process_text(stack->owner.pid, stack->owner.ns_pid));
		text_printf(text, "/%s", process_text(stack->owner.tid, stack->owner.ns_tid));
	}
	if (opt.by_cpu)
		text_printf(text, ";CPU#%u", stack->owner.cpu);
	stack_folded(text, stacks, stack, &how);
	text_printf(text, " %llu\n", stack->count);
}

static void json_cgroup(struct out *out, __u64 cgroup_id)
{
	const char *path = cgroup_path(cgroup_id);
	static char id[CONTAINER_ID_LEN + 1];

	if (!path)
		return;
	out_name(out, COL_CGROUP, path);
	cgroup_container(path, id);
	if (id[0])
		out_name(out, COL_CONTAINER, id);
}

static void print_json(struct out *out, const struct stacks *stacks, const struct stack *stack)
{
	const struct stack_owner *owner = &stack->owner;
	const struct stack_format how = format();

	out_row(out, clock_now_ns());
	out_process(out, COL_PID, owner->pid, owner->ns_pid);
	if (opt.by_tid)
		out_process(out, COL_TID, owner->tid, owner->ns_tid);
	if (opt.by_cpu)
		out_uint(out, COL_CPU, owner->cpu);
	out_str(out, COL_COMM, owner->comm, sizeof(owner->comm));
	if (opt.by_cgroup)
		json_cgroup(out, owner->cgroup_id);
	out_uint(out, COL_COUNT, stack->count);
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

void print_stacks(struct out *out, const struct stacks *stacks)
{
	size_t n = stacks->n;

	if (opt.common.max_events && n > opt.common.max_events)
		n = opt.common.max_events;
	while (n-- > 0) {
		print_stack(out, stacks, &stacks->stacks[n]);
		if (out_flush(out))
			return;
	}
}

_Static_assert(ARRAY_SIZE(samples_columns) == SAMPLES_COMPLETE + UNWIND_ENDS - UNWIND_COMPLETE,
	       "a column for each enum unwind_end");

static void put_sample(struct json *json, int col, __u64 v)
{
	json_uint(json, samples_columns[col].key, v);
}

void json_samples(const struct profile *profile, struct out *out)
{
	const struct stacks *stacks = &profile->stacks;
	struct json json;

	out_line(out, &json, samples_table.type, clock_now_ns());
	json_name(&json, samples_columns[SAMPLES_EVENT].key, sampling_event(profile->sampling));
	put_sample(&json, SAMPLES_CPUS, sampling_cpus(profile->sampling));
	if (sampling_by_clock(profile->sampling))
		put_sample(&json, SAMPLES_DUE, sampling_due(profile->sampling));
	put_sample(&json, SAMPLES_FIRED, *profile->fired);
	put_sample(&json, SAMPLES_SAMPLES, stacks->samples);
	put_sample(&json, SAMPLES_KERNEL_MISSED, stacks->kernel_missed);
	put_sample(&json, SAMPLES_USER_MISSED, stacks->user_missed);
	put_sample(&json, SAMPLES_NOT_KEPT, stacks->not_kept);
	put_sample(&json, SAMPLES_CUT_OFF, stacks->cut_off);
	put_sample(&json, SAMPLES_KERNEL_FRAMES, stacks->kernel_frames);
	put_sample(&json, SAMPLES_KERNEL_UNKNOWN, stacks->kernel_unknown);
	put_sample(&json, SAMPLES_USER_FRAMES, stacks->user_frames);
	put_sample(&json, SAMPLES_USER_UNKNOWN, stacks->user_unknown);
	for (int end = UNWIND_COMPLETE; end < UNWIND_ENDS && copies_stacks(); end++)
		put_sample(&json, SAMPLES_COMPLETE + end - UNWIND_COMPLETE, stacks->ends[end]);
	json_end(&json);
}
