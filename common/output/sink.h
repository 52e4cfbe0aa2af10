/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Standard output that does not block the tool.  A pipe or a terminal is opened a second time,
 * so that O_NONBLOCK is not set for other programs that share it.
 */
#ifndef COMMON_SINK_H
#define COMMON_SINK_H

#include "core/text.h"

struct sink {
	int fd;			/* the file to write to */
	int error;		/* negative errno of the first failed write */
	int stop_fd;		/* readable: stop waiting for the reader; < 0: none */
	__u64 stop_ns;		/* time after which to stop waiting; 0: never */
};

void sink_open(struct sink *sink);

/*
 * Write and empty @text.  Returns 0, the negative errno of the first failed write, or
 * -ETIMEDOUT if the run must stop and nobody reads for a second.
 */
int sink_write(struct sink *sink, struct text *text);

void sink_close(struct sink *sink);

#endif /* COMMON_SINK_H */
