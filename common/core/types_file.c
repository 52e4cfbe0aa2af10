// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/btf_subset.h"
#include "core/kernel_btf.h"
#include "core/types_file.h"

const char *types_file_open(struct types_file *file)
{
	size_t size;

	file->fd = -1;
	if (!kernel_btf_exists() && !kernel_btf_data(&size))
		return NULL;
	file->fd = memfd_create("types", MFD_CLOEXEC);
	snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
	return access(file->path, R_OK) == 0 ? file->path : kernel_btf_path();
}

/*
 * Let the descriptor of the file in memory refer to the file with all types, because
 * nothing can be written to memory: the limit of file sizes (RLIMIT_FSIZE) counts it.
 */
static int use_all_types(const struct types_file *file)
{
	int fd = open(kernel_btf_path(), O_RDONLY | O_CLOEXEC);
	int err = fd < 0 || dup3(fd, file->fd, O_CLOEXEC) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

int types_file_fill(const struct types_file *file, const void *object, size_t object_bytes)
{
	const struct btf_index *index = kernel_btf_of_programs();
	struct text types = {};
	size_t size;
	int err;

	if (file->fd < 0)
		return 0;
	if (!index && errno != EOPNOTSUPP)
		return -errno;
	if (!index || btf_subset(&types, index, object, object_bytes)) {
		types.len = 0;
		text_bytes(&types, kernel_btf_data(&size), size);
	}
	err = text_write(&types, file->fd);
	text_free(&types);
	return err ? use_all_types(file) : 0;
}

void types_file_close(struct types_file *file)
{
	close(file->fd);
	file->fd = -1;
}
