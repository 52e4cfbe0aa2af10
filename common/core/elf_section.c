// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/elf_section.h"

struct file {
	const char *at;
	size_t bytes;
	Elf64_Ehdr header;
};

static bool fits(const struct file *file, Elf64_Off offset, Elf64_Xword bytes)
{
	return offset <= file->bytes && bytes <= file->bytes - offset;
}

/* Copy section header @i.  The file need not be aligned, so it cannot be used in place. */
static bool read_section(const struct file *file, unsigned int i, Elf64_Shdr *section)
{
	Elf64_Off offset = file->header.e_shoff + i * sizeof(*section);

	if (file->header.e_shoff > file->bytes || !fits(file, offset, sizeof(*section)))
		return false;
	memcpy(section, file->at + offset, sizeof(*section));
	return section->sh_type == SHT_NOBITS ||
	       fits(file, section->sh_offset, section->sh_size);
}

static bool has_name(const struct file *file, const Elf64_Shdr *names, const Elf64_Shdr *section,
		     const char *name)
{
	size_t len = strlen(name) + 1;

	return section->sh_name <= names->sh_size && len <= names->sh_size - section->sh_name &&
	       memcmp(file->at + names->sh_offset + section->sh_name, name, len) == 0;
}

static bool find_section(const struct file *file, const char *name, Elf64_Shdr *section)
{
	Elf64_Shdr names;

	if (!read_section(file, file->header.e_shstrndx, &names) || names.sh_type != SHT_STRTAB)
		return false;
	for (unsigned int i = 0; i < file->header.e_shnum; i++)
		if (read_section(file, i, section) && section->sh_type != SHT_NOBITS &&
		    has_name(file, &names, section, name))
			return true;
	return false;
}

void *elf_section_copy(const void *data, size_t data_bytes, const char *name, size_t *bytes)
{
	struct file file = { .at = data, .bytes = data_bytes };
	Elf64_Shdr section;
	void *copy;

	*bytes = 0;
	if (data_bytes < sizeof(file.header))
		return NULL;
	memcpy(&file.header, data, sizeof(file.header));
	if (memcmp(file.header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    file.header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    file.header.e_shentsize != sizeof(section) || !find_section(&file, name, &section))
		return NULL;
	*bytes = section.sh_size;
	copy = malloc(section.sh_size + 1);
	if (copy)
		memcpy(copy, file.at + section.sh_offset, section.sh_size);
	return copy;
}
