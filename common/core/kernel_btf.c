// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "core/kernel_btf.h"

#define FILE_BYTES_MAX (256L << 20)	/* of a file with only types; kernels have 5 to 10 MB */

struct types {
	bool tried;
	int error;		/* negative errno of reading them */
	const char *path;
	const void *data;
	size_t size;
	struct btf_index index;
};

static struct types kernel;
static struct types file = { .error = -ENOENT };	/* of --btf */
static struct btf *parsed;			/* the owner of file.data */

bool kernel_btf_exists(void)
{
	return access(KERNEL_BTF, R_OK) == 0;
}

/* Return false for files that are too large to read, and for those of another kind. */
static bool may_have_types(int fd)
{
	Elf64_Ehdr header = {};
	__u16 magic = BTF_MAGIC;
	struct stat st;

	if (fstat(fd, &st) || pread(fd, &header, sizeof(header), 0) < (ssize_t)BTF_HEADER_BYTES)
		return false;
	if (memcmp(&header, &magic, sizeof(magic)) == 0)
		return st.st_size <= FILE_BYTES_MAX;
	/* The types of a BPF object are those of a program. */
	return memcmp(header.e_ident, ELFMAG, SELFMAG) || header.e_machine != EM_BPF;
}

static void index_types(struct types *types)
{
	if (!types->error)
		types->error = btf_index_init(&types->index, types->data, types->size);
}

static void free_file(void)
{
	btf_index_free(&file.index);
	btf__free(parsed);
	parsed = NULL;
	file = (struct types){ .error = -ENOENT };
}

bool kernel_btf_use_file(const char *path, int fd)
{
	libbpf_print_fn_t print;
	char open_file[32];
	__u32 size;

	if (!may_have_types(fd))
		return false;
	free_file();
	snprintf(open_file, sizeof(open_file), "/proc/self/fd/%d", fd);
	print = libbpf_set_print(NULL);
	parsed = btf__parse(open_file, NULL);
	libbpf_set_print(print);
	if (libbpf_get_error(parsed)) {
		parsed = NULL;
		return false;
	}
	file.data = btf__raw_data(parsed, &size);
	file.size = size;
	file.path = path;
	file.error = file.data ? 0 : -ENOMEM;
	index_types(&file);
	return file.data;
}

/* Fill @map from @fd.  Return false with errno set on error. */
static bool read_all(int fd, char *map, size_t size)
{
	ssize_t n = 1;

	for (size_t len = 0; len < size && n > 0; len += n)
		n = read(fd, map + len, size - len);
	if (n == 0)
		errno = EIO;
	return n > 0;
}

/* Since v6.16 (a539e2a6d51d) the kernel's BTF can be mapped, which needs no copy. */
static void *map_fd(int fd, size_t size)
{
	void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

	if (map != MAP_FAILED)
		return map;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return NULL;
	if (read_all(fd, map, size))
		return map;
	munmap(map, size);
	return NULL;
}

static int map_kernel(void)
{
	int fd = open(KERNEL_BTF, O_RDONLY | O_CLOEXEC), err = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0)
		kernel.data = map_fd(fd, st.st_size);
	if (!kernel.data)
		err = -errno;
	close(fd);
	kernel.size = st.st_size;
	return err;
}

static struct types *read_kernel(void)
{
	if (!kernel.tried) {
		kernel.tried = true;
		kernel.error = map_kernel();
		index_types(&kernel);
	}
	return &kernel;
}

static const struct btf_index *index_of(const struct types *types)
{
	errno = -types->error;
	return types->error ? NULL : &types->index;
}

const struct btf_index *kernel_btf(void)
{
	return index_of(kernel_btf_exists() ? read_kernel() : &file);
}

static struct types *types_of_programs(void)
{
	return file.data ? &file : read_kernel();
}

const struct btf_index *kernel_btf_of_programs(void)
{
	return index_of(types_of_programs());
}

const void *kernel_btf_data(size_t *size)
{
	const struct types *types = types_of_programs();

	*size = types->size;
	return types->data;
}

const char *kernel_btf_path(void)
{
	return file.data ? file.path : KERNEL_BTF;
}

void kernel_btf_free(void)
{
	btf_index_free(&kernel.index);
	if (kernel.data)
		munmap((void *)kernel.data, kernel.size);
	kernel = (struct types){};
	free_file();
}
