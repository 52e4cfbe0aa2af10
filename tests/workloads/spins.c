// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * spins MODE MS [DEPTH]
 *
 * Spend MS milliseconds of CPU time (not elapsed time) in functions with known
 * names, for profile:
 *
 *	ab	three quarters in spin_a(), one quarter in spin_b()
 *	deep	in spin_a(), below DEPTH calls of descend()
 *	paths	in spin_a(), below DEPTH calls of turn_a() or turn_b(): 10,000 paths a second
 *	child	in spin_a() of a child that then ends; the parent only waits
 *	threads	in spin_a() of one thread and for the same time in spin_b() of another
 *	mangled	a third each in sixty::spin(int), in Rust's <spin>::turn and in spin_b()
 *	jit	in code generated at run time, which /tmp/perf-PID.map calls "jitted_spin"
 *	reads	in spin_a() and, mostly, in the kernel: read() of /dev/zero
 *
 * Prints "ready PID" first and begins at the first line on standard input.
 * Prints "done CPU_US", the CPU time that it took, and waits for the end of standard
 * input.
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

/* Without frame pointers there is no user stack. */
#pragma GCC optimize("no-omit-frame-pointer", "no-optimize-sibling-calls")

#define KNOWN __attribute__((noinline, noclone, used))

static volatile long sink;

static long cpu_us(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

/*
 * Spin until this thread has used @us more.  The clock is read about every 100 us: a
 * system call of a paravirtualised guest (PVM) takes several microseconds, and its
 * samples must not count.
 */
#define SPIN(us) do {							\
		long until_ = cpu_us(CLOCK_THREAD_CPUTIME_ID) + (us);	\
									\
		do							\
			for (int i_ = 0; i_ < 100000; i_++)		\
				sink += i_;				\
		while (cpu_us(CLOCK_THREAD_CPUTIME_ID) < until_);	\
	} while (0)

KNOWN void spin_a(long us) { SPIN(us); }
KNOWN void spin_b(long us) { SPIN(us); }

/* Named as by a C++ and a Rust compiler. */
void spin_cpp(long us) __asm__("_ZN5sixty4spinEi");
void spin_rust(long us) __asm__("_ZN13_$LT$spin$GT$4turn17h0123456789abcdefE");
KNOWN void spin_cpp(long us) { SPIN(us); }
KNOWN void spin_rust(long us) { SPIN(us); }

KNOWN void turn_a(long path, long depth, long us);
KNOWN void turn_b(long path, long depth, long us);

/* Turn left or right, depending on the lowest bit of @path. */
static void turn(long path, long depth, long us)
{
	if (!depth)
		spin_a(us);
	else if (path & 1)
		turn_a(path >> 1, depth - 1, us);
	else
		turn_b(path >> 1, depth - 1, us);
	sink++;
}

void turn_a(long path, long depth, long us)
{
	turn(path, depth, us);
	sink++;
}

void turn_b(long path, long depth, long us)
{
	turn(path, depth, us);
	sink++;
}

static void take_paths(long us, long depth)
{
	long until = cpu_us(CLOCK_THREAD_CPUTIME_ID) + us;

	for (long path = 0; cpu_us(CLOCK_THREAD_CPUTIME_ID) < until; path++)
		turn(path * 2654435761 >> 4, depth, 100);
}

KNOWN void descend(long depth, long us)
{
	if (depth > 1)
		descend(depth - 1, us);
	else
		spin_a(us);
	sink++;
}

static void in_child(long us)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0) {
		spin_a(us);
		_exit(0);
	}
	printf("child %d\n", pid);
	waitpid(pid, NULL, 0);
}

static void *other_thread(void *us)
{
	spin_b(*(long *)us);
	return NULL;
}

static void in_threads(long us)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, other_thread, &us))
		errx(1, "pthread_create");
	spin_a(us);
	pthread_join(thread, NULL);
}

/* A function that counts its argument down to 0. */
#if defined(__x86_64__)
static const unsigned char code[] = {
	0x55,				/* push %rbp */
	0x48, 0x89, 0xe5,		/* mov %rsp,%rbp */
	0x48, 0xff, 0xcf,		/* dec %rdi */
	0x75, 0xfb,			/* jne to the dec */
	0x5d, 0xc3,			/* pop %rbp; ret */
};
#elif defined(__aarch64__)
static const unsigned int code[] = {
	0xa9bf7bfd, 0x910003fd,		/* stp x29, x30, [sp, #-16]!; mov x29, sp */
	0xf1000400, 0x54ffffe1,		/* subs x0, x0, #1; b.ne to it */
	0xa8c17bfd, 0xd65f03c0,		/* ldp x29, x30, [sp], #16; ret */
};
#endif

KNOWN void in_jit(long us)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long until = cpu_us(CLOCK_THREAD_CPUTIME_ID) + us;
	void (*jitted)(long rounds);
	char path[64];
	FILE *map;

	if (at == MAP_FAILED)
		err(1, "mmap");
	memcpy(at, code, sizeof(code));
	if (mprotect(at, 4096, PROT_READ | PROT_EXEC))
		err(1, "mprotect");
	__builtin___clear_cache(at, (char *)at + sizeof(code));
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	map = fopen(path, "w");
	if (!map)
		err(1, "%s", path);
	fprintf(map, "%lx %zx jitted_spin\n", (unsigned long)at, sizeof(code));
	fclose(map);
	memcpy(&jitted, &at, sizeof(jitted));
	while (cpu_us(CLOCK_THREAD_CPUTIME_ID) < until)
		jitted(1000000);
}

static void reads(long us)
{
	long until = cpu_us(CLOCK_THREAD_CPUTIME_ID) + us * 9 / 10;
	static char buffer[1 << 20];
	int fd = open("/dev/zero", O_RDONLY);

	spin_a(us / 10);
	while (cpu_us(CLOCK_THREAD_CPUTIME_ID) < until)
		if (read(fd, buffer, sizeof(buffer)) < 0)
			err(1, "read");
	close(fd);
}

static void run(const char *mode, long us, long depth)
{
	if (strcmp(mode, "ab") == 0) {
		/* Alternate, so that every sampling rate sees both. */
		for (int i = 0; i < 10; i++) {
			spin_a(us * 3 / 40);
			spin_b(us / 40);
		}
	} else if (strcmp(mode, "deep") == 0) {
		descend(depth, us);
	} else if (strcmp(mode, "paths") == 0) {
		take_paths(us, depth);
	} else if (strcmp(mode, "child") == 0) {
		in_child(us);
	} else if (strcmp(mode, "threads") == 0) {
		in_threads(us);
	} else if (strcmp(mode, "mangled") == 0) {
		spin_cpp(us / 3);
		spin_rust(us / 3);
		spin_b(us / 3);
	} else if (strcmp(mode, "jit") == 0) {
		in_jit(us);
	} else if (strcmp(mode, "reads") == 0) {
		reads(us);
	} else {
		errx(64, "no mode %s", mode);
	}
}

int main(int argc, char **argv)
{
	long before, us;

	if (argc < 3)
		errx(64, "usage: spins MODE MS [DEPTH]");
	if (!await_begin())
		return 0;
	before = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
	us = atol(argv[2]) * 1000;
	run(argv[1], us, argc > 3 ? atol(argv[3]) : 1);
	printf("done %ld\n", strcmp(argv[1], "child") == 0 ? us :
	       cpu_us(CLOCK_PROCESS_CPUTIME_ID) - before);
	await_end();
	return 0;
}
