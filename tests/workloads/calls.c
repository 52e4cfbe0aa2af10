// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * calls MODE MS
 *
 * Spend MS milliseconds of CPU time in spin(), called in a way that is hard to unwind, for
 * profile.  It is built as programs of distributions are: optimized, without frame pointers.
 *
 *	chain	by three functions with different frames
 *	libc	by a comparison function that qsort() of the C library calls
 *	thread	in a second thread; the first one waits
 *	signal	by a signal handler
 *	altstack	by a signal handler that has another stack
 *	plt	in a function of a library, and on the way there through the linkage table
 *	vdso	in clock_gettime() of the vDSO, as far as it stays in user mode
 *	aligned	by a function that aligns its stack
 *	kernel	in read() of /dev/zero
 *	deep	below 2000 calls, which need 300 KB of stack
 *	nocfi	by a function without unwind information and without a frame pointer
 *	clone	in system calls that start threads, and in these threads
 *	short	in processes that live 30 ms each, one after another
 *
 * Prints "ready PID" first and begins at the first line on standard input.
 * Prints "done CPU_US", the CPU time that it took, and waits for the end of standard
 * input.
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

#pragma GCC optimize("omit-frame-pointer", "no-optimize-sibling-calls")

#define KNOWN __attribute__((noinline, noclone, used))

static volatile long sink;
static long spin_us;

static long cpu_us(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

static void spin_for(long us)
{
	long until = cpu_us(CLOCK_THREAD_CPUTIME_ID) + us;

	do
		for (int i = 0; i < 100000; i++)
			sink += i;
	while (cpu_us(CLOCK_THREAD_CPUTIME_ID) < until);
}

KNOWN void spin(long us)
{
	spin_for(us);
	sink++;
}

KNOWN void chain_c(long us)
{
	volatile char space[40];

	space[0] = 1;
	spin(us);
	sink += space[0];
}

KNOWN void chain_b(long us, long a, long b, long c)
{
	chain_c(us);
	sink += a * b + c;
}

KNOWN void chain_a(long us)
{
	volatile long space[200];

	space[0] = us;
	chain_b(space[0], us, sink, us + sink);
	sink += space[0];
}

KNOWN int compare(const void *a, const void *b)
{
	if (spin_us) {
		spin(spin_us);
		spin_us = 0;
	}
	return *(const int *)a - *(const int *)b;
}

KNOWN void call_libc(long us)
{
	int numbers[64];

	for (int i = 0; i < 64; i++)
		numbers[i] = i * 37 % 64;
	spin_us = us;
	qsort(numbers, 64, sizeof(numbers[0]), compare);
	sink += numbers[3];
}

KNOWN void *run_thread(void *us)
{
	chain_a(*(long *)us);
	return NULL;
}

KNOWN void in_thread(long us)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_thread, &us))
		errx(1, "pthread_create");
	pthread_join(thread, NULL);
}

static void *end_at_once(void *unused)
{
	return unused;
}

/* Spends next to nothing in spin(). */
KNOWN void in_clone(long us)
{
	long until = cpu_us(CLOCK_PROCESS_CPUTIME_ID) + us;
	pthread_t thread;

	while (cpu_us(CLOCK_PROCESS_CPUTIME_ID) < until) {
		if (pthread_create(&thread, NULL, end_at_once, NULL))
			errx(1, "pthread_create");
		pthread_join(thread, NULL);
	}
}

KNOWN void handle(int signal)
{
	spin(spin_us);
	sink += signal;
}

KNOWN void in_handler(long us, int flags)
{
	static char other[65536];
	stack_t stack = { .ss_sp = other, .ss_size = sizeof(other) };
	struct sigaction action = { .sa_handler = handle, .sa_flags = flags };

	sigaltstack(&stack, NULL);
	spin_us = us;
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	sink++;
}

/*
 * A function of the library does almost nothing, so a large share of the time is spent on calling
 * it.
 */
