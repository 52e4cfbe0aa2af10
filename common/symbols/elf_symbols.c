// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/xalloc.h"
#include "symbols/elf_symbols.h"

#define DEBUG_DIR "/usr/lib/debug/.build-id"
#define BUILD_ID_MAX 64			/* bytes; in practice 20 (SHA-1) or less */
#define SECTIONS_MAX 4096		/* 30 to 40 in practice */
#define SEGMENTS_MAX 1024		/* program headers: 10 to 15 in practice */
#define SYMBOLS_MAX (1U << 20)		/* Chromium has 700,000 functions */
#define NAME_BYTES_MAX 4096		/* longer names are truncated */
#define STRINGS_BYTES_MAX (64U << 20)	/* limit for a string table, and for all names of a file */
#define NOTES_BYTES_MAX 4096		/* limit for a section; in practice 100 */
#define AT_ONCE 4096			/* symbols read at a time */

struct elf {
	int fd;
	bool narrow;			/* 32-bit */
	__u64 bytes;
	Elf64_Ehdr header;
};

static bool read_at(int fd, void *to, size_t bytes, __u64 offset)
{
	return offset <= INT64_MAX && pread(fd, to, bytes, (off_t)offset) == (ssize_t)bytes;
}

/* Convert the header of a 32-bit file. */
static void widen_header(const Elf32_Ehdr *from, Elf64_Ehdr *to)
{
	to->e_phoff = from->e_phoff;
	to->e_shoff = from->e_shoff;
	to->e_phnum = from->e_phnum;
	to->e_shnum = from->e_shnum;
	to->e_phentsize = from->e_phentsize;
	to->e_shentsize = from->e_shentsize;
}

static bool read_header(int fd, struct elf *elf)
{
	Elf32_Ehdr narrow;
	struct stat st;

	*elf = (struct elf){ .fd = fd };
	if (fstat(fd, &st) || !read_at(fd, &narrow, sizeof(narrow), 0) ||
	    memcmp(narrow.e_ident, ELFMAG, SELFMAG) != 0 ||
	    narrow.e_ident[EI_DATA] != ELFDATA2LSB)
		return false;
	elf->bytes = st.st_size;
	elf->narrow = narrow.e_ident[EI_CLASS] == ELFCLASS32;
	if (elf->narrow)
		widen_header(&narrow, &elf->header);
	else if (!read_at(fd, &elf->header, sizeof(elf->header), 0))
		return false;
	return elf->header.e_shentsize ==
	       (elf->narrow ? sizeof(Elf32_Shdr) : sizeof(Elf64_Shdr));
}

/* Read section header @i.  Returns false if the section is compressed or not within the file. */
static bool read_section(const struct elf *elf, unsigned int i, Elf64_Shdr *section)
{
	__u64 offset = elf->header.e_shoff + (__u64)i * elf->header.e_shentsize;
	Elf32_Shdr narrow;

	if (!elf->narrow && !read_at(elf->fd, section, sizeof(*section), offset))
		return false;
	if (elf->narrow) {
		if (!read_at(elf->fd, &narrow, sizeof(narrow), offset))
			return false;
		*section = (Elf64_Shdr){
			.sh_type = narrow.sh_type, .sh_flags = narrow.sh_flags,
			.sh_offset = narrow.sh_offset, .sh_size = narrow.sh_size,
			.sh_link = narrow.sh_link, .sh_entsize = narrow.sh_entsize,
		};
	}
	return section->sh_type != SHT_NOBITS && !(section->sh_flags & SHF_COMPRESSED) &&
	       section->sh_offset <= elf->bytes &&
	       section->sh_size <= elf->bytes - section->sh_offset;
}

/* Find the first section of @type, in the first headers only. */
static bool find_section(const struct elf *elf, __u32 type, Elf64_Shdr *section)
{
	for (unsigned int i = 1; i < elf->header.e_shnum && i < SECTIONS_MAX; i++)
		if (read_section(elf, i, section) && section->sh_type == type)
			return true;
	return false;
}

/* The symbols being read from one table, and their limits. */
struct table {
	struct symbols *symbols;
	char *strings;
	size_t strings_bytes;
	size_t names_limit;		/* of symbols->names */
	size_t entries_limit;		/* of symbols */
	bool limited;
};

