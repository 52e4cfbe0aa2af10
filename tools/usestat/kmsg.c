// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The kernel's log: records of /dev/kmsg that belong to one of the classes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/xalloc.h"
#include "kmsg.h"
#include "usestat.h"

#define HISTORY_MAX 20			/* per class, from before the start: the last ones */
#define PENDING_MAX 50			/* per class, between two looks: the first ones */
#define KEPT_MAX 1000			/* records of all classes */
#define CLASSES_MAX 100
#define RECORD_SIZE 8192		/* larger than PRINTK_MESSAGE_MAX */

static struct {
	int fd;				/* -1: cannot be opened */
	bool opened;
	__u64 next;			/* next sequence number; 0: unknown */
	struct kmsg *at[KEPT_MAX];	/* not yet printed, malloc'd */
	size_t n;
	__u64 overwritten;		/* messages overwritten before they were read */
	__u64 programs;			/* messages that programs wrote */
	struct {
		const char *name;
		size_t kept;
		__u64 omitted;		/* there was no room */
	} classes[CLASSES_MAX];
	size_t n_classes;
} kernel_log = { .fd = -1 };

/* Return the index of the class in kernel_log.classes; all beyond CLASSES_MAX share the last one. */
static size_t class_index(const char *name)
{
	for (size_t i = 0; i < kernel_log.n_classes; i++)
		if (strcmp(kernel_log.classes[i].name, name) == 0)
			return i;
	if (kernel_log.n_classes == CLASSES_MAX)
		return CLASSES_MAX - 1;
	kernel_log.classes[kernel_log.n_classes].name = name;
	return kernel_log.n_classes++;
}

/* Drop the first record of the class. */
static void drop_first(const char *class)
{
	size_t i = 0;

	while (i < kernel_log.n && strcmp(kernel_log.at[i]->class, class) != 0)
		i++;
	if (i == kernel_log.n)
		return;
	free(kernel_log.at[i]);
	kernel_log.n--;
	memmove(kernel_log.at + i, kernel_log.at + i + 1,
		(kernel_log.n - i) * sizeof(kernel_log.at[0]));
}

/*
 * Keep a record, up to a limit for each class, so that a flood of one class leaves room for others.
 */
static void append(struct kmsg *record)
{
	size_t i = class_index(record->class);
	size_t max = record->history ? HISTORY_MAX : PENDING_MAX;
	bool full = kernel_log.classes[i].kept >= max;

	if (full && record->history) {
		drop_first(record->class);
		kernel_log.classes[i].kept--;
		kernel_log.classes[i].omitted++;
		full = false;
	}
	if (full || kernel_log.n == KEPT_MAX) {
		kernel_log.classes[i].omitted++;
		free(record);
		return;
	}
	kernel_log.classes[i].kept++;
	kernel_log.at[kernel_log.n++] = record;
}

static void take(char *text, bool history)
{
	struct kmsg *record = xcalloc(1, sizeof(*record));

	if (!kmsg_parse(text, record)) {
		free(record);
		return;
	}
	if (kernel_log.next && record->sequence > kernel_log.next)
		kernel_log.overwritten += record->sequence - kernel_log.next;
	kernel_log.next = record->sequence + 1;
	record->history = history;
	kernel_log.programs += record->program;
	if (!record->class) {
		free(record);
		return;
	}
	append(record);
}

enum { TOTAL_MESSAGES, TOTAL_PROGRAMS, TOTAL_FIELDS };

static const struct field total_fields[] = {
	[TOTAL_MESSAGES] = { "messages", FIELD_COUNTER,
			     .about = "Messages of all levels and classes" },
	[TOTAL_PROGRAMS] = { "program_messages", FIELD_COUNTER,
			     .about = "Messages that programs wrote into the kernel's log" },
};

static const struct record_type total_type = {
	.name = "log_total",
	.about = "How much is written into the kernel's log.  From /dev/kmsg",
	.object = "Always kernel",
	.interval = true,
	.fields = total_fields, .n = TOTAL_FIELDS,
};

static struct set total_set = { .type = &total_type };

/* Put the number of messages.  The sequence numbers also count overwritten messages. */
static void look_total(struct usestat *u)
{
	struct object *o;

	if (!kernel_log.next)
		return;
	o = set_look(&total_set, "kernel", 0, u->ns);
	object_put(o, TOTAL_MESSAGES, kernel_log.next);
	object_put(o, TOTAL_PROGRAMS, kernel_log.programs);
}

