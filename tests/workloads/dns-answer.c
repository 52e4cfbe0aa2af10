// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * dns-answer ADDRESS NAME IPV4 IPV6 - a name server that knows one name, and a
 * client that asks it.
 *
 * Listens on UDP port 53 of ADDRESS, queries itself once for the A and once for
 * the AAAA record of NAME, prints "answered" and ends.  The answer contains a
 * CNAME, so the queried name is not the one that has the address.
 */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "workload.h"

/* Write @name as a sequence of labels at @at; return the number of bytes. */
static size_t put_name(unsigned char *at, const char *name)
{
	size_t n = 0;

	while (*name) {
		size_t len = strcspn(name, ".");

		at[n++] = len;
		memcpy(at + n, name, len);
		n += len;
		name += len + (name[len] == '.');
	}
	at[n++] = 0;
	return n;
}

/* Write a query for @name of @type; return its length. */
static size_t make_query(unsigned char *at, const char *name, int type)
{
	HEADER header = { .id = htons(1), .rd = 1, .qdcount = htons(1) };
	size_t n = sizeof(header);

	memcpy(at, &header, n);
	n += put_name(at + n, name);
	at[n++] = 0;
	at[n++] = type;
	at[n++] = 0;
	at[n++] = 1;			/* IN */
	return n;
}

/* Append a resource record of the owner at offset @owner. */
static size_t put_record(unsigned char *at, int owner, int type, const void *data, size_t len)
{
	unsigned char head[] = { 0xc0, owner, 0, type, 0, 1, 0, 0, 0, 60, 0, len };

	memcpy(at, head, sizeof(head));
	memcpy(at + sizeof(head), data, len);
	return sizeof(head) + len;
}

/* Turn the query of @n bytes at @at into its answer. */
static size_t make_answer(unsigned char *at, size_t n, int type, const void *addr, size_t len)
{
	unsigned char alias[64];
	size_t alias_len = put_name(alias, "alias.test"), alias_at;
	HEADER *header = (HEADER *)at;

	header->qr = 1;
	header->ancount = htons(2);
	n += put_record(at + n, sizeof(*header), ns_t_cname, alias, alias_len);
	alias_at = n - alias_len;
	return n + put_record(at + n, alias_at, type, addr, len);
}

int main(int argc, char **argv)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(53) };
	struct sockaddr_in from;
	unsigned char packet[512];
	int fd, client;

	if (argc != 5 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1)
		return 64;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	client = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(fd, (struct sockaddr *)&server, sizeof(server)))
		die("bind to port 53");
	if (connect(client, (struct sockaddr *)&server, sizeof(server)))
		die("connect");

	for (int i = 0; i < 2; i++) {
		int type = i ? ns_t_aaaa : ns_t_a;
		socklen_t from_len = sizeof(from);
		unsigned char addr[16];
		size_t n;

		inet_pton(i ? AF_INET6 : AF_INET, argv[3 + i], addr);
		n = make_query(packet, argv[2], type);
		if (write(client, packet, n) != (ssize_t)n ||
		    recvfrom(fd, packet, sizeof(packet), 0, (struct sockaddr *)&from,
			     &from_len) != (ssize_t)n)
			die("query");
		n = make_answer(packet, n, type, addr, i ? 16 : 4);
		if (sendto(fd, packet, n, 0, (struct sockaddr *)&from, from_len) != (ssize_t)n ||
		    read(client, packet, sizeof(packet)) != (ssize_t)n)
			die("answer");
	}
	puts("answered");
	return 0;
}
