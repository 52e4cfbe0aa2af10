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
	__u32 major, minor;		/* device of the file system, and... */
	__u64 inode;			/* ... inode of the file, as in /proc/PID/maps */
	__u64 seen_ns;			/* when a process last had it mapped */
	int links[LIBC_LINKS_MAX];	/* descriptors that keep programs attached */
	size_t n_links;
};

/* Called for a new libc: fill its links. @fd is open until the function returns. */
typedef void (*libc_fn)(void *ctx, struct libc *libc, int fd, const char *path);

/* Return true if a file with that name, the last component of a path, is a C library. */
bool libc_is_name(const char *name);

/*
 * Call @fn for each new libc of process @pid. Returns the number of its libcs, including known
 * ones, or -EACCES if its mappings may not be read.
 */
int libc_look(pid_t pid, libc_fn fn, void *ctx);

/* Call @fn for the file @path, without looking at processes. Returns 0 or a negative errno. */
int libc_open(const char *path, libc_fn fn, void *ctx);

/*
 * Call libc_look() for all processes. Detach libcs that no process has had mapped for a
 * minute, because attached programs keep their file systems in use. Returns the number of
 * processes that may not be read.
 */
unsigned int libc_look_all(libc_fn fn, void *ctx);

/* Return the number of known libcs. */
size_t libc_count(void);

/*
 * Keep the privileges to find libcs that processes map during the run, and to attach probes to
 * them.
 */
void libc_keep_privileges(void);

/* Detach everything and free all entries. Needs pthreads. */
void libc_end(void);

#endif /* COMMON_LIBC_H */
