// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/parcel.h"
#include "core/worker.h"

/* Maximum number of workers started in a minute. */
#define STARTS_MAX 4

/* Start a worker, unless there is one or too many have ended lately.  True if there is one. */
static bool connected(struct worker *worker)
{
	__u64 now;

	if (worker->socket >= 0 || !worker->keeper.pid)
		return worker->socket >= 0;
	now = clock_now_ns();
	if (now - worker->minute_ns > 60 * NS_PER_S) {
		worker->minute_ns = now;
		worker->starts = 0;
	}
	if (worker->starts >= STARTS_MAX)
		return false;
	worker->starts++;
	worker->socket = keeper_worker(&worker->keeper);
	return worker->socket >= 0;
}

int worker_start(struct worker *worker, const struct keeper_job *job)
{
	int err;

	*worker = (struct worker){ .socket = -1, .stop_fd = -1 };
	err = keeper_start(&worker->keeper, job);
	return !err && !connected(worker) ? -EAGAIN : err;
}

bool worker_send(struct worker *worker, const struct msghdr *message)
{
	if (!connected(worker))
		return false;
	if (TEMP_FAILURE_RETRY(sendmsg(worker->socket, message, MSG_NOSIGNAL)) >= 0)
		return true;
	worker_lost(worker);
	return false;
}

/* Wait until @end_ns for a message or the end of the worker.  Stops when the user interrupts. */
static bool await(struct worker *worker, __u64 end_ns)
{
	struct pollfd fds[] = {
		{ .fd = worker->socket, .events = POLLIN },
		{ .fd = worker->stop_fd, .events = POLLIN },
	};
	__u64 now = clock_now_ns();
	int ready;

	do {
		__u64 left_ms = end_ns > now ? (end_ns - now + NS_PER_MS - 1) / NS_PER_MS : 0;

		ready = poll(fds, 2, left_ms);
		now = clock_now_ns();
	} while (ready < 0 && errno == EINTR);
	worker->stopped |= ready > 0 && fds[1].revents;
	return ready > 0 && fds[0].revents;
}

static ssize_t take(const struct worker *worker, struct parcel *parcel)
{
	return recvmsg(worker->socket, &parcel->message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
}

ssize_t worker_receive(struct worker *worker, void *bytes, size_t size, int *fd, __u64 end_ns)
{
	struct parcel parcel;
	ssize_t got;

	if (fd)
		*fd = -1;
	if (worker->socket < 0)
		return -1;
	parcel_init(&parcel, bytes, size);
	if (!fd)
		parcel.message.msg_controllen = 0;
	got = take(worker, &parcel);	/* often the message is there already */
	if (got < 0 && errno == EAGAIN && await(worker, end_ns))
		got = take(worker, &parcel);
	if (fd && got >= 0)
		*fd = parcel_take(&parcel);
	return got;
}

void worker_lost(struct worker *worker)
{
	if (worker->socket < 0)
		return;
	close(worker->socket);
	worker->socket = -1;
	worker->ends += !worker->stopped;
}

void worker_allow_calls(void)
{
	static const struct sandbox_call wait[] = { { "wait4" }, {} };

	sandbox_allow(sandbox_talk);
	sandbox_allow(wait);
}

void worker_end(struct worker *worker)
{
	if (worker->socket >= 0)
		close(worker->socket);
	worker->socket = -1;
	keeper_end(&worker->keeper);
}
