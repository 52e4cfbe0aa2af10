/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every C library that a process has mapped: of this system, of containers,
 * replaced by an update and deleted.
 *
 * A worker (worker.h) looks at the processes, and opens and parses the files, which the users of
 * those processes choose.  The tool gets a descriptor of each library, and where its functions begin.
 */
#ifndef GETHOSTLATENCY_LIBC_H
#define GETHOSTLATENCY_LIBC_H

#include <stdbool.h>
#include <sys/types.h>
#include "libc_protocol.h"
#include "libc_serve.h"

#define LIBC_LINKS_MAX 32

struct libc {
	struct libc_key key;
	__u64 seen_ns;			/* when a process last had it mapped */
	int links[LIBC_LINKS_MAX];	/* descriptors that keep programs attached */
	size_t n_links;
};

/* A libc that was opened and read. */
struct libc_found {
	int fd;
	int error;			/* 0, or why its functions are unknown: a negative errno */
	const struct uprobe_places *places;
	const char *path;
};

/* Called for a new libc: fill its links.  @found is valid until the function returns. */
typedef void (*libc_fn)(void *ctx, struct libc *libc, const struct libc_found *found);

/*
 * Start the worker, before files are opened and privileges dropped.  @filter: restrict its system
 * calls.  If that fails, prints a message: no libc is found then.
 */
void libc_start(const struct libc_functions *functions, bool filter);

/*
 * Call @fn for each new libc of process @pid.  Returns the number of its libcs, including known
 * ones, -EACCES if its mappings may not be read, or -ECHILD if the worker has ended.
 */
int libc_look(pid_t pid, libc_fn fn, void *ctx);

/*
 * Open and read the file @path.  Returns a descriptor or a negative errno; -ENOEXEC and so on as
 * functions_find().
 */
int libc_open(const char *path, struct uprobe_places *places);

/* Return a text for the error @err of libc_open(). */
const char *libc_problem(int err);

/* Call @fn for a file from libc_open(), as the only libc; closes @fd. */
void libc_use(const char *path, int fd, const struct uprobe_places *places, libc_fn fn, void *ctx);

/*
 * Call libc_look() for all processes.  Detach libcs that no process has had mapped for a
 * minute, because attached programs keep their file systems in use.  Returns the number of
 * processes that may not be read.
 */
unsigned int libc_look_all(libc_fn fn, void *ctx);

/* Return the number of known libcs. */
size_t libc_count(void);

/* Keep what it takes to talk to the worker, and to put probes into the libcs that it finds. */
void libc_keep_privileges(bool multi);

/* Detach everything, end the worker and free all entries.  Needs pthreads. */
void libc_end(void);

#endif /* GETHOSTLATENCY_LIBC_H */
