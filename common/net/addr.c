// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "net/addr.h"

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
	struct sock_filter_args *filter = ctx;

	filter->ports[filter->n_ports++] = port;
}

bool args_sock_filter(struct sock_filter_args *filter, int key, const char *arg)
{
	__u32 family = key - '0';

	switch (key) {
	case 'P':
		args_list(arg, "port", 1, 65535, PORTS_MAX - filter->n_ports, add_port, filter);
		return true;
	case '4':
	case '6':
		if (filter->family && filter->family != family)
			args_fail("-4 and -6 exclude each other");
		filter->family = family;
		return true;
	}
	return false;
}
