/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The modes of incident.c that use the network.  They need its n, repeat() and start(). */
#ifndef INCIDENT_NET_H
#define INCIDENT_NET_H

static struct sockaddr_in addr;

static int loopback_socket(int type)
{
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, type, 0);

	addr = (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, len) ||
	    getsockname(fd, (struct sockaddr *)&addr, &len))
		err(1, "socket");
	return fd;
}

static int server;

/* The side that closes first keeps TIME_WAIT; SO_LINGER 0 resets instead. */
static void connection(bool reset)
{
	struct linger linger = { .l_onoff = 1 };
	int out = socket(AF_INET, SOCK_STREAM, 0), in;
	char c;

	if (connect(out, (struct sockaddr *)&addr, sizeof(addr)))
		return (void)close(out);
	in = accept(server, NULL, NULL);
	if (reset) {
		setsockopt(in, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		close(in);
		close(out);
		return;
	}
	close(out);
	if (read(in, &c, 1) < 0)
		warn("read");
	close(in);
}

static void one_timewait(void) { connection(false); }
static void one_reset(void) { connection(true); }

static void one_connect(void)
{
	static int fds[100], i;

	if (fds[i])
		close(fds[i]);
	fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (connect(fds[i], (struct sockaddr *)&addr, sizeof(addr)) && errno != EINPROGRESS)
		err(1, "connect");
	i = (i + 1) % 100;
}

static void listener(void (*step)(void), int backlog)
{
	server = loopback_socket(SOCK_STREAM);
	if (listen(server, backlog))
		err(1, "listen");
	repeat(step, SECONDS_MAX * n);
}

static void *receive_thread(void *arg)
{
	int fd = accept(server, NULL, NULL);
	static char buffer[65536];

	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	return arg;
}

static void *send_thread(void *arg)
{
	static const char buffer[16384];
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "connect");
	while (write(fd, buffer, sizeof(buffer)) > 0)
		;
	return arg;
}

static void stream(void)
{
	server = loopback_socket(SOCK_STREAM);
	if (listen(server, 16))
		err(1, "listen");
	for (long i = 0; i < n; i++) {
		start(receive_thread, NULL);
		start(send_thread, NULL);
	}
	pause();
}

static int receiver, sender;

static void some_datagrams(void)
{
	char buffer[512] = "";

	for (int i = 0; i < 100; i++)
		sendto(sender, buffer, sizeof(buffer), 0, (struct sockaddr *)&addr, sizeof(addr));
	recv(receiver, buffer, sizeof(buffer), MSG_DONTWAIT);
}

static void udp(void)
{
	int bytes = 4096;

	receiver = loopback_socket(SOCK_DGRAM);
	sender = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(receiver, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	n = n / 100;
	repeat(some_datagrams, SECONDS_MAX * n);
}

static void *lookup_thread(void *arg)
{
	struct addrinfo *found;

	for (;;)
		if (getaddrinfo("silent.test", NULL, NULL, &found) == 0)
			freeaddrinfo(found);
	return arg;
}

static void lookup(void)
{
	for (long i = 1; i < n; i++) {
		start(lookup_thread, NULL);
		usleep(250000);		/* so that a lookup begins in every short time */
	}
	lookup_thread(NULL);
}

static void silent(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	addr = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(53),
				     .sin_addr.s_addr = htonl(0x7f000000 | n) };
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "bind");
	pause();
}

#endif /* INCIDENT_NET_H */
