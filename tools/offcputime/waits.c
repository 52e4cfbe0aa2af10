// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Match waits with the user stacks that were copied when they began.
 *
 * Many copies belong to waits that turn out to be short, or to processes that soon end.  Unwinding
 * them, and reading the mappings of their processes, would be wasted.  So a copy is unwound only
 * when a long wait has ended, or has lasted long enough to be long.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/self.h"
#include "core/xalloc.h"
#include "session.h"

#define BUCKETS 4096
/*
 * If there are more, most are from processes that have ended, and all are dropped.  About 400 bytes
 * each.
 */
#define PENDING_MAX 65536
#define COPIES_BYTES_MAX (32U << 20)	/* beyond that, copies are unwound at once */
#define LONG_NS (20 * NS_PER_MS)	/* a wait of this time is long */

/* The user stack of a thread at the time it left its CPU. */
struct entry {
	struct entry *next;
	__u32 tid;
	__u64 began_ns;
	struct offcpu_stack *copy;	/* NULL: already unwound */
	size_t copy_bytes;
	enum unwind_end end;
	bool java;			/* the process runs Java */
	__u32 n;
	__u64 *addresses;
};

struct pending {
	struct entry *buckets[BUCKETS];
	size_t n;
	size_t copy_bytes;		/* of all entries */
};

static void drop_copy(struct pending *pending, struct entry *entry)
{
	pending->copy_bytes -= entry->copy_bytes;
	free(entry->copy);
	entry->copy = NULL;
	entry->copy_bytes = 0;
}

static void free_entry(struct pending *pending, struct entry *entry)
{
	if (!entry)
		return;
	drop_copy(pending, entry);
	free(entry->addresses);
	free(entry);
}

void free_pending(struct offcputime *offcputime)
{
	struct pending *pending = offcputime->pending;

	for (size_t i = 0; pending && i < BUCKETS; i++) {
		struct entry *entry = pending->buckets[i], *next;

		for (; entry; entry = next) {
			next = entry->next;
			free_entry(pending, entry);
		}
	}
	free(pending);
	offcputime->pending = NULL;
}

/* Take the entry of thread @tid out of the table, or return NULL. */
static struct entry *take_entry(struct pending *pending, __u32 tid)
{
	struct entry **at, *entry;

	if (!pending)
		return NULL;
	for (at = &pending->buckets[tid % BUCKETS]; *at; at = &(*at)->next) {
		entry = *at;
		if (entry->tid != tid)
			continue;
		*at = entry->next;
		pending->n--;
		return entry;
	}
	return NULL;
}

static struct stack_process process_of(const struct offcpu_head *head)
{
	return (struct stack_process){
		head->start_boottime_ns, head->exec_id, head->head.pid,
		self_proc_id(head->head.pid, head->head.ns_pid),
	};
}

static void take_unwound(void *ctx, const struct helper_unwound *unwound)
{
	struct entry *entry = ctx;

	entry->end = unwound->end;
	entry->java = unwound->java;
	entry->n = unwound->n;
	entry->addresses = xreallocarray(NULL, entry->n, sizeof(entry->addresses[0]));
	if (entry->n)
		memcpy(entry->addresses, unwound->addresses, entry->n * sizeof(entry->addresses[0]));
}

/*
 * Request to unwind the copy of @entry, if that has not been done.  The entry must exist until
 * stacks_settle().
 */
static void unwind(struct offcputime *offcputime, struct entry *entry)
{
	const struct offcpu_stack *copy = entry->copy;
	struct stack_process process;

	if (!copy)
		return;
	process = process_of(&copy->head);
	stacks_unwind(&offcputime->stacks, &process, copy->head.map_count, &copy->user,
		      copy->words, take_unwound, entry);
	drop_copy(offcputime->pending, entry);
}

void take_stack(struct offcputime *offcputime, const struct offcpu_stack *stack, size_t size)
{
	__u32 tid = stack->head.head.tid;
	struct pending *pending;
	struct entry *entry;

	if (offcputime->pending && offcputime->pending->n >= PENDING_MAX)
		free_pending(offcputime);
	if (!offcputime->pending)
		offcputime->pending = xcalloc(1, sizeof(*pending));
	pending = offcputime->pending;
	free_entry(pending, take_entry(pending, tid));
	entry = xcalloc(1, sizeof(*entry));
	*entry = (struct entry){
		.next = pending->buckets[tid % BUCKETS], .tid = tid,
		.began_ns = stack->head.began_ns, .copy_bytes = size,
		.copy = xreallocarray(NULL, 1, size),
	};
	memcpy(entry->copy, stack, size);
	pending->buckets[tid % BUCKETS] = entry;
	pending->n++;
	pending->copy_bytes += size;
	if (pending->copy_bytes > COPIES_BYTES_MAX) {
		unwind(offcputime, entry);
		stacks_settle(&offcputime->stacks);
	}
}

void unwind_long_waits(struct offcputime *offcputime, __u64 now)
{
	struct pending *pending = offcputime->pending;

	for (size_t i = 0; pending && i < BUCKETS; i++)
		for (struct entry *entry = pending->buckets[i]; entry; entry = entry->next)
			if (now - entry->began_ns > LONG_NS)
				unwind(offcputime, entry);
	stacks_settle(&offcputime->stacks);
}

static void add(struct offcputime *offcputime, const struct offcpu_wait *wait,
		const struct entry *user)
{
	const struct event_head *head = &wait->head.head;
	struct stack_sample sample = {
		.owner = { .pid = head->pid, .ns_pid = head->ns_pid, .syscall = wait->syscall + 1,
			   .state = wait->state, .lock = wait->lock },
		.process = process_of(&wait->head),
		.kernel = wait->frames, .n_kernel = wait->n_frames,
		.kernel_missed = wait->kernel_missed,
		.map_count = wait->head.map_count,
		.ns = head->ns - wait->head.began_ns,
	};

	memcpy(sample.owner.comm, head->comm, sizeof(sample.owner.comm));
	sample.owner.mutex = take_mutex(wait, &sample.process);
	if (opt.by_cgroup)
		sample.owner.cgroup_id = head->cgroup_id;
	if (user && user->copy) {
		sample.copy = &user->copy->user;
		sample.copy_bytes = user->copy->words;
		sample.map_count = user->copy->head.map_count;
	} else if (user) {
		sample.user = user->addresses;
		sample.n_user = user->n;
		sample.unwound = true;
		sample.end = user->end;
		sample.java = user->java;
	} else if (wait->has_user && wants_user_stacks()) {
		sample.user_missed = true;
		offcputime->user_not_taken++;
	}
	stacks_add(&offcputime->stacks, &sample);
}

void take_wait(struct offcputime *offcputime, const struct offcpu_wait *wait)
{
	struct entry *entry = take_entry(offcputime->pending, wait->head.head.tid);
	bool matches = entry && entry->began_ns == wait->head.began_ns;

	add(offcputime, wait, matches ? entry : NULL);
	free_entry(offcputime->pending, entry);
}
