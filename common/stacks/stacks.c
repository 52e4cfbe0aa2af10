// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stacks/stacks_raw.h"
#include "core/args.h"
#include "core/log.h"
#include "core/privilege.h"
#include "core/sandbox.h"
#include "core/worker.h"
#include "core/xalloc.h"

/* How many owners of stacks that are not kept are counted separately. */
#define OWNERS_MAX 4096
#define NO_PROCESS ~0U

bool stacks_set_unwind(struct stacks_options *options, const char *arg)
{
	bool copies = strcmp(arg, "fp") != 0;

	options->cfi_only = strcmp(arg, "dwarf") == 0;
	if (copies && !options->cfi_only && strcmp(arg, "auto") != 0)
		args_fail("invalid argument '%s': expected auto, dwarf or fp", arg);
	return copies;
}

/* fdopen(3) of /proc/kallsyms */
static const struct sandbox_call kallsyms_calls[] = { { "fcntl", SANDBOX_IS(1, F_GETFL) }, {} };

void stacks_keep_privileges(bool cgroups)
{
	worker_allow_calls();
	sandbox_allow(kallsyms_calls);
	if (cgroups)
		privilege_keep_cgroup_paths();
}

void stacks_start(struct stacks *stacks, const struct stacks_options *options)
{
	*stacks = (struct stacks){ .options = *options };
	if (!options->kernel_only)
		stacks->helper = helper_new(!options->cfi_only, !options->no_sandbox);
	stacks->kallsyms = ksyms_open();
}

/* True if no further stack is kept. */
static bool is_full(const struct stacks *stacks)
{
	return stacks->addresses.n >= stacks->options.distinct_max;
}

/*
 * Return the number of @process; NO_PROCESS if it is new and none of its stacks would be kept: then
 * the helper need not look at it.
 */
static __u32 process_number(struct stacks *stacks, const struct stack_process *process)
{
	struct stack_process key;
	size_t number;

	memset(&key, 0, sizeof(key));	/* including the padding */
	key.start_boottime_ns = process->start_boottime_ns;
	key.exec_id = process->exec_id;
	key.pid = process->pid;
	key.proc_pid = process->proc_pid;
	if (is_full(stacks) && tally_find(&stacks->processes, &key, sizeof(key)) < 0)
		return NO_PROCESS;
	number = tally_add(&stacks->processes, &key, sizeof(key), 1);
	if (number == stacks->n_users) {
		stacks->users = xreallocarray(stacks->users, ++stacks->n_users, sizeof(stacks->users[0]));
		stacks->users[number] = (struct stack_user){};
	}
	return number;
}

struct helper_process stacks_process(const struct stacks *stacks, __u32 number)
{
	const struct stack_process *process = stacks->processes.entries[number].bytes;

	return (struct helper_process){ process->start_boottime_ns, number, process->proc_pid };
}

void stacks_unwind(struct stacks *stacks, const struct stack_process *process, __u32 map_count,
		   const struct user_stack *copy, const void *bytes, helper_unwound_fn fn,
		   void *ctx)
{
	const struct helper_unwound unknown = {};
	__u32 number = process_number(stacks, process);
	struct helper_process asked;

	if (number == NO_PROCESS) {
		fn(ctx, &unknown);
		return;
	}
	asked = stacks_process(stacks, number);
	helper_unwind(stacks->helper, &asked, map_count, copy, bytes, fn, ctx);
}

bool stacks_mutex_owner(struct stacks *stacks, const struct stack_process *process, __u64 address,
			bool inherits, __u64 end_ns, struct mutex_owner *owner)
{
	__u32 number = process_number(stacks, process);
	struct helper_process asked;

	if (number == NO_PROCESS || !stacks->helper)
		return false;
	asked = stacks_process(stacks, number);
	return helper_owner(stacks->helper, &asked, address, inherits, end_ns, owner);
}

void stacks_settle(struct stacks *stacks)
{
	if (stacks->helper)
		helper_settle(stacks->helper);
}

void stacks_warn_helper(const struct stacks *stacks)
{
	unsigned long ends = stacks->helper ? helper_ends(stacks->helper) : 0;

	if (stacks->helper && helper_limited(stacks->helper))
		log_warn("%u files of processes have more symbols than are read: see Limits in the "
			 "man page", helper_limited(stacks->helper));
	if (ends)
		log_warn("the helper that reads programs ended %lu times: some user functions may have "
			 "no callers and no names", ends);
	if (stacks->late)
		log_warn("naming functions took too long or was interrupted: some user functions "
			 "have no names");
}

void stacks_add_ns(__u64 **sums, size_t *n, size_t number, __u64 ns)
{
	while (*n <= number) {
		size_t more = *n ? 2 * *n : 256;

		*sums = xreallocarray(*sums, more, sizeof(**sums));
		memset(*sums + *n, 0, (more - *n) * sizeof(**sums));
		*n = more;
	}
	(*sums)[number] += ns;
}

static void count_sample(struct stacks *stacks, const struct stack_sample *sample)
{
	stacks->samples++;
	stacks->kernel_missed += sample->kernel_missed;
	stacks->user_missed += sample->user_missed;
	stacks->cut_off += sample->n_kernel >= stacks->options.frames_max ||
			   (!sample->unwound && sample->end == UNWIND_TOO_DEEP);
	if (!sample->unwound)
		return;
	stacks->ends[sample->end]++;
	stacks->java_no_cfi += sample->end == UNWIND_NO_CFI && sample->java;
}

