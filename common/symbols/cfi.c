// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/xalloc.h"
#include "symbols/cfi_parse.h"

/* Chromium's .eh_frame section has 20 MB. */
#define SECTION_BYTES_MAX (64UL << 20)
#define SEGMENTS_MAX 64			/* loaded segments: 4 to 6 in practice */
#define HEADERS_MAX 1024		/* segments or sections: 30 to 40 in practice */
/*
 * Limits on the operations of CFA programs.  A function's program has 10 to 50.  Each lookup may
 * execute 256; further ones are taken from the file's reserve, which lasts for about 10 ms of CPU
 * time.
 */
#define STEPS_RESERVE 1000000
#define STEPS_EACH 256

static bool read_at(int fd, void *to, size_t bytes, __u64 offset)
{
	return offset <= INT64_MAX && pread(fd, to, bytes, (off_t)offset) == (ssize_t)bytes;
}

static bool read_header(int fd, Elf64_Ehdr *header)
{
	return read_at(fd, header, sizeof(*header), 0) &&
	       memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
	       header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_ident[EI_DATA] == ELFDATA2LSB &&
	       header->e_phentsize == sizeof(Elf64_Phdr) &&
	       header->e_shentsize == sizeof(Elf64_Shdr);
}

static void read_segments(int fd, const Elf64_Ehdr *header, struct cfi *cfi)
{
	Elf64_Phdr segment;

	cfi->segments = xcalloc(SEGMENTS_MAX, sizeof(cfi->segments[0]));
	for (size_t i = 0; i < header->e_phnum && i < HEADERS_MAX; i++) {
		if (!read_at(fd, &segment, sizeof(segment), header->e_phoff + i * sizeof(segment)))
			break;
		if (segment.p_type == PT_LOAD && cfi->n_segments < SEGMENTS_MAX)
			cfi->segments[cfi->n_segments++] = (struct cfi_segment){
				segment.p_offset, segment.p_filesz, segment.p_vaddr,
			};
	}
	cfi->segments = xreallocarray(cfi->segments, cfi->n_segments, sizeof(cfi->segments[0]));
}

/* Return true if @section, whose name is in @names, is .eh_frame. */
static bool is_wanted(int fd, const Elf64_Shdr *section, const Elf64_Shdr *names)
{
	static const char wanted[] = ".eh_frame";
	char name[sizeof(wanted)];

	return (section->sh_type == SHT_PROGBITS || section->sh_type == SHT_X86_64_UNWIND) &&
	       !(section->sh_flags & SHF_EXECINSTR) &&
	       read_at(fd, name, sizeof(name), names->sh_offset + section->sh_name) &&
	       memcmp(name, wanted, sizeof(name)) == 0;
}

/* Find the section named .eh_frame. */
static bool find_section(int fd, const Elf64_Ehdr *header, Elf64_Shdr *section)
{
	size_t n = header->e_shnum < HEADERS_MAX ? header->e_shnum : HEADERS_MAX;
	Elf64_Shdr *sections = xcalloc(n, sizeof(*sections)), names;
	ssize_t got = pread(fd, sections, n * sizeof(*sections), (off_t)header->e_shoff);
	bool found = false;

	n = got > 0 ? got / sizeof(*sections) : 0;	/* the header can promise more */
	if (read_at(fd, &names, sizeof(names),
		    header->e_shoff + (__u64)header->e_shstrndx * sizeof(names)))
		for (size_t i = 1; i < n && !found; i++) {
			*section = sections[i];
			found = is_wanted(fd, section, &names);
		}
	free(sections);
	return found;
}

/* Return the bytes of @section, or NULL if it is larger than the file, or too large. */
static __u8 *read_section(int fd, const Elf64_Shdr *section, size_t room_bytes)
{
	struct stat st;
	__u8 *bytes;

	if (!section->sh_size || section->sh_size > SECTION_BYTES_MAX ||
	    section->sh_size > room_bytes || fstat(fd, &st) ||
	    section->sh_size > (__u64)st.st_size)
		return NULL;
	bytes = xcalloc(section->sh_size, 1);
	if (read_at(fd, bytes, section->sh_size, section->sh_offset))
		return bytes;
	free(bytes);
	return NULL;
}

struct cfi *cfi_new(__u8 *bytes, size_t size, __u64 address)
{
	struct cfi *cfi = xcalloc(1, sizeof(*cfi));

	cfi->bytes = bytes;
	cfi->size = size;
	cfi->address = address;
	cfi->steps_left = STEPS_RESERVE;
	cfi_list_functions(cfi);
	return cfi;
}

struct cfi *cfi_open(int fd, size_t *room_bytes)
{
	Elf64_Shdr section;
	Elf64_Ehdr header;
	struct cfi *cfi;
	__u8 *bytes;
	size_t used;

	if (!read_header(fd, &header) || !find_section(fd, &header, &section))
		return NULL;
	bytes = read_section(fd, &section, *room_bytes);
	if (!bytes)
		return NULL;
	cfi = cfi_new(bytes, section.sh_size, section.sh_addr);
	read_segments(fd, &header, cfi);
	used = cfi->size + cfi->capacity * sizeof(cfi->functions[0]);
	*room_bytes -= used < *room_bytes ? used : *room_bytes;
	return cfi;
}

__u64 cfi_address(const struct cfi *cfi, __u64 offset)
{
	for (size_t i = 0; i < cfi->n_segments; i++) {
		const struct cfi_segment *segment = &cfi->segments[i];

		if (offset - segment->offset < segment->bytes)
			return offset - segment->offset + segment->address;
	}
	return offset;
}

/* Return the last function that starts at @address or before it, or NULL. */
static const struct cfi_function *find_function(const struct cfi *cfi, __u64 address)
{
	size_t low = 0, high = cfi->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cfi->functions[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &cfi->functions[low - 1] : NULL;
}

bool cfi_find(struct cfi *cfi, __u64 address, struct cfi_row *row)
{
	const struct cfi_function *function = find_function(cfi, address);
	struct cfi_record record;

	if (!function || address - function->start >= function->bytes)
		return false;
	if (cfi->steps_left < STEPS_RESERVE)
		cfi->steps_left += STEPS_EACH;
	return cfi_record(cfi, function->record, &record) &&
	       cfi_execute(cfi, &record, address, row);
}

bool cfi_find_end(struct cfi *cfi, __u64 address, struct cfi_row *row, __u64 *end)
{
	const struct cfi_function *function = find_function(cfi, address);

	if (!function || address - function->start < function->bytes)
		return false;
	*end = function->start + function->bytes;
	return cfi_find(cfi, *end - 1, row);
}

struct dwarf_bytes cfi_expression(const struct cfi *cfi, __u32 place)
{
	struct dwarf_bytes rest = { .at = cfi->bytes, .end = cfi->bytes + cfi->size };

	dwarf_block(&rest, place);
	return dwarf_block(&rest, dwarf_uleb(&rest));
}

void cfi_free(struct cfi *cfi)
{
	if (!cfi)
		return;
	free(cfi->bytes);
	free(cfi->segments);
	free(cfi->functions);
	free(cfi);
}
