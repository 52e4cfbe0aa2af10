// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * disk_io FILE OPERATION COUNT [FIRST-KIB]
 *
 * Make exactly COUNT requests of 4 KiB to FILE (a disk or partition), past the
 * page cache, at pseudo-random places behind FIRST-KIB so that none can be
 * merged with its neighbour:
 *	read, write	one at a time
 *	sync		writes with O_DSYNC: each is followed by a flush
 *	flush		no data: fsync only
 *	batch		reads, all handed over at once with one io_submit()
 *
 * Prints what it measured itself: count, and the sum, minimum and maximum of
 * the time of each system call (batch: of the whole) in microseconds.
 */
#include <fcntl.h>
#include <linux/aio_abi.h>
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
	perror(what);
	exit(1);
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void one(int fd, const char *operation, off_t at)
{
	if (strcmp(operation, "read") == 0)
		check(pread(fd, buffer[0], SIZE, at) == SIZE, "pread");
	else if (strcmp(operation, "flush") == 0)
		check(fsync(fd) == 0, "fsync");
	else
		check(pwrite(fd, buffer[0], SIZE, at) == SIZE, "pwrite");
}

static void batch(int fd, int count, off_t first)
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
			.aio_buf = (uintptr_t)buffer[i], .aio_offset = first + (off_t)i * STEP,
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
	off_t first;

	if (argc < 4)
		return 64;
	count = atoi(argv[3]);
	first = argc > 4 ? atol(argv[4]) * 1024 : 0;
	if (strcmp(argv[2], "sync") == 0)
		flags |= O_DSYNC;
	fd = open(argv[1], O_RDWR | flags);
	check(fd >= 0, argv[1]);
	calls = strcmp(argv[2], "batch") == 0 ? 1 : count;
	for (int i = 0; i < calls; i++) {
		before = now_us();
		if (calls != count)
			batch(fd, count, first);
		else
			one(fd, argv[2], first + (off_t)i * STEP);
		us = now_us() - before;
		sum += us;
		min = us < min ? us : min;
		max = us > max ? us : max;
	}
	printf("count %d\nsum_us %.0f\nmin_us %.0f\nmax_us %.0f\n", count, sum, min, max);
	return 0;
}
