// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Threads in uninterruptible sleep, and the kernel function in which they sleep.
 *
 * A thread that is found in several looks in a row probably hangs; "looks" counts them.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"

#define THREADS_MAX 4000		/* read in one look */
#define RECORDED_MAX 50

enum { TASK_LOOKS, TASK_FIELDS };

static const struct field fields[] = {
	[TASK_LOOKS] = { "looks", FIELD_GAUGE,
			 .about = "Looks in a row in which it was found; 2 or more: it hangs, "
				  "or blocks again and again" },
};

static const struct field keys[] = {
	{ "tid", FIELD_ID, .always = true, .about = "Thread" },
	{ "pid", FIELD_ID, .always = true, .about = "Its process" },
	{ "comm", FIELD_COMM, .always = true, .about = "Name of the thread" },
	{ "function", FIELD_STRING, .about = "Function of the kernel in which it sleeps" },
	CGROUP_KEYS,
};

const struct record_type task_type = {
	.name = "blocked_task",
	.about = "A thread in uninterruptible sleep, in looks with details.  From "
		 "/proc/PID/task/TID: stat, stack or wchan",
	.fields = fields, .n = TASK_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

struct task {
	struct object object;
	pid_t pid;
	char comm[COMM_SIZE], function[48];
	char *cgroup;
};

static void release(struct object *object)
{
	free(((struct task *)object)->cgroup);
}

static struct set set = {
	.type = &task_type, .size = sizeof(struct task),
	.release = release,
};

static __u64 unread;			/* threads beyond THREADS_MAX */

/* Read the innermost function from the stack (as root) or from wchan. */
static void look_function(struct task *task)
{
	char *text = source_text("/proc/%d/task/%s/stack", task->pid, task->object.name), *end;

	task->function[0] = '\0';
	if (text && strncmp(text, "[<", 2) == 0) {
		text += strcspn(text, "]");
		text += strspn(text, "] ");
		end = text + strcspn(text, "+\n");
		snprintf(task->function, sizeof(task->function), "%.*s", (int)(end - text), text);
		return;
	}
	if (!source_line(task->function, sizeof(task->function), "/proc/%d/task/%s/wchan", task->pid,
			 task->object.name) || strcmp(task->function, "0") == 0) {
		task->function[0] = '\0';
		missing("where threads hang", "the kernel hides its functions",
			"run as root, or with CAP_SYS_ADMIN");
	}
}

static void add(struct usestat *u, struct process *process, const char *tid, const char *comm)
{
	struct object *o = set_look(&set, tid, process->object.id, u->ns);
	struct task *task = (struct task *)o;

	object_put(o, TASK_LOOKS, o->before[TASK_LOOKS] + 1);
	task->pid = process->pid;
	snprintf(task->comm, sizeof(task->comm), "%s", comm);
	free(task->cgroup);
	task->cgroup = process->cgroup ? strdup(process->cgroup) : NULL;
	look_function(task);
	object_add(&process->object, PROC_BLOCKED, 1);
}

/* "tid (name) D ..." */
static void look_thread(struct usestat *u, struct process *process, const char *tid)
{
	char *text = source_text("/proc/%d/task/%s/stat", process->pid, tid);
	char *name = text ? strchr(text, '(') : NULL, *end = text ? strrchr(text, ')') : NULL;

	if (!name || !end || strncmp(end, ") D", 3) != 0)
		return;
	*end = '\0';
	name = strdup(name + 1);
	if (name)
		add(u, process, tid, name);
	free(name);
}

static void look_threads(struct usestat *u, struct process *process, __u64 *budget)
{
	__u64 threads = object_value0(&process->object, PROC_THREADS);
	char path[64];
	struct dirent *e;
	DIR *dir;
	int fd;

	if (threads > *budget) {
		unread += threads;
		return;
	}
	*budget -= threads;
	snprintf(path, sizeof(path), "/proc/%d/task", process->pid);
	fd = source_open(path, O_RDONLY | O_DIRECTORY);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			look_thread(u, process, e->d_name);
	if (dir)
		closedir(dir);
}

void task_look(struct usestat *u)
{
	__u64 budget = THREADS_MAX;

	unread = 0;
	for (struct object *o = set_next(&process_set, NULL); o; o = set_next(&process_set, o)) {
		struct process *process = (struct process *)o;

		if (object_value0(o, PROC_THREADS) > 1)
			look_threads(u, process, &budget);
		else if (process->state == 'D')
			add(u, process, o->name, process->comm);
	}
	set_sweep(&set, u->ns);
}

static __u64 weight(const struct object *o)
{
	return object_value0(o, TASK_LOOKS);
}

void task_records(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);
	size_t n = 0;

	for (; n < set.n_objects && n < RECORDED_MAX; n++) {
		const struct task *task = (const struct task *)list[n];

		record_begin(u, set.type->name);
		record_uint(u, "tid", atoi(list[n]->name));
		record_uint(u, "pid", task->pid);
		record_str(u, "comm", task->comm);
		field_keys(u, &set, list[n]);
		record_str(u, "function", task->function);
		record_str(u, "cgroup", task->cgroup);
		if (task->cgroup)
			container_keys(u, task->cgroup);
		record_end(u);
	}
	if (set.n_objects > n)
		record_omitted(u, set.type->name, set.n_objects - n);
	if (unread)
		record_omitted(u, "thread", unread);
	free(list);
}

void task_rows(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);

	for (size_t i = 0; i < set.n_objects && i < u->top; i++) {
		const struct task *task = (const struct task *)list[i];
		char name[48];

		if (weight(list[i]) < 2)
			break;
		snprintf(name, sizeof(name), "%s %s", list[i]->name, task->comm);
		row_begin(u, "blocked", name);
		row_add(COL_SATURATION, "in %s", task->function[0] ? task->function : "?");
		row_add(COL_ERRORS, "%llu looks", weight(list[i]));
		row_end(u);
	}
	free(list);
}
