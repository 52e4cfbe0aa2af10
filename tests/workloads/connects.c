// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * connects KIND N [ADDRESS [PORT]] - make exactly N attempts to connect.
 *
 * For each attempt it prints one line of truth, from the socket and errno:
 *
 *	SPORT DADDR DPORT ERRNO LATENCY_NS TID [SADDR]
 *
 * SADDR only if the connection was established.  Without PORT the program itself listens
 * on ADDRESS (127.0.0.1).  The kinds are in the table at the end; in addition,
 * "serve" only listens, and "full" listens but accepts nothing.  With MPTCP in
 * the environment all sockets use Multipath TCP.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "address.h"
#include "int80.h"
#include "ring.h"
#include "workload.h"

static union address target;
static socklen_t target_len;
static pthread_mutex_t print_lock = PTHREAD_MUTEX_INITIALIZER;

static void print_truth(int fd, int error, long long ns)
{
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	union address self = {};
	socklen_t len = sizeof(self);

	if (getsockname(fd, &self.sa, &len))
		die("getsockname");
	pthread_mutex_lock(&print_lock);
	printf("%u %s %u %d %lld %d", ntohs(self.in.sin_port), address_host(&target, to),
	       ntohs(target.in.sin_port), error, ns, gettid());
	printf(error ? "\n" : " %s\n", address_host(&self, from));
	pthread_mutex_unlock(&print_lock);
}

static int protocol;		/* 0: TCP */

static int new_socket(int flags)
{
	int fd = socket(target.sa.sa_family, SOCK_STREAM | flags, protocol);

	if (fd < 0)
		die("socket");
	return fd;
}

/*
 * Wait for the end of a non-blocking attempt; return its error.  Not at once: reading
 * the error clears it, perhaps before the kernel has closed the socket.
 */
static int finish(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int error = 0;

	poll(&p, 1, 30000);
	usleep(5000);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len))
		die("SO_ERROR");
	return error;
}

static int connect_fd(int fd)
{
	if (!connect(fd, &target.sa, target_len))
		return 0;
	return errno == EINPROGRESS ? finish(fd) : errno;
}

static void attempt(int flags)
{
	int fd = new_socket(flags), error;
	long long start = now_ns();

	error = connect_fd(fd);
	print_truth(fd, error, now_ns() - start);
	close(fd);
}

static void blocking(void)
{
	attempt(0);
}

static void nonblocking(void)
{
	attempt(SOCK_NONBLOCK);
}

/* Connect from a port chosen before. */
static void bound(void)
{
	union address self = { .sa.sa_family = target.sa.sa_family };
	int fd = new_socket(0), error;
	long long start;

	if (bind(fd, &self.sa, target_len))
		die("bind");
	start = now_ns();
	error = connect_fd(fd);
	print_truth(fd, error, now_ns() - start);
	close(fd);
}

/* Two sockets on one port to one destination: the second gets EADDRNOTAVAIL. */
static void port_in_use(void)
{
	union address self = { .sa.sa_family = target.sa.sa_family };
	int fds[2], one = 1, error;
	socklen_t len = sizeof(self);

	for (int i = 0; i < 2; i++) {
		fds[i] = new_socket(0);
		setsockopt(fds[i], SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(fds[i], &self.sa, target_len))
			die("bind");
		getsockname(fds[i], &self.sa, &len);
	}
	for (int i = 0; i < 2; i++) {
		error = connect_fd(fds[i]);
		print_truth(fds[i], error, 0);
	}
	close(fds[0]);
	close(fds[1]);
}

static void *thread(void *unused)
{
	attempt(0);
	return unused;
}

static void threaded(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, thread, NULL))
		die("pthread_create");
	pthread_join(t, NULL);
}

/* Let the attempt time out after about two seconds. */
static void timing_out(void)
{
	int fd = new_socket(0), ms = 2000, error;
	long long start = now_ns();

	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	error = connect_fd(fd);
	print_truth(fd, error, now_ns() - start);
	close(fd);
}

/* Begin an attempt that gets no answer. */
static int begin(void)
{
	int fd = new_socket(SOCK_NONBLOCK);

	if (!connect(fd, &target.sa, target_len) || errno != EINPROGRESS)
		die("connect");
	print_truth(fd, EINPROGRESS, 0);
	return fd;
}

static void closed(void)
{
	close(begin());
}

static void disconnected(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd = begin();

	if (connect(fd, &none, sizeof(none)))
		die("connect AF_UNSPEC");
	close(fd);
}

static void shut_down(void)
{
	int fd = begin();

	shutdown(fd, SHUT_RDWR);
	close(fd);
}

/* Leave it pending until the program ends, when its input ends. */
static void left(void)
{
	begin();
}

