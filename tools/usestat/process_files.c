// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Further files of a process: I/O, descriptors, cgroup, namespace. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"

static void look_io(struct process *process)
{
	char *text = source_read(&process->io);

	if (text)
		object_lines(&process_set, &process->object, text);
	else if (errno == EACCES || errno == EPERM)
		missing("I/O of some processes", "permission denied",
			"run as root with all capabilities, or with CAP_SYS_PTRACE");
}

static bool proc_path(char *path, size_t size, const struct process *process, const char *file)
{
	return snprintf(path, size, "%s/proc/%d/%s", source_root, process->pid, file) < (int)size;
}

static __u64 count_entries(const char *path)
{
	DIR *dir = opendir(path);
	__u64 n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n > 2 ? n - 2 : 0;		/* . and .. */
}

/* "Max open files            1024                 524288               files" */
static bool limit_of_file(const struct process *process, const char *name, __u64 *limit)
{
	char *text = source_text("/proc/%d/limits", process->pid), *line = text ? strstr(text, name) : NULL;

	if (line)
		line += strlen(name);
	return line && number_next(&line, limit);
}

/* prlimit(2) is cheaper but needs CAP_SYS_RESOURCE for processes of other users. */
bool process_limit(const struct process *process, int resource, __u64 *limit)
{
	struct rlimit rlimit;

	if (prlimit(process->pid, resource, NULL, &rlimit))
		return limit_of_file(process, resource == RLIMIT_NPROC ? "Max processes" :
				     "Max open files", limit);
	*limit = rlimit.rlim_cur;
	return rlimit.rlim_cur != RLIM_INFINITY;
}

static void look_fds_max(struct process *process)
{
	__u64 limit;

	if (process_limit(process, RLIMIT_NOFILE, &limit))
		object_put(&process->object, PROC_FDS_MAX, limit);
}

/*
 * The size of /proc/PID/fd is the number of open files since v6.2 (f1f1f2569901, "proc:
 * report open files as size in stat() for /proc/pid/fd"), 0 before.
 */
static void look_fds(struct process *process)
{
	struct object *o = &process->object;
	char path[256];
	struct stat st;
	__u64 n;

	if (!proc_path(path, sizeof(path), process, "fd") || stat(path, &st))
		return;
	n = st.st_size ? (__u64)st.st_size : count_entries(path);
	if (!n && access(path, R_OK))
		return;
	if (object_is_new(o))
		process->first_fds = n;
	object_put(o, PROC_FDS, n);
	object_put(o, PROC_FD_GROWTH, n > process->first_fds ? n - process->first_fds : 0);
	look_fds_max(process);
}

/* Prefer version 2 ("0::/a") if it is in use, then memory of version 1, then cpu. */
static int rank_of(const char *controllers, const char *path)
{
	if (!*controllers)
		return strcmp(path, "/") != 0 ? 4 : 1;
	return strstr(controllers, "memory") ? 3 : strstr(controllers, "cpu") ? 2 : 0;
}

char *process_cgroup(char *text)
{
	char *best = NULL, *line;
	int rank = 0;

	while ((line = line_next(&text))) {
		char *controllers = strchr(line, ':'), *path;
		int r;

		path = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!path)
			continue;
		*path++ = '\0';
		r = rank_of(controllers + 1, path);
		if (r > rank) {
			rank = r;
			best = path;
		}
	}
	return best ? strdup(best) : NULL;
}

static void look_cgroup(struct process *process)
{
	char *text = source_text("/proc/%d/cgroup", process->pid);

	free(process->cgroup);
	process->cgroup = text ? process_cgroup(text) : NULL;
}

/* The name is "net:[4026531840]". */
static void look_netns(struct process *process)
{
	char path[256], link[64];
	ssize_t len = -1;

	process->netns = 0;
	if (proc_path(path, sizeof(path), process, "ns/net"))
		len = readlink(path, link, sizeof(link) - 1);
	if (len < 0) {
		if (errno == EACCES)
			missing("network namespaces of some processes", "permission denied",
				"run as root with all capabilities, or with CAP_SYS_PTRACE");
		return;
	}
	link[len] = '\0';
	if (sscanf(link, "net:[%llu]", &process->netns) != 1)
		process->netns = 0;
}

static void look_owner(struct process *process)
{
	char path[256];
	struct stat st;

	if (proc_path(path, sizeof(path), process, "") && !stat(path, &st))
		object_put(&process->object, PROC_UID, st.st_uid);
}

static void look_swap(struct process *process)
{
	char *text = source_text("/proc/%d/status", process->pid);
	char *line = text ? strstr(text, "\nVmSwap:") : NULL;

	if (line)
		object_lines(&process_set, &process->object, line + 1);
}

/* A new process may not have entered its cgroup and namespaces yet. */
static bool is_settling(const struct process *process)
{
	return object_is_new(&process->object) ||
		object_value0(&process->object, PROC_AGE) < SETTLED_S;
}

/* Keep the values that only the process itself can change. */
static void keep_values(struct object *o)
{
	static const int kept[] = { PROC_UID, PROC_FDS, PROC_FDS_MAX, PROC_FD_GROWTH };

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (o->known_before & 1ULL << kept[i])
			object_put(o, kept[i], o->before[kept[i]]);
}

void process_look_files(struct usestat *u, struct process *process, bool active)
{
	bool kernel = process->kernel || process->state == 'Z';

	active |= is_settling(process);
	if (active) {
		look_cgroup(process);
		look_owner(process);
	} else {
		keep_values(&process->object);
	}
	if (kernel)
		return;
	if (active) {
		look_io(process);
		look_netns(process);
		look_fds(process);
		taskstats_look(process);
	}
	netns_add(process);
	if (u->swapping)
		look_swap(process);
}