KNOWN void through_plt(long us)
{
	long until = cpu_us(CLOCK_THREAD_CPUTIME_ID) + us;

	do
		for (int i = 0; i < 10000; i++)
			sink += getpagesize() + abs(atoi("1"));
	while (cpu_us(CLOCK_THREAD_CPUTIME_ID) < until);
}

KNOWN void in_vdso(long us)
{
	long until = cpu_us(CLOCK_THREAD_CPUTIME_ID) + us;

	do
		for (int i = 0; i < 1000; i++)
			sink += cpu_us(CLOCK_MONOTONIC);
	while (cpu_us(CLOCK_THREAD_CPUTIME_ID) < until);
}

KNOWN void in_aligned(long us)
{
	volatile char space[64] __attribute__((aligned(64)));
	volatile char more[sink % 7 + 100];

	space[0] = more[0] = 1;
	spin(us);
	sink += space[0] + more[0];
}

KNOWN void in_kernel(long us)
{
	long until = cpu_us(CLOCK_THREAD_CPUTIME_ID) + us;
	static char buffer[1 << 20];
	int fd = open("/dev/zero", O_RDONLY);

	while (cpu_us(CLOCK_THREAD_CPUTIME_ID) < until)
		if (read(fd, buffer, sizeof(buffer)) < 0)
			err(1, "read");
	close(fd);
}

KNOWN void descend(long depth, long us)
{
	volatile long space[16] = { depth };

	if (depth > 1)
		descend(depth - 1, us);
	else
		spin(us);
	sink += space[0];
}

/*
 * call_without_cfi(US) calls spin(US) with 64 bytes on its stack, and no directive describes
 * that.  A frame pointer does not lead out of it either.
 */
void call_without_cfi(long us);
#if defined(__x86_64__)
__asm__(".text\n.type call_without_cfi,@function\ncall_without_cfi:\n"
	"push %rbp\nmov $1,%ebp\nsub $64,%rsp\ncall spin\nadd $64,%rsp\npop %rbp\nret\n"
	".size call_without_cfi,.-call_without_cfi\n");
#elif defined(__aarch64__)
__asm__(".text\n.type call_without_cfi,%function\ncall_without_cfi:\n"
	"stp x29,x30,[sp,#-80]!\nmov x29,#1\nbl spin\nldp x29,x30,[sp],#80\nret\n"
	".size call_without_cfi,.-call_without_cfi\n");
#endif

KNOWN void in_nocfi(long us)
{
	call_without_cfi(us);
	sink++;
}

static void in_short_processes(long us)
{
	for (; us > 0; us -= 30000) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid == 0) {
			chain_a(30000);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

static void run(const char *mode, long us)
{
	if (strcmp(mode, "chain") == 0)
		chain_a(us);
	else if (strcmp(mode, "libc") == 0)
		call_libc(us);
	else if (strcmp(mode, "thread") == 0)
		in_thread(us);
	else if (strcmp(mode, "clone") == 0)
		in_clone(us);
	else if (strcmp(mode, "signal") == 0)
		in_handler(us, 0);
	else if (strcmp(mode, "altstack") == 0)
		in_handler(us, SA_ONSTACK);
	else if (strcmp(mode, "plt") == 0)
		through_plt(us);
	else if (strcmp(mode, "vdso") == 0)
		in_vdso(us);
	else if (strcmp(mode, "aligned") == 0)
		in_aligned(us);
	else if (strcmp(mode, "kernel") == 0)
		in_kernel(us);
	else if (strcmp(mode, "deep") == 0)
		descend(2000, us);
	else if (strcmp(mode, "nocfi") == 0)
		in_nocfi(us);
	else if (strcmp(mode, "short") == 0)
		in_short_processes(us);
	else
		errx(64, "no mode %s", mode);
}

int main(int argc, char **argv)
{
	long before, us;

	if (argc < 3)
		errx(64, "usage: calls MODE MS");
	if (!await_begin())
		return 0;
	before = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
	us = atol(argv[2]) * 1000;
	run(argv[1], us);
	printf("done %ld\n", strcmp(argv[1], "short") == 0 ? us :
	       cpu_us(CLOCK_PROCESS_CPUTIME_ID) - before);
	await_end();
	return 0;
}
