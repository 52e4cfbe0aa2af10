// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * retransmits KIND N [ADDRESS [wait]] - lose packets of N connections to oneself.
 *
 * Filters on the receiving sockets drop packets before TCP sees them, which
 * looks like packet loss to the sender.  At the end it prints one line
 * of truth for each connection,
 *
 *	LPORT RPORT SEGMENTS
 *
 * with the connecting end first; SEGMENTS is what both ends have retransmitted
 * (tcpi_total_retrans).  Then it waits for the end of its input, with all sockets open.
 * With `wait` it listens, and begins when a line arrives on its input.
 *
 *	syn	all SYNs, for 1.5 s
 *	synack	the acknowledgements of the SYN-ACKs, for 1.5 s
 *	tail	one message of 100 bytes, for 0.7 s
 *	netem	the same, through a queueing discipline of the loopback interface; use it
 *		only in a separate network namespace
 *	middle	the first of 20 messages, for 0.7 s
 *	random	a tenth of all packets, while 100 kB go over each connection
 *	none	nothing
 *	orphan	one message of 100 bytes, whose sockets are closed; prints nothing and
 *		does not wait
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "workload.h"

#define CONNECTIONS_MAX 1024

static union address self;
static socklen_t self_len;
static int listener;
static int n;
static int clients[CONNECTIONS_MAX], servers[CONNECTIONS_MAX];

/* Classic BPF: a filter returns how many bytes of the packet to keep. */
#define KEEP BPF_STMT(BPF_RET | BPF_K, 0xffffffff)
#define DROP BPF_STMT(BPF_RET | BPF_K, 0)

static struct sock_filter drop_all[] = { DROP };

/* Match the flags in the TCP header, with which the packet begins here. */
static struct sock_filter drop_without_syn[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x02, 0, 1),
	KEEP, DROP,
};

/* Match the first byte of the data. */
static struct sock_filter drop_x[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 12),		/* header length, in the upper half */
	BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
	BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 2),
	BPF_STMT(BPF_MISC | BPF_TAX, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),		/* drops a packet without data too */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 'x', 0, 1),
	DROP, KEEP,
};

static struct sock_filter drop_tenth[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_RANDOM),
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0xffffffff / 10, 0, 1),
	KEEP, DROP,
};

static void filter(int fd, struct sock_filter *insns, size_t len)
{
	struct sock_fprog prog = { .len = len, .filter = insns };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))
		die("SO_ATTACH_FILTER");
}
#define FILTER(fd, insns) filter(fd, insns, sizeof(insns) / sizeof(insns[0]))

static void unfilter(int fd)
{
	int unused = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused)))
		die("SO_DETACH_FILTER");
}

