// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * waits THREADS ROUNDS SPIN_US [CPU]
 *
 * Threads that compete for CPUs a known number of times, for runqlat.  Each
 * thread spins and then sleeps for a moment, ROUNDS times; with CPU, all are
 * pinned to it.  They begin when a line arrives on standard input.  "done" is
 * printed when the last thread has finished; then every thread sleeps until
 * standard input ends.
 *
 * So nothing runs here before the line and after "done", and the sums of
 * /proc/PID/task/TID/schedstat (ns on a CPU, ns waited, times given a CPU) do
 * not change while they are read; the difference is the truth.
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

static long rounds, spin_ns, threads;
static int begin[2], end[2];		/* pipes: one byte for each thread; never any */
static atomic_long through;

static void wait_for_byte(int fd)
{
	char byte;

	if (read(fd, &byte, 1) < 0)
		err(1, "read");
}

static void *compete(void *arg)
{
	struct timespec pause = { .tv_nsec = 100000 };

	wait_for_byte(begin[0]);
	for (long i = 0; i < rounds; i++) {
		long long until = now_ns() + spin_ns;

		while (now_ns() < until)
			;
		nanosleep(&pause, NULL);
	}
	if (atomic_fetch_add(&through, 1) + 1 == threads && write(STDOUT_FILENO, "done\n", 5) < 0)
		err(1, "write");
	wait_for_byte(end[0]);
	return NULL;
}

static void start_thread(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	int error;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	error = pthread_create(&thread, &attr, compete, NULL);
	if (error)
		errx(1, "pthread_create: %s", strerror(error));
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "CPU %d", cpu);
}

int main(int argc, char **argv)
{
	char line[16];

	if (argc < 4)
		errx(64, "usage: waits THREADS ROUNDS SPIN_US [CPU]");
	threads = atol(argv[1]);
	rounds = atol(argv[2]);
	spin_ns = atol(argv[3]) * 1000;
	if (argc > 4)
		pin(atoi(argv[4]));
	if (pipe(begin) || pipe(end))
		err(1, "pipe");
	for (long i = 0; i < threads; i++)
		start_thread();
	printf("ready %d\n", getpid());
	fflush(stdout);
	if (read(STDIN_FILENO, line, sizeof(line)) <= 0)
		return 0;
	for (long i = 0; i < threads; i++)
		if (write(begin[1], "", 1) != 1)
			err(1, "write");
	while (read(STDIN_FILENO, line, sizeof(line)) > 0)
		;
	return 0;
}
