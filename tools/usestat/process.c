// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Processes: the walk through /proc. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/xalloc.h"
#include "process.h"

#define PF_KTHREAD 0x00200000		/* include/linux/sched.h */

static void release(struct object *object)
{
	struct process *process = (struct process *)object;

	source_close(&process->stat);
	source_close(&process->io);
	source_close(&process->sched);
	free((char *)process->stat.path);
	free((char *)process->io.path);
	free((char *)process->sched.path);
	free(process->cgroup);
}

struct set process_set = {
	.type = &process_type, .size = sizeof(struct process),
	.whole = true, .release = release,
};

/* Fields of /proc/PID/stat. */
struct stat_line {
	char comm[COMM_SIZE], state;
	__u64 ppid, flags, major_faults, user, system, threads, start, rss;
};

/* "123 (a name) S 1 ...": the name can contain anything, including blanks and brackets. */
static bool parse_stat(char *text, struct stat_line *line)
{
	enum { PPID = 1, FLAGS = 6, MAJOR = 9, USER = 11, SYSTEM, THREADS = 17, START = 19,
	       RSS = 21, WORDS };
	char *name = strchr(text, '('), *end = strrchr(text, ')');
	__u64 v[WORDS] = {};

	if (!name || !end || end < name)
		return false;
	*end = '\0';
	snprintf(line->comm, sizeof(line->comm), "%s", name + 1);
	text = end + 1;
	for (int i = 0; i < WORDS; i++) {
		char *word = word_next(&text);

		if (!word)
			return false;
		if (i == 0)
			line->state = word[0];
		else if (!word_number(word, 10, &v[i]))	/* tpgid may be -1 */
			v[i] = 0;
	}
	line->ppid = v[PPID];
	line->flags = v[FLAGS];
	line->major_faults = v[MAJOR];
	line->user = v[USER];
	line->system = v[SYSTEM];
	line->threads = v[THREADS];
	line->start = v[START];
	line->rss = v[RSS];
	return true;
}

static char *path_of(const char *pid, const char *file)
{
	char *path;

	if (asprintf(&path, "/proc/%s/%s", pid, file) < 0)
		out_of_memory();
	return path;
}

/* Return the uptime in ticks. */
static __u64 uptime_ticks(void)
{
	char *text = source_text("/proc/uptime");

	return text ? atof(text) * sysconf(_SC_CLK_TCK) : 0;
}

static __u64 growth(__u64 now, __u64 first)
{
	return now > first ? now - first : 0;
}

static void put_stat(struct process *process, const struct stat_line *line, __u64 uptime)
{
	struct object *o = &process->object;
	__u64 hz = sysconf(_SC_CLK_TCK), rss = line->rss * sysconf(_SC_PAGESIZE);

	if (object_is_new(o)) {
		process->first_rss = rss;
		process->first_threads = line->threads;
	}
	process->state = line->state;
	process->kernel = line->flags & PF_KTHREAD;
	object_put(o, PROC_PPID, line->ppid);
	object_put(o, PROC_USER, line->user * (1000000 / hz));
	object_put(o, PROC_SYSTEM, line->system * (1000000 / hz));
	object_put(o, PROC_FAULTS, line->major_faults);
	if (uptime >= line->start)
		object_put(o, PROC_AGE, (uptime - line->start) / hz);
	if (process->kernel || line->state == 'Z')
		return;
	object_put(o, PROC_RSS, rss);
	object_put(o, PROC_GROWTH, growth(rss, process->first_rss));
	object_put(o, PROC_THREADS, line->threads);
	object_put(o, PROC_THREAD_GROWTH, growth(line->threads, process->first_threads));
}

/*
 * Read a process's stat from the file that is still open, which fails with ESRCH if the
 * process has exited; otherwise from @once.
 */
static char *read_stat(struct process *process, struct source *once)
{
	char *text = process ? source_read(&process->stat) : NULL;

	if (text)
		return text;
	if (process)
		source_close(&process->stat);
	return source_read(once);
}

static struct process *begin_look(struct usestat *u, const char *pid, __u64 start)
{
	struct process *process = (struct process *)set_look(&process_set, pid, start, u->ns);

	if (!process->stat.path) {
		process->stat = (struct source){ .path = path_of(pid, "stat"), .whole = true };
		process->io = (struct source){ .path = path_of(pid, "io"), .whole = true };
		process->sched = (struct source){ .path = path_of(pid, "schedstat"), .whole = true,
						   .again = true };
		process->pid = atoi(pid);
	}
	return process;
}

/* Read a process that is new or may have run. */
static void look_closely(struct usestat *u, struct process *process, const char *pid, __u64 uptime)
{
	char path[64], *text;
	struct source once = { .path = path, .whole = true };
	struct stat_line line;
	bool renamed;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	text = read_stat(process, &once);
	if (!text || !parse_stat(text, &line))
		return;
	process = begin_look(u, pid, line.start);
	renamed = strcmp(process->comm, line.comm) != 0;
	snprintf(process->comm, sizeof(process->comm), "%s", line.comm);
	put_stat(process, &line, uptime);
	process_look_files(u, process, renamed || u->last || strchr("RD", line.state) ||
			   object_delta0(&process->object, PROC_USER) ||
			   object_delta0(&process->object, PROC_SYSTEM));
}

static void look_process(struct usestat *u, const char *pid, __u64 uptime)
{
	struct process *process = (struct process *)set_find(&process_set, pid);

	if (process && process_is_idle(u, process)) {
		begin_look(u, pid, process->object.id);
		process_keep(process, uptime);
		process_look_files(u, process, false);
	} else {
		look_closely(u, process, pid, uptime);
	}
}

/* Count zombies for their parents. */
static void count_zombies(void)
{
	for (struct object *o = set_next(&process_set, NULL); o; o = set_next(&process_set, o)) {
		char pid[24];
		struct object *parent;

		if (((struct process *)o)->state != 'Z')
			continue;
		snprintf(pid, sizeof(pid), "%llu", object_value0(o, PROC_PPID));
		parent = set_find(&process_set, pid);
		if (parent)
			object_add(parent, PROC_ZOMBIES, 1);
	}
}

static void look(struct usestat *u)
{
	int fd = source_open("/proc", O_RDONLY | O_DIRECTORY);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	__u64 uptime = uptime_ticks();
	struct dirent *e;

	if (!dir)
		missing("processes", missing_why(errno), "mount /proc");
	netns_begin();
	while (dir && (e = readdir(dir)))
		if (isdigit((unsigned char)e->d_name[0]))
			look_process(u, e->d_name, uptime);
	if (dir)
		closedir(dir);
	set_sweep(&process_set, u->ns);
	count_zombies();
	task_look(u);
}

const struct subject process_subject = {
	"process", true, look, process_records, process_rows, { &process_type, &task_type },
};
