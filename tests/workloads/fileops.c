// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * fileops KIND COUNT PATH [OTHER]
 *
 * Perform one kind of operation on the file PATH COUNT times, and time each.  Prints a line
 * for each: its result or a negative errno, the offset at which it began, and its
 * duration in nanoseconds.
 *
 * The file must exist, with at least COUNT times 16,384 bytes if it
 * is read.  Nothing else is done to it but one open, if that is not the kind,
 * and a pwrite before each of the two syncs.  OTHER is the file that copy
 * copies to.  FILEOPS_ROOT in the environment is a directory that becomes the root
 * once the file is open.
 *
 * Exit status 2: this machine does not have the call.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "int80.h"
#include "workload.h"

#define SIZE 16384

static const char *path;
static char *buffer;		/* SIZE bytes, aligned, in the first 2 GiB of memory */
static int fd, other_fd = -1, pipe_fds[2], sockets[2];

static long do_read(off_t offset)
{
	return syscall(SYS_read, fd, buffer, SIZE);
}

static long do_pread(off_t offset)
{
	return syscall(SYS_pread64, fd, buffer, SIZE, offset);
}

static long do_readv(off_t offset)
{
	struct iovec parts[] = { { buffer, 1000 }, { buffer + 1000, SIZE - 1000 } };

	return readv(fd, parts, 2);
}

static long do_preadv2(off_t offset)
{
	struct iovec part = { buffer, SIZE };

	return preadv2(fd, &part, 1, offset, 0);
}

static long do_write(off_t offset)
{
	return syscall(SYS_write, fd, buffer, SIZE);
}

static long do_pwrite(off_t offset)
{
	return syscall(SYS_pwrite64, fd, buffer, SIZE, offset);
}

static long do_fsync(off_t offset)
{
	return fsync(fd);
}

static long do_fdatasync(off_t offset)
{
	return fdatasync(fd);
}

static long do_open(off_t offset)
{
	return open(path, O_RDONLY);
}

static long do_sendfile(off_t offset)
{
	return sendfile(sockets[0], fd, &offset, SIZE);
}

static long do_splice(off_t offset)
{
	loff_t at = offset;

	return splice(fd, &at, pipe_fds[1], NULL, SIZE, 0);
}

static long do_copy(off_t offset)
{
	loff_t from = offset, to = offset;

	return copy_file_range(fd, &from, other_fd, &to, SIZE, 0);
}

static long do_bad_address(off_t offset)
{
	return syscall(SYS_pread64, fd, (void *)8, SIZE, offset);
}

/* read of the 32-bit ABI: arch/x86/entry/syscalls/syscall_32.tbl */
static long do_int80(off_t offset)
{
#ifdef __x86_64__
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(3), "b"(fd), "c"(buffer), "d"(SIZE)
			 : "memory", "r8", "r9", "r10", "r11");
	errno = ret < 0 ? -ret : 0;
	return ret < 0 ? -1 : ret;
#else
	return -1;
#endif
}

static const struct kind {
	const char *name;
	long (*call)(off_t offset);
	int flags;		/* to open the file with */
} kinds[] = {
	{ "read", do_read, O_RDONLY }, { "pread", do_pread, O_RDONLY },
	{ "readv", do_readv, O_RDONLY }, { "preadv2", do_preadv2, O_RDONLY },
	{ "direct", do_pread, O_RDONLY | O_DIRECT }, { "write", do_write, O_WRONLY },
	{ "pwrite", do_pwrite, O_WRONLY }, { "append", do_write, O_WRONLY | O_APPEND },
	{ "sync_write", do_pwrite, O_WRONLY | O_SYNC }, { "fsync", do_fsync, O_RDWR },
	{ "fdatasync", do_fdatasync, O_RDWR }, { "open", do_open, O_RDONLY },
	{ "sendfile", do_sendfile, O_RDONLY }, { "splice", do_splice, O_RDONLY },
	{ "copy", do_copy, O_RDONLY }, { "bad_address", do_bad_address, O_RDONLY },
	{ "int80", do_int80, O_RDONLY },
};

/* Give a sync something to write. */
static void prepare(const struct kind *kind, off_t offset)
{
	bool sync = kind->call == do_fsync || kind->call == do_fdatasync;

	if (sync && do_pwrite(offset) != SIZE)
		err(1, "pwrite");
}

/* Read the data back from the pipe or socket, so that there is room for the next. */
static void empty(const struct kind *kind, long bytes)
{
	int from = kind->call == do_sendfile ? sockets[1] : kind->call == do_splice ? pipe_fds[0] : -1;

	while (from >= 0 && bytes > 0)
		bytes -= read(from, buffer, bytes);
}

static void repeat(const struct kind *kind, long count)
{
	off_t offset = kind->flags & O_APPEND ? lseek(fd, 0, SEEK_END) : 0;

	for (long i = 0; i < count; i++, offset += SIZE) {
		long long start, ns;
		long ret;

		prepare(kind, offset);
		start = now_ns();
		ret = kind->call(offset);
		ns = now_ns() - start;
		printf("%ld %lld %lld\n", ret < 0 ? -errno : ret, (long long)offset, ns);
		empty(kind, ret);
		if (kind->call == do_open && ret >= 0)
			close(ret);
	}
}

static void make_ends(void)
{
	buffer = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
#ifdef MAP_32BIT
		      MAP_32BIT |
#endif
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (buffer == MAP_FAILED || pipe(pipe_fds) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		err(1, "cannot begin");
	memset(buffer, 'x', SIZE);
}

int main(int argc, char **argv)
{
	const char *root = getenv("FILEOPS_ROOT");
	const struct kind *kind = kinds, *end = kinds + sizeof(kinds) / sizeof(kinds[0]);

	if (argc < 4)
		return 1;
	while (kind < end && strcmp(kind->name, argv[1]) != 0)
		kind++;
	if (kind == end)
		return 1;
	if (kind->call == do_int80)
		int80_or_skip(2);
	path = argv[3];
	make_ends();
	fd = kind->call == do_open ? -1 : open(path, kind->flags);
	if (fd < 0 && kind->call != do_open)
		err(1, "%s", path);
	if (argc > 4)
		other_fd = open(argv[4], O_WRONLY | O_CREAT, 0600);
	if (root && chroot(root))
		err(1, "%s", root);
	repeat(kind, atol(argv[2]));
	return 0;
}
