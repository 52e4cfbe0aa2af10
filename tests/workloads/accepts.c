// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * accepts KIND N [ADDRESS [DELAY_MS]] - accept exactly N connections.
 *
 * It connects to itself on ADDRESS (127.0.0.1), lets the connection wait for
 * DELAY_MS (0) and accepts it.  For each connection it prints one line of truth, from the
 * socket and the clock:
 *
 *	RADDR RPORT LADDR LPORT TID MIN_NS MAX_NS
 *
 * The connection was in the accept queue for at least MIN_NS, from when the listening
 * socket is readable to the call of accept, and for at most MAX_NS, from the call of
 * connect to the return of accept.  The kinds are in the table at the end;
 * "blocked" lets N threads wait in accept, prints "ready PORT" and connects when
 * it reads a line from its input.  With MPTCP in the environment both ends use
 * Multipath TCP.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "int80.h"
#include "workload.h"

static union address self;
static socklen_t self_len;
static int listener;
static int delay_ms;
static bool quiet;
static pthread_mutex_t print_lock = PTHREAD_MUTEX_INITIALIZER;

static void print_address(const union address *a)
{
	char s[INET6_ADDRSTRLEN];

	printf("%s %u ", address_host(a, s), ntohs(a->in.sin_port));
}

static void print_truth(int fd, long long min_ns, long long max_ns)
{
	socklen_t local_len = sizeof(union address), remote_len = sizeof(union address);
	union address local, remote;

	if (quiet)
		return;
	if (getsockname(fd, &local.sa, &local_len) || getpeername(fd, &remote.sa, &remote_len))
		die("getsockname");
	pthread_mutex_lock(&print_lock);
	print_address(&remote);
	print_address(&local);
	printf("%d %lld %lld\n", gettid(), min_ns, max_ns);
	pthread_mutex_unlock(&print_lock);
}

static int protocol;		/* 0: TCP */

static int new_socket(int flags)
{
	int fd = socket(self.sa.sa_family, SOCK_STREAM | flags, protocol);

	if (fd < 0)
		die("socket");
	return fd;
}

static void connect_to(int fd)
{
	if (connect(fd, &self.sa, self_len))
		die("connect");
}

static int by_accept(void)
{
	return accept(listener, NULL, NULL);
}

static int by_accept4(void)
{
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

/* connect has returned, but the last packet of the handshake may still wait for ksoftirqd. */
static void wait_queued(void)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };

	if (poll(&p, 1, 10000) != 1)
		die("poll");
}

/* The queue is empty at first: accept fails, which is not an event. */
static int by_poll(void)
{
	wait_queued();
	return accept4(listener, NULL, NULL, SOCK_NONBLOCK);
}

#ifdef __x86_64__
static int int80(long nr, long b, long c)
{
	long ret;

	asm volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(b), "c"(c), "d"(0L), "S"(0L)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

static int by_int80(void)
{
	return int80(364, listener, 0);		/* accept4 */
}

static int by_socketcall(void)
{
	static unsigned int *args;	/* in 32-bit memory */

	if (!args)
		args = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	memset(args, 0, 12);
	args[0] = listener;
	return int80(102, 5, (long)args);	/* socketcall, SYS_ACCEPT */
}
#else
static int by_int80(void)
{
	return -1;
}

static int by_socketcall(void)
{
	return by_int80();
}
#endif

static void take(int (*accept_fn)(void), int client, long long begin)
{
	long long queued, called;
	int fd;

	wait_queued();
	queued = now_ns();
	usleep(delay_ms * 1000);
	called = now_ns();
	fd = accept_fn();
	if (fd < 0)
		die("accept");
	print_truth(fd, called - queued, now_ns() - begin);
	close(client);
	close(fd);
}

static void one(int (*accept_fn)(void))
{
	int client = new_socket(0);
	long long begin = now_ns();

	connect_to(client);
	take(accept_fn, client, begin);
}

/* With data in the SYN, accept returns before the handshake has ended. */
static void fast_open(int (*accept_fn)(void))
{
	int client = new_socket(0), queue = 64;
	long long begin;

	setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue));
	begin = now_ns();
	if (sendto(client, "x", 1, MSG_FASTOPEN, &self.sa, self_len) != 1)
		die("MSG_FASTOPEN");
	take(accept_fn, client, begin);
}

static void *accept_one(void *unused)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		die("accept");
	print_truth(fd, 0, 10000000000);
	close(fd);
	return unused;
}

static void blocked(int n)
{
	pthread_t *threads = calloc(n, sizeof(*threads));
	char c;

	for (int i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, accept_one, NULL))
			die("pthread_create");
	usleep(200000);			/* until they wait in accept */
	printf("ready %u\n", ntohs(self.in.sin_port));
	fflush(stdout);
	if (read(STDIN_FILENO, &c, 1) != 1)
		die("read");
	for (int i = 0; i < n; i++) {
		int client = new_socket(0);

		connect_to(client);
		close(client);
	}
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

static void *thread(void *unused)
{
	one(by_accept);
	return unused;
}

static void threaded(int (*unused)(void))
{
	pthread_t t;

	if (pthread_create(&t, NULL, thread, NULL))
		die("pthread_create");
	pthread_join(t, NULL);
}

static const struct {
	const char *name;
	void (*fn)(int (*accept_fn)(void));
	int (*accept_fn)(void);
	bool quiet;
} kinds[] = {
	{ "accept", one, by_accept }, { "accept4", one, by_accept4 },
	{ "nonblocking", one, by_poll }, { "int80", one, by_int80 },
	{ "socketcall", one, by_socketcall }, { "fastopen", fast_open, by_accept },
	{ "threads", threaded }, { "silent", one, by_accept, .quiet = true },
};

static void listen_on(const char *address, bool blocking)
{
	bool v6 = strchr(address, ':');

	self.sa.sa_family = v6 ? AF_INET6 : AF_INET;
	self_len = v6 ? sizeof(self.in6) : sizeof(self.in);
	if (inet_pton(self.sa.sa_family, address,
		      v6 ? (void *)&self.in6.sin6_addr : (void *)&self.in.sin_addr) != 1)
		die(address);
	listener = new_socket(blocking ? 0 : SOCK_NONBLOCK);
	if (bind(listener, &self.sa, self_len) || listen(listener, 128) ||
	    getsockname(listener, &self.sa, &self_len))
		die("listen");
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";
	int n = argc > 2 ? atoi(argv[2]) : 1;

	protocol = getenv("MPTCP") ? IPPROTO_MPTCP : 0;
	listen_on(argc > 3 ? argv[3] : "127.0.0.1", strcmp(kind, "nonblocking") != 0);
	delay_ms = argc > 4 ? atoi(argv[4]) : 0;
	if (strcmp(kind, "blocked") == 0) {
		blocked(n);
		return 0;
	}
	if (strcmp(kind, "nonblocking") == 0 && (by_accept() >= 0 || errno != EAGAIN))
		die("accept");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kind, kinds[i].name) != 0)
			continue;
		if (kinds[i].accept_fn == by_int80 || kinds[i].accept_fn == by_socketcall)
			int80_or_skip(77);
		quiet = kinds[i].quiet;
		while (n-- > 0)
			kinds[i].fn(kinds[i].accept_fn);
		return 0;
	}
	fprintf(stderr, "accepts: no kind '%s'\n", kind);
	return 64;
}
