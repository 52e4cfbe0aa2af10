// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/regular_file.h"

int regular_file_open(const char *path)
{
	/* O_PATH opens nothing yet, so nobody can replace the file between the check and open(). */
	int found = open(path, O_PATH | O_CLOEXEC), fd;
	char at[32];
	struct stat st;

	if (found < 0)
		return -errno;
	if (fstat(found, &st) || !S_ISREG(st.st_mode)) {
		close(found);
		return -EINVAL;
	}
	snprintf(at, sizeof(at), "/proc/self/fd/%d", found);
	fd = open(at, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		fd = -errno;
	close(found);
	return fd;
}