/* TCP fast open: connect and the first data in one call. */
static void fast_open(void)
{
	int fd = new_socket(0);
	long long start = now_ns();

	if (sendto(fd, "x", 1, MSG_FASTOPEN, &target.sa, target_len) != 1)
		die("MSG_FASTOPEN");
	print_truth(fd, 0, now_ns() - start);
	close(fd);
}

static void fast_open_connect(void)
{
	int fd = new_socket(0), one = 1;
	long long start = now_ns();

	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &one, sizeof(one)) ||
	    connect(fd, &target.sa, target_len) || write(fd, "x", 1) != 1)
		die("TCP_FASTOPEN_CONNECT");
	print_truth(fd, 0, now_ns() - start);
	close(fd);
}

/* The 32-bit system call, which tp/syscalls does not show. */
static void compat(void)
{
#ifdef __x86_64__
	static union address *low;
	int fd = new_socket(0);
	long long start = now_ns();
	long ret;

	if (!low)
		low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	*low = target;
	asm volatile("int $0x80" : "=a"(ret)
		     : "a"(362), "b"(fd), "c"(low), "d"(target_len)	/* connect */
		     : "memory", "r8", "r9", "r10", "r11");
	print_truth(fd, -ret, now_ns() - start);
	close(fd);
#else
#endif
}

static void by_ring(int flags)
{
	int fd = new_socket(0), error;
	long long start = now_ns();

	error = ring_connect(fd, &target.sa, target_len, flags);
	print_truth(fd, error, now_ns() - start);
	close(fd);
}

static void io_uring(void)
{
	by_ring(0);
}

static void io_uring_async(void)
{
	by_ring(IOSQE_ASYNC);
}

/* Print no line for each attempt: for floods. */
static void silent(void)
{
	int fd = new_socket(0);

	if (connect(fd, &target.sa, target_len))
		die("connect");
	close(fd);
}

static const struct {
	const char *name;
	void (*fn)(void);
} kinds[] = {
	{ "blocking", blocking }, { "nonblocking", nonblocking }, { "bound", bound },
	{ "port-in-use", port_in_use }, { "threads", threaded }, { "timeout", timing_out },
	{ "closed", closed }, { "unspec", disconnected }, { "shutdown", shut_down },
	{ "left", left }, { "fastopen", fast_open }, { "fastopen-connect", fast_open_connect },
	{ "int80", compat }, { "io_uring", io_uring }, { "io_uring-async", io_uring_async },
	{ "silent", silent },
};

static void set_target(const char *address, int port)
{
	bool v6 = strchr(address, ':');

	target.in.sin_port = htons(port);	/* sin6_port is at the same offset */
	target.sa.sa_family = v6 ? AF_INET6 : AF_INET;
	target_len = v6 ? sizeof(target.in6) : sizeof(target.in);
	if (inet_pton(target.sa.sa_family, address,
		      v6 ? (void *)&target.in6.sin6_addr : (void *)&target.in.sin_addr) != 1)
		die(address);
}

static void *accept_all(void *arg)
{
	int fd;

	while ((fd = accept((int)(long)arg, NULL, NULL)) >= 0)
		close(fd);
	return NULL;
}

/* Listen on `target`, whose port is set if it was 0. */
static int listen_here(void)
{
	int fd = new_socket(0), one = 1, queue = 64;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &target.sa, target_len) || listen(fd, 4096) ||
	    getsockname(fd, &target.sa, &target_len))
		die("listen");
	setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue));
	return fd;
}

/* @full: accept nothing, and let one connection fill the queue: SYNs are dropped from then on. */
static int serve(bool full)
{
	int fd = listen_here();

	if (full && listen(fd, 0))
		die("listen");
	if (full && connect(new_socket(0), &target.sa, target_len))
		die("connect");
	printf("ready %d\n", ntohs(target.in.sin_port));
	fflush(stdout);
	if (full)
		pause();
	accept_all((void *)(long)fd);
	return 0;
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";
	pthread_t acceptor;
	char c;

	protocol = getenv("MPTCP") ? IPPROTO_MPTCP : 0;
	set_target(argc > 3 ? argv[3] : "127.0.0.1", argc > 4 ? atoi(argv[4]) : 0);
	if (strcmp(kind, "serve") == 0 || strcmp(kind, "full") == 0)
		return serve(strcmp(kind, "full") == 0);
	if (argc <= 4 && pthread_create(&acceptor, NULL, accept_all, (void *)(long)listen_here()))
		die("pthread_create");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kind, kinds[i].name) != 0)
			continue;
		if (kinds[i].fn == compat)
			int80_or_skip(77);
		for (int n = atoi(argv[2]); n > 0; n--)
			kinds[i].fn();
		fflush(stdout);
		if (kinds[i].fn == left && read(STDIN_FILENO, &c, 1) < 0)
			die("read");
		return 0;
	}
	fprintf(stderr, "connects: no kind '%s'\n", kind);
	return 64;
}
