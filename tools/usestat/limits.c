// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Limits of the machine (open files, tasks, inotify, AIO) and of users. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "process.h"
#include "usestat.h"

enum {
	LIMIT_FILES, LIMIT_FILES_MAX, LIMIT_TASKS, LIMIT_TASKS_MAX, LIMIT_PID_MAX,
	LIMIT_PROCESSES, LIMIT_ZOMBIES, LIMIT_AIO, LIMIT_AIO_MAX, LIMIT_WATCHES_MAX,
	LIMIT_INSTANCES_MAX, LIMIT_KEYS_MAX, LIMIT_FIELDS
};

static const struct field fields[] = {
	[LIMIT_FILES]	     = { "files", FIELD_GAUGE, .about = "Open files" },
	[LIMIT_FILES_MAX]    = { "files_max", FIELD_GAUGE, .about = "Limit of files" },
	[LIMIT_TASKS]	     = { "tasks", FIELD_GAUGE,
				 .about = "Threads, including kernel threads" },
	[LIMIT_TASKS_MAX]    = { "tasks_max", FIELD_GAUGE, "kernel/threads-max",
				 .about = "Limit of tasks" },
	[LIMIT_PID_MAX]	     = { "pid_max", FIELD_GAUGE, "kernel/pid_max",
				 .about = "Limit of process and thread numbers" },
	[LIMIT_PROCESSES]    = { "processes", FIELD_GAUGE,
				 .about = "Processes, including kernel threads; in detailed "
					  "samples" },
	[LIMIT_ZOMBIES]	     = { "zombies", FIELD_GAUGE,
				 .about = "Processes that have exited and that their parent has "
					  "not waited for" },
	[LIMIT_AIO]	     = { "aio_requests", FIELD_GAUGE, "fs/aio-nr",
				 .about = "Asynchronous I/O requests reserved" },
	[LIMIT_AIO_MAX]	     = { "aio_requests_max", FIELD_GAUGE, "fs/aio-max-nr",
				 .about = "Limit of aio_requests" },
	[LIMIT_WATCHES_MAX]  = { "inotify_watches_max", FIELD_GAUGE, "fs/inotify/max_user_watches",
				 .about = "Inotify watches that a user can have" },
	[LIMIT_INSTANCES_MAX] = { "inotify_instances_max", FIELD_GAUGE, "fs/inotify/max_user_instances",
				  .about = "Inotify instances that a user can have" },
	[LIMIT_KEYS_MAX]     = { "keys_max", FIELD_GAUGE, "kernel/keys/maxkeys",
				 .about = "Keys that a user can have" },
};

static const struct record_type type = {
	.name = "limits",
	.about = "Limits of the machine.  From /proc/loadavg and /proc/sys",
	.object = "Always machine",
	.interval = true,
	.fields = fields, .n = LIMIT_FIELDS,
};

static struct set set = { .type = &type };

enum { USER_THREADS, USER_THREADS_MAX, USER_PROCESSES, USER_FIELDS };

/* Threads of users, and their limit (RLIMIT_NPROC). */
static const struct field user_fields[] = {
	[USER_THREADS]	   = { "threads", FIELD_GAUGE, .about = "Threads of the user" },
	[USER_THREADS_MAX] = { "threads_max", FIELD_GAUGE,
			       .about = "Lowest limit on the threads of the user among the "
					"processes of the user; root has no limit" },
	[USER_PROCESSES]   = { "processes", FIELD_GAUGE, .about = "Processes of the user" },
};

static const struct field user_keys[] = {
	{ "user", FIELD_STRING, .about = "Name of the user" },
	{ "limited_pid", FIELD_ID, .about = "The process that has this limit" },
	{ "limited_comm", FIELD_COMM, .about = "Its name" },
};

static const struct record_type user_type = {
	.name = "user",
	.about = "A user with many threads or near their limit, in detailed samples.  From /proc/PID/stat",
	.object = "User ID",
	.interval = true,
	.fields = user_fields, .n = USER_FIELDS,
	.keys = user_keys, .n_keys = ARRAY_SIZE(user_keys),
};

struct user {
	struct object object;
	const struct process *limited;	/* process with the limit; valid in detailed samples */
};

static struct set user_set = { .type = &user_type, .size = sizeof(struct user) };

static struct source load_file = { "/proc/loadavg", true },
	files_file = { "/proc/sys/fs/file-nr", true }, sysctls[LIMIT_FIELDS];

/* "0.20 0.18 0.12 1/80 11206": 1 of 80 tasks, including threads, runs. */
static void parse_tasks(struct object *o, char *text)
{
	char *word = NULL, *slash;
	__u64 v;

	for (int i = 0; i < 4; i++)
		word = word_next(&text);
	slash = word ? strchr(word, '/') : NULL;
	if (slash && word_number(slash + 1, 10, &v))
		object_put(o, LIMIT_TASKS, v);
}

