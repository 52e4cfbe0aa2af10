/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names for addresses in the kernel, from /proc/kallsyms. */
#ifndef COMMON_KSYMS_H
#define COMMON_KSYMS_H

#include "symbols/symbols.h"

struct ksyms;

/*
 * The functions of the kernel, its modules and BPF programs as they are now;
 * NULL, with a message, if the kernel does not tell.
 */
struct ksyms *ksyms_load(void);
void ksyms_free(struct ksyms *ksyms);

/* What @address is called; @ksyms may be NULL.  The kernel proper is module NULL. */
struct symbol ksyms_find(const struct ksyms *ksyms, __u64 address);

#endif /* COMMON_KSYMS_H */
