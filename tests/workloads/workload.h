/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Functions that workloads share. */
#ifndef WORKLOADS_WORKLOAD_H
#define WORKLOADS_WORKLOAD_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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

#endif /* WORKLOADS_WORKLOAD_H */
