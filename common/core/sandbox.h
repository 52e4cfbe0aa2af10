/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The system calls that a running tool may make: a seccomp filter with an allow-list.
 *
 * privilege_drop() installs the filter when everything is attached.  Every tool may make the
 * calls of the basic list in sandbox_calls.c.  A tool or an option that needs more calls lists them
 * next to its code, and passes the list to sandbox_allow().
 *
 * Any other call is a bug in the tool, or comes from an attacker who controls it.  It fails with
 * ENOSYS and is reported once, and the tool later exits with status 1:
 *  - The kernel does not kill the tool (SECCOMP_RET_KILL), because what was collected would be
 *    lost without a message.  It sends SIGSYS (SECCOMP_RET_TRAP), whose handler reports the call.
 *  - ENOSYS, because libc then falls back to an older system call: a libc that is newer than
 *    these lists may call a new one first.
 *  - Only clone3 fails silently (SECCOMP_RET_ERRNO): libc always tries it before clone, and a
 *    filter cannot read its flags.
 * libc never makes calls of another architecture (32-bit calls on x86-64): they kill the tool.
 */
#ifndef COMMON_SANDBOX_H
#define COMMON_SANDBOX_H

#include <stdbool.h>
#include <linux/types.h>

/*
 * A system call, if (argument @arg & @mask) == @value.  Without @mask the arguments do not matter.
 * A name that does not exist on this architecture is ignored.
 */
struct sandbox_call {
	const char *name;		/* NULL: end of the list */
	__u64 mask, value;
	unsigned int arg;
	int error;			/* do not allow it but fail with this errno */
};

/* Conditions for argument @n, an int: it equals @v; it has none of @bits; it has all of @bits. */
#define SANDBOX_IS(n, v) .arg = (n), .mask = 0xffffffff, .value = (v)
#define SANDBOX_WITHOUT(n, bits) .arg = (n), .mask = (bits), .value = 0
#define SANDBOX_WITH(n, bits) .arg = (n), .mask = (bits), .value = (bits)

/* What every tool needs. */
extern const struct sandbox_call sandbox_basic[];

/* What several tools or options need. */
extern const struct sandbox_call sandbox_read_files[];	/* open and list files, read links */
extern const struct sandbox_call sandbox_talk[];	/* send to and receive from open sockets */
extern const struct sandbox_call sandbox_new_file[];	/* new_file.h */
extern const struct sandbox_call sandbox_handles[];	/* cgroup_path() */
extern const struct sandbox_call sandbox_walk[];	/* without CAP_DAC_READ_SEARCH: fts(3), too */
extern const struct sandbox_call sandbox_find_cgroup[];	/* cgroup_find() */
extern const struct sandbox_call sandbox_threads[];	/* pthread_create(3) */
extern const struct sandbox_call sandbox_attach[];	/* attach a loaded program to an event */

/* Allow the calls of @list (which stays valid) from sandbox_install() on. */
void sandbox_allow(const struct sandbox_call *list);

/*
 * Install the filter, for all threads.  Needs no_new_privs.  Returns 0 or a negative errno.
 * Sanitizers need more system calls: a tool that is built with them has no filter.
 */
int sandbox_install(void);

/*
 * The same for a worker (keeper.h): it may make the calls of the basic list and of @allowed, which
 * end with NULL, and any other one kills it.  A worker cannot report the call, because its stderr
 * is /dev/null; the tool counts the results that are missing when a worker has ended.
 */
int sandbox_install_worker(const struct sandbox_call *const *allowed);

/* Return true if a call was not allowed. */
bool sandbox_was_hit(void);

#endif /* COMMON_SANDBOX_H */
