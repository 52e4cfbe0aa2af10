// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "output/sink.h"

#define WAIT_MS 100			/* interval between two checks whether to stop */
#define LAST_WAIT_MS 1000		/* maximum wait for the reader when the run must stop */

void sink_open(struct sink *sink)
{
	struct stat st;
	int fd = -1;

	if (!fstat(STDOUT_FILENO, &st) && (S_ISFIFO(st.st_mode) || isatty(STDOUT_FILENO)))
		fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	*sink = (struct sink){ .fd = fd >= 0 ? fd : STDOUT_FILENO, .stop_fd = -1 };
}

/* Return true if a signal that ends the run is pending.  Used until its descriptor is open. */
static bool signal_waits(void)
{
	sigset_t set;

	return !sigpending(&set) && (sigismember(&set, SIGINT) || sigismember(&set, SIGTERM) ||
				     sigismember(&set, SIGHUP));
}

/* Return true if the run must stop: a signal arrived, or its duration is over. */
static bool must_stop(const struct sink *sink)
{
	struct pollfd stop = { .fd = sink->stop_fd, .events = POLLIN };

	if (sink->stop_fd < 0)
		return signal_waits();
	return poll(&stop, 1, 0) > 0 || (sink->stop_ns && clock_now_ns() >= sink->stop_ns);
}

/* Wait until the reader accepts more data. */
static int wait_writable(const struct sink *sink)
{
	struct pollfd output = { .fd = sink->fd, .events = POLLOUT };
	bool stopping;
	int n;

	do {
		stopping = must_stop(sink);
		n = poll(&output, 1, stopping ? LAST_WAIT_MS : WAIT_MS);
	} while (n <= 0 && (!stopping || (n < 0 && errno == EINTR)));
	return n > 0 ? 0 : -ETIMEDOUT;
}

int sink_write(struct sink *sink, struct text *text)
{
	size_t done = 0;

	while (!sink->error && done < text->len) {
		ssize_t n = write(sink->fd, text->at + done, text->len - done);

		if (n >= 0)
			done += n;
		else if (errno == EAGAIN)
			sink->error = wait_writable(sink);
		else if (errno != EINTR)
			sink->error = -errno;
	}
	text->len = 0;
	return sink->error;
}

void sink_close(struct sink *sink)
{
	if (sink->fd != STDOUT_FILENO)
		close(sink->fd);
}
