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

#include "task.h"

#define THREADS_MAX 4000		/* read in one look */
#define RECORDED_MAX 50

enum { TASK_LOOKS, TASK_FIELDS };

static const struct field fields[] = {
	[TASK_LOOKS] = { "looks", FIELD_GAUGE,
			 .about = "Number of looks in a row in which it was found; from 2 on, "
				  "it hangs or blocks again and again" },
};

static const struct field keys[] = {
	{ "tid", FIELD_ID, .always = true, .about = "Thread" },
	{ "pid", FIELD_ID, .always = true, .about = "Its process" },
	{ "comm", FIELD_COMM, .always = true, .about = "Name of the thread" },
	{ "function", FIELD_STRING, .about = "Function of the kernel in which it sleeps" },
	{ "stack", FIELD_STRINGS,
	  .about = "This function and those that called it, the innermost first; as root" },
	{ "file", FIELD_STRING,
	  .about = "The file that its system call got as a descriptor or a path" },
	CGROUP_KEYS,
};

const struct record_type task_type = {
	.name = "blocked_task",
	.about = "A thread in uninterruptible sleep, in detailed samples.  From "
		 "/proc/PID/task/TID: stat, stack or wchan, syscall",
	.fields = fields, .n = TASK_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
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

static void add(struct usestat *u, struct process *process, const char *tid, const char *comm)
{
	struct object *o = set_look(&set, tid, process->object.id, u->ns);
	struct task *task = (struct task *)o;

	object_put(o, TASK_LOOKS, o->before[TASK_LOOKS] + 1);
	task->pid = process->pid;
	snprintf(task->comm, sizeof(task->comm), "%s", comm);
	free(task->cgroup);
	task->cgroup = process->cgroup ? strdup(process->cgroup) : NULL;
	task_look_where(task);
	object_add(&process->object, PROC_BLOCKED, 1);
}

/*
 * CPU time of the threads of processes with several threads.  A thread that was not read in the
 * last sample has no count: it may be an old thread of a process that had no other thread.
 */
static const struct field thread_fields[] = { { "cpu_us", FIELD_COUNTER } };
static const struct record_type thread_type = { .fields = thread_fields, .n = 1 };
static struct set thread_set = { .type = &thread_type };

/* Remember the thread that used most of the CPUs; @rest begins with its state. */
static void look_cpu(struct usestat *u, struct process *process, const char *tid,
		     const char *comm, char *rest)
{
	enum { USER = 11, SYSTEM };
	struct object *o = set_look(&thread_set, tid, process->object.id, u->ns);
	__u64 v, us = 0;

	for (int i = 0; i <= SYSTEM; i++) {
		char *word = word_next(&rest);

		if (i >= USER && word_number(word, 10, &v))
			us += v * (1000000 / sysconf(_SC_CLK_TCK));
	}
	object_put(o, 0, us);
	us = object_delta0(o, 0);
	if (us <= process->thread_us)
		return;
	process->thread_us = us;
	process->thread_tid = atoi(tid);
	snprintf(process->thread_comm, sizeof(process->thread_comm), "%s", comm);
}

/* "tid (name) D ..." */
static void look_thread(struct usestat *u, struct process *process, const char *tid)
{
	char *text = source_text("/proc/%d/task/%s/stat", process->pid, tid);
	char *name = text ? strchr(text, '(') : NULL, *end = text ? strrchr(text, ')') : NULL;
	char comm[COMM_SIZE];
	bool blocked;

	if (!name || !end || end < name)
		return;
	*end = '\0';
	snprintf(comm, sizeof(comm), "%s", name + 1);
	blocked = strncmp(end + 1, " D", 2) == 0;
	look_cpu(u, process, tid, comm, end + 1);
	if (blocked)
		add(u, process, tid, comm);
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

		process->thread_us = 0;
		if (object_value0(o, PROC_THREADS) > 1)
			look_threads(u, process, &budget);
		else if (process->state == 'D')
			add(u, process, o->name, process->comm);
	}
	set_sweep(&set, u->ns);
	set_sweep(&thread_set, u->ns);
}

static __u64 weight(const struct object *o)
{
	return object_value0(o, TASK_LOOKS);
}

/* Print the innermost function, then all of them, and the file. */
static void where_keys(struct usestat *u, struct json *json, const struct task *task)
{
	char copy[sizeof(task->stack)], *rest = copy, *name;

	record_str(u, "file", task->file);
	if (!task->stack[0])
		return;
	memcpy(copy, task->stack, sizeof(copy));
	record_str(u, "function", line_next(&rest));
	memcpy(copy, task->stack, sizeof(copy));
	rest = copy;
	json_array(json, "stack");
	while ((name = line_next(&rest)))
		json_name(json, NULL, name);
	json_end(json);
}

void task_records(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);
	size_t n = 0;

	for (; n < set.n_objects && n < RECORDED_MAX; n++) {
		const struct task *task = (const struct task *)list[n];
		struct json *json;

		json = record_begin(u, set.type->name);
		record_uint(u, "tid", atoi(list[n]->name));
		record_uint(u, "pid", task->pid);
		record_str(u, "comm", task->comm);
		field_keys(u, &set, list[n]);
		where_keys(u, json, task);
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
		row_add(COL_SATURATION, "in %.*s", task->stack[0] ? (int)strcspn(task->stack, "\n") : 1,
			task->stack[0] ? task->stack : "?");
		if (task->file[0])
			row_add(COL_SATURATION, "%s", task->file);
		row_add(COL_ERRORS, "%llu looks", weight(list[i]));
		row_end(u);
	}
	free(list);
}
