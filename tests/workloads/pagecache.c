// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * pagecache DIRECTORY PAGES
 *
 * Create a file of PAGES pages and use it as the lines on standard input say, one at a
 * time; a line "done" answers each.  The file is removed when the program ends.
 *
 *	drop		write it out and drop it from the page cache
 *	pin		keep its cached pages in the page cache until it is dropped
 *	cached		answer with the number of its pages that are cached
 *	read BYTES	read it from start to end, BYTES at a time
 *	random COUNT	read COUNT of its pages, each once, in random order
 *	again COUNT	read its first four pages COUNT times
 *	update COUNT	like random, but write each page back
 *	write BYTES	rewrite it, BYTES at a time
 *	splice		copy it to /dev/null through a pipe
 *	sendfile	send it to a socket
 *	map		touch every page of a mapping of it
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES (16 << 20)

static long page_bytes, file_pages;
static size_t file_bytes;
static char *buffer, *path;
static void *pinned;
static int fd;

static void make(size_t bytes)
{
	if (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET))
		err(1, "%s", path);
	for (size_t done = 0; done < file_bytes; done += bytes) {
		if (bytes > file_bytes - done)
			bytes = file_bytes - done;
		if (write(fd, buffer, bytes) != (ssize_t)bytes)
			err(1, "write");
	}
}

static void *map_file(void)
{
	void *map = mmap(NULL, file_bytes, PROT_READ, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		err(1, "mmap");
	return map;
}

static void pin(size_t unused)
{
	pinned = map_file();
	if (mlock(pinned, file_bytes))
		err(1, "mlock");
}

static void drop(size_t unused)
{
	if (pinned)
		munmap(pinned, file_bytes);
	pinned = NULL;
	if (fsync(fd) || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		err(1, "%s", path);
}

static void cached(size_t unused)
{
	unsigned char *in_core = malloc(file_pages);
	void *map = map_file();
	long count = 0;

	if (mincore(map, file_bytes, in_core))
		err(1, "mincore");
	for (long i = 0; i < file_pages; i++)
		count += in_core[i] & 1;
	munmap(map, file_bytes);
	free(in_core);
	printf("%ld ", count);
}

static void read_all(size_t bytes)
{
	ssize_t n;

	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, buffer, bytes)) > 0)
		;
	if (n < 0)
		err(1, "read");
}

/*
 * Multiples of a prime reach each page once; page 0 comes last, because the kernel
 * reads ahead from there.
 */
static off_t random_page(size_t i)
{
	return (i + 1) * 1699 % file_pages * page_bytes;
}

static void read_random(size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (pread(fd, buffer, page_bytes, random_page(i)) != page_bytes)
			err(1, "pread");
}

static void read_again(size_t count)
{
	while (count--)
		if (pread(fd, buffer, 4 * page_bytes, 0) != 4 * page_bytes)
			err(1, "pread");
}

static void update(size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (pread(fd, buffer, page_bytes, random_page(i)) != page_bytes ||
		    pwrite(fd, buffer, page_bytes, random_page(i)) != page_bytes)
			err(1, "update");
}

/* Use 64 kB at a time, which a pipe or socket holds without blocking. */
static void splice_all(size_t unused)
{
	int null = open("/dev/null", O_WRONLY), ends[2];
	loff_t at = 0;
	ssize_t n;

	if (null < 0 || pipe(ends))
		err(1, "pipe");
	while ((n = splice(fd, &at, ends[1], NULL, 65536, 0)) > 0)
		while (n > 0)
			n -= splice(ends[0], NULL, null, NULL, n, 0);
	close(ends[0]);
	close(ends[1]);
	close(null);
}

static void send_all(size_t unused)
{
	int ends[2];
	off_t at = 0;
	ssize_t n;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		err(1, "socketpair");
	while ((n = sendfile(ends[1], fd, &at, 65536)) > 0)
		while (n > 0)
			n -= read(ends[0], buffer, n);
	close(ends[0]);
	close(ends[1]);
}

static void map_all(size_t unused)
{
	volatile char *map = map_file();

	for (size_t i = 0; i < file_bytes; i += page_bytes)
		(void)map[i];
	munmap((void *)map, file_bytes);
}

static const struct {
	const char *name;
	void (*run)(size_t number);
} commands[] = {
	{ "drop", drop }, { "pin", pin }, { "cached", cached }, { "read", read_all },
	{ "random", read_random }, { "again", read_again }, { "update", update }, { "write", make },
	{ "splice", splice_all }, { "sendfile", send_all }, { "map", map_all },
};

static void run(const char *line)
{
	size_t number = 0;
	char name[16];

	if (sscanf(line, "%15s %zu", name, &number) < 1)
		return;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0) {
			commands[i].run(number);
			puts("done");
			return;
		}
	errx(1, "no command %s", name);
}

int main(int argc, char **argv)
{
	char line[64];

	if (argc != 3)
		errx(1, "usage: pagecache DIRECTORY PAGES");
	page_bytes = sysconf(_SC_PAGESIZE);
	file_pages = strtol(argv[2], NULL, 10);
	file_bytes = file_pages * page_bytes;
	buffer = malloc(BUFFER_BYTES);
	if (!buffer || asprintf(&path, "%s/pagecache.XXXXXX", argv[1]) < 0)
		err(1, "malloc");
	memset(buffer, 'x', BUFFER_BYTES);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0 || unlink(path))
		err(1, "%s", path);
	make(BUFFER_BYTES);
	mlockall(MCL_CURRENT);		/* the program itself must not cause page faults */
	setlinebuf(stdout);
	puts("ready");
	while (fgets(line, sizeof(line), stdin))
		run(line);
	return 0;
}
