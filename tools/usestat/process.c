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

#include "process.h"
#include "top.h"

#define PF_KTHREAD 0x00200000		/* include/linux/sched.h */

static const struct field fields[] = {
	[PROC_PPID]	= { "ppid", FIELD_GAUGE },
	[PROC_UID]	= { "uid", FIELD_GAUGE },
	[PROC_USER]	= { "user_us", FIELD_COUNTER },
	[PROC_SYSTEM]	= { "system_us", FIELD_COUNTER },
	[PROC_DELAY]	= { "run_delay_ns", FIELD_COUNTER },
	[PROC_BLOCK]	= { "block_delay_ns", FIELD_COUNTER },
	[PROC_SWAP_DELAY] = { "swap_in_delay_ns", FIELD_COUNTER },
	[PROC_FAULTS]	= { "major_faults", FIELD_COUNTER },
	[PROC_READ]	= { "read_bytes", FIELD_COUNTER, "read_bytes" },
	[PROC_WRITTEN]	= { "written_bytes", FIELD_COUNTER, "write_bytes" },
	[PROC_CANCELLED] = { "cancelled_write_bytes", FIELD_COUNTER, "cancelled_write_bytes" },
	[PROC_RSS]	= { "rss_bytes", FIELD_GAUGE },
	[PROC_GROWTH]	= { "rss_growth_bytes", FIELD_GAUGE },
	[PROC_SWAP]	= { "swap_bytes", FIELD_GAUGE, "VmSwap", 1024 },
	[PROC_THREADS]	= { "threads", FIELD_GAUGE },
	[PROC_THREAD_GROWTH] = { "thread_growth", FIELD_GAUGE },
	[PROC_FDS]	= { "fds", FIELD_GAUGE },
	[PROC_FDS_MAX]	= { "fds_max", FIELD_GAUGE },
	[PROC_FD_GROWTH] = { "fd_growth", FIELD_GAUGE },
	[PROC_ZOMBIES]	= { "zombies", FIELD_GAUGE },
	[PROC_BLOCKED]	= { "blocked_threads", FIELD_GAUGE },
	[PROC_AGE]	= { "age_s", FIELD_GAUGE },
};

static void release(struct object *object)
{
	struct process *process = (struct process *)object;

	source_close(&process->stat);
	source_close(&process->io);
	free((char *)process->stat.path);
	free((char *)process->io.path);
	free(process->cgroup);
}

struct set process_set = {
	.type = "process", .fields = fields, .n = PROC_FIELDS, .size = sizeof(struct process),
	.whole = true, .release = release,
};

/* What /proc/PID/stat has after the name. */
struct stat_line {
	char comm[COMM_SIZE], state;
	__u64 ppid, flags, major_faults, user, system, threads, start, rss;
};

/* "123 (a name) S 1 ...": the name may hold anything, also blanks and brackets. */
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
		else if (!word_number(word, 10, &v[i]))	/* tty's group may be -1 */
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
		abort();
	return path;
}

/* The uptime in ticks, of the look. */
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
 * The text of a process's stat, from the file that is open since the last look; it fails
 * with ESRCH if that process has gone.  Otherwise from @once.
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
		process->pid = atoi(pid);
	}
	return process;
}

static void look_process(struct usestat *u, const char *pid, __u64 uptime)
{
	struct process *process = (struct process *)set_find(&process_set, pid);
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

/* A zombie counts for the parent that does not wait for it. */
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

const char *process_state(char state)
{
	static const struct {
		char letter;
		const char *name;
	} names[] = {
		{ 'R', "running" }, { 'S', "sleeping" }, { 'D', "uninterruptible" },
		{ 'T', "stopped" }, { 't', "traced" }, { 'Z', "zombie" }, { 'I', "idle" },
		{ 'X', "dead" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].letter == state)
			return names[i].name;
	return NULL;
}

/* The arguments with blanks between. */
static void look_command(const struct process *process, char *command, size_t size)
{
	char *text = process->kernel ? NULL : source_text("/proc/%d/cmdline", process->pid);
	size_t len = text ? source_length() : 0;

	len = len < size - 1 ? len : size - 1;
	for (size_t i = 0; i < len; i++)
		command[i] = text[i] ? text[i] : ' ';
	while (len && command[len - 1] == ' ')
		len--;
	command[len] = '\0';
}

static void process_record(struct usestat *u, const struct process *process, __u32 measures)
{
	struct json *json;
	char command[256];

	look_command(process, command, sizeof(command));
	json = record_begin(u, "process");
	record_uint(u, "pid", process->pid);
	record_str(u, "comm", process->comm);
	record_str(u, "command", command);
	record_str(u, "state", process_state(process->state));
	record_flag(u, "kernel_thread", process->kernel);
	if (process->object.before_ns)
		record_uint(u, "interval_ns", process->object.ns - process->object.before_ns);
	field_keys(u, &process_set, &process->object);
	top_keys(json, measures);
	if (process->netns)
		record_uint(u, "netns", process->netns);
	record_str(u, "cgroup", process->cgroup);
	if (process->cgroup)
		container_keys(u, process->cgroup);
	record_end(u);
}

static void records(struct usestat *u)
{
	struct top *top = top_processes(u);
	size_t n = 0;

	for (; n < top->n; n++)
		process_record(u, (struct process *)top->list[n].object, top->list[n].measures);
	if (process_set.n_objects > n)
		record_omitted(u, "process", process_set.n_objects - n);
	top_free(top);
	task_records(u);
}

static void process_row(struct usestat *u, const struct process *process)
{
	const struct object *o = &process->object;
	__u64 ns = interval_ns(o), v, max;
	char name[48];

	snprintf(name, sizeof(name), "%d %s", process->pid, process->comm);
	row_begin(u, "process", name);
	row_utilisation((object_delta0(o, PROC_USER) + object_delta0(o, PROC_SYSTEM)) * NS_PER_US, ns);
	if (object_value(o, PROC_RSS, &v))
		row_add(COL_SATURATION, "%s", human(v));
	if (object_delta(o, PROC_DELAY, &v) && v * 200 > ns)
		row_add(COL_SATURATION, "waits for a CPU %.1f%%", v * 100.0 / ns);
	if (object_delta(o, PROC_BLOCK, &v) && v * 200 > ns)
		row_add(COL_SATURATION, "waits for disks %.1f%%", v * 100.0 / ns);
	v = object_delta0(o, PROC_READ) + object_delta0(o, PROC_WRITTEN);
	if (v)
		row_add(COL_SATURATION, "I/O %s/s", human(per_second(o, v)));
	if (object_value(o, PROC_FDS, &v) && object_value(o, PROC_FDS_MAX, &max) && v * 10 >= max * 8)
		row_add(COL_ERRORS, "%llu of %llu descriptors", v, max);
	row_errors(object_value0(o, PROC_ZOMBIES), "zombies");
	row_errors(object_value0(o, PROC_BLOCKED), "blocked threads");
	row_end(u);
}

static void rows(struct usestat *u)
{
	struct top *top = top_processes(u);
	size_t shown = 0;

	for (size_t i = 0; i < top->n && shown < u->top; i++) {
		if (!top->list[i].object->before_ns)
			continue;
		process_row(u, (struct process *)top->list[i].object);
		shown++;
	}
	top_free(top);
	task_rows(u);
}

const struct subject process_subject = { "process", true, look, records, rows };
