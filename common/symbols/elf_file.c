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
#include "symbols/elf_file.h"
#include "symbols/elf_read.h"
#include "symbols/elf_symbols.h"

#define CALLS_CACHED 256
#define OPEN_FILES_MAX 256
#define FILES_MAX 16384
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
	__u64 used;			/* when it was last asked for, by files->uses */
	bool indexed;
	bool cfi_read;
	struct cfi *cfi;
	/*
	 * Cache of whether a call ends at an offset, indexed by the low bits of the offset.  An
	 * entry is the offset << 1, plus 1 for yes.
	 */
	__u64 calls[CALLS_CACHED];
	struct elf_segment *segments;
	size_t n_segments;
	struct symbols symbols;
};

/* Read the symbols, up to the memory limit for those of all files. */
static void index_file(struct elf_files *files, struct elf_file *file)
{
	size_t room = SYMBOL_BYTES_MAX - files->symbol_bytes;

	if (file->indexed)
		return;
	file->indexed = true;
	if (file->fd < 0)
		return;
	file->n_segments = elf_segments_read(file->fd, &file->segments);
	if (!elf_symbols_read(file->fd, &file->symbols, &room))
		files->limited++;
	files->symbol_bytes = SYMBOL_BYTES_MAX - room;
	symbols_sort(&file->symbols);
}

/*
 * Too many files are open.  Read the symbols of those whose last use is older than the average, and
 * close them.  A file that is mapped again is opened again.
 */
static void close_files(struct elf_files *files)
{
	__u64 sum = 0, average;

	for (const struct elf_file *file = files->first; file; file = file->next)
		sum += file->fd >= 0 ? file->used : 0;
	average = files->n_open ? sum / files->n_open : 0;
	for (struct elf_file *file = files->first; file; file = file->next) {
		if (file->fd < 0 || file->used > average)
			continue;
		index_file(files, file);
		close(file->fd);
		file->fd = -1;
		files->n_open--;
	}
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

/* Return @file, which @fd refers to as well.  Keep @fd if the file's own descriptor was closed. */
static struct elf_file *reuse(struct elf_files *files, struct elf_file *file, int fd)
{
	file->used = ++files->uses;
	if (file->fd >= 0) {
		close(fd);
	} else {
		file->fd = fd;
		files->n_open++;
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
	if (files->n_open >= OPEN_FILES_MAX)
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

bool elf_file_find(struct elf_files *files, struct elf_file *file, __u64 offset,
		   struct symbol *symbol)
{
	index_file(files, file);
	return symbols_lookup(&file->symbols, file_address(file, offset), symbol);
}

struct cfi *elf_file_cfi(struct elf_files *files, struct elf_file *file)
{
	size_t room = CFI_BYTES_MAX - files->cfi_bytes;

	if (!file->cfi_read && file->fd >= 0) {
		file->cfi = cfi_open(file->fd, &room);
		files->cfi_bytes = CFI_BYTES_MAX - room;
	}
	file->cfi_read = true;
	return file->cfi;
}

#if defined(__x86_64__)
/*
 * Return the length of a call through a register or memory whose operand begins with @modrm
 * and, if it has one, @sib; 0: not a call.
 */
static unsigned int indirect_call_bytes(__u8 modrm, __u8 sib)
{
	unsigned int mode = modrm >> 6, rm = modrm & 7, bytes = 2;

	if ((modrm >> 3 & 7) != 2)
		return 0;
	if (mode != 3 && rm == 4)
		bytes++;		/* the SIB byte */
	if (mode == 1)
		bytes += 1;
	else if (mode == 2 || (mode == 0 && (rm == 5 || (rm == 4 && (sib & 7) == 5))))
		bytes += 4;
	return bytes;
}

/*
 * Return true if @code, of 8 bytes, ends with a call.  A nop counts as one: the Go runtime
 * makes a goroutine return to the instruction after the nop with which goexit begins.
 */
static bool ends_with_call(const __u8 *code)
{
	if (code[3] == 0xe8 || code[7] == 0x90)
		return true;
	for (unsigned int bytes = 2; bytes <= 7; bytes++) {
		const __u8 *at = code + 8 - bytes;

		if (at[0] == 0xff && indirect_call_bytes(at[1], bytes > 2 ? at[2] : 0) == bytes)
			return true;
	}
	return false;
}
#elif defined(__aarch64__)
/* Return true if @code, of 8 bytes, ends with bl, blr or blraa..., or with Go's nops. */
static bool ends_with_call(const __u8 *code)
{
	__u32 word;

	memcpy(&word, code + 4, sizeof(word));
	return (word & 0xfc000000) == 0x94000000 || (word & 0xfefff000) == 0xd63f0000 ||
	       word == 0xd503201f || word == 0xaa0003e0;
}
#endif

bool elf_file_follows_call(struct elf_file *file, __u64 offset)
{
	__u64 *cached = &file->calls[offset % CALLS_CACHED];
	__u8 code[8];

	if (*cached >> 1 == offset)
		return *cached & 1;
	if (file->fd < 0 || offset < sizeof(code) ||
	    pread(file->fd, code, sizeof(code), (off_t)(offset - sizeof(code))) != sizeof(code))
		return true;
	*cached = offset << 1 | ends_with_call(code);
	return *cached & 1;
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
		symbols_free(&file->symbols);
		cfi_free(file->cfi);
		free(file->segments);
		free(file->path);
		free(file);
	}
	*files = (struct elf_files){};
}
