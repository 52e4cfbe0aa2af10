// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Threads for work that may block and that the main thread must not wait for. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/capability.h>

#include "core/xalloc.h"
#include "thread.h"

#define STACK_BYTES (64 << 10)

struct start {
	void *(*fn)(void *arg);
	void *arg;
};

/*
 * Keep CAP_DAC_READ_SEARCH, to reach a mount point.  The main thread drops its capabilities after
 * the first look, which has no effect on threads that exist.
 */
static void drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_capget, &head, data))
		return;
	data[0].permitted &= 1U << CAP_DAC_READ_SEARCH;
	data[0].effective &= 1U << CAP_DAC_READ_SEARCH;
	data[0].inheritable = 0;
	data[1] = (struct __user_cap_data_struct){};
	syscall(SYS_capset, &head, data);
}

static void *run(void *arg)
{
	struct start start = *(struct start *)arg;

	free(arg);
	drop_capabilities();
	return start.fn(start.arg);
}

/*
 * A thread may start in the first look, before the main thread blocks the signals that it reads
 * from a signalfd.  If the thread did not block them, SIGINT would end the program without its last
 * table.
 */
bool thread_start(void *(*fn)(void *arg), void *arg)
{
	struct start *start = xcalloc(1, sizeof(*start));
	sigset_t all, before;
	pthread_attr_t attr;
	pthread_t thread;
	bool started;

	*start = (struct start){ fn, arg };
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&all);
	sigdelset(&all, SIGSYS);	/* of the sandbox */
	pthread_sigmask(SIG_BLOCK, &all, &before);
	started = !pthread_create(&thread, &attr, run, start);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (!started)
		free(start);
	return started;
}
