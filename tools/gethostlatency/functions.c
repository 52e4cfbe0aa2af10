// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/xalloc.h"
#include "functions.h"
#include "symbols/elf_read.h"

#if defined(__x86_64__)
#define ELF_OURS EM_X86_64
#elif defined(__aarch64__)
#define ELF_OURS EM_AARCH64
#else
#define ELF_OURS EM_NONE
#endif

/* Limits of a file that a process calls its libc.  glibc 2.36 has 2 MB and 3,100 symbols. */
#define FILE_BYTES_MAX (64L << 20)
#define SYMBOLS_MAX 65536
#define STRINGS_BYTES_MAX (4UL << 20)

/* A file whose functions are looked up. */
struct library {
	struct elf elf;
	struct elf_segment *segments;
	size_t n_segments;
	char *strings;			/* names of its symbols, terminated by NUL */
	size_t strings_bytes;
};

/* Return the file offset of what is mapped at @address, or 0. */
static __u64 file_offset(const struct library *library, __u64 address)
{
	for (size_t i = 0; i < library->n_segments; i++) {
		const struct elf_segment *segment = &library->segments[i];

		if (address - segment->address < segment->bytes)
			return address - segment->address + segment->offset;
	}
	return 0;
}

static void add_place(struct uprobe_places *places, __u64 offset, __u64 which)
{
	for (size_t i = 0; i < places->n; i++)
		if (places->offsets[i] == offset)
			return;		/* the same code, with another version of the name */
	if (!offset || places->n == UPROBE_PLACES_MAX)
		return;
	places->offsets[places->n] = offset;
	places->which[places->n++] = which;
}

/* Return the index of the name of @symbol in @names, or @n. */
static size_t find_name(const struct library *library, const Elf64_Sym *symbol,
			const char *const *names, size_t n)
{
	size_t i = 0;

	if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_shndx == SHN_UNDEF ||
	    symbol->st_name >= library->strings_bytes)
		return n;
	while (i < n && !(names[i] && strcmp(names[i], library->strings + symbol->st_name) == 0))
		i++;
	return i;
}

static void find_in(const struct library *library, const Elf64_Shdr *section,
		    const char *const *names, size_t n, struct uprobe_places *places)
{
	Elf64_Sym *part = xcalloc(ELF_SYMBOLS_AT_ONCE, sizeof(part[0]));
	size_t some;

	for (size_t i = 0; i < SYMBOLS_MAX; i += some) {
		some = elf_read_symbols(&library->elf, section, i, part);
		if (!some)
			break;
		for (size_t j = 0; j < some; j++) {
			size_t which = find_name(library, &part[j], names, n);

			if (which < n)
				add_place(places, file_offset(library, part[j].st_value), which);
		}
	}
	free(part);
}

/* Read the names of the symbols in @section.  Return false if there are none or too many. */
static bool read_strings(struct library *library, const Elf64_Shdr *section)
{
	const struct elf *elf = &library->elf;
	Elf64_Shdr strings;

	if (section->sh_link >= elf->header.e_shnum ||
	    !elf_read_section(elf, section->sh_link, &strings) || strings.sh_type != SHT_STRTAB ||
	    strings.sh_size > STRINGS_BYTES_MAX)
		return false;
	library->strings_bytes = strings.sh_size;
	library->strings = xcalloc(strings.sh_size + 1, 1);
	return elf_read_at(elf->fd, library->strings, strings.sh_size, strings.sh_offset);
}

int functions_find(int fd, const char *const *names, size_t n, struct uprobe_places *places)
{
	struct library library = {};
	Elf64_Shdr section;
	struct stat st;

	places->n = 0;
	if (fstat(fd, &st))
		return -errno;
	if (st.st_size > FILE_BYTES_MAX)
		return -EFBIG;
	if (!elf_read_header(fd, &library.elf))
		return -ENOEXEC;
	if (library.elf.header.e_machine != ELF_OURS || library.elf.narrow)
		return -EOPNOTSUPP;
	library.n_segments = elf_segments_read(fd, &library.segments);
	if (elf_find_section(&library.elf, SHT_DYNSYM, &section) &&
	    read_strings(&library, &section))
		find_in(&library, &section, names, n, places);
	free(library.segments);
	free(library.strings);
	return 0;
}
