// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * disk_io FILE OPERATION COUNT [FIRST-KIB]
 *
 * Make exactly COUNT requests of 4 KiB to FILE (a disk or partition), bypassing the
 * page cache, the i-th at FIRST-KIB + 12 i so that none can be merged with its
 * neighbour:
 *	read, write	one at a time
 *	sync		writes with O_DSYNC: each is followed by a flush
 *	flush		no data: fsync only
 *	batch		reads, all submitted at once with one io_submit()
 * or at other positions:
 *	next		reads, each where the previous one ended
 *	sizes		reads of 4 (1 + i % 8) KiB at FIRST-KIB + 64 i
 *	merge, reverse	a batch of neighbours, upwards or downwards, which are merged
 *	buffered	writes to the page cache, and one fsync() at the end
 *
 * Prints its pid and its own measurements: count, and the sum, minimum and
 * maximum of the time of each system call (batches: of the whole batch) in
 * microseconds; or errno, if a call failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SIZE 4096
#define STEP (3 * SIZE)			/* between two requests: never neighbours */
#define BATCH_MAX 128

static char buffer[BATCH_MAX][SIZE] __attribute__((aligned(SIZE)));

static void check(int ok, const char *what)
{
	if (ok)
		return;
	printf("errno %d\n", errno);
	perror(what);
	exit(1);
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static bool is(const char *operation, const char *name)
{
	return strcmp(operation, name) == 0;
}

static off_t place(const char *operation, int count, int i)
{
	if (is(operation, "next") || is(operation, "merge"))
		return (off_t)i * SIZE;
	if (is(operation, "reverse"))
		return (off_t)(count - 1 - i) * SIZE;
	return (off_t)i * (is(operation, "sizes") ? 16 * SIZE : STEP);
}

static void one(int fd, const char *operation, int i, off_t at)
{
	ssize_t size = is(operation, "sizes") ? SIZE * (1 + i % 8) : SIZE;

	if (is(operation, "read") || is(operation, "next") || is(operation, "sizes"))
		check(pread(fd, buffer[0], size, at) == size, "pread");
	else if (is(operation, "flush"))
		check(fsync(fd) == 0, "fsync");
	else
		check(pwrite(fd, buffer[0], size, at) == size, "pwrite");
}

static void batch(int fd, const char *operation, int count, off_t first)
{
	static struct iocb requests[BATCH_MAX], *list[BATCH_MAX];
	static struct io_event events[BATCH_MAX];
	aio_context_t context = 0;

	check(count <= BATCH_MAX, "count");
	check(syscall(SYS_io_setup, BATCH_MAX, &context) == 0, "io_setup");
	for (int i = 0; i < count; i++) {
		list[i] = &requests[i];
		requests[i] = (struct iocb){
			.aio_fildes = fd, .aio_lio_opcode = IOCB_CMD_PREAD, .aio_nbytes = SIZE,
			.aio_buf = (uintptr_t)buffer[i],
			.aio_offset = first + place(operation, count, i),
		};
	}
	check(syscall(SYS_io_submit, context, count, list) == count, "io_submit");
	check(syscall(SYS_io_getevents, context, count, count, events, NULL) == count,
	      "io_getevents");
}

int main(int argc, char **argv)
{
	double sum = 0, min = 1e18, max = 0, before, us;
	int fd, count, calls, flags = O_DIRECT;
	const char *operation;
	bool at_once;
	off_t first;

	if (argc < 4)
		return 64;
	operation = argv[2];
	count = atoi(argv[3]);
	first = argc > 4 ? atol(argv[4]) * 1024 : 0;
	if (is(operation, "sync"))
		flags |= O_DSYNC;
	if (is(operation, "buffered"))
		flags = 0;
	fd = open(argv[1], O_RDWR | flags);
	check(fd >= 0, argv[1]);
	at_once = is(operation, "batch") || is(operation, "merge") || is(operation, "reverse");
	calls = at_once ? 1 : count;
	for (int i = 0; i < calls; i++) {
		before = now_us();
		if (at_once)
			batch(fd, operation, count, first);
		else
			one(fd, operation, i, first + place(operation, count, i));
		us = now_us() - before;
		sum += us;
		min = us < min ? us : min;
		max = us > max ? us : max;
	}
	if (is(operation, "buffered"))
		check(fsync(fd) == 0, "fsync");
	printf("pid %d\ncount %d\nsum_us %.0f\nmin_us %.0f\nmax_us %.0f\n", getpid(), count, sum,
	       min, max);
	return 0;
}
