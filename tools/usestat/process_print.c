// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Processes as records and as rows. */
#include <stdio.h>
#include <string.h>

#include "process.h"
#include "top.h"

static const struct field fields[] = {
	[PROC_PPID]	= { "ppid", FIELD_GAUGE, .about = "Its parent" },
	[PROC_UID]	= { "uid", FIELD_GAUGE, .about = "Its effective user" },
	[PROC_USER]	= { "user_us", FIELD_COUNTER,
			    .about = "CPU time in programs, in microseconds; a multiple of the "
				     "kernel's tick" },
	[PROC_SYSTEM]	= { "system_us", FIELD_COUNTER,
			    .about = "CPU time in the kernel, in microseconds" },
	[PROC_DELAY]	= { "run_delay_ns", FIELD_COUNTER,
			    .about = "Nanoseconds that its threads waited for a CPU, summed" },
	[PROC_BLOCK]	= { "block_delay_ns", FIELD_COUNTER,
			    .about = "Nanoseconds that its threads waited for disks, summed; "
				     "with kernel.task_delayacct=1" },
	[PROC_SWAP_DELAY] = { "swap_in_delay_ns", FIELD_COUNTER,
			      .about = "Nanoseconds that its threads waited for pages from "
				       "swap, summed; with kernel.task_delayacct=1" },
	[PROC_FAULTS]	= { "major_faults", FIELD_COUNTER,
			    .about = "Page faults that read from a disk" },
	[PROC_READ]	= { "read_bytes", FIELD_COUNTER, "read_bytes",
			    .about = "Bytes that it caused to be read from disks" },
	[PROC_WRITTEN]	= { "written_bytes", FIELD_COUNTER, "write_bytes",
			    .about = "Bytes that it caused to be written to disks, counted when "
				     "it dirties a page" },
	[PROC_CANCELLED] = { "cancelled_write_bytes", FIELD_COUNTER, "cancelled_write_bytes",
			     .about = "Bytes of written_bytes that were not written because "
				      "files were truncated" },
	[PROC_RSS]	= { "rss_bytes", FIELD_GAUGE, .about = "Resident memory" },
	[PROC_GROWTH]	= { "rss_growth_bytes", FIELD_GAUGE,
			    .about = "Growth of rss_bytes since its first sample" },
	[PROC_SWAP]	= { "swap_bytes", FIELD_GAUGE, "VmSwap", 1024,
			    .about = "Its memory in swap; only while swap is in use" },
	[PROC_THREADS]	= { "threads", FIELD_GAUGE, .about = "Its threads" },
	[PROC_THREAD_GROWTH] = { "thread_growth", FIELD_GAUGE,
				 .about = "Growth of threads since its first sample" },
	[PROC_FDS]	= { "fds", FIELD_GAUGE, .about = "Open file descriptors" },
	[PROC_FDS_MAX]	= { "fds_max", FIELD_GAUGE,
			    .about = "Limit of fds" },
	[PROC_FD_GROWTH] = { "fd_growth", FIELD_GAUGE,
			     .about = "Growth of fds since its first sample" },
	[PROC_ZOMBIES]	= { "zombies", FIELD_GAUGE,
			    .about = "Children that have exited and that it has not waited for" },
	[PROC_BLOCKED]	= { "blocked_threads", FIELD_GAUGE,
			    .about = "Its threads in uninterruptible sleep" },
	[PROC_AGE]	= { "age_s", FIELD_GAUGE, .about = "Seconds since it started" },
};

static const struct field keys[] = {
	{ "pid", FIELD_ID, .always = true, .about = "Process" },
	{ "comm", FIELD_COMM, .always = true, .about = "Name of its main thread" },
	{ "command", FIELD_STRING, .about = "Its command line, truncated to 255 bytes" },
	{ "state", FIELD_STRING,
	  .about = "State of its main thread: running, sleeping, uninterruptible, stopped, "
		   "traced, zombie, idle or dead" },
	{ "kernel_thread", FIELD_FLAG, .always = true, .about = "Whether it is a kernel thread" },
	{ "busiest_thread_us", FIELD_GAUGE,
	  .about = "CPU time of the thread that used most, in microseconds; only with several "
		   "threads" },
	{ "busiest_thread", FIELD_ID, .about = "That thread" },
	{ "busiest_thread_comm", FIELD_COMM, .about = "Its name" },
	{ "sockets", FIELD_GAUGE,
	  .about = "Descriptors of sockets; this and the next two keys only near the limit of "
		   "descriptors" },
	{ "pipes", FIELD_GAUGE, .about = "Descriptors of pipes" },
	{ "files", FIELD_GAUGE, .about = "Descriptors of files, directories and devices" },
	{ "written_file", FIELD_STRING,
	  .about = "The file open for writing with the highest position; only for the processes "
		   "that write most" },
	{ "written_position_bytes", FIELD_GAUGE, .about = "Position in that file" },
	{ "top", FIELD_STRINGS, .always = true,
	  .about = "Measures by which it is one of the highest: cpu, run_delay, block_delay, "
		   "memory, memory_growth, swap, major_faults, read, written, threads, "
		   "thread_growth, descriptors (more than half of the limit), "
		   "descriptor_growth, zombies, blocked, stopped" },
	{ "netns", FIELD_ID,
	  .about = "Network namespace: its inode number, as in /proc/PID/ns/net" },
	CGROUP_KEYS,
};

const struct record_type process_type = {
	.name = "process",
	.about = "One of the highest processes by some measure, in detailed samples.  From "
		 "/proc/PID: stat, schedstat, status, io, fd, cgroup, ns/net; and taskstats",
	.interval = true,
	.fields = fields, .n = PROC_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

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

/* Read the arguments, separated by blanks. */
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
	if (process->thread_us) {
		record_uint(u, "busiest_thread_us", process->thread_us);
		record_uint(u, "busiest_thread", process->thread_tid);
		record_str(u, "busiest_thread_comm", process->thread_comm);
	}
	descriptor_keys(u, process, measures);
	top_keys(json, measures);
	if (process->netns)
		record_uint(u, "netns", process->netns);
	record_str(u, "cgroup", process->cgroup);
	if (process->cgroup)
		container_keys(u, process->cgroup);
	record_end(u);
}

void process_records(struct usestat *u)
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
		row_add(COL_SATURATION, "CPU wait %.1f%%", v * 100.0 / ns);
	if (object_delta(o, PROC_BLOCK, &v) && v * 200 > ns)
		row_add(COL_SATURATION, "disk wait %.1f%%", v * 100.0 / ns);
	v = object_delta0(o, PROC_READ) + object_delta0(o, PROC_WRITTEN);
	if (v)
		row_add(COL_SATURATION, "I/O %s/s", human(per_second(o, v)));
	if (object_value(o, PROC_FDS, &v) && object_value(o, PROC_FDS_MAX, &max) && v * 10 >= max * 8)
		row_add(COL_ERRORS, "%llu of %llu descriptors", v, max);
	row_errors(object_value0(o, PROC_ZOMBIES), "zombie(s)");
	row_errors(object_value0(o, PROC_BLOCKED), "blocked thread(s)");
	row_end(u);
}

void process_rows(struct usestat *u)
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
