// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
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
