/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Read the symbols of an ELF file that an observed process has chosen.  Only plain
 * tables are read: compressed sections and .gnu_debugdata could unpack a small file to
 * gigabytes.  A debug link is never followed, because it could name a FIFO or a device.
 */
#ifndef COMMON_ELF_SYMBOLS_H
#define COMMON_ELF_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include "symbols/symbols.h"

/*
 * Add the symbols of .symtab and .dynsym of @fd to @symbols.  If there is no .symtab, also add that
 * of the file in /usr/lib/debug with the same build ID.  @room_bytes is the memory that the symbols
 * may take; it is reduced by what they take.  Returns false if symbols are missing because a limit
 * was reached.
 */
bool elf_symbols_read(int fd, struct symbols *symbols, size_t *room_bytes);

#endif /* COMMON_ELF_SYMBOLS_H */
