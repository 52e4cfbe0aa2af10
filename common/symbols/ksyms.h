/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names for addresses in the kernel, from /proc/kallsyms. */
#ifndef COMMON_KSYMS_H
#define COMMON_KSYMS_H

#include "symbols/symbols.h"

struct ksyms;

/*
 * Load the functions that the kernel, its modules and BPF programs have now.  Returns NULL,
 * with a message, if the kernel hides them.
 */
struct ksyms *ksyms_load(void);
void ksyms_free(struct ksyms *ksyms);

/*
 * Return the symbol of @address.  @ksyms may be NULL.  Symbols of the kernel itself have module
 * NULL.
 */
struct symbol ksyms_find(const struct ksyms *ksyms, __u64 address);

#endif /* COMMON_KSYMS_H */
