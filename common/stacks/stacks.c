// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/demangle.h"
#include "stacks/stacks.h"
#include "core/xalloc.h"

#define PROGRESS_EACH 256		/* stacks between two calls of progress() */

/* The key of a stack by address, followed by the addresses. */
struct raw {
	struct stack_owner owner;
	__u32 process;			/* process number */
	__u32 n_kernel, n_user;
	bool kernel_missed, user_missed;
};

/* The symbols of a process. */
struct stack_user {
	struct usyms_process *symbols;	/* NULL: not needed yet */
};

/* The key of a named stack, followed by the frame numbers. */
struct named {
	struct stack_owner owner;
	__u32 n_kernel, n_user;
};

/* A stack that is being named. */
struct naming {
	struct stacks *stacks;
	const struct ksyms *ksyms;
	struct usyms_process *user;
	__u64 count;
	struct text bytes;		/* struct named and the frame numbers */
	struct text frame;		/* the key of a frame */
};

void stacks_start(struct stacks *stacks, const struct stacks_options *options)
{
	*stacks = (struct stacks){ .options = *options };
	stacks->usyms = usyms_new();
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

/* Open the files of a new stack while its process lives. */
static void see_user_stack(struct stacks *stacks, __u32 number, const struct stack_sample *sample)
{
	struct stack_user *user = &stacks->users[number];

	if (!sample->n_user)
		return;
	if (!user->symbols)
		user->symbols = usyms_process(stacks->usyms, sample->process.proc_pid,
					      sample->process.start_boottime_ns);
	for (__u32 i = 0; i < sample->n_user; i++)
		usyms_touch(user->symbols, sample->user[i]);
}

static void count_sample(struct stacks *stacks, const struct stack_sample *sample)
{
	__u32 most = stacks->options.frames_max;

	stacks->samples++;
	stacks->kernel_missed += sample->kernel_missed;
	stacks->user_missed += sample->user_missed;
	stacks->cut_off += sample->n_kernel >= most || sample->n_user >= most;
}

void stacks_add(struct stacks *stacks, const struct stack_sample *sample)
{
	size_t kernel_bytes = sample->n_kernel * sizeof(__u64);
	size_t user_bytes = sample->n_user * sizeof(__u64), before = stacks->addresses.n;
	struct text bytes = {};
	struct raw raw;

	memset(&raw, 0, sizeof(raw));
	raw.owner = sample->owner;
	raw.process = process_number(stacks, &sample->process);
	raw.n_kernel = sample->n_kernel;
	raw.n_user = sample->n_user;
	raw.kernel_missed = sample->kernel_missed;
	raw.user_missed = sample->user_missed;
	count_sample(stacks, sample);
	if (before >= stacks->options.distinct_max) {
		stacks->not_kept++;
		raw.n_kernel = raw.n_user = 0;
		raw.kernel_missed = raw.user_missed = true;
		kernel_bytes = user_bytes = 0;
	}
	text_bytes(&bytes, (const char *)&raw, sizeof(raw));
	text_bytes(&bytes, (const char *)sample->kernel, kernel_bytes);
	text_bytes(&bytes, (const char *)sample->user, user_bytes);
	tally_add(&stacks->addresses, bytes.at, bytes.len, 1);
	text_free(&bytes);
	if (stacks->addresses.n > before && !raw.user_missed)
		see_user_stack(stacks, raw.process, sample);
}

/* Set the name to "[libc.so.6]" for a frame of which only the file is known. */
static void name_unknown(struct frame *frame)
{
	const char *slash = frame->module ? strrchr(frame->module, '/') : NULL;
	const char *file = slash ? slash + 1 : frame->module;

	frame->name = "[unknown]";
	if (!file || file[0] == '[')
		frame->name = file ? file : frame->name;
	else if (asprintf(&frame->own_name, "[%s]", file) >= 0)
		frame->name = frame->own_name;
	frame->unknown = true;
}

/*
 * The key of a frame, followed by its name and its module, each terminated by NUL and
 * empty if unknown.
 */
struct frame_key {
	__u64 address;
	__u64 kind;
	char words[];
};

static void set_frame(struct stacks *stacks, size_t number, __u64 offset)
{
	const struct frame_key *key = stacks->names.entries[number].bytes;
	const char *name = key->words, *module = name + strlen(name) + 1;
	struct frame frame = {
		.name = name, .module = module[0] ? module : NULL,
		.kind = key->kind, .address = key->address, .offset = offset,
	};

	if (!name[0])
		name_unknown(&frame);
	else if (stacks->options.demangle && frame.kind == FRAME_USER)
		frame.own_name = demangle(name);
	if (frame.own_name)
		frame.name = frame.own_name;
	stacks->frames = xreallocarray(stacks->frames, number + 1, sizeof(stacks->frames[0]));
	stacks->frames[number] = frame;
}

/* Return the number of the frame for @symbol. */
static __u32 frame_number(struct naming *naming, const struct symbol *symbol,
			  enum frame_kind kind, __u64 address)
{
	const struct frame_key key = { address, kind };
	const char *name = symbol->name ? symbol->name : "";
	const char *module = symbol->module ? symbol->module : "";
	struct stacks *stacks = naming->stacks;
	size_t before = stacks->names.n, number;

	naming->frame.len = 0;
	text_bytes(&naming->frame, (const char *)&key, sizeof(key));
	text_bytes(&naming->frame, name, strlen(name) + 1);
	text_bytes(&naming->frame, module, strlen(module) + 1);
	number = tally_add(&stacks->names, naming->frame.at, naming->frame.len, 1);
	if (stacks->names.n > before)
		set_frame(stacks, number, symbol->offset);
	return number;
}

static void put_number(struct naming *naming, __u32 number)
{
	text_bytes(&naming->bytes, (const char *)&number, sizeof(number));
}

/* Append the number of a frame that replaces missing frames. */
static void put_words(struct naming *naming, const char *words)
{
	const struct symbol symbol = { .name = words };

	put_number(naming, frame_number(naming, &symbol, FRAME_OTHER, 0));
}

/*
 * Append the number of frame @i of a stack.  Addresses other than the innermost are return
 * addresses, which may lie in the next function if the call was the last instruction of the
 * calling function.
 */
static void put_frame(struct naming *naming, __u64 address, __u32 i, bool kernel)
{
	__u64 call = address - (i > 0);
	enum frame_kind kind = kernel ? FRAME_KERNEL : FRAME_USER;
	struct stacks *stacks = naming->stacks;
	struct symbol symbol;

	if (kernel) {
		symbol = ksyms_find(naming->ksyms, call);
		if (symbol.name && !symbol.module)
			symbol.module = "kernel";
		stacks->kernel_frames += naming->count;
		stacks->kernel_unknown += symbol.name ? 0 : naming->count;
	} else {
		symbol = usyms_find(naming->user, call);
		stacks->user_frames += naming->count;
		stacks->user_unknown += symbol.name ? 0 : naming->count;
		if (symbol.module && strcmp(symbol.module, USYMS_JIT) == 0)
			kind = FRAME_JIT;
	}
	symbol.offset += address - call;
	put_number(naming, frame_number(naming, &symbol, kind,
					stacks->options.addresses ? address : 0));
}

/* Append the frames of the kernel or the user part.  Return their number. */
static __u32 put_frames(struct naming *naming, const __u64 *addresses, __u32 n, bool missed,
			bool kernel)
{
	size_t before = naming->bytes.len;

	for (__u32 i = 0; i < n; i++)
		put_frame(naming, addresses[i], i, kernel);
	if (missed)
		put_words(naming, kernel ? "[Missed Kernel Stack]" : "[Missed User Stack]");
	else if (n >= naming->stacks->options.frames_max)
		put_words(naming, "[cut off]");
	return (naming->bytes.len - before) / sizeof(__u32);
}

static void name_stack(struct naming *naming, const struct tally_entry *entry)
{
	struct stacks *stacks = naming->stacks;
	const struct raw *raw = entry->bytes;
	const __u64 *addresses = (const __u64 *)(raw + 1);
	struct named *head, named;

	memset(&named, 0, sizeof(named));
	named.owner = raw->owner;
	naming->count = entry->count;
	naming->user = stacks->users[raw->process].symbols;
	naming->bytes.len = 0;
	text_bytes(&naming->bytes, (const char *)&named, sizeof(named));
	named.n_kernel = put_frames(naming, addresses, raw->n_kernel, raw->kernel_missed, true);
	named.n_user = put_frames(naming, addresses + raw->n_kernel, raw->n_user,
				  raw->user_missed, false);
	head = (struct named *)naming->bytes.at;
	*head = named;
	tally_add(&stacks->named, naming->bytes.at, naming->bytes.len, entry->count);
}

/* Sort by count, descending; equal counts in a stable order. */
static int by_count(const void *va, const void *vb)
{
	const struct stack *a = va, *b = vb;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->frames < b->frames ? -1 : a->frames > b->frames;
}

static void sort_stacks(struct stacks *stacks)
{
	stacks->n = stacks->named.n;
	stacks->stacks = xreallocarray(NULL, stacks->n, sizeof(stacks->stacks[0]));
	for (size_t i = 0; i < stacks->n; i++) {
		const struct tally_entry *entry = &stacks->named.entries[i];
		const struct named *named = entry->bytes;

		stacks->stacks[i] = (struct stack){
			.owner = named->owner, .count = entry->count,
			.n_kernel = named->n_kernel, .n_user = named->n_user,
			.frames = (const __u32 *)(named + 1),
		};
	}
	qsort(stacks->stacks, stacks->n, sizeof(stacks->stacks[0]), by_count);
}

static bool any_kernel_stack(const struct stacks *stacks)
{
	for (size_t i = 0; i < stacks->addresses.n; i++)
		if (((const struct raw *)stacks->addresses.entries[i].bytes)->n_kernel)
			return true;
	return false;
}

void stacks_name(struct stacks *stacks, void (*progress)(size_t done, size_t all))
{
	struct ksyms *ksyms = any_kernel_stack(stacks) ? ksyms_load() : NULL;
	struct naming naming = { .stacks = stacks, .ksyms = ksyms };

	for (size_t i = 0; i < stacks->addresses.n; i++) {
		if (progress && i % PROGRESS_EACH == 0)
			progress(i, stacks->addresses.n);
		name_stack(&naming, &stacks->addresses.entries[i]);
	}
	if (progress)
		progress(stacks->addresses.n, stacks->addresses.n);
	sort_stacks(stacks);
	text_free(&naming.bytes);
	text_free(&naming.frame);
	ksyms_free(ksyms);
}

void stacks_free(struct stacks *stacks)
{
	for (size_t i = 0; i < stacks->names.n; i++)
		free(stacks->frames[i].own_name);
	free(stacks->frames);
	free(stacks->stacks);
	free(stacks->users);
	tally_free(&stacks->processes);
	tally_free(&stacks->addresses);
	tally_free(&stacks->names);
	tally_free(&stacks->named);
	usyms_free(stacks->usyms);
}
