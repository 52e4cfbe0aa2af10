/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Threads and processes that wait for a lock that another one holds. */
#ifndef USESTAT_LOCK_H
#define USESTAT_LOCK_H

#include "process.h"

enum lock_kind { LOCK_MUTEX, LOCK_FILE };

struct wait {
	const struct process *process;	/* the waiter's process; NULL: unknown */
	__u64 id;			/* the mutex's address, or the file's inode */
	enum lock_kind kind;
	pid_t waiter;			/* a thread for a mutex, a process for a file */
	pid_t owner;			/* the same; 0: it has exited */
	char file[24];			/* "08:01:1234" as in /proc/locks */
	char owner_comm[COMM_SIZE];	/* set by lock_add() */
	char owner_state;		/* 0: unknown */
};

/* Remember a wait of this look. */
void lock_add(const struct wait *wait);

/* lock_mutex.c and lock_file.c: find all waits and add them. */
void lock_look_mutexes(void);
void lock_look_files(void);

/* Find the path of a locked file through its owner's descriptors; return false if there is none. */
bool lock_file_path(pid_t owner, const char *file, char *path, size_t size);

#endif /* USESTAT_LOCK_H */
