// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"

void out_addr(struct out *out, int col, int family, const __u8 addr[16])
{
	char s[INET6_ADDRSTRLEN];

	if (inet_ntop(family == 4 ? AF_INET : AF_INET6, addr, s, sizeof(s)))
		out_name(out, col, s);
}

void out_addr_port(struct out *out, int col, int family, const __u8 addr[16], __u16 port)
{
	char ip[INET6_ADDRSTRLEN], s[INET6_ADDRSTRLEN + 8];

	if (!inet_ntop(family == 4 ? AF_INET : AF_INET6, addr, ip, sizeof(ip)))
		return;
	snprintf(s, sizeof(s), family == 4 ? "%s:%u" : "[%s]:%u", ip, port);
	out_name(out, col, s);
}

bool addr_is_loopback(int family, const __u8 addr[16])
{
	return family == 4 ? addr[0] == 127 : memcmp(addr, &in6addr_loopback, 16) == 0;
}

static void add_port(void *ctx, unsigned long port)
{
	struct port_list *list = ctx;

	list->ports[list->n++] = port;
}

void args_ports(struct port_list *list, const char *arg)
{
	args_list(arg, "port", 1, 65535, list->size - list->n, add_port, list);
}

void args_family(int *family, int key)
{
	if (*family && *family != key - '0')
		args_fail("-4 and -6 exclude each other");
	*family = key - '0';
}
