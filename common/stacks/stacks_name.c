// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names for the stacks that stacks.c has counted by address. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols/demangle.h"
#include "stacks/stacks_raw.h"
#include "core/xalloc.h"

#define PROGRESS_EACH 256		/* stacks between two calls of progress() */

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

static void put_kernel_frame(struct naming *naming, __u64 address, bool exact)
{
	struct stacks *stacks = naming->stacks;
	__u64 call = address - !exact;
	struct symbol symbol = ksyms_find(naming->ksyms, call);

	if (symbol.name && !symbol.module)
		symbol.module = "kernel";
	symbol.offset += address - call;
	stacks->kernel_frames += naming->count;
	stacks->kernel_unknown += symbol.name ? 0 : naming->count;
	put_number(naming, frame_number(naming, &symbol, FRAME_KERNEL,
					stacks->options.addresses ? address : 0));
}

/* An address that is not a return address gets no name: that of a neighbour would be wrong. */
static void put_user_frame(struct naming *naming, __u64 address, bool exact)
{
	struct stacks *stacks = naming->stacks;
	__u64 call = address - !exact;
	struct symbol symbol = usyms_find(naming->user, call);
	enum frame_kind kind = FRAME_USER;

	if (symbol.name && !exact && !usyms_follows_call(naming->user, address))
		symbol.name = NULL;
	if (symbol.module && strcmp(symbol.module, USYMS_JIT) == 0)
		kind = FRAME_JIT;
	symbol.offset += address - call;
	stacks->user_frames += naming->count;
	stacks->user_unknown += symbol.name ? 0 : naming->count;
	put_number(naming, frame_number(naming, &symbol, kind,
					stacks->options.addresses ? address : 0));
}

/*
 * Append the frames of the kernel or the user part.  Addresses other than the innermost are
 * return addresses, unless marked: they may lie in the next function if the call was the last
 * instruction of the calling function.
 */
static void put_frames(struct naming *naming, const __u64 *addresses, __u32 n, bool kernel)
{
	for (__u32 i = 0; i < n; i++) {
		if (kernel)
			put_kernel_frame(naming, addresses[i], i == 0);
		else
			put_user_frame(naming, addresses[i] & ~UNWIND_EXACT,
				       i == 0 || addresses[i] & UNWIND_EXACT);
	}
}

static void put_kernel_part(struct naming *naming, const struct raw *raw, const __u64 *addresses)
{
	put_frames(naming, addresses, raw->n_kernel, true);
	if (raw->kernel_missed)
		put_words(naming, "[Missed Kernel Stack]");
	else if (raw->n_kernel >= naming->stacks->options.frames_max)
		put_words(naming, "[cut off]");
}

static void put_user_part(struct naming *naming, const struct raw *raw, const __u64 *addresses)
{
	const char *end = unwind_end_text(raw->end);

	put_frames(naming, addresses, raw->n_user, false);
	if (raw->user_missed)
		put_words(naming, "[Missed User Stack]");
	else if (end)
		put_words(naming, end);
}

/* Return how many frame numbers have been appended. */
static __u32 numbers(const struct naming *naming)
{
	return (naming->bytes.len - sizeof(struct named)) / sizeof(__u32);
}

/* Name the stack with number @i in addresses. */
static void name_stack(struct naming *naming, size_t i)
{
	struct stacks *stacks = naming->stacks;
	const struct tally_entry *entry = &stacks->addresses.entries[i];
	const struct raw *raw = entry->bytes;
	const __u64 *addresses = (const __u64 *)(raw + 1);
	struct named *head, named;
	size_t number;

	memset(&named, 0, sizeof(named));
	named.owner = raw->owner;
	naming->count = entry->count;
	naming->user = stacks->users[raw->process].symbols;
	naming->bytes.len = 0;
	text_bytes(&naming->bytes, (const char *)&named, sizeof(named));
	put_kernel_part(naming, raw, addresses);
	named.n_kernel = numbers(naming);
	put_user_part(naming, raw, addresses + raw->n_kernel);
	named.n_user = numbers(naming) - named.n_kernel;
	head = (struct named *)naming->bytes.at;
	*head = named;
	number = tally_add(&stacks->named, naming->bytes.at, naming->bytes.len, entry->count);
	if (i < stacks->n_raw_ns)
		stacks_add_ns(&stacks->named_ns, &stacks->n_named_ns, number, stacks->raw_ns[i]);
}

/* Sort by weight, descending; equal weights in a stable order. */
static int by_weight(const void *va, const void *vb)
{
	const struct stack *a = va, *b = vb;

	if (stack_weight(a) != stack_weight(b))
		return stack_weight(a) > stack_weight(b) ? -1 : 1;
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
			.ns = i < stacks->n_named_ns ? stacks->named_ns[i] : 0,
			.n_kernel = named->n_kernel, .n_user = named->n_user,
			.frames = (const __u32 *)(named + 1),
		};
	}
	qsort(stacks->stacks, stacks->n, sizeof(stacks->stacks[0]), by_weight);
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
		name_stack(&naming, i);
	}
	if (progress)
		progress(stacks->addresses.n, stacks->addresses.n);
	sort_stacks(stacks);
	text_free(&naming.bytes);
	text_free(&naming.frame);
	ksyms_free(ksyms);
}
