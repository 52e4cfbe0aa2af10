/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Standard output, without blocking the tool: where it is a pipe or a terminal, it is opened
 * once more, so that O_NONBLOCK is not set for other programs that share it.
 */
#ifndef COMMON_SINK_H
#define COMMON_SINK_H

#include "core/text.h"

struct sink {
	int fd;			/* where it is written to */
	int error;		/* negative errno of a failed write, kept */
	int stop_fd;		/* readable: give up on a reader that does not read; < 0: none */
	__u64 stop_ns;		/* the same at this time; 0: never */
};

void sink_open(struct sink *sink);

/*
 * Write @text and empty it.  0, or the negative errno of the first failed write; -ETIMEDOUT
 * if the run was to stop and yet nobody read for a second.
 */
int sink_write(struct sink *sink, struct text *text);

void sink_close(struct sink *sink);

#endif /* COMMON_SINK_H */
