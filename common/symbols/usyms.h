/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names for addresses in processes, including processes that have ended, and processes in
 * containers, whose files differ from those that the tool sees.
 *
 * The mappings of a process are read, and its files opened, while it lives.  Names come from
 * the files (elf_file.h) or from the process's /tmp/perf-PID.map.
 */
#ifndef COMMON_USYMS_H
#define COMMON_USYMS_H

#include <sys/types.h>
#include "symbols/symbols.h"
#include "symbols/unwind.h"

#define USYMS_JIT "[jit]"	/* module of functions named by a perf-PID.map */

struct usyms;
struct usyms_process;

struct usyms *usyms_new(void);
void usyms_free(struct usyms *usyms);

/* Return the number of files that have more symbols than are read. */
size_t usyms_limited(const struct usyms *usyms);

/*
 * Read the mappings of process @pid, which started @start_boottime_ns after boot
 * (CLOCK_BOOTTIME; 0: any process with that PID).  If the process is gone, its addresses stay
 * unknown.  The result is valid until usyms_free().
 */
struct usyms_process *usyms_process(struct usyms *usyms, pid_t pid, __u64 start_boottime_ns);

/*
 * Read the mappings again if @address has no name yet, since the process may have loaded a
 * library or created a perf-PID.map.  Does nothing if that did not help recently.
 */
void usyms_touch(struct usyms_process *process, __u64 address);

/*
 * Read the mappings again if @map_count, the kernel's number of mappings, differs from that of the
 * last call: the process has loaded or unloaded a library.
 */
void usyms_refresh(struct usyms_process *process, __u32 map_count);

/* Open the directory of @process in /proc.  Returns -1 if the process is gone. */
int usyms_open(const struct usyms_process *process);

/* Return true if the process has mapped the HotSpot virtual machine. */
bool usyms_is_java(const struct usyms_process *process);

/* Return what unwinding needs to know of @process. */
struct unwind_process usyms_unwind(struct usyms_process *process);

/*
 * Return true if a call ends before @address, or if that is unknown.  An address for which it
 * is false is not a return address: a stack that was walked by frame pointers can hold any
 * number.
 */
bool usyms_follows_call(struct usyms_process *process, __u64 address);

/* Return the name of @address in @process. */
struct symbol usyms_find(struct usyms_process *process, __u64 address);

#endif /* COMMON_USYMS_H */
