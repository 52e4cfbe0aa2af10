/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef COMMON_ELF_SECTION_H
#define COMMON_ELF_SECTION_H

#include <stddef.h>

/*
 * Return a copy of section @name of the 64-bit ELF file @data in memory.  The caller frees it.
 * Returns NULL if the file is damaged, has no such section (@bytes is 0), or memory is short.
 */
void *elf_section_copy(const void *data, size_t data_bytes, const char *name, size_t *bytes);

#endif /* COMMON_ELF_SECTION_H */
