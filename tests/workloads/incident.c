// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * incident MODE N [FILE]
 *
 * Has a problem that sixty should find, until it is killed, at most for a minute:
 *
 *	spin	N threads use a CPU each
 *	leak	N MiB of memory a second, 128 MiB at most
 *	threads	N threads a second that sleep, 2000 at most
 *	forks	a fork every 20 ms, beyond N children that sleep
 *	sockets	N sockets open
 *	exhaust	as many sockets as it may have, closed at once, N times a second
 *	deadlock	two threads that wait for each other's mutex
 *	contend	N threads that wait for a mutex which one holds while it computes
 *	inotify	N inotify instances
 *	stop	N children that are stopped
 *	zombies	N children that have ended and are not waited for
 *	timewait	N connections a second over loopback, closed by the client
 *	reset	N connections a second over loopback, reset by the server
 *	udp	N datagrams a second to a socket that reads one in a hundred
 *	listen	N connects a second to a listener with a backlog of 1 that accepts none
 *	stream	as much as goes over a loopback connection, to N receivers
 *	log	N KiB a second appended to FILE, 64 MiB at most
 *	write	N bytes to FILE, one by one
 *	samefile	N threads that overwrite the same 16 MiB of FILE
 *	lookup	names of a server that does not answer (see resolv.conf), N at a time
 *	silent	a name server at 127.0.0.N that does not answer
 *
 * Prints "ready PID" when it begins.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECONDS_MAX 60

static long n;
static const char *file;

/* Call @step @n times a second, @max times at most; then sleep. */
static void repeat(void (*step)(void), long max)
{
	for (long i = 0; i < max; i++) {
		step();
		usleep(1000000 / n);
	}
	pause();
}

static void *spin_thread(void *arg)
{
	for (volatile unsigned long i = 0;; i++)
		;
	return arg;
}

static void *sleep_thread(void *arg)
{
	pause();
	return arg;
}

static void start(void *(*fn)(void *arg), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	if (pthread_create(&thread, &attr, fn, arg))
		errx(1, "pthread_create");
}

static void spin(void)
{
	for (long i = 1; i < n; i++)
		start(spin_thread, NULL);
	spin_thread(NULL);
}

/* A tenth at a time. */
static void leak_some(void)
{
	static char *volatile at;	/* otherwise the compiler leaves out what is not used */
	size_t bytes = (n << 20) / 10;

	at = malloc(bytes);
	if (at)
		memset(at, 1, bytes);
	usleep(100000);
}

static void leak(void)
{
	for (long i = 0; i < 128 * 10 / n; i++)
		leak_some();
	pause();
}

static void one_thread(void)
{
	start(sleep_thread, NULL);
}

static void child(void (*fn)(void))
{
	if (fork() == 0) {
		fn();
		_exit(0);
	}
}

static void sleep_child(void)
{
	alarm(SECONDS_MAX);
	pause();
}

static void nothing(void)
{
}

static void stop_child(void)
{
	alarm(SECONDS_MAX);
	raise(SIGSTOP);
}

static void children(void (*fn)(void))
{
	for (long i = 0; i < n; i++)
		child(fn);
	pause();
}

/* Beyond N children, forks are expected to fail. */
static void forks(void)
{
	for (long i = 0; i < n; i++)
		child(sleep_child);
	for (;;) {
		child(nothing);
		usleep(20000);
	}
}

static void sockets(void)
{
	for (long i = 0; i < n; i++)
		if (socket(AF_INET, SOCK_DGRAM, 0) < 0)
			break;
	pause();
}

static void exhaust_once(void)
{
	static int fds[1024];
	int opened = 0;

	while (opened < 1024 && (fds[opened] = socket(AF_INET, SOCK_DGRAM, 0)) >= 0)
		opened++;
	while (opened)
		close(fds[--opened]);
}

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;

static void *lock_both(void *arg)
{
	pthread_mutex_lock(arg);
	usleep(200000);
	pthread_mutex_lock(arg == &first ? &second : &first);
	return arg;
}

static void deadlock(void)
{
	start(lock_both, &first);
	lock_both(&second);
}

static void *contend_thread(void *arg)
{
	for (;;) {
		pthread_mutex_lock(&first);
		for (volatile unsigned long i = 0; i < 10000000; i++)
			;
		pthread_mutex_unlock(&first);
	}
	return arg;
}

static void contend(void)
{
	for (long i = 0; i < n; i++)
		start(contend_thread, NULL);
	contend_thread(NULL);
}

/* ext4 lets one thread at a time write to a file. */
static void *overwrite_thread(void *arg)
{
	static char data[16 << 20];
	int fd = open(file, O_WRONLY | O_CREAT, 0644);

	while (pwrite(fd, data, sizeof(data), 0) > 0)
		;
	return arg;
}

static void overwrite(void)
{
	for (long i = 0; i < n; i++)
		start(overwrite_thread, NULL);
	pause();
}

static void instances(void)
{
	for (long i = 0; i < n; i++)
		if (inotify_init() < 0)
			break;
	pause();
}

#include "incident_net.h"

/* A hundred lines of 100 bytes: 10 KB. */
static void log_lines(void)
{
	static int fd = -1;
	char line[101];

	if (fd < 0)
		fd = open(file, O_WRONLY | O_CREAT | O_APPEND, 0644);
	memset(line, 'e', sizeof(line));
	line[99] = '\n';
	for (int i = 0; i < 100; i++)
		if (write(fd, line, 100) < 0)
			return;
}

static void write_log(void)
{
	n = n / 10;
	repeat(log_lines, (64 << 20) / 10000);
}

static void write_bytes(void)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND, 0644);

	for (long i = 0; i < n; i++)
		if (write(fd, "x", 1) < 0)
			err(1, "%s", file);
	pause();
}

static void leak_threads(void) { repeat(one_thread, 2000); }
static void exhaust(void) { repeat(exhaust_once, SECONDS_MAX * n); }
static void stopped(void) { children(stop_child); }
static void zombies(void) { children(nothing); }
static void timewait(void) { listener(one_timewait, 128); }
static void reset(void) { listener(one_reset, 128); }
static void overflow(void) { listener(one_connect, 1); }

static const struct {
	const char *name;
	void (*fn)(void);
} modes[] = {
	{ "spin", spin }, { "leak", leak }, { "threads", leak_threads }, { "forks", forks },
	{ "sockets", sockets }, { "exhaust", exhaust }, { "deadlock", deadlock },
	{ "contend", contend },
	{ "inotify", instances }, { "stop", stopped }, { "zombies", zombies },
	{ "timewait", timewait }, { "reset", reset }, { "udp", udp }, { "listen", overflow },
	{ "stream", stream }, { "log", write_log }, { "write", write_bytes },
	{ "samefile", overwrite }, { "lookup", lookup }, { "silent", silent },
};

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(64, "usage: incident MODE N [FILE]");
	n = atol(argv[2]);
	file = argc > 3 ? argv[3] : "/dev/null";
	alarm(SECONDS_MAX);
	printf("ready %d\n", getpid());
	fflush(stdout);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(modes[i].name, argv[1]) == 0) {
			modes[i].fn();
			return 0;
		}
	errx(64, "no mode '%s'", argv[1]);
}
