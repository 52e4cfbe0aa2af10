/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tool's end of a worker (keeper.h).  If one ends or hangs, another one is started. */
#ifndef COMMON_WORKER_H
#define COMMON_WORKER_H

#include <stdbool.h>
#include <sys/socket.h>
#include "core/keeper.h"

struct worker {
	struct keeper keeper;
	int socket;			/* -1: there is no worker now */
	int stop_fd;			/* stop waiting when it is readable; -1: none */
	bool stopped;			/* it was readable */
	unsigned long ends;		/* how often a worker has ended, or was ended */
	__u64 minute_ns;		/* start of the minute in which... */
	unsigned int starts;		/* ... this many workers were started */
};

/* Start the keeper and a worker.  Returns 0 or a negative errno; in both cases call worker_end(). */
int worker_start(struct worker *worker, const struct keeper_job *job);

/*
 * Send @message to the worker, after starting a new one if it has ended, at most four in a minute.  Returns
 * false if that fails, or if the worker is lost by now.
 */
bool worker_send(struct worker *worker, const struct msghdr *message);

/*
 * Receive one message of at most @size bytes, sent by the worker before @end_ns (clock_now_ns()).
 * Sets @fd, unless it is NULL, to the descriptor that comes with it, or -1.  Returns the number of
 * bytes, or -1: then call worker_lost().
 */
ssize_t worker_receive(struct worker *worker, void *bytes, size_t size, int *fd, __u64 end_ns);

/* The worker has ended, is stuck or sends nonsense: use it no longer. */
void worker_lost(struct worker *worker);

/* Allow the tool the system calls that these functions make, in its sandbox. */
void worker_allow_calls(void);

void worker_end(struct worker *worker);

#endif /* COMMON_WORKER_H */
