// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "symbols/mutex_owner.h"
#include "symbols/process_dir.h"

#define THREADS_MAX 1024		/* to look at in a process of another PID namespace */
#define USERS_MAX (1 << 22)		/* the largest pid_max */

/* The start of a pthread_mutex_t: glibc, sysdeps/nptl/bits/struct_mutex.h. */
struct glibc_mutex {
	__u32 word;			/* that threads wait at; 0: free */
	__u32 depth;
	__u32 owner;			/* its TID, in the PID namespace of the process */
	__u32 users;			/* the owner, and threads that wait for a condition */
};

/* Return the TID that the mutex names as its owner; 0: it is free, or no mutex. */
static __u32 read_owner(int dir, __u64 address, bool inherits)
{
	int fd = openat(dir, "mem", O_RDONLY | O_CLOEXEC);
	struct glibc_mutex mutex = {};
	bool whole = fd >= 0 && pread(fd, &mutex, sizeof(mutex), (off_t)address) == sizeof(mutex);

	if (fd >= 0)
		close(fd);
	if (!whole)
		return 0;
	if (inherits)
		return mutex.word & FUTEX_TID_MASK;
	/* The locks inside the C library are a word: other data follows it. */
	return mutex.word && mutex.users && mutex.users <= USERS_MAX ? mutex.owner : 0;
}

/* Return true if thread @name of the process in @dir has the TID @tid in its own PID namespace. */
static bool is_thread(int dir, const char *name, __u32 tid)
{
	char path[NAME_MAX + 8];
	int thread;
	bool is;

	snprintf(path, sizeof(path), "task/%s", name);
	thread = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (thread < 0)
		return false;
	is = process_dir_own_pid(thread) == (pid_t)tid;
	close(thread);
	return is;
}

/* Return the TID, as in /proc, of the thread that has @tid in the process's PID namespace. */
static __u32 find_thread(int dir, __u32 tid)
{
	int fd = openat(dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *tasks = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	__u32 found = 0;

	if (!tasks && fd >= 0)
		close(fd);
	for (int i = 0; tasks && !found && i < THREADS_MAX && (entry = readdir(tasks)); i++)
		if (entry->d_name[0] != '.' && is_thread(dir, entry->d_name, tid))
			found = strtoul(entry->d_name, NULL, 10);
	if (tasks)
		closedir(tasks);
	return found;
}

static void read_comm(int dir, struct mutex_owner *owner)
{
	char path[64];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "task/%u/comm", owner->tid);
	f = process_dir_text(dir, path);
	if (!f)
		return;
	len = fread(owner->comm, 1, sizeof(owner->comm), f);
	if (len)			/* a name can contain newlines: the last one is the file's */
		owner->comm[len - 1] = '\0';
	fclose(f);
}

struct mutex_owner mutex_owner(int dir, __u64 address, bool inherits)
{
	__u32 tid = read_owner(dir, address, inherits);
	struct mutex_owner owner = {};
	char name[16];

	if (!tid)
		return owner;
	snprintf(name, sizeof(name), "%u", tid);
	owner.tid = is_thread(dir, name, tid) ? tid : find_thread(dir, tid);
	if (owner.tid)
		read_comm(dir, &owner);
	return owner;
}
