// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/xalloc.h"
#include "symbols/call_sites.h"
#include "symbols/elf_file.h"
#include "symbols/elf_read.h"
#include "symbols/elf_symbols.h"

#define FILES_MAX 16384
#define SITES_MAX (1U << 20)		/* of all files: 16 MB */
#define SYMBOL_BYTES_MAX (256UL << 20)	/* of all files */
#define CFI_BYTES_MAX (128UL << 20)	/* for all files; a busy desktop needs 30 MB */

struct elf_file {
	struct elf_file *next;
	dev_t dev;
	ino_t ino;
	struct timespec changed;	/* distinguishes a later file with the same inode number */
	__u64 mapped_dev, mapped_ino;	/* as in /proc/PID/maps */
	char *path;			/* as its process sees it */
	int fd;				/* -1: closed, because too many files were open */
	__u64 used;			/* when it was last used, by files->uses */
	bool indexed;
	bool cfi_read;
	struct cfi *cfi;
	size_t cfi_bytes;
	struct call_sites sites;	/* offsets that stacks have shown */
	struct elf_segment *segments;
	size_t n_segments;
	struct symbols symbols;		/* of a closed file: those of the sites */
	size_t symbol_bytes;
};

/* Read the symbols, up to the memory limit for those of all files. */
static void index_file(struct elf_files *files, struct elf_file *file)
{
	size_t room = SYMBOL_BYTES_MAX - files->symbol_bytes, left = room;

	if (file->indexed)
		return;
	file->indexed = true;
	if (file->fd < 0)
		return;
	file->n_segments = elf_segments_read(file->fd, &file->segments);
	if (!elf_symbols_read(file->fd, &file->symbols, &left))
		files->limited++;
	file->symbol_bytes = room - left;
	files->symbol_bytes += file->symbol_bytes;
	symbols_sort(&file->symbols);
}

static void forget_symbols(struct elf_files *files, struct elf_file *file)
{
	files->symbol_bytes -= file->symbol_bytes;
	file->symbol_bytes = 0;
	symbols_free(&file->symbols);
	free(file->segments);
	file->segments = NULL;
	file->n_segments = 0;
	file->indexed = false;
}

static void forget_cfi(struct elf_files *files, struct elf_file *file)
{
	files->cfi_bytes -= file->cfi_bytes;
	file->cfi_bytes = 0;
	cfi_free(file->cfi);
	file->cfi = NULL;
	file->cfi_read = false;
}

/* Convert @offset in the file to an address as used by its symbols. */
static __u64 file_address(const struct elf_file *file, __u64 offset)
{
	for (size_t i = 0; i < file->n_segments; i++) {
		const struct elf_segment *segment = &file->segments[i];

		if (offset - segment->offset < segment->bytes)
			return offset - segment->offset + segment->address;
	}
	return offset;
}

/* Keep only the symbols of the offsets that stacks have shown, and of the calls before them. */
static void keep_seen_symbols(struct elf_files *files, struct elf_file *file)
{
	__u64 *addresses = xcalloc(2 * file->sites.n, sizeof(addresses[0]));
	size_t n = 0;

	for (size_t i = 0; i < file->sites.size; i++) {
		__u64 offset = file->sites.slots[i] >> 1;

		if (!file->sites.slots[i])
			continue;
		addresses[n++] = file_address(file, offset);
		addresses[n++] = file_address(file, offset - 1);
	}
	symbols_keep(&file->symbols, addresses, n);
	free(addresses);
	files->symbol_bytes -= file->symbol_bytes;
	file->symbol_bytes = file->symbols.n * sizeof(struct symbol_entry) +
			     file->symbols.names.len;
	files->symbol_bytes += file->symbol_bytes;
}

static void close_file(struct elf_files *files, struct elf_file *file)
{
	if (file->sites.n) {
		index_file(files, file);
		keep_seen_symbols(files, file);
	} else {
		forget_symbols(files, file);
	}
	forget_cfi(files, file);
	close(file->fd);
	file->fd = -1;
	files->n_open--;
}

