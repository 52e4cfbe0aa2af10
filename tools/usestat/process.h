/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Processes, and data of other subjects that the walk through the processes provides. */
#ifndef USESTAT_PROCESS_H
#define USESTAT_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>
#include "set.h"
#include "usestat.h"

#define COMM_SIZE 16			/* TASK_COMM_LEN */
#define SETTLED_S 10			/* age at which it has entered its cgroup and namespaces */

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
	__u64 first_rss, first_threads, first_fds;	/* values when it was first seen */
	struct source stat, io, sched;
	__u64 runtime_ns;		/* CPU time of its main thread, by schedstat */
	__u64 thread_us;		/* CPU time of its busiest thread; 0: one thread, or idle */
	pid_t thread_tid;
	char thread_comm[COMM_SIZE];
	unsigned int idle;		/* number of looks in a row in which it was idle */
};

extern struct set process_set;
extern const struct record_type process_type, task_type;

/* A network namespace other than usestat's own, and a process in it. */
struct netns {
	__u64 inode;
	pid_t pid;
	char comm[COMM_SIZE];
	char cgroup[512];
};

/* Return the @i-th namespace of the last look, or NULL at the end. */
const struct netns *process_netns(size_t i);

/* Return the state "R", "S" ... in words. */
const char *process_state(char state);

/* process_print.c */
void process_records(struct usestat *u);
void process_rows(struct usestat *u);

/* taskstats.c: the delays of all threads of a process. */
void taskstats_look(struct process *process);
/* Return the number of the taskstats family, or a negative errno. */
int taskstats_family(void);

/* process_files.c: /proc/PID/io, fd, cgroup and so on. */
void process_look_files(struct usestat *u, struct process *process, bool active);
/* Read a soft limit such as RLIMIT_NOFILE; return false if it is unlimited or unreadable. */
bool process_limit(const struct process *process, int resource, __u64 *limit);
/* Return the path in the text of /proc/PID/cgroup, malloc'd, or NULL; the text is modified. */
char *process_cgroup(char *text);

/*
 * process_idle.c: return true if the process has not run since the last look, or if it was
 * idle for long and is not checked in this look.
 */
bool process_is_idle(struct usestat *u, struct process *process);
/* Put the values of the last look again, for an idle process; @uptime is in ticks. */
void process_keep(struct process *process, __u64 uptime);

/* task.c: threads in uninterruptible sleep. */
void task_look(struct usestat *u);
void task_records(struct usestat *u);
void task_rows(struct usestat *u);

/* netns.c: collect the network namespaces of all processes. */
void netns_begin(void);
void netns_add(const struct process *process);

/*
 * Call @fn in each network namespace of the last look other than usestat's own.  Its sockets
 * belong to that namespace, and /proc/sys/net shows it; the files in /proc/net may not be read.
 */
void netns_each(struct usestat *u, void (*fn)(struct usestat *u, const struct netns *ns));
/* Print a process of the namespace, its cgroup and container. */
void netns_keys(struct usestat *u, const struct netns *ns);

#endif /* USESTAT_PROCESS_H */