/* Set @bytes to the key of @sample: its owner and its addresses. */
static void put_whole(struct text *bytes, const struct stack_sample *sample, __u32 process)
{
	struct raw raw;

	memset(&raw, 0, sizeof(raw));	/* including the padding */
	raw.owner = sample->owner;
	raw.process = process;
	raw.n_kernel = sample->n_kernel;
	raw.n_user = sample->n_user;
	raw.end = sample->end;
	raw.kernel_missed = sample->kernel_missed;
	raw.user_missed = sample->user_missed;
	text_bytes(bytes, (const char *)&raw, sizeof(raw));
	text_bytes(bytes, (const char *)sample->kernel, raw.n_kernel * sizeof(__u64));
	text_bytes(bytes, (const char *)sample->user, raw.n_user * sizeof(__u64));
}

/* Set @bytes to the key of a sample whose stack is not kept: its owner, unless they are too many. */
static void put_owner(struct text *bytes, const struct stacks *stacks,
		      const struct stack_owner *owner)
{
	struct raw raw;

	memset(&raw, 0, sizeof(raw));
	if (stacks->addresses.n < stacks->options.distinct_max + OWNERS_MAX)
		raw.owner = *owner;
	else
		memcpy(raw.owner.comm, STACK_OTHERS, sizeof(STACK_OTHERS));
	raw.kernel_missed = raw.user_missed = true;
	bytes->len = 0;
	text_bytes(bytes, (const char *)&raw, sizeof(raw));
}

/* Count @sample by its addresses.  Return true if its stack is new. */
static bool count_stack(struct stacks *stacks, const struct stack_sample *sample, __u32 process)
{
	bool full = is_full(stacks), kept;
	size_t before = stacks->addresses.n, number;
	struct text bytes = {};

	put_whole(&bytes, sample, process);
	kept = !full || tally_find(&stacks->addresses, bytes.at, bytes.len) >= 0;
	if (!kept)
		put_owner(&bytes, stacks, &sample->owner);
	stacks->not_kept += !kept;
	number = tally_add(&stacks->addresses, bytes.at, bytes.len, 1);
	if (sample->ns)
		stacks_add_ns(&stacks->raw_ns, &stacks->n_raw_ns, number, sample->ns);
	text_free(&bytes);
	return !full && stacks->addresses.n > before;
}

/* A sample whose copy is being unwound. */
struct waiting {
	struct stacks *stacks;
	struct stack_sample sample;
	__u64 kernel[];
};

static void take_unwound(void *ctx, const struct helper_unwound *unwound)
{
	struct waiting *waiting = ctx;
	struct stack_sample *sample = &waiting->sample;

	sample->user = unwound->addresses;
	sample->n_user = unwound->n;
	sample->end = unwound->end;
	sample->java = unwound->java;
	sample->unwound = true;
	count_sample(waiting->stacks, sample);
	count_stack(waiting->stacks, sample, process_number(waiting->stacks, &sample->process));
	free(waiting);
}

/* Request to unwind the copy of @sample, and count it when that is done. */
static void unwind_sample(struct stacks *stacks, const struct stack_sample *sample)
{
	size_t bytes = sample->n_kernel * sizeof(sample->kernel[0]);
	struct waiting *waiting = xcalloc(1, sizeof(*waiting) + bytes);

	waiting->stacks = stacks;
	waiting->sample = *sample;
	memcpy(waiting->kernel, sample->kernel, bytes);
	waiting->sample.kernel = waiting->kernel;
	stacks_unwind(stacks, &sample->process, sample->map_count, sample->copy,
		      sample->copy_bytes, take_unwound, waiting);
}

/*
 * Count a sample whose user stack the kernel walked.  Looks at its process if the process, its
 * number of mappings or the stack is new.
 */
static void count_walked(struct stacks *stacks, struct stack_sample *sample)
{
	__u32 number = process_number(stacks, &sample->process);
	struct helper_process asked;
	struct stack_user *user;
	bool new;

	sample->end = sample->n_user >= stacks->options.frames_max ? UNWIND_TOO_DEEP :
								      UNWIND_UNKNOWN;
	count_sample(stacks, sample);
	new = count_stack(stacks, sample, number);
	if (!sample->n_user || number == NO_PROCESS)
		return;
	user = &stacks->users[number];
	if (!new && user->asked && user->map_count == sample->map_count)
		return;
	asked = stacks_process(stacks, number);
	user->asked = true;
	user->map_count = sample->map_count;
	helper_look(stacks->helper, &asked, sample->map_count, sample->user, sample->n_user);
}

void stacks_add(struct stacks *stacks, const struct stack_sample *taken)
{
	struct stack_sample sample = *taken;

	if (sample.unwound) {
		count_sample(stacks, &sample);
		count_stack(stacks, &sample, process_number(stacks, &sample.process));
	} else if (sample.copy) {
		unwind_sample(stacks, &sample);
	} else {
		count_walked(stacks, &sample);
	}
}

void stacks_free(struct stacks *stacks)
{
	for (size_t i = 0; i < stacks->names.n; i++)
		free(stacks->frames[i].own_name);
	free(stacks->frames);
	free(stacks->stacks);
	free(stacks->users);
	free(stacks->raw_ns);
	free(stacks->named_ns);
	tally_free(&stacks->processes);
	tally_free(&stacks->addresses);
	tally_free(&stacks->names);
	tally_free(&stacks->named);
	helper_free(stacks->helper);
	if (stacks->kallsyms >= 0)
		close(stacks->kallsyms);
}