static int new_socket(int flags)
{
	int fd = socket(self.sa.sa_family, SOCK_STREAM | flags, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static void begin_connect(int i)
{
	int one = 1;

	clients[i] = new_socket(SOCK_NONBLOCK);
	if (connect(clients[i], &self.sa, self_len) && errno != EINPROGRESS)
		die("connect");
	setsockopt(clients[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

/* Connections arrive in any order: the server's end of client i is not servers[i]. */
static void accept_all(void)
{
	for (int i = 0; i < n; i++) {
		servers[i] = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		if (servers[i] < 0)
			die("accept");
	}
}

static void connect_all(void)
{
	for (int i = 0; i < n; i++)
		begin_connect(i);
	accept_all();
}

static void lose_handshakes(struct sock_filter *insns, size_t len)
{
	filter(listener, insns, len);
	for (int i = 0; i < n; i++)
		begin_connect(i);
	usleep(1500000);
	unfilter(listener);
	accept_all();
}

static void send_all(const char *data, size_t len)
{
	for (int i = 0; i < n; i++)
		if (send(clients[i], data, len, 0) != (ssize_t)len)
			die("send");
}

static void wait_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, 60000) != 1)
		die("poll");
}

static void receive_all(size_t len)
{
	static char data[65536];

	for (int i = 0; i < n; i++) {
		for (size_t got = 0; got < len;) {
			ssize_t part;

			wait_readable(servers[i]);
			part = recv(servers[i], data, sizeof(data), 0);
			if (part <= 0)
				die("recv");
			got += part;
		}
	}
}

static void unfilter_all(void)
{
	for (int i = 0; i < n; i++)
		unfilter(servers[i]);
}

static void lose_tail(void)
{
	static char data[100];

	connect_all();
	for (int i = 0; i < n; i++)
		FILTER(servers[i], drop_all);
	send_all(data, sizeof(data));
	usleep(700000);
	unfilter_all();
	receive_all(sizeof(data));
}

static void shell(const char *command)
{
	if (system(command))
		exit(1);
}

static void lose_by_netem(void)
{
	static char data[100];

	connect_all();
	shell("tc qdisc add dev lo root netem loss 100%");
	send_all(data, sizeof(data));
	usleep(700000);
	shell("tc qdisc del dev lo root");
	receive_all(sizeof(data));
}

static void lose_middle(void)
{
	connect_all();
	for (int i = 0; i < n; i++)
		FILTER(servers[i], drop_x);
	send_all("x", 1);
	for (int k = 1; k < 20; k++)
		send_all("yyyyyyyyyy", 10);
	usleep(700000);
	unfilter_all();
	receive_all(1 + 19 * 10);
}

static void lose_some(void)
{
	static char data[1000];

	connect_all();
	for (int i = 0; i < n; i++)
		FILTER(servers[i], drop_tenth);
	for (int k = 0; k < 100; k++)
		send_all(data, sizeof(data));
	receive_all(100 * sizeof(data));
	unfilter_all();
}

/* The receiving ends stay open while the program runs: a second. */
static void lose_orphans(void)
{
	static char data[100];

	connect_all();
	for (int i = 0; i < n; i++)
		FILTER(servers[i], drop_all);
	send_all(data, sizeof(data));
	for (int i = 0; i < n; i++)
		close(clients[i]);
	usleep(1000000);
	exit(0);
}

static unsigned int sent_again(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("TCP_INFO");
	return info.tcpi_total_retrans;
}

static unsigned int server_sent_again(in_port_t client)
{
	for (int i = 0; i < n; i++) {
		union address peer;
		socklen_t len = sizeof(peer);

		if (getpeername(servers[i], &peer.sa, &len))
			die("getpeername");
		if (peer.in.sin_port == client)
			return sent_again(servers[i]);
	}
	return 0;
}

/* Wait until all data is acknowledged: then no retransmission can follow. */
static void wait_acknowledged(int fd)
{
	int outstanding;

	for (int tries = 0; tries < 10000; tries++) {
		if (ioctl(fd, SIOCOUTQ, &outstanding))
			die("SIOCOUTQ");
		if (!outstanding)
			return;
		usleep(1000);
	}
	die("data not acknowledged");
}

static void print_truth(void)
{
	for (int i = 0; i < n; i++)
		wait_acknowledged(clients[i]);
	for (int i = 0; i < n; i++) {
		union address local;
		socklen_t len = sizeof(local);

		if (getsockname(clients[i], &local.sa, &len))
			die("getsockname");
		printf("%u %u %u\n", ntohs(local.in.sin_port), ntohs(self.in.sin_port),
		       sent_again(clients[i]) + server_sent_again(local.in.sin_port));
	}
	printf("done\n");
	fflush(stdout);
}

static void listen_on(const char *address)
{
	int v6 = strchr(address, ':') != NULL, space = 1 << 20;

	self.sa.sa_family = v6 ? AF_INET6 : AF_INET;
	self_len = v6 ? sizeof(self.in6) : sizeof(self.in);
	if (inet_pton(self.sa.sa_family, address,
		      v6 ? (void *)&self.in6.sin6_addr : (void *)&self.in.sin_addr) != 1)
		die(address);
	listener = new_socket(0);
	setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &space, sizeof(space));
	if (bind(listener, &self.sa, self_len) || listen(listener, CONNECTIONS_MAX) ||
	    getsockname(listener, &self.sa, &self_len))
		die("listen");
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";
	char c;

	n = argc > 2 ? atoi(argv[2]) : 1;
	listen_on(argc > 3 ? argv[3] : "127.0.0.1");
	if (argc > 4 && read(STDIN_FILENO, &c, 1) != 1)
		return 1;
	if (strcmp(kind, "syn") == 0)
		lose_handshakes(drop_all, 1);
	else if (strcmp(kind, "synack") == 0)
		lose_handshakes(drop_without_syn, 4);
	else if (strcmp(kind, "tail") == 0)
		lose_tail();
	else if (strcmp(kind, "netem") == 0)
		lose_by_netem();
	else if (strcmp(kind, "middle") == 0)
		lose_middle();
	else if (strcmp(kind, "random") == 0)
		lose_some();
	else if (strcmp(kind, "orphan") == 0)
		lose_orphans();
	else if (strcmp(kind, "none") == 0)
		connect_all();
	else
		return 64;
	print_truth();
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return 0;
}
