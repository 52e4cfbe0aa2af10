// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * dns-late ADDRESS MS - a slow name server.
 *
 * Listens on UDP port 53 of ADDRESS and prints "ready".  MS milliseconds after
 * a query it answers: with 192.0.2.7 for a name that begins with "known", with "no such
 * name" for one that begins with "no", with a failure for others.  It
 * never answers one that begins with "silent".  Handles one query at a time, until it is ended.
 */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Turn the query at @at into its answer; return its length, or 0 for no answer. */
static size_t answer(unsigned char *at, size_t n)
{
	static const unsigned char record[] = {		/* for the name at offset 12 */
		0xc0, 12, 0, ns_t_a, 0, ns_c_in, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7
	};
	const char *name = (char *)at + sizeof(HEADER) + 1;
	HEADER *header = (HEADER *)at;

	if (!strncmp(name, "silent", 6))
		return 0;
	header->qr = header->ra = 1;
	header->arcount = 0;
	/* Remove what follows the question (EDNS): name, type and class remain. */
	n = sizeof(HEADER) + strlen(name - 1) + 1 + 4;
	if (!strncmp(name, "known", 5)) {
		header->ancount = htons(1);
		memcpy(at + n, record, sizeof(record));
		return n + sizeof(record);
	}
	header->rcode = strncmp(name, "no", 2) ? ns_r_servfail : ns_r_nxdomain;
	return n;
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(53) }, from;
	struct timespec late = {};
	unsigned char packet[1024] = {};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc != 3 || inet_pton(AF_INET, argv[1], &at.sin_addr) != 1)
		return 64;
	late.tv_nsec = atol(argv[2]) * 1000000;
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		err(1, "bind to port 53");
	puts("ready");
	fflush(stdout);
	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, packet, 512, 0, (struct sockaddr *)&from, &len);

		if (n < (ssize_t)sizeof(HEADER) + 5)
			continue;
		nanosleep(&late, NULL);
		n = answer(packet, n);
		if (n && sendto(fd, packet, n, 0, (struct sockaddr *)&from, len) < 0)
			err(1, "sendto");
		memset(packet, 0, sizeof(packet));
	}
}
