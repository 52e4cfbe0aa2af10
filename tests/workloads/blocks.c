// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * blocks MODE COUNT US
 *
 * Wait COUNT times, US microseconds each, for offcputime:
 *
 *	nanosleep	in clock_nanosleep()
 *	poll		in poll() without descriptors
 *	pipe		in read() of a pipe, to which another thread then writes
 *	cond		in pthread_cond_timedwait()
 *	mutex		in pthread_mutex_lock(), while another thread has the mutex
 *	held	in pthread_mutex_lock(), for ever, as a thread "waiter", while "holder" has the mutex
 *	pause		in pause(), until a signal ends it: COUNT and US mean nothing
 *
 * Prints "ready PID" first and begins at the first line on standard input.  Prints "done
 * TOTAL_US ADDRESS": the time of these calls without CPU time, added up by the clock, and the
 * address of the mutex; then waits for the end of standard input.
 */
#include <err.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

#pragma GCC optimize("no-optimize-sibling-calls")

#define KNOWN __attribute__((noinline, noclone, used))

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int ends[2];
static long total_us, wait_us;
static volatile long sink;
static sem_t held;

/* The time that this thread has not been running: in an emulator, a call takes ms of CPU time. */
static long off_cpu_us(void)
{
	struct timespec now, cpu;

	clock_gettime(CLOCK_MONOTONIC, &now);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
	return (now.tv_sec - cpu.tv_sec) * 1000000 + (now.tv_nsec - cpu.tv_nsec) / 1000;
}

/* Add the time of @call to the total. */
#define TIMED(call) do {				\
		long before_ = off_cpu_us();		\
							\
		call;					\
		total_us += off_cpu_us() - before_;	\
	} while (0)

KNOWN void in_nanosleep(void)
{
	const struct timespec ts = { .tv_nsec = wait_us * 1000 };

	TIMED(clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL));
}

KNOWN void in_poll(void)
{
	TIMED(poll(NULL, 0, wait_us / 1000));
}

static void *write_later(void *unused)
{
	usleep(wait_us);
	if (write(ends[1], "x", 1) != 1)
		err(1, "write");
	return unused;
}

KNOWN void in_pipe(void)
{
	pthread_t thread;
	ssize_t n;
	char byte;

	if (pthread_create(&thread, NULL, write_later, NULL))
		errx(1, "pthread_create");
	TIMED(n = read(ends[0], &byte, 1));
	if (n != 1)
		err(1, "read");
	pthread_join(thread, NULL);
}

KNOWN void in_cond(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_nsec += wait_us * 1000;
	ts.tv_sec += ts.tv_nsec / 1000000000;
	ts.tv_nsec %= 1000000000;
	pthread_mutex_lock(&mutex);
	TIMED(pthread_cond_timedwait(&cond, &mutex, &ts));
	pthread_mutex_unlock(&mutex);
}

static void *hold(void *unused)
{
	pthread_mutex_lock(&mutex);
	sem_post(&held);
	usleep(wait_us);
	pthread_mutex_unlock(&mutex);
	return unused;
}

KNOWN void in_mutex(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, hold, NULL))
		errx(1, "pthread_create");
	sem_wait(&held);
	TIMED(pthread_mutex_lock(&mutex));
	pthread_mutex_unlock(&mutex);
	pthread_join(thread, NULL);
}

static void *hold_for_ever(void *unused)
{
	pthread_setname_np(pthread_self(), "holder");
	pthread_mutex_lock(&mutex);
	sem_post(&held);
	pause();
	return unused;
}

KNOWN void in_held(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, hold_for_ever, NULL))
		errx(1, "pthread_create");
	sem_wait(&held);
	pthread_setname_np(pthread_self(), "waiter");
	pthread_mutex_lock(&mutex);
	sink++;
}

KNOWN void in_pause(void)
{
	pause();
	sink++;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*wait)(void);
	} modes[] = {
		{ "nanosleep", in_nanosleep }, { "poll", in_poll }, { "pipe", in_pipe },
		{ "cond", in_cond }, { "mutex", in_mutex }, { "held", in_held },
		{ "pause", in_pause },
	};
	void (*wait_once)(void) = NULL;

	if (argc < 4)
		errx(64, "usage: blocks MODE COUNT US");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(argv[1], modes[i].name) == 0)
			wait_once = modes[i].wait;
	if (!wait_once)
		errx(64, "no mode %s", argv[1]);
	if (pipe(ends) || sem_init(&held, 0, 0))
		err(1, "pipe");
	if (!await_begin())
		return 0;
	wait_us = atol(argv[3]);
	/*
	 * offcputime copies user stacks after a long wait, until several short ones in a row: on a busy
	 * machine a thread has these before its first wait.
	 */
	if (wait_once == in_pause)
		usleep(20000);
	for (long i = 0; i < atol(argv[2]); i++)
		wait_once();
	printf("done %ld 0x%lx\n", total_us, (unsigned long)&mutex);
	await_end();
	return 0;
}
