// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Locks that are waited for: who waits, who holds them, and whether the waits form a circle.
 *
 * A thread waits for at most one lock, so a circle is found by going from a waiter to the owner
 * of its lock, to the owner of the lock that this one waits for, and so on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lock.h"

#define WAITS_MAX 1000			/* in one look */

enum { LOCK_WAITERS, LOCK_LOOKS, LOCK_FIELDS };

static const struct field fields[] = {
	[LOCK_WAITERS] = { "waiters", FIELD_GAUGE, .about = "Threads or processes that wait for it" },
	[LOCK_LOOKS]   = { "looks", FIELD_GAUGE,
			   .about = "Number of looks in a row in which threads or processes "
				    "waited for it" },
};

static const struct field keys[] = {
	{ "kind", FIELD_STRING, .always = true,
	  .about = "mutex: of glibc; file: flock(2) or fcntl(2)" },
	{ "deadlock", FIELD_FLAG, .always = true,
	  .about = "Whether, in this look and the one before, the waits formed a circle or the "
		   "owner had exited, so that none of them can continue" },
	{ "pid", FIELD_ID, .always = true, .about = "Process of a waiter" },
	{ "comm", FIELD_COMM, .about = "Its name" },
	{ "owner", FIELD_ID,
	  .about = "Thread that holds the mutex, or process that locked the file; absent if it "
		   "has exited, after which another process may have the file open and locked" },
	{ "owner_comm", FIELD_COMM, .about = "Name of the owner" },
	{ "owner_state", FIELD_STRING, .about = "State of the owner, as that of a process" },
	{ "file", FIELD_STRING, .about = "Path of the file" },
	CGROUP_KEYS,
};

static const struct record_type type = {
	.name = "lock",
	.about = "A lock that is waited for, in detailed samples.  From /proc/locks, "
		 "/proc/PID/task/TID/syscall and the memory of the process",
	.fields = fields, .n = LOCK_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

struct lock {
	struct object object;
	struct wait wait;		/* the first one found in this look */
	bool circle, circle_before;	/* part of a circle in this look, in the last one */
};

static struct set set = { .type = &type, .size = sizeof(struct lock) };

static struct wait waits[WAITS_MAX];
static size_t n_waits;

/* Read name and state of a thread or process: "123 (name) S ...". */
static void look_owner(struct wait *wait)
{
	char *text = wait->owner ? source_text("/proc/%d/stat", wait->owner) : NULL;
	char *name = text ? strchr(text, '(') : NULL, *end = text ? strrchr(text, ')') : NULL;

	if (!name || !end || end < name || strlen(end) < 3)
		return;
	*end = '\0';
	snprintf(wait->owner_comm, sizeof(wait->owner_comm), "%s", name + 1);
	wait->owner_state = end[2];
}

/* Read the owner's state immediately: later another thread may be the owner. */
void lock_add(const struct wait *wait)
{
	if (n_waits == WAITS_MAX)
		return;
	waits[n_waits] = *wait;
	look_owner(&waits[n_waits++]);
}

static const struct wait *wait_of(enum lock_kind kind, pid_t waiter)
{
	for (size_t i = 0; i < n_waits; i++)
		if (waits[i].kind == kind && waits[i].waiter == waiter)
			return &waits[i];
	return NULL;
}

static bool in_circle(const struct wait *first)
{
	const struct wait *wait = first;

	for (size_t steps = 0; wait && steps <= n_waits; steps++) {
		if (!wait->owner || wait->owner == first->waiter)
			return true;
		wait = wait_of(wait->kind, wait->owner);
	}
	return false;
}

/*
 * A single look can see a circle where there is only contention: owners are read after waiters, so
 * a waiter may have taken the mutex in between.
 */
static bool is_deadlock(const struct lock *lock)
{
	return lock->circle && lock->circle_before;
}

static void look_wait(struct usestat *u, const struct wait *wait)
{
	char name[64];
	struct lock *lock;
	struct object *o;

	snprintf(name, sizeof(name), "%d %d %llu", wait->kind,
		 wait->kind == LOCK_MUTEX ? wait->process->pid : 0, wait->id);
	o = set_look(&set, name, 0, u->ns);
	lock = (struct lock *)o;
	if (!object_value0(o, LOCK_WAITERS)) {
		object_put(o, LOCK_LOOKS, o->before[LOCK_LOOKS] + 1);
		lock->wait = *wait;
		lock->circle_before = lock->circle;
		lock->circle = false;
	}
	object_add(o, LOCK_WAITERS, 1);
	if (!lock->circle && in_circle(wait)) {
		lock->circle = true;
		lock->wait = *wait;
	}
}

static void look(struct usestat *u)
{
	n_waits = 0;
	lock_look_mutexes();
	lock_look_files();
	for (size_t i = 0; i < n_waits; i++)
		look_wait(u, &waits[i]);
	set_sweep(&set, u->ns);
}

static __u64 weight(const struct object *o)
{
	return object_value0(o, LOCK_WAITERS) +
		(is_deadlock((const struct lock *)o) ? 1ULL << 32 : 0);
}

static void print(struct usestat *u, const struct lock *lock)
{
	const struct wait *wait = &lock->wait;
	const struct process *process = wait->process;
	char path[256];

	record_begin(u, type.name);
	field_keys(u, &set, &lock->object);
	record_str(u, "kind", wait->kind == LOCK_MUTEX ? "mutex" : "file");
	record_flag(u, "deadlock", is_deadlock(lock));
	record_uint(u, "pid", process ? process->pid : wait->waiter);
	if (process)
		record_str(u, "comm", process->comm);
	if (wait->owner_state)
		record_uint(u, "owner", wait->owner);
	record_str(u, "owner_comm", wait->owner_comm);
	record_str(u, "owner_state", process_state(wait->owner_state));
	if (wait->kind == LOCK_FILE && lock_file_path(wait->owner, wait->file, path, sizeof(path)))
		record_str(u, "file", path);
	if (process && process->cgroup) {
		record_str(u, "cgroup", process->cgroup);
		container_keys(u, process->cgroup);
	}
	record_end(u);
}

static void records(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);

	for (size_t i = 0; i < set.n_objects && i < u->top * 2; i++)
		print(u, (const struct lock *)list[i]);
	if (set.n_objects > u->top * 2)
		record_omitted(u, type.name, set.n_objects - u->top * 2);
	free(list);
}

/* Short waits for locks are normal, so only locks that two looks in a row find have a row. */
static void rows(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);

	for (size_t i = 0; i < set.n_objects && i < u->top; i++) {
		const struct lock *lock = (const struct lock *)list[i];
		char name[48];

		if (object_value0(list[i], LOCK_LOOKS) < 2)
			continue;
		snprintf(name, sizeof(name), "%s %d", lock->wait.kind == LOCK_MUTEX ? "mutex" : "file",
			 lock->wait.process ? lock->wait.process->pid : lock->wait.waiter);
		row_begin(u, "lock", name);
		row_add(COL_SATURATION, "%llu waiter%s", object_value0(list[i], LOCK_WAITERS),
			plural(object_value0(list[i], LOCK_WAITERS)));
		if (is_deadlock(lock))
			row_add(COL_ERRORS, "deadlock");
		row_end(u);
	}
	free(list);
}

const struct subject lock_subject = {
	"lock", true, look, records, rows, { &type },
};
