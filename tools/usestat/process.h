/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Processes, and what other subjects learn from the walk through them. */
#ifndef USESTAT_PROCESS_H
#define USESTAT_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>
#include "set.h"
#include "usestat.h"

#define COMM_SIZE 16			/* TASK_COMM_LEN */

enum {
	PROC_PPID, PROC_UID, PROC_USER, PROC_SYSTEM, PROC_DELAY, PROC_BLOCK, PROC_SWAP_DELAY,
	PROC_FAULTS, PROC_READ, PROC_WRITTEN, PROC_CANCELLED, PROC_RSS, PROC_GROWTH, PROC_SWAP,
	PROC_THREADS, PROC_THREAD_GROWTH, PROC_FDS, PROC_FDS_MAX, PROC_FD_GROWTH, PROC_ZOMBIES,
	PROC_BLOCKED, PROC_AGE, PROC_FIELDS
};

struct process {
	struct object object;
	pid_t pid;
	char comm[COMM_SIZE], state;
	char *cgroup;			/* NULL: unknown */
	bool kernel;			/* a kernel thread */
	__u64 netns;			/* inode; 0: unknown */
	__u64 first_rss, first_threads, first_fds;	/* when it was first looked at */
	struct source stat, io;
};

extern struct set process_set;

/* A network namespace other than ours, and a process in it. */
struct netns {
	__u64 inode;
	pid_t pid;
	char comm[COMM_SIZE];
	char cgroup[512];
};

/* The @i-th of the last look, NULL after the last one. */
const struct netns *process_netns(size_t i);

/* "R" and so on in words. */
const char *process_state(char state);

/* taskstats.c: the delays of a process, all its threads. */
void taskstats_look(struct process *process);

/* process_files.c: /proc/PID/io, fd, cgroup and so on. */
void process_look_files(struct usestat *u, struct process *process, bool active);

/* task.c: threads in uninterruptible sleep. */
void task_look(struct usestat *u);
void task_records(struct usestat *u);
void task_rows(struct usestat *u);

/* netns.c: the namespaces of all processes. */
void netns_begin(void);
void netns_add(const struct process *process);

#endif /* USESTAT_PROCESS_H */
