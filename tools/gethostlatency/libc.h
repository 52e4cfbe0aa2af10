/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every C library that a process has mapped: of this system, of containers,
 * replaced by an update and deleted.
 */
#ifndef COMMON_LIBC_H
#define COMMON_LIBC_H

#include <stdbool.h>
#include <sys/types.h>
#include <linux/types.h>

#define LIBC_LINKS_MAX 32

struct libc {
	__u32 major, minor;		/* of the file system, and... */
	__u64 inode;			/* ... the file, as in /proc/PID/maps */
	__u64 seen_ns;			/* when a process last had it mapped */
	int links[LIBC_LINKS_MAX];	/* descriptors that keep programs attached */
	size_t n_links;
};

/* A new one, open as @fd until this returns: fill its links. */
typedef void (*libc_fn)(void *ctx, struct libc *libc, int fd, const char *path);

/* True if a file of that name, the last component of a path, is a C library. */
bool libc_is_name(const char *name);

/*
 * Call @fn for each new libc of process @pid.  Returns how many it has mapped,
 * known ones too; -EACCES if that may not be read.
 */
int libc_look(pid_t pid, libc_fn fn, void *ctx);

/* Call @fn for the file @path, whoever has it mapped.  0, or a negative errno. */
int libc_open(const char *path, libc_fn fn, void *ctx);

/*
 * libc_look() for all processes; and let go of those that none has had mapped for
 * a minute, which keep their file systems in use.  Returns how many processes
 * may not be looked at.
 */
unsigned int libc_look_all(libc_fn fn, void *ctx);

/* How many are known. */
size_t libc_count(void);

/* Detach everything, and forget.  What links this needs pthreads. */
void libc_end(void);

#endif /* COMMON_LIBC_H */
