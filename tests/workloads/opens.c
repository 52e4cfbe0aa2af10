// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Open PATH exactly COUNT times with one system call, and print the results:
 *
 *	opens CALL COUNT PATH [FLAGS [MODE [DIR]]]
 *
 * CALL: open, creat, openat, openat2, in_root (openat2 with RESOLVE_IN_ROOT),
 * handle (name_to_handle_at, then open_by_handle_at), int80 (openat of the
 * 32-bit ABI), thread (openat, each from a new thread), high_bits
 * (openat with garbage in the upper half of the register of the number),
 * long (openat of PATH preceded by as many "./" as make it MODE bytes long),
 * no_such_address (openat of an address that is not mapped), block (COUNT
 * threads wait in an open of a FIFO until standard input ends).
 * FLAGS and MODE are numbers in C notation; DIR is opened once, with
 * O_PATH, and PATH is relative to its descriptor.
 *
 * With OPENS_ROOT in the environment it changes its root to that directory, after it
 * has opened DIR, and changes to the directory OPENS_CWD there.
 *
 * Prints "ok=N failed=N fd=LAST errno=LAST"; exit status 2: this machine does not
 * have the call.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/openat2.h>

#include "int80.h"

static const char *path;
static int dir = AT_FDCWD;
static unsigned long flags, mode;

static long call_open(void)
{
#ifdef SYS_open
	return syscall(SYS_open, path, flags, mode);
#else
	exit(2);
#endif
}

static long call_creat(void)
{
#ifdef SYS_creat
	return syscall(SYS_creat, path, mode);
#else
	exit(2);
#endif
}

static long call_openat(void)
{
	return syscall(SYS_openat, dir, path, flags, mode);
}

static long call_openat2(void)
{
	struct open_how how = { .flags = flags, .mode = mode };

	return syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

static long call_in_root(void)
{
	struct open_how how = { .flags = flags, .mode = mode, .resolve = RESOLVE_IN_ROOT };

	return syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

static long call_handle(void)
{
	static char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	static struct file_handle *handle;
	int mount_id;

	if (!handle) {
		handle = (void *)room;
		handle->handle_bytes = MAX_HANDLE_SZ;
		if (name_to_handle_at(dir, path, handle, &mount_id, 0))
			exit(2);
	}
	return syscall(SYS_open_by_handle_at, dir, handle, flags);
}

static long call_int80(void)
{
#ifdef __x86_64__
	static char *low;
	long ret;

	if (!low) {
		low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
		strncpy(low, path, 4095);
	}
	/* openat, arch/x86/entry/syscalls/syscall_32.tbl */
	__asm__ volatile("int $0x80" : "=a"(ret)
			 : "a"(295), "b"(dir), "c"(low), "d"(flags), "S"(mode)
			 : "memory", "r8", "r9", "r10", "r11");
	errno = ret < 0 ? -ret : 0;
	return ret < 0 ? -1 : ret;
#else
	exit(2);
#endif
}

static long call_high_bits(void)
{
#ifdef __x86_64__
	register unsigned long r10 __asm__("r10") = mode;
	long ret;

	__asm__ volatile("syscall" : "=a"(ret)
			 : "a"(SYS_openat | 0xdead00000000UL), "D"(dir), "S"(path), "d"(flags),
			   "r"(r10)
			 : "memory", "rcx", "r11");
	errno = ret < 0 ? -ret : 0;
	return ret < 0 ? -1 : ret;
#else
	exit(2);
#endif
}

static long call_no_such_address(void)
{
	return syscall(SYS_openat, dir, (void *)8, flags, mode);
}

static long call_long(void)
{
	static char *longer;

	if (!longer) {
		size_t before = mode - strlen(path);

		longer = malloc(mode + 1);
		for (size_t i = 0; i < before; i++)
			longer[i] = (before - i) % 2 ? '/' : '.';
		memcpy(longer, "./", 2);	/* relative, whether the rest is even or odd */
		strcpy(longer + before, path);
	}
	return syscall(SYS_openat, dir, longer, flags, 0);
}

static void *open_in_thread(void *result)
{
	*(long *)result = call_openat();
	return (void *)(intptr_t)errno;
}

static long call_thread(void)
{
	pthread_t thread;
	void *error;
	long fd;

	if (pthread_create(&thread, NULL, open_in_thread, &fd))
		exit(1);
	pthread_join(thread, &error);
	errno = (intptr_t)error;
	return fd;
}

static void *open_and_wait(void *unused)
{
	call_openat();
	return NULL;
}

static void block(long count)
{
	pthread_attr_t attr;
	pthread_t thread;
	char c;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	for (long i = 0; i < count; i++)
		if (pthread_create(&thread, &attr, open_and_wait, NULL)) {
			printf("blocked=%ld\n", i);
			exit(1);
		}
	printf("blocked=%ld\n", count);
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	exit(0);
}

static const struct {
	const char *name;
	long (*call)(void);
} calls[] = {
	{ "open", call_open }, { "creat", call_creat }, { "openat", call_openat },
	{ "openat2", call_openat2 }, { "in_root", call_in_root }, { "handle", call_handle },
	{ "int80", call_int80 }, { "thread", call_thread }, { "high_bits", call_high_bits },
	{ "long", call_long }, { "no_such_address", call_no_such_address },
};

static void repeat(long (*call)(void), long count)
{
	long ok = 0, last = -1, fd;
	int error = 0;

	for (long i = 0; i < count; i++) {
		fd = call();
		if (fd < 0) {
			error = errno;
			continue;
		}
		ok++;
		last = fd;
		close(fd);
	}
	printf("ok=%ld failed=%ld fd=%ld errno=%d\n", ok, count - ok, last, error);
}

static void enter_root(const char *root, const char *cwd)
{
	if (root && (chroot(root) || (cwd && chdir(cwd))))
		exit(1);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 1;
	path = argv[3];
	flags = argc > 4 ? strtoul(argv[4], NULL, 0) : 0;
	mode = argc > 5 ? strtoul(argv[5], NULL, 0) : 0;
	if (argc > 6)
		dir = open(argv[6], O_PATH | O_DIRECTORY);
	enter_root(getenv("OPENS_ROOT"), getenv("OPENS_CWD"));
	if (strcmp(argv[1], "block") == 0)
		block(atol(argv[2]));
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(argv[1], calls[i].name) == 0) {
			if (calls[i].call == call_int80)
				int80_or_skip(2);
			repeat(calls[i].call, atol(argv[2]));
			return 0;
		}
	return 1;
}
