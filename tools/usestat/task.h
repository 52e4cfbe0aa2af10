/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Threads in uninterruptible sleep: declarations that task.c and task_where.c share. */
#ifndef USESTAT_TASK_H
#define USESTAT_TASK_H

#include "process.h"

struct task {
	struct object object;
	pid_t pid;
	char comm[COMM_SIZE];
	char stack[320];		/* functions, a line each, the innermost first */
	char file[256];			/* of its system call; "": none or unknown */
	char *cgroup;
};

/* task_where.c: look up the stack and the file. */
void task_look_where(struct task *task);

#endif /* USESTAT_TASK_H */
