/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses and ports of connections. */
#ifndef COMMON_ADDR_H
#define COMMON_ADDR_H

#include <stdbool.h>
#include "sock.h"

#define ADDR_MAX 46		/* size of an address as text: INET6_ADDRSTRLEN */
#define ADDR_PORT_MAX (ADDR_MAX + 8)

/* Put @addr of @family 4 or 6 at @p in the usual notation, like the functions of core/put.h. */
char *put_addr(char *p, int family, const __u8 addr[16]);

/* Format @addr and @port into @text, NUL-terminated: 192.0.2.7:80, [2001:db8::7]:80. */
void addr_port(char text[ADDR_PORT_MAX], int family, const __u8 addr[16], __u16 port);

/* Return true if @addr is a loopback address: 127.0.0.0/8 or ::1. */
bool addr_is_loopback(int family, const __u8 addr[16]);

/* Filter options of the TCP tools.  @ports is the help of -P: it names the ports compared. */
#define SOCK_FILTER_OPTIONS(ports)				\
	{ "port", 'P', "PORTS", 0, ports },			\
	{ "ipv4", '4', NULL, 0, "Show only IPv4" },			\
	{ "ipv6", '6', NULL, 0, "Show only IPv6" }

/* Parse -P, -4 and -6 of the TCP tools into @filter.  Return false if @key is another option. */
bool args_sock_filter(struct sock_filter_args *filter, int key, const char *arg);

#endif /* COMMON_ADDR_H */
