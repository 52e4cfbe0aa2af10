// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/keeper.h"
#include "core/parcel.h"
#include "core/privilege.h"

#define CONTROL 3		/* the keeper's descriptor of the socket to the tool */
#define END_S 1			/* seconds that the keeper waits for its worker to end */
#define SOCKET_BYTES (256 << 10)	/* buffer at each end; the kernel may allow less */

/* Make the kernel end this process when @parent ends, the process that forked it. */
static void end_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(1);
}

/* Close what the tool has open, except for @control, which becomes CONTROL. */
static void close_inherited(int control)
{
	int null;

	dup2(control, CONTROL);		/* before the loop: @control can be 0, 1 or 2 */
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd < CONTROL; fd++)
		if (null < 0)
			close(fd);
		else
			dup2(null, fd);
	/* since v5.9, 278a5fbaed89 */
	syscall(SYS_close_range, CONTROL + 1, ~0U, 0);
}

/* Ignore the terminal's signals that end the tool: the tool decides when its worker ends. */
static void ignore_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };
	sigset_t none;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void limit(int resource, rlim_t value)
{
	struct rlimit limits;

	if (getrlimit(resource, &limits))
		return;
	if (limits.rlim_max > value)
		limits.rlim_max = value;
	limits.rlim_cur = limits.rlim_max;
	setrlimit(resource, &limits);
}

/* If memory runs out, the kernel ends the worker before any other process. */
static void offer_to_oom_killer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1000", 4) < 0) {
		/* the memory limit remains */
	}
	close(fd);
}

/* Give up everything that the job does not need.  If the kernel refuses, the tool warns. */
static void confine(const struct keeper_job *job)
{
	offer_to_oom_killer();
#ifndef __SANITIZE_ADDRESS__		/* the sanitizer reserves terabytes of address space */
	limit(RLIMIT_AS, job->memory_bytes);
#endif
	limit(RLIMIT_NOFILE, job->files);
	limit(RLIMIT_CORE, 0);
	privilege_reduce(job->capabilities);
}

static void send_socket(int fd)
{
	struct parcel parcel;
	char byte = 0;

	parcel_init(&parcel, &byte, 1);
	parcel_put(&parcel, fd);
	sendmsg(CONTROL, &parcel.message, MSG_NOSIGNAL);
}

/* Set the options of the tool's socket here: the tool's sandbox may forbid setsockopt(2). */
static int new_sockets(const struct keeper_job *job, int pair[2])
{
	struct timeval deadline = { .tv_sec = job->deadline_s };
	int bytes = SOCKET_BYTES;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof(deadline));
	for (int i = 0; i < 2; i++)
		setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	return 0;
}

/* Start a worker, and send the tool a socket to it.  Returns its pid, or 0. */
static pid_t start_worker(const struct keeper_job *job)
{
	pid_t keeper = getpid(), worker;
	int pair[2];

	if (new_sockets(job, pair))
		return 0;
	worker = fork();
	if (!worker) {
		end_with(keeper);
		close(CONTROL);
		close(pair[0]);
		if (job->calls)		/* if the kernel refuses the filter, go on without it */
			sandbox_install_worker(job->calls);
		job->serve(job->ctx, pair[1]);
		_exit(0);
	}
	close(pair[1]);
	if (worker > 0)
		send_socket(pair[0]);
	close(pair[0]);
	return worker > 0 ? worker : 0;
}

/* Start a worker for each byte from the tool, until the tool closes the socket. */
static _Noreturn void keep(const struct keeper_job *job)
{
	pid_t worker = 0;
	char byte;

	while (recv(CONTROL, &byte, 1, 0) == 1) {
		/* The pid is still that of the worker: no other code waits for workers. */
		if (worker)
			kill(worker, SIGKILL);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		worker = start_worker(job);
		if (!worker)
			send(CONTROL, "", 1, MSG_NOSIGNAL);	/* without a socket: failed */
	}
	if (worker)
		kill(worker, SIGKILL);
	alarm(END_S);		/* a worker that hangs in a dead file system does not end */
	while (waitpid(-1, NULL, 0) > 0)
		;
	_exit(0);
}

int keeper_start(struct keeper *keeper, const struct keeper_job *job)
{
	pid_t tool = getpid();
	struct timeval deadline = { .tv_sec = job->deadline_s };
	int pair[2];

	*keeper = (struct keeper){ .control = -1 };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline));
	keeper->pid = fork();
	if (!keeper->pid) {
		ignore_signals();
		close_inherited(pair[1]);
		confine(job);
		end_with(tool);
		prctl(PR_SET_NAME, "sixty-helper");
		keep(job);
	}
	close(pair[1]);
	if (keeper->pid < 0) {
		int err = -errno;

		close(pair[0]);
		keeper->pid = 0;
		return err;
	}
	keeper->control = pair[0];
	return 0;
}

int keeper_worker(struct keeper *keeper)
{
	struct parcel parcel;
	char byte = 0;
	ssize_t got;
	int fd;

	if (!keeper->pid)
		return -ECHILD;
	if (send(keeper->control, &byte, 1, MSG_NOSIGNAL) != 1)
		return -errno;
	parcel_init(&parcel, &byte, 1);
	got = TEMP_FAILURE_RETRY(recvmsg(keeper->control, &parcel.message, MSG_CMSG_CLOEXEC));
	if (got != 1)
		return got < 0 ? -errno : -ECHILD;
	fd = parcel_take(&parcel);
	return fd < 0 ? -EAGAIN : fd;
}

void keeper_end(struct keeper *keeper)
{
	if (!keeper->pid)
		return;
	close(keeper->control);
	TEMP_FAILURE_RETRY(waitpid(keeper->pid, NULL, 0));
	*keeper = (struct keeper){ .control = -1 };
}
