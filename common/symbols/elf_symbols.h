/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Read symbols and segments of an ELF file that an observed process has chosen.  Only plain
 * tables are read: compressed sections and .gnu_debugdata could unpack a small file to
 * gigabytes.  A debug link is never followed, because it could name a FIFO or a device.
 */
#ifndef COMMON_ELF_SYMBOLS_H
#define COMMON_ELF_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include "symbols/symbols.h"

/* A loaded part of an ELF file. */
struct elf_segment {
	__u64 offset, bytes;		/* position and size in the file */
	__u64 address;			/* address of the first byte, as in the file's symbols */
};

/*
 * Add the symbols of .symtab and .dynsym of @fd to @symbols.  If there is no .symtab, also add that
 * of the file in /usr/lib/debug with the same build ID.  @room_bytes is the memory that the symbols
 * may take; it is reduced by what they take.  Returns false if symbols are missing because a limit
 * was reached.
 */
bool elf_symbols_read(int fd, struct symbols *symbols, size_t *room_bytes);

/* Store the loaded segments of @fd in @segments, which the caller frees.  Returns their number. */
size_t elf_segments_read(int fd, struct elf_segment **segments);

#endif /* COMMON_ELF_SYMBOLS_H */
