/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names for addresses in the kernel, from /proc/kallsyms. */
#ifndef COMMON_KSYMS_H
#define COMMON_KSYMS_H

#include "symbols/symbols.h"

struct ksyms;

/*
 * Open the list of the kernel's functions.  Only opening it requires CAP_SYSLOG, not reading it.
 * Returns a descriptor or a negative errno, for ksyms_load() or close(2).
 */
int ksyms_open(void);

/*
 * Load the functions that the kernel, its modules and BPF programs have now.  @fd: what
 * ksyms_open() returned; it is closed.  Returns NULL, with a message, if the kernel hides them.
 */
struct ksyms *ksyms_load(int fd);
void ksyms_free(struct ksyms *ksyms);

/*
 * Return the symbol of @address.  @ksyms may be NULL.  Symbols of the kernel itself have module
 * NULL.
 */
struct symbol ksyms_find(const struct ksyms *ksyms, __u64 address);

#endif /* COMMON_KSYMS_H */
