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
#include "symbols/elf_read.h"
#include "symbols/elf_symbols.h"

#define DEBUG_DIR "/usr/lib/debug/.build-id"
#define BUILD_ID_MAX 64			/* bytes; in practice 20 (SHA-1) or less */
#define SYMBOLS_MAX (1U << 20)		/* Chromium has 700,000 functions */
#define NAME_BYTES_MAX 4096		/* longer names are truncated */
#define STRINGS_BYTES_MAX (64U << 20)	/* limit for a string table, and for all names of a file */
#define NOTES_BYTES_MAX 4096		/* limit for a section; in practice 100 */

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

/* Add the symbols of @section, whose names are in table->strings. */
static void add_symbols(const struct elf *elf, const Elf64_Shdr *section, struct table *table)
{
	Elf64_Sym *part = xcalloc(ELF_SYMBOLS_AT_ONCE, sizeof(part[0]));
	__u64 all = elf_count_symbols(elf, section);
	size_t n;

	/* Of the tables of a sparse file, nearly all is empty. */
	table->limited |= all > SYMBOLS_MAX * 2ULL;
	for (__u64 i = 0; i < SYMBOLS_MAX * 2ULL && !table->limited; i += n) {
		n = elf_read_symbols(elf, section, i, part);
		if (!n)
			break;
		for (size_t j = 0; j < n; j++)
			add_symbol(table, &part[j]);
	}
	free(part);
}

/* Add the symbols of the first section of @type.  Returns false if @elf has no such section. */
static bool read_table(const struct elf *elf, __u32 type, struct table *table)
{
	Elf64_Shdr section, strings;

	if (!elf_find_section(elf, type, &section))
		return false;
	if (section.sh_link >= elf->header.e_shnum ||
	    !elf_read_section(elf, section.sh_link, &strings) || strings.sh_type != SHT_STRTAB)
		return true;
	if (strings.sh_size > STRINGS_BYTES_MAX) {
		table->limited = true;
		return true;
	}
	table->strings_bytes = strings.sh_size;
	table->strings = xcalloc(strings.sh_size + 1, 1);
	if (elf_read_at(elf->fd, table->strings, strings.sh_size, strings.sh_offset))
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

	for (unsigned int i = 1; i < elf->header.e_shnum && i < ELF_SECTIONS_MAX; i++) {
		if (!elf_read_section(elf, i, &section) || section.sh_type != SHT_NOTE ||
		    section.sh_size > sizeof(notes) ||
		    !elf_read_at(elf->fd, notes, section.sh_size, section.sh_offset))
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
	if (elf_read_header(fd, &debug))
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
	if (!elf_read_header(fd, &elf))
		return true;
	if (!read_table(&elf, SHT_SYMTAB, &table))
		read_debug_file(&elf, &table);
	read_table(&elf, SHT_DYNSYM, &table);
	used = symbols->n * sizeof(struct symbol_entry) + symbols->names.len;
	*room_bytes -= used < *room_bytes ? used : *room_bytes;
	return !table.limited;
}
