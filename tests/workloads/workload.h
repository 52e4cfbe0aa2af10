/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Functions that workloads share. */
#ifndef WORKLOADS_WORKLOAD_H
#define WORKLOADS_WORKLOAD_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Exit with a message that names @what and errno. */
static inline _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

/* CLOCK_MONOTONIC, as BPF programs see it. */
static inline long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* Wait for a line on standard input.  Return false at its end. */
static inline bool await_line(void)
{
	char line[16];

	return read(STDIN_FILENO, line, sizeof(line)) > 0;
}

/* Print "ready PID" and wait for a line; false if the test has ended instead. */
static inline bool await_begin(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("ready %d\n", getpid());
	return await_line();
}

/* Keep the process, which a tool may be looking at, until the test ends. */
static inline void await_end(void)
{
	while (await_line())
		;
}

#endif /* WORKLOADS_WORKLOAD_H */
