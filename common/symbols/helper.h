/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Callers and names of user functions, found by a helper process.
 *
 * Unwinding and naming parse files of other processes: ELF, call frame information, perf maps.
 * The users who run those processes choose what these files contain, so a separate process, the
 * helper (keeper.h), parses them.  It keeps the capabilities to open these files, which the tool
 * drops.  The tool checks its answers.  If the helper ends, does not answer in time, or answers
 * nonsense, helper.c answers the open requests itself, with UNWIND_NO_HELPER or without names, and
 * the next request starts another helper.
 */
#ifndef COMMON_HELPER_H
#define COMMON_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include "core/keeper.h"
#include "symbols/mutex_owner.h"
#include "symbols/symbols.h"
#include "symbols/unwind.h"

struct helper;

/* A process to be asked about. */
struct helper_process {
	__u64 start_boottime_ns;	/* as in usyms.h */
	__u32 number;			/* assigned by the caller, from 0 */
	__u32 pid;			/* in /proc; 0: none */
};

struct helper_unwound {
	enum unwind_end end;
	__u32 n;			/* at most UNWIND_FRAMES_MAX */
	const __u64 *addresses;		/* valid until the callback returns */
	bool java;			/* with UNWIND_NO_CFI: the process has mapped HotSpot */
};

typedef void (*helper_unwound_fn)(void *ctx, const struct helper_unwound *unwound);

/* Called for address @i.  @symbol is valid until the function returns. */
typedef void (*helper_named_fn)(void *ctx, size_t i, const struct symbol *symbol);

/*
 * Start the helper.  Call it before files are opened and privileges dropped.  If that fails,
 * prints a message; all requests are then answered as if the helper had ended.
 * @frame_pointers: as for unwind_new().  @filter: restrict the helper's system calls.
 */
struct helper *helper_new(bool frame_pointers, bool filter);

/* For tests: like helper_new(), but with another job. */
struct helper *helper_start(const struct keeper_job *job);

void helper_free(struct helper *helper);

/*
 * Request to unwind @stack with the copied bytes at @bytes; both can change when this returns.
 * @map_count: see usyms_refresh().  Some time later, but not after helper_settle(), @fn is called.
 */
void helper_unwind(struct helper *helper, const struct helper_process *process, __u32 map_count,
		   const struct user_stack *stack, const void *bytes, helper_unwound_fn fn,
		   void *ctx);

/*
 * Request to open the files of @process while it lives, and again if they do not contain the @n
 * addresses.  Only the first UNWIND_FRAMES_MAX addresses are used.
 */
void helper_look(struct helper *helper, const struct helper_process *process, __u32 map_count,
		 const __u64 *addresses, __u32 n);

/* Wait until all requests are answered. */
void helper_settle(struct helper *helper);

/*
 * Find the names of @n addresses in @process.  UNWIND_EXACT marks those that are not return
 * addresses.  A return address has the name of the call before it and no name if there is no call.
 * Calls @fn for each address.  Addresses have no name if the helper ended, after @end_ns (a time of
 * clock_now_ns()), or after helper_stop_by()'s descriptor became readable.  In the last two cases,
 * returns false.
 */
bool helper_name(struct helper *helper, const struct helper_process *process,
		 const __u64 *addresses, size_t n, __u64 end_ns, helper_named_fn fn, void *ctx);

/*
 * Find the owner of the mutex at @address in @process, see mutex_owner(), before @end_ns (as
 * clock_now_ns()).  Returns false if there is no helper, or it ended or was too late.
 */
bool helper_owner(struct helper *helper, const struct helper_process *process, __u64 address,
		  bool inherits, __u64 end_ns, struct mutex_owner *owner);

/* Give up waiting for answers once @fd is readable.  Does not close @fd. */
void helper_stop_by(struct helper *helper, int fd);

/* Return how many times the helper has ended, or was given up because of its answers. */
unsigned long helper_ends(const struct helper *helper);

/* Return the number of files that have more symbols than are read, as reported by the helper. */
__u32 helper_limited(const struct helper *helper);

#endif /* COMMON_HELPER_H */