static void add_symbol(struct table *table, const Elf64_Sym *sym)
{
	int type = ELF64_ST_TYPE(sym->st_info);
	struct symbol_entry entry = {};
	const char *name;
	size_t len;

	if (sym->st_name >= table->strings_bytes || sym->st_shndx == SHN_UNDEF ||
	    sym->st_shndx == SHN_ABS || !sym->st_value ||
	    (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE))
		return;
	name = table->strings + sym->st_name;
	if (!name[0] || name[0] == '$')	/* '$': ARM's markers between code and data */
		return;
	len = strcspn(name, "@");	/* "name@@VERSION" */
	if (len > NAME_BYTES_MAX)
		len = NAME_BYTES_MAX;
	if (table->symbols->n >= table->entries_limit ||
	    table->symbols->names.len + len + 1 > table->names_limit) {
		table->limited = true;
		return;
	}
	entry.address = sym->st_value;
	entry.bytes = sym->st_size < UINT_MAX ? sym->st_size : 0;
	entry.rank = (type != STT_NOTYPE) * 4 +
		     (ELF64_ST_BIND(sym->st_info) == STB_GLOBAL) * 2 + (name[0] != '_');
	symbols_add(table->symbols, &entry, name, len);
}

static Elf64_Sym widen_symbol(const Elf32_Sym *from)
{
	return (Elf64_Sym){
		.st_name = from->st_name, .st_info = from->st_info, .st_shndx = from->st_shndx,
		.st_value = from->st_value, .st_size = from->st_size,
	};
}

/* Add the symbols of @section, whose names are in table->strings. */
static void add_symbols(const struct elf *elf, const Elf64_Shdr *section, struct table *table)
{
	size_t each = elf->narrow ? sizeof(Elf32_Sym) : sizeof(Elf64_Sym), n;
	__u64 all = section->sh_size / each;
	char *part = xcalloc(AT_ONCE, each);

	/* Of the tables of a sparse file, nearly all is empty. */
	table->limited |= all > SYMBOLS_MAX * 2ULL;
	for (__u64 i = 0; i < all && i < SYMBOLS_MAX * 2ULL && !table->limited; i += n) {
		n = all - i < AT_ONCE ? all - i : AT_ONCE;
		if (!read_at(elf->fd, part, n * each, section->sh_offset + i * each))
			break;
		for (size_t j = 0; j < n; j++) {
			Elf64_Sym sym = elf->narrow ? widen_symbol((Elf32_Sym *)part + j) :
					((Elf64_Sym *)part)[j];

			add_symbol(table, &sym);
		}
	}
	free(part);
}

/* Add the symbols of the first section of @type.  Returns false if @elf has no such section. */
static bool read_table(const struct elf *elf, __u32 type, struct table *table)
{
	Elf64_Shdr section, strings;

	if (!find_section(elf, type, &section))
		return false;
	if (section.sh_link >= elf->header.e_shnum ||
	    !read_section(elf, section.sh_link, &strings) || strings.sh_type != SHT_STRTAB)
		return true;
	if (strings.sh_size > STRINGS_BYTES_MAX) {
		table->limited = true;
		return true;
	}
	table->strings_bytes = strings.sh_size;
	table->strings = xcalloc(strings.sh_size + 1, 1);
	if (read_at(elf->fd, table->strings, strings.sh_size, strings.sh_offset))
		add_symbols(elf, &section, table);
	free(table->strings);
	return true;
}

/* Find the build ID in @notes.  Return its length in bytes, or 0 without one. */
static size_t find_build_id(const char *notes, size_t bytes, const unsigned char **id)
{
	size_t at = 0, name_bytes, id_bytes;
	Elf64_Nhdr note;

	while (bytes - at >= sizeof(note)) {
		memcpy(&note, notes + at, sizeof(note));
		at += sizeof(note);
		name_bytes = ((size_t)note.n_namesz + 3) & ~3UL;
		id_bytes = ((size_t)note.n_descsz + 3) & ~3UL;
		if (name_bytes > bytes - at || id_bytes > bytes - at - name_bytes)
			return 0;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof("GNU") &&
		    memcmp(notes + at, "GNU", sizeof("GNU")) == 0) {
			*id = (const unsigned char *)notes + at + name_bytes;
			return note.n_descsz;
		}
		at += name_bytes + id_bytes;
	}
	return 0;
}

