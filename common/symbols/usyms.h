/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names for addresses in processes, also in those that have ended since, and
 * in those that see other files than we do (containers).
 *
 * What a process has mapped is read while it lives, and the files are opened
 * then; their symbols are read when the first address is asked for.  Symbols
 * come from the file itself (.symtab, .dynsym, .gnu_debugdata), from a separate
 * debug file in /usr/lib/debug, or from the process's /tmp/perf-PID.map.
 */
#ifndef COMMON_USYMS_H
#define COMMON_USYMS_H

#include <sys/types.h>
#include "symbols/symbols.h"

#define USYMS_JIT "[jit]"	/* module of what a perf-PID.map names */

struct usyms;
struct usyms_process;

/* Also raises the limit of open files: each mapped file stays open until it is read. */
struct usyms *usyms_new(void);
void usyms_free(struct usyms *usyms);

/*
 * Process @pid, which began @start_boottime_ns after boot (CLOCK_BOOTTIME; 0:
 * any of that pid): read what it has mapped.  It may be gone: then nothing is
 * known of it.  Stays valid until usyms_free().
 */
struct usyms_process *usyms_process(struct usyms *usyms, pid_t pid, __u64 start_boottime_ns);

/*
 * See if @address can be named; if not, the process may have loaded a library
 * or begun a perf-PID.map since: read again, unless that has not helped shortly
 * before.
 */
void usyms_touch(struct usyms_process *process, __u64 address);

/* What @address is called in @process. */
struct symbol usyms_find(struct usyms_process *process, __u64 address);

#endif /* COMMON_USYMS_H */
