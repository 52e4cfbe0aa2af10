// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Threads that do what the main thread must not wait for. */
#include <pthread.h>
#include <signal.h>

#include "thread.h"

#define STACK_BYTES (64 << 10)

/*
 * The first look is before the main thread blocks the signals that it reads from a signalfd.
 * A thread that did not block them would end the program at SIGINT, without its last table.
 */
bool thread_start(void *(*fn)(void *arg), void *arg)
{
	sigset_t all, before;
	pthread_attr_t attr;
	pthread_t thread;
	bool started;

	if (pthread_attr_init(&attr))
		return false;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	started = !pthread_create(&thread, &attr, fn, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return started;
}
