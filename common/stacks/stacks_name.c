// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names for the stacks that stacks.c has counted by address. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "symbols/demangle.h"
#include "symbols/usyms.h"
#include "stacks/stacks_raw.h"
#include "core/xalloc.h"

#define NAMING_NS (30 * NS_PER_S)	/* time after which no names are looked up */

/* The key of a named stack, followed by the frame numbers. */
struct named {
	struct stack_owner owner;
	__u32 n_kernel, n_user;
};

/* An address in a process, marked as for helper_name(). */
struct place {
	__u64 address;
	__u64 process;			/* process number */
};

struct place_name {
	__u32 frame;
	bool unknown;
};

/* A stack that is being named. */
struct naming {
	struct stacks *stacks;
	const struct ksyms *ksyms;
	struct tally places;		/* struct place: each address of the user stacks once */
	struct place_name *names;	/* by number in places */
	__u32 process;			/* process number of the stack */
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

static size_t place_number(struct naming *naming, __u32 process, __u64 address, bool exact)
{
	const struct place place = { exact ? address | UNWIND_EXACT : address, process };

	return tally_add(&naming->places, &place, sizeof(place), 1);
}

static void put_user_frame(struct naming *naming, __u64 address, bool exact)
{
	const struct place_name *name =
		&naming->names[place_number(naming, naming->process, address, exact)];
	struct stacks *stacks = naming->stacks;

	stacks->user_frames += naming->count;
	stacks->user_unknown += name->unknown ? naming->count : 0;
	put_number(naming, name->frame);
}

/* List the places of all user stacks. */
static void find_places(struct naming *naming)
{
	const struct tally *stacks = &naming->stacks->addresses;

	for (size_t i = 0; i < stacks->n; i++) {
		const struct raw *raw = stacks->entries[i].bytes;
		const __u64 *user = (const __u64 *)(raw + 1) + raw->n_kernel;

		for (__u32 frame = 0; frame < raw->n_user; frame++)
			place_number(naming, raw->process, user[frame], frame == 0);
	}
	naming->names = xcalloc(naming->places.n, sizeof(naming->names[0]));
}

/* The places of one process, in naming->places. */
struct place_list {
	struct naming *naming;
	size_t *numbers;
	__u64 *addresses;
	size_t n;
};

static void take_name(void *ctx, size_t i, const struct symbol *symbol)
{
	const struct place_list *list = ctx;
	bool jit = symbol->module && strcmp(symbol->module, USYMS_JIT) == 0;
	bool distinct = list->naming->stacks->options.addresses;

	list->naming->names[list->numbers[i]] = (struct place_name){
		.frame = frame_number(list->naming, symbol, jit ? FRAME_JIT : FRAME_USER,
				      distinct ? list->addresses[i] & ~UNWIND_EXACT : 0),
		.unknown = !symbol->name,
	};
}

/* Name the places of one process.  After @end_ns they get no names. */
static void name_list(struct place_list *list, __u64 process, __u64 end_ns)
{
	struct stacks *stacks = list->naming->stacks;
	const struct helper_process asked = stacks_process(stacks, process);

	if (!helper_name(stacks->helper, &asked, list->addresses, list->n, end_ns, take_name, list))
		stacks->late = true;
}

static int by_process(const void *va, const void *vb, void *places)
{
	const struct tally_entry *entries = places;
	const struct place *a = entries[*(const size_t *)va].bytes;
	const struct place *b = entries[*(const size_t *)vb].bytes;

	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	return a->address < b->address ? -1 : a->address > b->address;
}

/* Name all places, those of one process together. */
static void name_places(struct naming *naming, void (*progress)(size_t done, size_t all))
{
	const struct tally_entry *places = naming->places.entries;
	__u64 end_ns = clock_now_ns() + NAMING_NS;
	size_t n = naming->places.n, last;
	size_t *numbers = xcalloc(n, sizeof(numbers[0]));
	__u64 *addresses = xcalloc(n, sizeof(addresses[0]));

	for (size_t i = 0; i < n; i++)
		numbers[i] = i;
	qsort_r(numbers, n, sizeof(numbers[0]), by_process, naming->places.entries);
	for (size_t i = 0; i < n; i++)
		addresses[i] = ((const struct place *)places[numbers[i]].bytes)->address;
	for (size_t first = 0; first < n; first = last) {
		const struct place *place = places[numbers[first]].bytes;
		struct place_list list = { naming, numbers + first, addresses + first, 0 };

		for (last = first; last < n; last++)
			if (((const struct place *)places[numbers[last]].bytes)->process != place->process)
				break;
		list.n = last - first;
		name_list(&list, place->process, end_ns);
		if (progress)
			progress(last, n);
	}
	free(numbers);
	free(addresses);
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
	naming->process = raw->process;
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

void stacks_name(struct stacks *stacks, int stop_fd, void (*progress)(size_t done, size_t all))
{
	struct naming naming = { .stacks = stacks };
	struct ksyms *ksyms = NULL;

	if (stacks->helper)
		helper_stop_by(stacks->helper, stop_fd);
	stacks_settle(stacks);
	if (any_kernel_stack(stacks)) {
		ksyms = ksyms_load(stacks->kallsyms);
		stacks->kallsyms = -EBADF;
	}
	naming.ksyms = ksyms;
	find_places(&naming);
	name_places(&naming, progress);
	for (size_t i = 0; i < stacks->addresses.n; i++)
		name_stack(&naming, i);
	sort_stacks(stacks);
	tally_free(&naming.places);
	free(naming.names);
	text_free(&naming.bytes);
	text_free(&naming.frame);
	ksyms_free(ksyms);
}
