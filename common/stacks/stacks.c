// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "stacks/stacks_raw.h"
#include "core/args.h"
#include "core/privilege.h"
#include "core/sandbox.h"
#include "core/xalloc.h"

bool stacks_set_unwind(struct stacks_options *options, const char *arg)
{
	bool copies = strcmp(arg, "fp") != 0;

	options->cfi_only = strcmp(arg, "dwarf") == 0;
	if (copies && !options->cfi_only && strcmp(arg, "auto") != 0)
		args_fail("invalid argument '%s': expected auto, dwarf or fp", arg);
	return copies;
}

/* A copy of the vDSO for libelf, and what libdw does with a file; gzdopen(3) of --pprof. */
static const struct sandbox_call name_calls[] = {
	{ "memfd_create" }, { "fcntl", SANDBOX_IS(1, F_DUPFD_CLOEXEC) },
	{}
};
static const struct sandbox_call file_calls[] = { { "dup" }, {} };

void stacks_keep_privileges(bool files)
{
	sandbox_allow(sandbox_read_files);
	sandbox_allow(name_calls);
	privilege_keep(CAP_SYS_PTRACE);
	privilege_keep(CAP_DAC_READ_SEARCH);
	privilege_keep(CAP_CHECKPOINT_RESTORE);	/* /proc/PID/map_files */
	privilege_keep(CAP_SYSLOG);
	if (files) {
		sandbox_allow(sandbox_new_file);
		sandbox_allow(file_calls);
		privilege_keep(CAP_DAC_OVERRIDE);
		privilege_keep(CAP_FOWNER);
	}
}

void stacks_start(struct stacks *stacks, const struct stacks_options *options)
{
	*stacks = (struct stacks){ .options = *options };
	stacks->usyms = usyms_new();
	stacks->unwind = unwind_new(!options->cfi_only);
}

static __u32 process_number(struct stacks *stacks, const struct stack_process *process)
{
	struct stack_process key;
	size_t number;

	memset(&key, 0, sizeof(key));	/* including the padding */
	key.start_boottime_ns = process->start_boottime_ns;
	key.exec_id = process->exec_id;
	key.pid = process->pid;
	key.proc_pid = process->proc_pid;
	number = tally_add(&stacks->processes, &key, sizeof(key), 1);
	if (number == stacks->n_users) {
		stacks->users = xreallocarray(stacks->users, ++stacks->n_users, sizeof(stacks->users[0]));
		stacks->users[number].symbols = NULL;
	}
	return number;
}

/* Return the symbols of process @number, which opens its files while it lives. */
static struct usyms_process *process_symbols(struct stacks *stacks, __u32 number,
					     const struct stack_process *process, __u32 map_count)
{
	struct stack_user *user = &stacks->users[number];

	if (!user->symbols)
		user->symbols = usyms_process(stacks->usyms, process->proc_pid,
					      process->start_boottime_ns);
	if (map_count)
		usyms_refresh(user->symbols, map_count);
	return user->symbols;
}

enum unwind_end stacks_unwind(struct stacks *stacks, const struct stack_process *process,
			      __u32 map_count, const struct user_stack *copy, const void *bytes,
			      __u64 *addresses, __u32 *n)
{
	__u32 number = process_number(stacks, process);
	struct unwind_process code =
		usyms_unwind(process_symbols(stacks, number, process, map_count));

	return unwind_stack(stacks->unwind, &code, copy, bytes, addresses, n);
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

static void count_sample(struct stacks *stacks, const struct stack_sample *sample,
			 struct usyms_process *process, enum unwind_end end)
{
	stacks->samples++;
	stacks->kernel_missed += sample->kernel_missed;
	stacks->user_missed += sample->user_missed;
	stacks->cut_off += sample->n_kernel >= stacks->options.frames_max ||
			   (!sample->copy && !sample->unwound && end == UNWIND_TOO_DEEP);
	if (!sample->copy && !sample->unwound)
		return;
	stacks->ends[end]++;
	stacks->java_no_cfi += end == UNWIND_NO_CFI && usyms_is_java(process);
}

/* Set the addresses of the user's frames, in @addresses if the stack was copied. */
static enum unwind_end find_user_frames(struct stacks *stacks, struct stack_sample *sample,
					struct usyms_process *process, __u64 *addresses)
{
	struct unwind_process code;

	if (sample->unwound)
		return sample->end;
	if (!sample->copy)
		return sample->n_user >= stacks->options.frames_max ? UNWIND_TOO_DEEP :
								       UNWIND_UNKNOWN;
	code = usyms_unwind(process);
	sample->user = addresses;
	return unwind_stack(stacks->unwind, &code, sample->copy, sample->copy_bytes, addresses,
			    &sample->n_user);
}

/* Count @sample by its addresses.  Return true if its stack is new. */
static bool count_stack(struct stacks *stacks, const struct stack_sample *sample, __u32 process,
			enum unwind_end end)
{
	bool kept = stacks->addresses.n < stacks->options.distinct_max;
	size_t before = stacks->addresses.n, number;
	struct text bytes = {};
	struct raw raw;

	memset(&raw, 0, sizeof(raw));	/* including the padding */
	raw.owner = sample->owner;
	raw.process = process;
	if (kept) {
		raw.n_kernel = sample->n_kernel;
		raw.n_user = sample->n_user;
		raw.end = end;
	} else {
		stacks->not_kept++;
	}
	raw.kernel_missed = !kept || sample->kernel_missed;
	raw.user_missed = !kept || sample->user_missed;
	text_bytes(&bytes, (const char *)&raw, sizeof(raw));
	text_bytes(&bytes, (const char *)sample->kernel, raw.n_kernel * sizeof(__u64));
	text_bytes(&bytes, (const char *)sample->user, raw.n_user * sizeof(__u64));
	number = tally_add(&stacks->addresses, bytes.at, bytes.len, 1);
	if (sample->ns)
		stacks_add_ns(&stacks->raw_ns, &stacks->n_raw_ns, number, sample->ns);
	text_free(&bytes);
	return kept && stacks->addresses.n > before;
}

void stacks_add(struct stacks *stacks, const struct stack_sample *taken)
{
	__u32 number = process_number(stacks, &taken->process);
	struct stack_sample sample = *taken;
	__u64 addresses[UNWIND_FRAMES_MAX];
	struct usyms_process *process = NULL;
	enum unwind_end end;

	if (sample.copy || sample.n_user)
		process = process_symbols(stacks, number, &sample.process, sample.map_count);
	end = find_user_frames(stacks, &sample, process, addresses);
	count_sample(stacks, &sample, process, end);
	if (!count_stack(stacks, &sample, number, end))
		return;
	for (__u32 i = 0; i < sample.n_user; i++)
		usyms_touch(process, sample.user[i] & ~UNWIND_EXACT);
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
	usyms_free(stacks->usyms);
	unwind_free(stacks->unwind);
}
