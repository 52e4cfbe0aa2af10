// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Mutexes of glibc: a thread that waits in futex(2), and the owner, which glibc stores beside the
 * futex.  Locks that store no owner (Go, Rust, condition variables) look like idle threads and
 * are left out.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lock.h"

#define THREADS_MAX 2000		/* looked at */
#define PROCESS_THREADS_MAX 512		/* limit of a process's threads, to find an owner */
#define CONTENDED 2			/* glibc: value of a futex that is waited for */
#define KIND_MAX 0x3ff			/* glibc: type and flags */

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13		/* v5.14 */
#endif

/* The first members of pthread_mutex_t on 64-bit machines. */
struct mutex {
	__u32 lock, count;
	pid_t owner;
	__u32 nusers;
	int kind;
};

/* Read the memory of another process. */
static bool read_mutex(pid_t pid, __u64 address, struct mutex *mutex)
{
	struct iovec to = { mutex, sizeof(*mutex) };
	struct iovec from = { (void *)(uintptr_t)address, sizeof(*mutex) };

	return process_vm_readv(pid, &to, 1, &from, 1, 0) == sizeof(*mutex);
}

/* "202 0x7f.. 0x80 0x2 ...": the system call and its arguments; "running" if it is in none. */
static bool futex_wait(const struct process *process, const char *tid, __u64 *address,
		       __u64 *operation)
{
	char *text = source_text("/proc/%d/task/%s/syscall", process->pid, tid);
	__u64 number, v[3];

	if (!text || !number_next(&text, &number) || number != SYS_futex)
		return false;
	for (int i = 0; i < 3; i++) {
		char *word = word_next(&text);

		if (!word || strncmp(word, "0x", 2) != 0 || !word_number(word + 2, 16, &v[i]))
			return false;
	}
	*address = v[0];
	*operation = v[1] & FUTEX_CMD_MASK;
	return *operation == FUTEX_LOCK_PI || *operation == FUTEX_LOCK_PI2 ||
		((*operation == FUTEX_WAIT || *operation == FUTEX_WAIT_BITSET) && v[2] == CONTENDED);
}

/* Return the owner's ID in the process's own PID namespace, or 0 if this is not a glibc mutex. */
static pid_t owner_of(const struct process *process, __u64 address, __u64 operation)
{
	struct mutex mutex = {};

	if (!read_mutex(process->pid, address, &mutex))
		return 0;
	if (operation == FUTEX_LOCK_PI || operation == FUTEX_LOCK_PI2)
		return mutex.lock & FUTEX_TID_MASK;
	/* 1: another thread took the lock before the one that was woken. */
	if (!mutex.lock || mutex.lock > CONTENDED || mutex.owner <= 0 || !mutex.nusers || mutex.kind < 0 ||
	    mutex.kind > KIND_MAX)
		return 0;
	return mutex.owner;
}

/* Return the number of a thread in the innermost PID namespace that it is in: "NSpid: 812 5". */
static pid_t inner_number(const struct process *process, const char *tid)
{
	char *text = source_text("/proc/%d/task/%s/status", process->pid, tid);
	char *line = text ? strstr(text, "\nNSpid:") : NULL, *word;
	__u64 v, last = 0;

	line = line ? line + strlen("\nNSpid:") : NULL;
	if (line)
		line[strcspn(line, "\n")] = '\0';
	while (line && (word = word_next(&line)))
		if (word_number(word, 10, &v))
			last = v;
	return last ? (pid_t)last : atoi(tid);
}

static DIR *open_tasks(const struct process *process)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task", process->pid);
	fd = source_open(path, O_RDONLY | O_DIRECTORY);
	return fd >= 0 ? fdopendir(fd) : NULL;
}

/*
 * Return the thread whose ID in the process's own PID namespace is @inner, or 0 if it has exited.
 */
static pid_t find_thread(const struct process *process, pid_t inner)
{
	DIR *dir = open_tasks(process);
	pid_t found = 0;
	struct dirent *e;

	for (int n = 0; dir && !found && n < PROCESS_THREADS_MAX && (e = readdir(dir)); n++)
		if (isdigit((unsigned char)e->d_name[0]) && inner_number(process, e->d_name) == inner)
			found = atoi(e->d_name);
	if (dir)
		closedir(dir);
	return found;
}

/*
 * Read the futex again at the end.  If the owner is the same, the thread waited for it all the time
 * in between.
 */
static void look_thread(const struct process *process, const char *tid)
{
	struct wait wait = { .kind = LOCK_MUTEX, .process = process, .waiter = atoi(tid) };
	__u64 operation, again, operation_again;
	pid_t inner;

	if (!futex_wait(process, tid, &wait.id, &operation))
		return;
	inner = owner_of(process, wait.id, operation);
	if (!inner)
		return;
	wait.owner = find_thread(process, inner);
	if (futex_wait(process, tid, &again, &operation_again) && again == wait.id &&
	    owner_of(process, wait.id, operation) == inner)
		lock_add(&wait);
}

static void look_threads(const struct process *process)
{
	DIR *dir = open_tasks(process);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (isdigit((unsigned char)e->d_name[0]))
			look_thread(process, e->d_name);
	if (dir)
		closedir(dir);
}

void lock_look_mutexes(void)
{
	__u64 threads, looked = 0;

	for (struct object *o = set_next(&process_set, NULL); o; o = set_next(&process_set, o)) {
		if (!object_value(o, PROC_THREADS, &threads) || threads < 2)
			continue;
		looked += threads;
		if (looked > THREADS_MAX)
			return;
		look_threads((struct process *)o);
	}
}
