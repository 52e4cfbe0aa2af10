// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Kinds of the open descriptors of a process.  Read only for few processes, because each descriptor
 * costs a call.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "top.h"

#define DESCRIPTORS_MAX 5000		/* read per process; the counts cover only these */

static DIR *open_fds(const struct process *process)
{
	char path[320];

	snprintf(path, sizeof(path), "%s/proc/%d/fd", source_root, process->pid);
	return opendir(path);
}

/* Return false at the end of the directory. */
static bool next_link(DIR *dir, const char **fd, char *link, size_t size)
{
	struct dirent *e;

	while ((e = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), e->d_name, link, size - 1);

		if (len < 0)
			continue;
		link[len] = '\0';
		*fd = e->d_name;
		return true;
	}
	return false;
}

static void kind_keys(struct usestat *u, const struct process *process)
{
	__u64 sockets = 0, pipes = 0, files = 0;
	DIR *dir = open_fds(process);
	const char *fd;
	char link[256];

	for (int n = 0; dir && n < DESCRIPTORS_MAX && next_link(dir, &fd, link, sizeof(link)); n++) {
		sockets += strncmp(link, "socket:", 7) == 0;
		pipes += strncmp(link, "pipe:", 5) == 0;
		files += link[0] == '/';
	}
	if (!dir)
		return;
	closedir(dir);
	record_uint(u, "sockets", sockets);
	record_uint(u, "pipes", pipes);
	record_uint(u, "files", files);
}

/* "pos: 12", "flags: 0100001": return the position of a file open for writing, otherwise 0. */
static __u64 write_position(const struct process *process, const char *fd)
{
	char *text = source_text("/proc/%d/fdinfo/%s", process->pid, fd), *line;
	__u64 pos = 0, flags = 0;

	while ((line = line_next(&text))) {
		char *name = word_next(&line);

		if (name && strcmp(name, "pos:") == 0)
			number_next(&line, &pos);
		else if (name && strcmp(name, "flags:") == 0)
			word_number(word_next(&line), 8, &flags);
	}
	return (flags & O_ACCMODE) == O_RDONLY ? 0 : pos;
}

static void written_key(struct usestat *u, const struct process *process)
{
	char link[256], furthest[256] = "";
	DIR *dir = open_fds(process);
	const char *fd;
	__u64 max = 0;

	for (int n = 0; dir && n < DESCRIPTORS_MAX / 10 && next_link(dir, &fd, link, sizeof(link)); n++) {
		__u64 pos = link[0] == '/' ? write_position(process, fd) : 0;

		if (pos <= max)
			continue;
		max = pos;
		memcpy(furthest, link, sizeof(furthest));
	}
	if (dir)
		closedir(dir);
	record_str(u, "written_file", furthest);
	if (max)
		record_uint(u, "written_position_bytes", max);
}

void descriptor_keys(struct usestat *u, const struct process *process, __u32 measures)
{
	if (top_has(measures, "descriptors"))
		kind_keys(u, process);
	if (top_has(measures, "written"))
		written_key(u, process);
}
