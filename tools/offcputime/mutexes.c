// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The mutexes that threads waited for, and who holds them at the end. */
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "core/clock.h"
#include "core/tally.h"
#include "core/xalloc.h"
#include "session.h"

#define MUTEXES_MAX 16384	/* further ones are not remembered: about 100 bytes each */
#define OWNERS_MAX 64		/* the mutexes with the longest waits whose owner is looked up */
#define OWNERS_NS NS_PER_S	/* how long that may take */

/* A mutex of glibc. */
struct mutex {
	struct stack_process process;
	__u64 address;
	bool inherits;		/* PTHREAD_PRIO_INHERIT */
};

static struct tally mutexes;	/* struct mutex; counts are the sums of the waits' time */
static struct owned {
	__u32 pid;
	__u64 address;
	struct mutex_owner owner;
} owned[OWNERS_MAX];
static size_t n_owned;

static __u32 operation_of(const struct offcpu_wait *wait)
{
	return wait->args[1] & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
}

static bool inherits(const struct offcpu_wait *wait)
{
	__u32 operation = operation_of(wait);

	return operation == FUTEX_LOCK_PI || operation == 13 /* FUTEX_LOCK_PI2, since 5.14 */;
}

/*
 * Return the address of the mutex that the thread waited for, or 0.  glibc and Rust set the
 * word to 2 before they wait for a mutex that another thread holds.  Condition variables and the
 * locks of other runtimes use other values, so waiting for them looks like idle waiting.
 */
static __u64 mutex_of(const struct offcpu_wait *wait)
{
	__u32 operation = operation_of(wait);
	bool held = (__u32)wait->args[2] == 2;

	if (wait->syscall != SYS_futex)
		return 0;
	held = held && (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET);
	return held || inherits(wait) ? wait->args[0] : 0;
}

/* Return true if the mutex is one of glibc.  Rust waits in another way, and keeps no owner. */
static bool has_owner(const struct offcpu_wait *wait)
{
	return inherits(wait) || operation_of(wait) == FUTEX_WAIT ||
	       wait->args[1] & FUTEX_CLOCK_REALTIME /* pthread_mutex_timedlock(3) */;
}

__u64 take_mutex(const struct offcpu_wait *wait, const struct stack_process *process)
{
	__u64 address = mutex_of(wait);
	struct mutex mutex;

	if (!address || !has_owner(wait) || mutexes.n >= MUTEXES_MAX)
		return address;
	memset(&mutex, 0, sizeof(mutex));	/* including the padding */
	mutex.process.start_boottime_ns = process->start_boottime_ns;
	mutex.process.exec_id = process->exec_id;
	mutex.process.pid = process->pid;
	mutex.process.proc_pid = process->proc_pid;
	mutex.address = address;
	mutex.inherits = inherits(wait);
	tally_add(&mutexes, &mutex, sizeof(mutex), wait->head.head.ns - wait->head.began_ns);
	return address;
}

static int by_time(const void *va, const void *vb)
{
	const struct tally_entry *a = va, *b = vb;

	return a->count > b->count ? -1 : a->count < b->count;
}

void keep_owner(__u32 pid, __u64 address, const struct mutex_owner *owner)
{
	if (owner->tid && n_owned < OWNERS_MAX)
		owned[n_owned++] = (struct owned){ pid, address, *owner };
}

void find_owners(struct stacks *stacks)
{
	__u64 end_ns = clock_now_ns() + OWNERS_NS;
	struct mutex_owner owner;

	/* Nothing is added to the tally any more, so its order does not matter. */
	qsort(mutexes.entries, mutexes.n, sizeof(mutexes.entries[0]), by_time);
	for (size_t i = 0; i < mutexes.n && i < OWNERS_MAX; i++) {
		const struct mutex *mutex = mutexes.entries[i].bytes;

		if (!stacks_mutex_owner(stacks, &mutex->process, mutex->address, mutex->inherits,
					end_ns, &owner))
			break;
		keep_owner(mutex->process.pid, mutex->address, &owner);
	}
}

const struct mutex_owner *owner_of(const struct stack_owner *waiter)
{
	for (size_t i = 0; waiter->mutex && i < n_owned; i++)
		if (owned[i].pid == waiter->pid && owned[i].address == waiter->mutex)
			return &owned[i].owner;
	return NULL;
}

void free_mutexes(void)
{
	tally_free(&mutexes);
	n_owned = 0;
}
