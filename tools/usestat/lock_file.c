// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Locks of files that somebody waits for: /proc/locks. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lock.h"

#define DESCRIPTORS_MAX 500		/* descriptors read to find a path */

struct line {
	__u64 number;
	bool waits;
	pid_t pid;			/* -1: of an open file description */
	char *file;
};

/* "1: FLOCK ADVISORY WRITE 812 08:01:1234 0 EOF"; "1: -> FLOCK ..." waits for it. */
static bool parse_line(char *text, struct line *line)
{
	char *number = word_next(&text), *word = word_next(&text), *pid;

	if (!number || !word)
		return false;
	line->number = strtoull(number, NULL, 10);
	line->waits = strcmp(word, "->") == 0;
	if (line->waits)
		word_next(&text);
	word_next(&text);		/* ADVISORY */
	word_next(&text);		/* WRITE */
	pid = word_next(&text);
	line->file = word_next(&text);
	if (!line->file)
		return false;
	line->pid = atoi(pid);
	return true;
}

static const struct process *process_of(pid_t pid)
{
	char name[24];

	snprintf(name, sizeof(name), "%d", pid);
	return (const struct process *)set_find(&process_set, name);
}

static __u64 inode_of(const char *file)
{
	const char *colon = strrchr(file, ':');

	return colon ? strtoull(colon + 1, NULL, 10) : 0;
}

void lock_look_files(void)
{
	char *text = source_text("/proc/locks"), *next;
	struct line holder = {}, line;

	while ((next = line_next(&text))) {
		struct wait wait = { .kind = LOCK_FILE };

		if (!parse_line(next, &line))
			continue;
		if (!line.waits) {
			holder = line;
			continue;
		}
		if (line.number != holder.number || holder.pid <= 0 || line.pid <= 0)
			continue;
		wait.process = process_of(line.pid);
		wait.waiter = line.pid;
		wait.owner = holder.pid;
		wait.id = inode_of(line.file);
		snprintf(wait.file, sizeof(wait.file), "%.23s", line.file);
		lock_add(&wait);
	}
}

/* fdinfo has a line "lock:	1: FLOCK ADVISORY WRITE 812 08:01:1234 0 EOF". */
static bool locks_file(pid_t pid, const char *fd, const char *file)
{
	char *text = source_text("/proc/%d/fdinfo/%s", pid, fd), *line;

	while ((line = line_next(&text)))
		if (strncmp(line, "lock:", 5) == 0 && strstr(line, file))
			return true;
	return false;
}

bool lock_file_path(pid_t owner, const char *file, char *path, size_t size)
{
	char fds[320];
	struct dirent *e;
	ssize_t len = -1;
	DIR *dir;

	snprintf(fds, sizeof(fds), "%s/proc/%d/fd", source_root, owner);
	dir = opendir(fds);
	for (int n = 0; dir && len < 0 && n < DESCRIPTORS_MAX && (e = readdir(dir)); n++)
		if (e->d_name[0] != '.' && locks_file(owner, e->d_name, file))
			len = readlinkat(dirfd(dir), e->d_name, path, size - 1);
	if (dir)
		closedir(dir);
	path[len > 0 ? len : 0] = '\0';
	return len > 0;
}