/* "1184 0 9223372036854775807": open, unused, limit. */
static void look_files(struct object *o)
{
	char *text = source_read(&files_file);
	__u64 open, unused, max;

	if (!text || !number_next(&text, &open) || !number_next(&text, &unused))
		return;
	object_put(o, LIMIT_FILES, open - unused);
	if (number_next(&text, &max))
		object_put(o, LIMIT_FILES_MAX, max);
}

static void count_process(struct usestat *u, struct object *limits, struct process *process)
{
	struct object *o = &process->object, *user;
	char uid[24];
	__u64 threads;

	object_add(limits, LIMIT_PROCESSES, 1);
	object_add(limits, LIMIT_ZOMBIES, process->state == 'Z');
	if (process->kernel)
		return;
	snprintf(uid, sizeof(uid), "%llu", object_value0(o, PROC_UID));
	user = set_look(&user_set, uid, 0, u->ns);
	((struct user *)user)->limited = NULL;
	if (!object_value(o, PROC_THREADS, &threads))
		threads = 1;		/* a zombie counts */
	object_add(user, USER_THREADS, threads);
	object_add(user, USER_PROCESSES, 1);
}

/* Find the lowest limit of a user's processes: the process with this limit fails to fork first. */
static void look_users_max(void)
{
	for (struct object *o = set_next(&process_set, NULL); o; o = set_next(&process_set, o)) {
		const struct process *process = (const struct process *)o;
		struct object *user;
		char uid[24];
		__u64 limit, max;

		snprintf(uid, sizeof(uid), "%llu", object_value0(o, PROC_UID));
		user = set_find(&user_set, uid);
		if (!user || process->kernel || process->state == 'Z' ||
		    !process_limit(process, RLIMIT_NPROC, &limit) ||
		    (object_value(user, USER_THREADS_MAX, &max) && limit >= max))
			continue;
		object_put(user, USER_THREADS_MAX, limit);
		((struct user *)user)->limited = process;
	}
}

static void look(struct usestat *u)
{
	struct object *o = set_look(&set, "machine", 0, u->ns);
	char *text = source_read(&load_file);

	if (text)
		parse_tasks(o, text);
	look_files(o);
	object_files(&set, o, "/proc/sys", sysctls);
	if (!u->detail)
		return;
	for (struct object *p = set_next(&process_set, NULL); p; p = set_next(&process_set, p))
		count_process(u, o, (struct process *)p);
	set_sweep(&user_set, u->ns);
	look_users_max();
}

/* Those near their limit come first. */
static __u64 weight(const struct object *o)
{
	__u64 threads = object_value0(o, USER_THREADS), max;
	bool near = object_value(o, USER_THREADS_MAX, &max) && threads * 10 >= max * 8;

	return threads + (near && strcmp(o->name, "0") != 0 ? 1ULL << 32 : 0);
}

/*
 * Add the name of a user in /etc/passwd.  getpwuid(3) may load libraries and ask servers, which the
 * sandbox does not allow.
 */
static void record_user(struct usestat *u, uid_t uid)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *user = NULL;

	while (f && (user = fgetpwent(f)) && user->pw_uid != uid)
		;
	record_str(u, "user", user ? user->pw_name : NULL);
	if (f)
		fclose(f);
}

static void user_keys_print(struct usestat *u, const struct object *o)
{
	const struct process *limited = ((const struct user *)o)->limited;

	record_user(u, strtoul(o->name, NULL, 10));
	if (!limited)
		return;
	record_uint(u, "limited_pid", limited->pid);
	record_str(u, "limited_comm", limited->comm);
}

static void records(struct usestat *u)
{
	set_records(u, &set, NULL);
	if (u->detail)
		top_records(u, &user_set, u->top, weight, user_keys_print);
}

static void rows(struct usestat *u)
{
	const struct object *o = set_find(&set, "machine");
	__u64 tasks, max = object_value0(o, LIMIT_TASKS_MAX), v;

	if (object_value(o, LIMIT_PID_MAX, &v) && (v < max || !max))
		max = v;
	if (object_value(o, LIMIT_TASKS, &tasks)) {
		row_begin(u, "tasks", "threads");
		row_utilisation(tasks, max);
		row_add(COL_SATURATION, "%llu of %llu", tasks, max);
		row_errors(object_value0(o, LIMIT_ZOMBIES), "zombie(s)");
		row_end(u);
	}
	if (object_value(o, LIMIT_FILES, &v)) {
		row_begin(u, "descriptors", "open files");
		row_utilisation(v, object_value0(o, LIMIT_FILES_MAX));
		row_add(COL_SATURATION, "%llu", v);
		row_end(u);
	}
}

const struct subject limits_subject = {
	"limits", false, look, records, rows, { &type, &user_type },
};
