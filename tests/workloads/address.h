/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Socket addresses. */
#ifndef WORKLOADS_ADDRESS_H
#define WORKLOADS_ADDRESS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* Write @a to @s in presentation format; IPv4 mapped into IPv6 as IPv4. */
static inline const char *address_host(const union address *a, char s[INET6_ADDRSTRLEN])
{
	inet_ntop(a->sa.sa_family,
		  a->sa.sa_family == AF_INET ? (void *)&a->in.sin_addr : (void *)&a->in6.sin6_addr,
		  s, INET6_ADDRSTRLEN);
	return strncmp(s, "::ffff:", 7) == 0 ? s + 7 : s;
}

#endif /* WORKLOADS_ADDRESS_H */
