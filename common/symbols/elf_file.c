// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
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

#define DEBUG_DIR "/usr/lib/debug/.build-id"
#define BUILD_ID_MAX 64			/* bytes; in practice 20 (SHA-1) or less */
#define CALLS_CACHED 256
#define CFI_BYTES_MAX (128UL << 20)	/* of all files; those of a busy desktop have 30 MB */

/* An executable part of an ELF file. */
struct segment {
	__u64 offset, bytes;		/* position and size in the file */
	__u64 address;			/* address of the first byte, as in the file's symbols */
};

struct elf_file {
	struct elf_file *next;
	dev_t dev;
	ino_t ino;
	__u64 mapped_dev, mapped_ino;	/* as in /proc/PID/maps */
	char *path;			/* as its process sees it */
	int fd;				/* -1: closed, because too many files were open */
	bool indexed;
	bool cfi_read;
	struct cfi *cfi;
	/* Whether a call ends at an offset, by its low bits: the offset << 1, and 1 for yes. */
	__u64 calls[CALLS_CACHED];
	struct segment *segments;
	size_t n_segments;
	struct symbols symbols;
};

static void add_segments(struct elf_file *file, Elf *elf)
{
	size_t n = 0;
	GElf_Phdr phdr;

	if (!elf || elf_getphdrnum(elf, &n))
		return;
	file->segments = xcalloc(n, sizeof(file->segments[0]));
	for (size_t i = 0; i < n; i++) {
		if (!gelf_getphdr(elf, i, &phdr) || phdr.p_type != PT_LOAD)
			continue;
		file->segments[file->n_segments++] = (struct segment){
			phdr.p_offset, phdr.p_filesz, phdr.p_vaddr,
		};
	}
}

/* Add symbol @i of @module.  elfutils shifted the addresses of the module by @bias. */
static void add_symbol(struct elf_file *file, Dwfl_Module *module, int i, GElf_Addr bias)
{
	struct symbol_entry entry = {};
	GElf_Addr address;
	GElf_Word section;
	const char *name;
	GElf_Sym sym;
	int type;

	name = dwfl_module_getsym_info(module, i, &sym, &address, &section, NULL, NULL);
	if (!name || !name[0] || name[0] == '$' || sym.st_shndx == SHN_UNDEF ||
	    sym.st_shndx == SHN_ABS || !sym.st_value)
		return;			/* '$': ARM's markers between code and data */
	type = GELF_ST_TYPE(sym.st_info);
	if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE)
		return;
	entry.address = address - bias;
	entry.bytes = sym.st_size < UINT_MAX ? sym.st_size : 0;
	entry.rank = (type != STT_NOTYPE) * 4 + (GELF_ST_BIND(sym.st_info) == STB_GLOBAL) * 2 +
		     (name[0] != '_');
	symbols_add(&file->symbols, &entry, name, strcspn(name, "@"));	/* "name@@VERSION" */
}

/*
 * Find the debug file of @module by its build ID (libdwfl's callback; returns a
 * descriptor or -1).  elfutils' own search also follows .gnu_debuglink, by which a
 * traced program could make root open any path: a FIFO, a device.
 */
static int find_debuginfo(Dwfl_Module *module, void **userdata, const char *name,
			  Dwarf_Addr base, const char *file_name, const char *debuglink,
			  GElf_Word crc, char **debug_file)
{
	char path[sizeof(DEBUG_DIR) + 2 * BUILD_ID_MAX + sizeof("//.debug")];
	const unsigned char *id;
	struct stat st;
	GElf_Addr address;
	int len = dwfl_module_build_id(module, &id, &address), at, fd;

	if (len < 2 || len > BUILD_ID_MAX)
		return -1;
	at = sprintf(path, DEBUG_DIR "/%02x/", id[0]);
	for (int i = 1; i < len; i++)
		at += sprintf(path + at, "%02x", id[i]);
	strcpy(path + at, ".debug");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != 0)) {
		close(fd);
		return -1;
	}
	if (fd >= 0)
		*debug_file = strdup(path);
	return fd;
}

/* Read the symbols. */
static void index_elf(struct elf_file *file)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = find_debuginfo,
		.section_address = dwfl_offline_section_address,
	};
	Dwfl *dwfl = dwfl_begin(&callbacks);
	Dwfl_Module *module;
	GElf_Addr bias = 0;
	int fd;

	if (!dwfl)
		return;
	fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0) {			/* too many files are open */
		fd = file->fd;
		file->fd = -1;
	}
	module = dwfl_report_offline(dwfl, file->path, file->path, fd);
	if (!module)
		close(fd);
	if (module) {			/* elfutils closes the descriptor */
		dwfl_report_end(dwfl, NULL, NULL);
		add_segments(file, dwfl_module_getelf(module, &bias));
		for (int i = 1, n = dwfl_module_getsymtab(module); i < n; i++)
			add_symbol(file, module, i, bias);
	}
	dwfl_end(dwfl);
}

static void index_file(struct elf_file *file)
{
	if (file->indexed)
		return;
	file->indexed = true;
	if (file->fd >= 0)
		index_elf(file);
	symbols_sort(&file->symbols);
}

/* Too many files are open: read the symbols now instead of at the end. */
static void close_files(struct elf_files *files)
{
	for (struct elf_file *file = files->first; file; file = file->next) {
		index_file(file);
		if (file->fd >= 0)
			close(file->fd);
		file->fd = -1;
	}
}

static struct elf_file *add_file(struct elf_files *files, int fd, const struct stat *st, const char *path)
{
	struct elf_file *file = xcalloc(1, sizeof(*file));

	file->dev = st->st_dev;
	file->ino = st->st_ino;
	file->path = xstrdup(path);
	file->fd = fd;
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

struct elf_file *elf_files_mapped(struct elf_files *files, int dir,
				  const struct elf_mapped *mapped)
{
	struct elf_file *file = find_mapped(files, mapped);
	struct stat st;
	int fd;

	if (file)
		return file;
	fd = open_mapped(files, dir, mapped, &st);
	if (fd < 0)
		return NULL;
	for (file = files->first; file; file = file->next)
		if (file->dev == st.st_dev && file->ino == st.st_ino) {
			close(fd);
			return file;
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
		const struct segment *segment = &file->segments[i];

		if (offset - segment->offset < segment->bytes)
			return offset - segment->offset + segment->address;
	}
	return offset;
}

bool elf_file_find(struct elf_file *file, __u64 offset, struct symbol *symbol)
{
	index_file(file);
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
