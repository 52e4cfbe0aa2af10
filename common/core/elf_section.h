/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef COMMON_ELF_SECTION_H
#define COMMON_ELF_SECTION_H

#include <stddef.h>

/*
 * A copy, which the caller frees, of section @name of the 64-bit ELF file @data in memory.
 * NULL: it is damaged or has no such section (@bytes is 0), or there is no memory.
 */
void *elf_section_copy(const void *data, size_t data_bytes, const char *name, size_t *bytes);

#endif /* COMMON_ELF_SECTION_H */
