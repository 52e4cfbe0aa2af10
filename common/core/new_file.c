// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/new_file.h"
#include "core/xalloc.h"

static void forget(struct new_file *file)
{
	free(file->path);
	free(file->temporary);
	*file = (struct new_file){ .fd = -1 };
}

/* mkostemp() creates the file with mode 0600.  Set the mode that open(2) would give it. */
static void set_permissions(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	fchmod(fd, 0644 & ~mask);
}

int new_file_open(struct new_file *file, const char *path)
{
	struct stat st;

	*file = (struct new_file){ .fd = -1 };
	if (!*path)
		return -ENOENT;
	if (!lstat(path, &st) && !S_ISREG(st.st_mode))
		return -EINVAL;
	/* Not "*.prom", so that no collector reads an incomplete file. */
	if (asprintf(&file->temporary, "%s.XXXXXX", path) < 0)
		out_of_memory();
	file->path = xstrdup(path);
	file->fd = mkostemp(file->temporary, O_CLOEXEC);
	if (file->fd < 0) {
		int err = -errno;

		forget(file);
		return err;
	}
	set_permissions(file->fd);
	return 0;
}

/* Store what identifies the directory of @path in @st; return its name in the directory, or NULL. */
static const char *place(const char *path, struct stat *st)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? strndup(path, slash - path + 1) : xstrdup(".");
	bool found = dir && stat(dir, st) == 0;

	free(dir);
	if (!found)
		return NULL;
	return slash ? slash + 1 : path;
}

bool new_file_is_same(const char *a, const char *b)
{
	struct stat dir_a, dir_b;
	const char *name_a = place(a, &dir_a), *name_b = place(b, &dir_b);

	if (!name_a || !name_b)
		return strcmp(a, b) == 0;
	return dir_a.st_dev == dir_b.st_dev && dir_a.st_ino == dir_b.st_ino &&
	       strcmp(name_a, name_b) == 0;
}

int new_file_commit(struct new_file *file)
{
	int err = 0;

	if (close(file->fd) || rename(file->temporary, file->path))
		err = -errno;
	if (err)
		unlink(file->temporary);
	forget(file);
	return err;
}

void new_file_discard(struct new_file *file)
{
	if (!file->path)
		return;
	close(file->fd);
	unlink(file->temporary);
	forget(file);
}
