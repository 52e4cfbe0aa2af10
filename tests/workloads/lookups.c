// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * lookups CALL N NAME [wait] - look NAME up N times, for gethostlatency.
 *
 * CALL: getaddrinfo, gethostbyname, gethostbyname2, gethostbyname_r or
 * gethostbyname2_r, for IPv4 addresses; `threads`: getaddrinfo, each in a
 * separate thread; `cold`: getaddrinfo, with the name in a page of a file that
 * is not in the page table yet; `small`: gethostbyname_r with a buffer that is too
 * small; `jump`: gethostbyname, and a signal handler jumps out of every
 * call after 50 ms; `none`: getaddrinfo without a name.
 *
 * With `wait` the calls begin when a line arrives on standard input.  Prints a line
 * for each: thread, duration in ns, 0 or the error (EAI_..., or h_errno).
 */
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "workload.h"

static const char *call, *name;
static sigjmp_buf before;

static int addrinfo(const char *host)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
	struct addrinfo *result = NULL;
	int error = getaddrinfo(host, host ? NULL : "80", &hints, &result);

	if (!error)
		freeaddrinfo(result);
	return error;
}

static int reentrant(int two, size_t room)
{
	struct hostent entry, *result = NULL;
	int error = 0;
	char buffer[8192];

	if (two)
		gethostbyname2_r(name, AF_INET, &entry, buffer, room, &result, &error);
	else
		gethostbyname_r(name, &entry, buffer, room, &result, &error);
	return result ? 0 : error;
}

static void jump(int signal)
{
	siglongjmp(before, 1);
}

/* A call that never returns. */
static int jump_out(void)
{
	struct itimerval timer = { .it_value.tv_usec = 50000 };

	signal(SIGALRM, jump);
	if (sigsetjmp(before, 1))
		return -1;
	setitimer(ITIMER_REAL, &timer, NULL);
	return gethostbyname(name) ? 0 : h_errno;
}

/* Put the name in a page of a file that is not in this process's page table. */
static int cold(void)
{
	size_t len = strlen(name) + 1;
	FILE *f = tmpfile();
	char *page;
	int error;

	if (!f || fwrite(name, 1, len, f) != len || fflush(f))
		err(1, "tmpfile");
	page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fileno(f), 0);
	if (page == MAP_FAILED)
		err(1, "mmap");
	error = addrinfo(page);
	munmap(page, 4096);
	fclose(f);
	return error;
}

static int look_up(void)
{
	if (!strcmp(call, "gethostbyname"))
		return gethostbyname(name) ? 0 : h_errno;
	if (!strcmp(call, "gethostbyname2"))
		return gethostbyname2(name, AF_INET) ? 0 : h_errno;
	if (!strcmp(call, "gethostbyname_r"))
		return reentrant(0, 8192);
	if (!strcmp(call, "gethostbyname2_r"))
		return reentrant(1, 8192);
	if (!strcmp(call, "small"))
		return reentrant(0, 1);
	if (!strcmp(call, "jump"))
		return jump_out();
	if (!strcmp(call, "cold"))
		return cold();
	return addrinfo(strcmp(call, "none") ? name : NULL);
}

static void *look_up_once(void *arg)
{
	long long start = now_ns();
	int error = look_up();

	printf("%ld %lld %d\n", (long)syscall(SYS_gettid), now_ns() - start, error);
	return NULL;
}

static void in_threads(int n)
{
	pthread_t threads[256];

	for (int i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, look_up_once, NULL))
			errx(1, "pthread_create");
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
	int n = argc > 3 ? atoi(argv[2]) : 0;

	if (n < 1 || n > 256)
		return 64;
	call = argv[1];
	name = argv[3];
	if (argc > 4)
		getchar();
	if (!strcmp(call, "threads")) {
		in_threads(n);
		return 0;
	}
	for (int i = 0; i < n; i++)
		look_up_once(NULL);
	return 0;
}