/* Open the debug file with this build ID, if it is a regular file of root.  Return -1 otherwise. */
static int open_debug_file(const unsigned char *id, size_t id_bytes)
{
	char path[sizeof(DEBUG_DIR) + 2 * BUILD_ID_MAX + sizeof("//.debug")];
	struct stat st;
	int at, fd;

	if (id_bytes < 2 || id_bytes > BUILD_ID_MAX)
		return -1;
	at = sprintf(path, DEBUG_DIR "/%02x/", id[0]);
	for (size_t i = 1; i < id_bytes; i++)
		at += sprintf(path + at, "%02x", id[i]);
	sprintf(path + at, ".debug");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Open the debug file of @elf.  Return -1 if it has no usable one. */
static int find_debug_file(const struct elf *elf)
{
	char notes[NOTES_BYTES_MAX];
	const unsigned char *id;
	Elf64_Shdr section;
	size_t id_bytes;

	for (unsigned int i = 1; i < elf->header.e_shnum && i < SECTIONS_MAX; i++) {
		if (!read_section(elf, i, &section) || section.sh_type != SHT_NOTE ||
		    section.sh_size > sizeof(notes) ||
		    !read_at(elf->fd, notes, section.sh_size, section.sh_offset))
			continue;
		id_bytes = find_build_id(notes, section.sh_size, &id);
		if (id_bytes)
			return open_debug_file(id, id_bytes);
	}
	return -1;
}

static void read_debug_file(const struct elf *elf, struct table *table)
{
	struct elf debug;
	int fd = find_debug_file(elf);

	if (fd < 0)
		return;
	if (read_header(fd, &debug))
		read_table(&debug, SHT_SYMTAB, table);
	close(fd);
}

bool elf_symbols_read(int fd, struct symbols *symbols, size_t *room_bytes)
{
	size_t names = *room_bytes / 2, used;
	struct table table = {
		.symbols = symbols,
		.names_limit = names < STRINGS_BYTES_MAX ? names : STRINGS_BYTES_MAX,
		.entries_limit = *room_bytes / 2 / sizeof(struct symbol_entry),
	};
	struct elf elf;

	if (table.entries_limit > SYMBOLS_MAX)
		table.entries_limit = SYMBOLS_MAX;
	if (!read_header(fd, &elf))
		return true;
	if (!read_table(&elf, SHT_SYMTAB, &table))
		read_debug_file(&elf, &table);
	read_table(&elf, SHT_DYNSYM, &table);
	used = symbols->n * sizeof(struct symbol_entry) + symbols->names.len;
	*room_bytes -= used < *room_bytes ? used : *room_bytes;
	return !table.limited;
}

static bool read_segment(const struct elf *elf, size_t i, struct elf_segment *segment)
{
	Elf64_Phdr wide;
	Elf32_Phdr narrow;

	if (!elf->narrow) {
		if (!read_at(elf->fd, &wide, sizeof(wide), elf->header.e_phoff + i * sizeof(wide)) ||
		    wide.p_type != PT_LOAD)
			return false;
		*segment = (struct elf_segment){ wide.p_offset, wide.p_filesz, wide.p_vaddr };
		return true;
	}
	if (!read_at(elf->fd, &narrow, sizeof(narrow), elf->header.e_phoff + i * sizeof(narrow)) ||
	    narrow.p_type != PT_LOAD)
		return false;
	*segment = (struct elf_segment){ narrow.p_offset, narrow.p_filesz, narrow.p_vaddr };
	return true;
}

size_t elf_segments_read(int fd, struct elf_segment **segments)
{
	struct elf elf;
	size_t n = 0;

	*segments = NULL;
	if (!read_header(fd, &elf))
		return 0;
	*segments = xcalloc(SEGMENTS_MAX, sizeof((*segments)[0]));
	for (size_t i = 0; i < elf.header.e_phnum && i < SEGMENTS_MAX; i++)
		if (read_segment(&elf, i, *segments + n))
			n++;
	*segments = xreallocarray(*segments, n ? n : 1, sizeof((*segments)[0]));
	return n;
}
