// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Inotify instances and watches of each user: /proc/PID/fd and fdinfo, in the last look only. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/kcmp.h>

#include "process.h"

#define DESCRIPTORS_MAX 20000		/* looked at */

enum {
	INOTIFY_INSTANCES, INOTIFY_INSTANCES_MAX, INOTIFY_WATCHES, INOTIFY_WATCHES_MAX,
	INOTIFY_FIELDS
};

static const struct field fields[] = {
	[INOTIFY_INSTANCES] = { "instances", FIELD_GAUGE,
				.about = "Inotify instances of the user's processes" },
	[INOTIFY_INSTANCES_MAX] = { "instances_max", FIELD_GAUGE, .about = "Limit of instances" },
	[INOTIFY_WATCHES] = { "watches", FIELD_GAUGE, .about = "Their watches" },
	[INOTIFY_WATCHES_MAX] = { "watches_max", FIELD_GAUGE, .about = "Limit of watches" },
};

static const struct field keys[] = {
	{ "pid", FIELD_ID, .always = true,
	  .about = "Process of the user that uses most of its limits" },
	{ "comm", FIELD_COMM, .always = true, .about = "Its name" },
	{ "process_instances", FIELD_GAUGE, .always = true, .about = "Its instances" },
	{ "process_watches", FIELD_GAUGE, .always = true, .about = "Its watches" },
	CGROUP_KEYS,
};

static const struct record_type type = {
	.name = "inotify",
	.about = "A user whose processes use inotify, in the last sample.  From /proc/PID/fd and "
		 "fdinfo, and /proc/sys/fs/inotify; limits of user namespaces are not known",
	.object = "User ID",
	.fields = fields, .n = INOTIFY_FIELDS,
	.keys = keys, .n_keys = ARRAY_SIZE(keys),
};

struct user {
	struct object object;
	const struct process *process;	/* the process that uses most; valid in this look */
	__u64 instances, watches;	/* of that process */
};

static struct set set = { .type = &type, .size = sizeof(struct user) };

static __u64 unread;			/* descriptors beyond DESCRIPTORS_MAX */

/* Count the lines that begin with "inotify wd": there can be a million. */
static __u64 count_watches(const struct process *process, const char *name)
{
	static const char begin[] = "inotify ";
	char path[320], text[4096];
	size_t at = 0;			/* number of matching characters since the line began */
	__u64 watches = 0;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", process->pid, name);
	fd = source_open(path, O_RDONLY);
	while (fd >= 0 && (n = read(fd, text, sizeof(text))) > 0)
		for (ssize_t i = 0; i < n; i++) {
			at = text[i] == '\n' ? 0 : at < sizeof(begin) - 1 && text[i] == begin[at] ?
				at + 1 : sizeof(begin);
			watches += at == sizeof(begin) - 1;
		}
	if (fd >= 0)
		close(fd);
	return watches;
}

static void add(struct usestat *u, const struct process *process, __u64 instances, __u64 watches)
{
	struct user *user;
	char uid[24];

	snprintf(uid, sizeof(uid), "%llu", object_value0(&process->object, PROC_UID));
	user = (struct user *)set_look(&set, uid, 0, u->ns);
	object_add(&user->object, INOTIFY_INSTANCES, instances);
	object_add(&user->object, INOTIFY_WATCHES, watches);
	if (user->process && watches + instances <= user->watches + user->instances)
		return;
	user->process = process;
	user->instances = instances;
	user->watches = watches;
}

/* A child inherits the instances of its parent: they are the same. */
static bool is_inherited(const struct process *process, const char *fd)
{
	return syscall(SYS_kcmp, (pid_t)object_value0(&process->object, PROC_PPID), process->pid,
		       KCMP_FILE, atol(fd), atol(fd)) == 0;
}

static void look_process(struct usestat *u, const struct process *process)
{
	__u64 instances = 0, watches = 0;
	struct dirent *e;
	char path[320];
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc/%d/fd", source_root, process->pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		char link[32];
		ssize_t len = readlinkat(dirfd(dir), e->d_name, link, sizeof(link));

		if (len < 18 || strncmp(link, "anon_inode:inotify", 18) != 0 ||
		    is_inherited(process, e->d_name))
			continue;
		instances++;
		watches += count_watches(process, e->d_name);
	}
	if (dir)
		closedir(dir);
	if (instances)
		add(u, process, instances, watches);
}

static void look_limits(void)
{
	__u64 instances, watches;
	bool known = source_number(&instances, 10, "/proc/sys/fs/inotify/max_user_instances") &&
		source_number(&watches, 10, "/proc/sys/fs/inotify/max_user_watches");

	for (struct object *o = set_next(&set, NULL); known && o; o = set_next(&set, o)) {
		object_put(o, INOTIFY_INSTANCES_MAX, instances);
		object_put(o, INOTIFY_WATCHES_MAX, watches);
	}
}

static void look(struct usestat *u)
{
	__u64 looked = 0;

	if (!u->last)
		return;
	unread = 0;
	for (struct object *o = set_next(&process_set, NULL); o; o = set_next(&process_set, o)) {
		__u64 fds = object_value0(o, PROC_FDS);

		if (looked + fds > DESCRIPTORS_MAX)
			unread += fds;
		else if (!((struct process *)o)->kernel)
			look_process(u, (struct process *)o);
		looked += fds;
	}
	set_sweep(&set, u->ns);
	look_limits();
}

static __u64 share(const struct object *o, int value, int max)
{
	__u64 limit = object_value0(o, max);

	return limit ? object_value0(o, value) * 10000 / limit : 0;
}

/* Return the higher of the two shares of a limit, in hundredths of a percent. */
static __u64 weight(const struct object *o)
{
	__u64 instances = share(o, INOTIFY_INSTANCES, INOTIFY_INSTANCES_MAX);
	__u64 watches = share(o, INOTIFY_WATCHES, INOTIFY_WATCHES_MAX);

	return instances > watches ? instances : watches;
}

static void records(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);

	for (size_t i = 0; i < set.n_objects && i < u->top; i++) {
		const struct user *user = (const struct user *)list[i];

		record_begin(u, type.name);
		record_str(u, "name", list[i]->name);
		field_keys(u, &set, list[i]);
		record_uint(u, "pid", user->process->pid);
		record_str(u, "comm", user->process->comm);
		record_uint(u, "process_instances", user->instances);
		record_uint(u, "process_watches", user->watches);
		record_str(u, "cgroup", user->process->cgroup);
		if (user->process->cgroup)
			container_keys(u, user->process->cgroup);
		record_end(u);
	}
	if (unread && u->last)
		record_omitted(u, "descriptor", unread);
	free(list);
}

static void rows(struct usestat *u)
{
	struct object **list = set_sorted(&set, weight);
	__u64 v;

	for (size_t i = 0; i < set.n_objects && i < u->top && weight(list[i]) >= 5000; i++) {
		row_begin(u, "inotify", list[i]->name);
		row_utilisation(weight(list[i]), 10000);
		v = object_value0(list[i], INOTIFY_INSTANCES);
		row_add(COL_SATURATION, "%llu instance%s", v, plural(v));
		v = object_value0(list[i], INOTIFY_WATCHES);
		row_add(COL_SATURATION, "%llu watch%s", v, v == 1 ? "" : "es");
		row_end(u);
	}
	free(list);
}

const struct subject inotify_subject = {
	"inotify", true, look, records, rows, { &type },
};
