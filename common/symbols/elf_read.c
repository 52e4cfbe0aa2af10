// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/xalloc.h"
#include "symbols/elf_read.h"

#define SEGMENTS_MAX 1024		/* program headers: 10 to 15 in practice */

bool elf_read_at(int fd, void *to, size_t bytes, __u64 offset)
{
	return offset <= INT64_MAX && pread(fd, to, bytes, (off_t)offset) == (ssize_t)bytes;
}

/* Convert the header of a 32-bit file. */
static void widen_header(const Elf32_Ehdr *from, Elf64_Ehdr *to)
{
	to->e_machine = from->e_machine;
	to->e_phoff = from->e_phoff;
	to->e_shoff = from->e_shoff;
	to->e_phnum = from->e_phnum;
	to->e_shnum = from->e_shnum;
	to->e_phentsize = from->e_phentsize;
	to->e_shentsize = from->e_shentsize;
}

bool elf_read_header(int fd, struct elf *elf)
{
	Elf32_Ehdr narrow;
	struct stat st;

	*elf = (struct elf){ .fd = fd };
	if (fstat(fd, &st) || !elf_read_at(fd, &narrow, sizeof(narrow), 0) ||
	    memcmp(narrow.e_ident, ELFMAG, SELFMAG) != 0 ||
	    narrow.e_ident[EI_DATA] != ELFDATA2LSB)
		return false;
	elf->bytes = st.st_size;
	elf->narrow = narrow.e_ident[EI_CLASS] == ELFCLASS32;
	if (elf->narrow)
		widen_header(&narrow, &elf->header);
	else if (!elf_read_at(fd, &elf->header, sizeof(elf->header), 0))
		return false;
	return elf->header.e_shentsize ==
	       (elf->narrow ? sizeof(Elf32_Shdr) : sizeof(Elf64_Shdr));
}

bool elf_read_section(const struct elf *elf, unsigned int i, Elf64_Shdr *section)
{
	__u64 offset = elf->header.e_shoff + (__u64)i * elf->header.e_shentsize;
	Elf32_Shdr narrow;

	if (!elf->narrow && !elf_read_at(elf->fd, section, sizeof(*section), offset))
		return false;
	if (elf->narrow) {
		if (!elf_read_at(elf->fd, &narrow, sizeof(narrow), offset))
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

bool elf_find_section(const struct elf *elf, __u32 type, Elf64_Shdr *section)
{
	for (unsigned int i = 1; i < elf->header.e_shnum && i < ELF_SECTIONS_MAX; i++)
		if (elf_read_section(elf, i, section) && section->sh_type == type)
			return true;
	return false;
}

static Elf64_Sym widen_symbol(const Elf32_Sym *from)
{
	return (Elf64_Sym){
		.st_name = from->st_name, .st_info = from->st_info, .st_shndx = from->st_shndx,
		.st_value = from->st_value, .st_size = from->st_size,
	};
}

__u64 elf_count_symbols(const struct elf *elf, const Elf64_Shdr *section)
{
	return section->sh_size / (elf->narrow ? sizeof(Elf32_Sym) : sizeof(Elf64_Sym));
}

size_t elf_read_symbols(const struct elf *elf, const Elf64_Shdr *section, __u64 first,
			Elf64_Sym *symbols)
{
	size_t each = elf->narrow ? sizeof(Elf32_Sym) : sizeof(Elf64_Sym), n;
	__u64 all = elf_count_symbols(elf, section);
	Elf32_Sym narrow;

	if (first >= all)
		return 0;
	n = all - first < ELF_SYMBOLS_AT_ONCE ? all - first : ELF_SYMBOLS_AT_ONCE;
	if (!elf_read_at(elf->fd, symbols, n * each, section->sh_offset + first * each))
		return 0;
	for (size_t i = n; elf->narrow && i-- > 0;) {	/* from the last: they get larger */
		memcpy(&narrow, (const char *)symbols + i * each, each);
		symbols[i] = widen_symbol(&narrow);
	}
	return n;
}

static bool read_segment(const struct elf *elf, size_t i, struct elf_segment *segment)
{
	__u64 start = elf->header.e_phoff;
	Elf64_Phdr wide;
	Elf32_Phdr narrow;

	if (!elf->narrow) {
		if (!elf_read_at(elf->fd, &wide, sizeof(wide), start + i * sizeof(wide)) ||
		    wide.p_type != PT_LOAD)
			return false;
		*segment = (struct elf_segment){ wide.p_offset, wide.p_filesz, wide.p_vaddr };
		return true;
	}
	if (!elf_read_at(elf->fd, &narrow, sizeof(narrow), start + i * sizeof(narrow)) ||
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
	if (!elf_read_header(fd, &elf))
		return 0;
	*segments = xcalloc(SEGMENTS_MAX, sizeof((*segments)[0]));
	for (size_t i = 0; i < elf.header.e_phnum && i < SEGMENTS_MAX; i++)
		if (read_segment(&elf, i, *segments + n))
			n++;
	*segments = xreallocarray(*segments, n ? n : 1, sizeof((*segments)[0]));
	return n;
}