/* Each read(2) returns one record; EPIPE means that some were overwritten. */
static void look(struct usestat *u)
{
	static char text[RECORD_SIZE];
	bool history = !kernel_log.opened;
	ssize_t n;

	if (!kernel_log.opened) {
		kernel_log.fd = source_open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
		kernel_log.opened = true;
		if (kernel_log.fd < 0)
			missing("the kernel's log", missing_why(errno),
				"run as root, or with CAP_SYSLOG; or sysctl kernel.dmesg_restrict=0");
	}
	while (kernel_log.fd >= 0) {
		n = read(kernel_log.fd, text, sizeof(text) - 1);
		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			break;
		text[n] = '\0';
		take(text, history);
	}
	look_total(u);
}

static void clear(void)
{
	for (size_t i = 0; i < kernel_log.n; i++)
		free(kernel_log.at[i]);
	kernel_log.n = 0;
	for (size_t i = 0; i < kernel_log.n_classes; i++)
		kernel_log.classes[i].kept = kernel_log.classes[i].omitted = 0;
	kernel_log.overwritten = 0;
}

static const struct field keys[] = {
	{ "class", FIELD_STRING, .always = true, .about = "Class of the message, by its text" },
	{ "level", FIELD_GAUGE, .always = true,
	  .about = "0 emergency, 1 alert, 2 critical, 3 error, 4 warning, 5 notice, 6 "
		   "information, 7 debug" },
	{ "history", FIELD_FLAG, .always = true,
	  .about = "Whether it was logged before usestat started" },
	{ "text", FIELD_STRING, .always = true, .about = "The message, truncated to 511 bytes" },
	{ "pid", FIELD_ID,
	  .about = "The process; only for oom_kill, segfault, hung_task and soft_lockup" },
	{ "comm", FIELD_COMM, .about = "Name of that process" },
	{ "oom_memcg", FIELD_STRING,
	  .about = "Cgroup that ran out of memory; only for oom_kill; absent if the whole "
		   "machine did" },
	{ "task_memcg", FIELD_STRING, .about = "Cgroup of the process; of oom_kill" },
	{ "pids_cgroup", FIELD_STRING,
	  .about = "Cgroup whose limit rejected a fork; only for pids_limit" },
	{ "object", FIELD_STRING,
	  .about = "Disk, file system's device, interface, server, port or clock source that "
		   "the text names" },
	{ "device", FIELD_STRING,
	  .about = "Device that the message is about: b8:0, c1:3, n2 or +subsystem:name" },
};

static const struct record_type type = {
	.name = "log",
	.about = "A kernel message that belongs to a class; its time is that of the message.  "
		 "From /dev/kmsg",
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

static void print(struct usestat *u, const struct kmsg *record)
{
	record_begin_at(u, "log", record->ns);
	record_str(u, "class", record->class);
	record_uint(u, "level", record->level);
	record_flag(u, "history", record->history);
	record_str(u, "text", record->text);
	if (record->pid)
		record_uint(u, "pid", record->pid);
	record_str(u, "comm", record->comm);
	record_str(u, "oom_memcg", record->oom_memcg);
	record_str(u, strcmp(record->class, "pids_limit") == 0 ? "pids_cgroup" : "task_memcg",
		   record->task_memcg);
	record_str(u, "object", record->object);
	record_str(u, "device", record->device);
	record_end(u);
}

static void records(struct usestat *u)
{
	for (size_t i = 0; i < kernel_log.n; i++)
		print(u, kernel_log.at[i]);
	for (size_t i = 0; i < kernel_log.n_classes; i++)
		if (kernel_log.classes[i].omitted)
			record_omitted_class(u, "log", kernel_log.classes[i].name,
					     kernel_log.classes[i].omitted);
	if (kernel_log.overwritten)
		record_omitted(u, "overwritten_log", kernel_log.overwritten);
	set_records(u, &total_set, NULL);
	clear();
}

/* Print one row per class, for the messages of this interval. */
static void rows(struct usestat *u)
{
	for (size_t i = 0; i < kernel_log.n; i++) {
		__u64 n = 0;
		size_t k;

		for (k = 0; k < kernel_log.n; k++) {
			if (kernel_log.at[k]->history || kernel_log.at[k]->class != kernel_log.at[i]->class)
				continue;
			if (k < i)
				break;		/* this class had its row */
			n++;
		}
		if (!n || k < kernel_log.n)
			continue;
		row_begin(u, "log", kernel_log.at[i]->class);
		row_errors(n, "message(s)");
		row_add(COL_ERRORS, "%.100s", kernel_log.at[i]->text);
		row_end(u);
	}
	clear();
}

const struct subject log_subject = {
	"log", false, look, records, rows, { &type, &total_type },
};
