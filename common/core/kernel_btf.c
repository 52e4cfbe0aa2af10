// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "core/kernel_btf.h"

#define FILE_BYTES_MAX (256L << 20)	/* of a file with only types; kernels have 5 to 10 MB */

static const char *file_path;

static struct {
	bool tried;
	int error;		/* negative errno of the first attempt */
	struct btf_index index;
	void *map;		/* the kernel's BTF; NULL if it is read from the file */
	size_t size;
	struct btf *file;
} btf;

bool kernel_btf_exists(void)
{
	return access(KERNEL_BTF, R_OK) == 0;
}

bool kernel_btf_is_file(const char *path, int fd)
{
	Elf64_Ehdr header = {};
	__u16 magic = BTF_MAGIC;
	libbpf_print_fn_t print;
	struct stat st;
	struct btf *types;

	if (fstat(fd, &st) || pread(fd, &header, sizeof(header), 0) < (ssize_t)sizeof(struct btf_header))
		return false;
	if (memcmp(&header, &magic, sizeof(magic)) == 0 && st.st_size > FILE_BYTES_MAX)
		return false;
	/* The types of a BPF object are those of a program. */
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_machine == EM_BPF)
		return false;
	print = libbpf_set_print(NULL);
	types = btf__parse(path, NULL);
	libbpf_set_print(print);
	if (libbpf_get_error(types))
		return false;
	btf__free(types);
	return true;
}

void kernel_btf_use_file(const char *path)
{
	file_path = path;
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
		btf.map = map_fd(fd, st.st_size);
	if (!btf.map)
		err = -errno;
	close(fd);
	btf.size = st.st_size;
	return err;
}

static int parse_file(void)
{
	int err;

	if (!file_path)
		return -ENOENT;
	btf.file = btf__parse(file_path, NULL);
	err = libbpf_get_error(btf.file);
	if (err)
		btf.file = NULL;
	return err;
}

const void *kernel_btf_data(size_t *size)
{
	__u32 file_size = 0;
	const void *data = btf.file ? btf__raw_data(btf.file, &file_size) : btf.map;

	*size = btf.file ? file_size : btf.size;
	return data;
}

const struct btf_index *kernel_btf(void)
{
	const void *data;
	size_t size;

	if (!btf.tried) {
		btf.tried = true;
		btf.error = kernel_btf_exists() ? map_kernel() : parse_file();
		data = btf.error ? NULL : kernel_btf_data(&size);
		if (data)
			btf.error = btf_index_init(&btf.index, data, size);
	}
	errno = -btf.error;
	return btf.error ? NULL : &btf.index;
}

void kernel_btf_free(void)
{
	btf_index_free(&btf.index);
	if (btf.map)
		munmap(btf.map, btf.size);
	btf__free(btf.file);
	btf.map = NULL;
	btf.file = NULL;
	btf.tried = false;
}
