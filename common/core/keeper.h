/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A worker: a process that does a dangerous job for the tool, with few privileges and limited
 * memory.  The tool may have no privileges left when the worker ends, so it cannot start the
 * next one.  A third process, the keeper, which reads no data, has the privileges of the worker
 * and starts workers when the tool asks for one.
 *
 * Both end when the tool ends, for whatever reason.  A signal to the tool's process group does not
 * end them.  Their standard files are /dev/null.
 */
#ifndef COMMON_KEEPER_H
#define COMMON_KEEPER_H

#include <sys/types.h>
#include <linux/types.h>
#include "core/sandbox.h"

struct keeper_job {
	/*
	 * Serves requests that arrive at @socket (SOCK_SEQPACKET) until recv(2) returns 0.  Runs
	 * in the worker, which exits when the function returns.
	 */
	void (*serve)(void *ctx, int socket);
	void *ctx;
	/* For sandbox_install_worker(); NULL: no filter. */
	const struct sandbox_call *const *calls;
	__u64 capabilities;	/* both processes keep these; bit N: capability N */
	__u64 memory_bytes;	/* limit of the address space */
	__u32 files;		/* limit of open files */
	__u32 deadline_s;	/* of each send to the worker, and of its start */
};

struct keeper {
	pid_t pid;		/* 0: not started */
	int control;		/* socket to the keeper */
};

/*
 * Start the keeper.  Call it before the tool opens files or has secrets in memory.  Returns 0 or
 * a negative errno, without a message.
 */
int keeper_start(struct keeper *keeper, const struct keeper_job *job);

/*
 * End the worker, if there is one, and start another.  Returns the tool's end of its socket, to be
 * closed by the caller, or a negative errno, without a message.  On that socket, sends fail with
 * EAGAIN after the deadline.
 */
int keeper_worker(struct keeper *keeper);

/* End the keeper and its worker. */
void keeper_end(struct keeper *keeper);

#endif /* COMMON_KEEPER_H */
