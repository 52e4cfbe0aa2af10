/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses and ports of connections. */
#ifndef COMMON_ADDR_H
#define COMMON_ADDR_H

#include <stdbool.h>
#include "sock.h"

#define ADDR_MAX 46		/* of an address as text: INET6_ADDRSTRLEN */
#define ADDR_PORT_MAX (ADDR_MAX + 8)

/* Write @addr of @family 4 or 6 at @p, in its usual notation, as functions of core/put.h do. */
char *put_addr(char *p, int family, const __u8 addr[16]);

/* The same with @port, ended by a NUL, in @text: 192.0.2.7:80, [2001:db8::7]:80. */
void addr_port(char text[ADDR_PORT_MAX], int family, const __u8 addr[16], __u16 port);

/* True if @addr is a loopback address: 127.0.0.0/8 or ::1. */
bool addr_is_loopback(int family, const __u8 addr[16]);

/* Options of the TCP tools; @ports: the help of -P, which says whose ports they are. */
#define SOCK_FILTER_OPTIONS(ports)				\
	{ "port", 'P', "PORTS", 0, ports },			\
	{ "ipv4", '4', NULL, 0, "Only IPv4" },			\
	{ "ipv6", '6', NULL, 0, "Only IPv6" }

/* Parse -P, -4 and -6 of the TCP tools into @filter; false if @key is another option. */
bool args_sock_filter(struct sock_filter_args *filter, int key, const char *arg);

#endif /* COMMON_ADDR_H */