/* Too many files are open: close those whose last use is older than the average. */
static void close_files(struct elf_files *files)
{
	__u64 sum = 0, average;

	for (const struct elf_file *file = files->first; file; file = file->next)
		sum += file->fd >= 0 ? file->used : 0;
	average = files->n_open ? sum / files->n_open : 0;
	for (struct elf_file *file = files->first; file; file = file->next)
		if (file->fd >= 0 && file->used <= average && file != files->vdso)
			close_file(files, file);
}

static struct elf_file *add_file(struct elf_files *files, int fd, const struct stat *st, const char *path)
{
	struct elf_file *file = xcalloc(1, sizeof(*file));

	file->dev = st->st_dev;
	file->ino = st->st_ino;
	file->changed = st->st_ctim;
	file->path = xstrdup(path);
	file->fd = fd;
	file->used = ++files->uses;
	files->n_open++;
	files->n++;
	file->next = files->first;
	files->first = file;
	return file;
}

static int open_regular(struct elf_files *files, int dir, const char *name, struct stat *st)
{
	int fd;

	/* Check the type first: opening a device can have side effects. */
	if (fstatat(dir, name, st, 0) || !S_ISREG(st->st_mode))
		return -1;
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == EMFILE) {
		close_files(files);
		fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	}
	if (fd >= 0 && fstat(fd, st)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Return the file that has been mapped before, by any process, if it is still open. */
static struct elf_file *find_mapped(const struct elf_files *files, const struct elf_mapped *mapped)
{
	struct elf_file *file = files->first;

	/* An open file keeps its inode number; 0 is that of the vDSO. */
	while (file && (!mapped->ino || file->fd < 0 || file->mapped_ino != mapped->ino ||
			file->mapped_dev != mapped->dev))
		file = file->next;
	return file;
}

static int open_mapped(struct elf_files *files, int dir, const struct elf_mapped *mapped,
		       struct stat *st)
{
	char at[PATH_MAX + 16];
	int fd;

	snprintf(at, sizeof(at), "map_files/%s", mapped->range);
	fd = open_regular(files, dir, at, st);
	if (fd >= 0)
		return fd;
	snprintf(at, sizeof(at), "root/%s", mapped->path);
	fd = open_regular(files, dir, at, st);
	if (fd >= 0 && st->st_ino != mapped->ino) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Return true if @st is that of @file: an open file keeps its inode number, a closed one may not. */
static bool is_file(const struct elf_file *file, const struct stat *st)
{
	return file->dev == st->st_dev && file->ino == st->st_ino &&
	       (file->fd >= 0 || (file->changed.tv_sec == st->st_ctim.tv_sec &&
				  file->changed.tv_nsec == st->st_ctim.tv_nsec));
}

/* Return @file, which @fd refers to as well.  Keep @fd if the file was closed. */
static struct elf_file *reuse(struct elf_files *files, struct elf_file *file, int fd)
{
	file->used = ++files->uses;
	if (file->fd >= 0) {
		close(fd);
	} else {
		file->fd = fd;
		files->n_open++;
		forget_symbols(files, file);
	}
	return file;
}

struct elf_file *elf_files_mapped(struct elf_files *files, int dir,
				  const struct elf_mapped *mapped)
{
	struct elf_file *file = find_mapped(files, mapped);
	struct stat st;
	int fd;

	if (file) {
		file->used = ++files->uses;
		return file;
	}
	if (files->n_open >= ELF_OPEN_FILES_MAX)
		close_files(files);
	fd = open_mapped(files, dir, mapped, &st);
	if (fd < 0)
		return NULL;
	for (file = files->first; file; file = file->next)
		if (is_file(file, &st))
			return reuse(files, file, fd);
	if (files->n >= FILES_MAX) {
		files->limited++;
		close(fd);
		return NULL;
	}
	file = add_file(files, fd, &st, mapped->path);
	file->mapped_dev = mapped->dev;
	file->mapped_ino = mapped->ino;
	return file;
}

struct elf_file *elf_files_vdso(struct elf_files *files)
{
	const char *image = (const char *)getauxval(AT_SYSINFO_EHDR);
	const Elf64_Ehdr *head = (const Elf64_Ehdr *)image;
	struct stat st = {};
	size_t bytes;
	int fd;

	if (files->vdso || !image)
		return files->vdso;
	bytes = head->e_shoff + (size_t)head->e_shnum * head->e_shentsize;
	fd = memfd_create("vdso", MFD_CLOEXEC);
	if (fd >= 0 && write(fd, image, bytes) == (ssize_t)bytes)
		files->vdso = add_file(files, fd, &st, "[vdso]");
	else if (fd >= 0)
		close(fd);
	return files->vdso;
}

bool elf_file_is_closed(const struct elf_file *file)
{
	return file->fd < 0;
}

bool elf_file_find(struct elf_files *files, struct elf_file *file, __u64 offset,
		   struct symbol *symbol)
{
	if (elf_file_is_closed(file) && !call_sites_find(&file->sites, offset, NULL) &&
	    !call_sites_find(&file->sites, offset + 1, NULL))
		return false;
	index_file(files, file);
	return symbols_lookup(&file->symbols, file_address(file, offset), symbol);
}

struct cfi *elf_file_cfi(struct elf_files *files, struct elf_file *file)
{
	size_t room = CFI_BYTES_MAX - files->cfi_bytes, left = room;

	file->used = ++files->uses;
	if (file->cfi_read || elf_file_is_closed(file))
		return file->cfi;
	file->cfi = cfi_open(file->fd, &left);
	file->cfi_bytes = room - left;
	files->cfi_bytes += file->cfi_bytes;
	file->cfi_read = true;
	return file->cfi;
}

/* Return true if a call ends at @offset, or if that is unknown; remember it if it is known. */
static bool look_for_call(struct elf_files *files, struct elf_file *file, __u64 offset)
{
	__u8 code[8];
	bool call;

	if (file->fd < 0 || offset < sizeof(code) ||
	    pread(file->fd, code, sizeof(code), (off_t)(offset - sizeof(code))) != sizeof(code))
		return true;
	call = call_sites_ends_call(code);
	if (files->n_sites < SITES_MAX && call_sites_add(&file->sites, offset, call))
		files->n_sites++;
	return call;
}

bool elf_file_follows_call(struct elf_files *files, struct elf_file *file, __u64 offset)
{
	bool call;

	if (call_sites_find(&file->sites, offset, &call))
		return call;
	return look_for_call(files, file, offset);
}

bool elf_file_see(struct elf_files *files, struct elf_file *file, __u64 offset)
{
	file->used = ++files->uses;
	if (call_sites_find(&file->sites, offset, NULL))
		return true;
	if (elf_file_is_closed(file))
		return false;
	look_for_call(files, file, offset);
	return true;
}

bool elf_file_is_syscall(const struct elf_file *file, __u64 offset)
{
#if defined(__x86_64__)
	static const __u8 instruction[] = { 0x0f, 0x05 };
#elif defined(__aarch64__)
	static const __u8 instruction[] = { 0x01, 0x00, 0x00, 0xd4 };	/* svc #0 */
#endif
	__u8 code[sizeof(instruction)];

	return file->fd >= 0 && pread(file->fd, code, sizeof(code), (off_t)offset) == sizeof(code) &&
	       memcmp(code, instruction, sizeof(code)) == 0;
}

const char *elf_file_path(const struct elf_file *file)
{
	return file->path;
}

void elf_files_free(struct elf_files *files)
{
	struct elf_file *file = files->first, *next;

	for (; file; file = next) {
		next = file->next;
		if (file->fd >= 0)
			close(file->fd);
		forget_symbols(files, file);
		forget_cfi(files, file);
		call_sites_free(&file->sites);
		free(file->path);
		free(file);
	}
	*files = (struct elf_files){};
}
