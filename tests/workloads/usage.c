// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * usage MODE N [FILE]
 *
 * Uses up something that usestat shows, N times:
 *
 *	faults	major page faults in FILE, which is dropped from the page cache first
 *	udp	datagrams to a socket that reads none before all are sent
 *	listen	connects to a listener with a backlog of 1 that accepts none
 *	zombies	children that end and are not waited for
 *	threads	threads that sleep
 *	files	open files
 *	forks	forks; with a pids limit some fail
 *	memory	mebibytes of memory, touched
 *	spin	milliseconds of CPU time
 *	hang	write N bytes to FILE, which may be frozen
 *	crash	children that end by SIGSEGV
 *
 * Prints "ready PID" first and begins at the first line on standard input.  Prints "done" with
 * what it measured itself, and holds what it has until the end of standard input.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *file;

/* One fault a page: MADV_RANDOM keeps the kernel from reading ahead or around. */
static void faults(long n)
{
	size_t page = sysconf(_SC_PAGESIZE);
	int fd = open(file, O_RDWR);
	struct rusage before, after;
	volatile char *map;

	if (fd < 0 || fsync(fd) || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		err(1, "%s", file);
	map = mmap(NULL, n * page, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED || madvise((void *)map, n * page, MADV_RANDOM))
		err(1, "mmap");
	getrusage(RUSAGE_SELF, &before);
	for (long i = 0; i < n; i++)
		(void)map[i * page];
	getrusage(RUSAGE_SELF, &after);
	printf("done major_faults %ld\n", after.ru_majflt - before.ru_majflt);
}

static int bound_socket(int type, struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int fd = socket(AF_INET, type, 0);

	*addr = (struct sockaddr_in){ .sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (fd < 0 || bind(fd, (struct sockaddr *)addr, len) ||
	    getsockname(fd, (struct sockaddr *)addr, &len))
		err(1, "socket");
	return fd;
}

static void udp(long n)
{
	struct sockaddr_in addr;
	int in = bound_socket(SOCK_DGRAM, &addr), out = socket(AF_INET, SOCK_DGRAM, 0);
	int size = 4096;
	long received = 0;
	char buffer[512] = "";

	setsockopt(in, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (long i = 0; i < n; i++)
		if (sendto(out, buffer, sizeof(buffer), 0, (struct sockaddr *)&addr,
			   sizeof(addr)) != sizeof(buffer))
			err(1, "sendto");
	while (recv(in, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		received++;
	printf("done port %d sent %ld received %ld\n", ntohs(addr.sin_port), n, received);
}

/* Two connections fit (the backlog and one); of the others no connect() ends. */
static void listener(long n)
{
	struct sockaddr_in addr;
	int fd = bound_socket(SOCK_STREAM, &addr);

	if (listen(fd, 1))
		err(1, "listen");
	for (long i = 0; i < n; i++) {
		int out = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

		if (connect(out, (struct sockaddr *)&addr, sizeof(addr)) && errno != EINPROGRESS)
			err(1, "connect");
		usleep(10000);
	}
	printf("done port %d\n", ntohs(addr.sin_port));
}

static void children(long n, int ends)
{
	volatile int *volatile nowhere = NULL;
	long failed = 0;

	for (long i = 0; i < n; i++) {
		pid_t pid = fork();
		siginfo_t info;

		failed += pid < 0;
		if (pid > 0 && ends)
			waitid(P_PID, pid, &info, WEXITED | WNOWAIT);	/* stays a zombie */
		if (pid)
			continue;
		if (ends == SIGSEGV)
			*nowhere = 0;
		if (ends)
			_exit(0);
		pause();
	}
	printf("done failed %ld\n", failed);
}

static void *sleeper(void *unused)
{
	pause();
	return NULL;
}

static void threads(long n)
{
	pthread_t thread;

	for (long i = 0; i < n; i++)
		if (pthread_create(&thread, NULL, sleeper, NULL))
			errx(1, "pthread_create");
	puts("done");
}

static void files(long n)
{
	for (long i = 0; i < n; i++)
		if (open("/dev/null", O_RDONLY) < 0)
			err(1, "/dev/null");
	puts("done");
}

static void memory(long n)
{
	char *at = malloc(n << 20);

	if (!at)
		err(1, "malloc");
	memset(at, 1, n << 20);
	printf("done %d\n", at[n]);
}

static void spin(long n)
{
	struct timespec ts;

	do
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	while (ts.tv_sec * 1000 + ts.tv_nsec / 1000000 < n);
	puts("done");
}

static void hang(long n)
{
	int fd = open(file, O_WRONLY | O_APPEND);
	char c = 'x';

	if (fd < 0)
		err(1, "%s", file);
	while (n-- > 0)
		if (write(fd, &c, 1) != 1)
			err(1, "%s", file);
	puts("done");
}

static void act(const char *mode, long n)
{
	if (strcmp(mode, "faults") == 0)
		faults(n);
	else if (strcmp(mode, "udp") == 0)
		udp(n);
	else if (strcmp(mode, "listen") == 0)
		listener(n);
	else if (strcmp(mode, "zombies") == 0)
		children(n, 1);
	else if (strcmp(mode, "crash") == 0)
		children(n, SIGSEGV);
	else if (strcmp(mode, "forks") == 0)
		children(n, 0);
	else if (strcmp(mode, "threads") == 0)
		threads(n);
	else if (strcmp(mode, "files") == 0)
		files(n);
	else if (strcmp(mode, "memory") == 0)
		memory(n);
	else if (strcmp(mode, "spin") == 0)
		spin(n);
	else if (strcmp(mode, "hang") == 0)
		hang(n);
	else
		errx(64, "no mode '%s'", mode);
}

int main(int argc, char **argv)
{
	char c = '\n';

	if (argc < 3)
		errx(64, "usage: usage MODE N [FILE]");
	file = argc > 3 ? argv[3] : NULL;
	setlinebuf(stdout);
	printf("ready %d\n", getpid());
	if (read(STDIN_FILENO, &c, 1) < 0)
		err(1, "stdin");
	act(argv[1], atol(argv[2]));
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	signal(SIGTERM, SIG_IGN);
	if (strcmp(argv[1], "forks") == 0)
		kill(0, SIGTERM);	/* the children, in our process group (setsid) */
	return 0;
}
