/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Read headers and tables of an ELF file that an observed process has chosen, of 32 or 64 bits.
 * Every read is checked against the size of the file; the caller bounds the number of reads.
 */
#ifndef COMMON_ELF_READ_H
#define COMMON_ELF_READ_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define ELF_SECTIONS_MAX 4096		/* 30 to 40 in practice */
#define ELF_SYMBOLS_AT_ONCE 4096	/* symbols that are read at a time */

struct elf {
	int fd;
	bool narrow;			/* 32-bit */
	__u64 bytes;
	Elf64_Ehdr header;
};

/* A loaded part of an ELF file. */
struct elf_segment {
	__u64 offset, bytes;		/* position and size in the file */
	__u64 address;			/* address of the first byte, as in the file's symbols */
};

bool elf_read_at(int fd, void *to, size_t bytes, __u64 offset);

/* Read the header of @fd.  Returns false if it is not an ELF file of this byte order. */
bool elf_read_header(int fd, struct elf *elf);

/* Read section header @i.  Returns false if the section is compressed or not within the file. */
bool elf_read_section(const struct elf *elf, unsigned int i, Elf64_Shdr *section);

/* Find the first section of @type, in the first headers only. */
bool elf_find_section(const struct elf *elf, __u32 type, Elf64_Shdr *section);

/* Return the number of symbols that @section claims to have. */
__u64 elf_count_symbols(const struct elf *elf, const Elf64_Shdr *section);

/*
 * Read the symbols of @section from number @first on to @symbols, which has room for
 * ELF_SYMBOLS_AT_ONCE.  Returns their number, 0 at the end.
 */
size_t elf_read_symbols(const struct elf *elf, const Elf64_Shdr *section, __u64 first,
			Elf64_Sym *symbols);

/* Store the loaded segments of @fd in @segments, which the caller frees.  Returns their number. */
size_t elf_segments_read(int fd, struct elf_segment **segments);

#endif /* COMMON_ELF_READ_H */
