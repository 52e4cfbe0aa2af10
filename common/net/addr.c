// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <arpa/inet.h>
#include <string.h>

#include "core/args.h"
#include "core/put.h"
#include "net/addr.h"

char *put_addr(char *p, int family, const __u8 addr[16])
{
	if (family != 4) {
		inet_ntop(AF_INET6, addr, p, ADDR_MAX);
		return p + strlen(p);
	}
	for (int i = 0; i < 4; i++)
		p = put_uint(i ? put_char(p, '.') : p, addr[i]);
	return p;
}

void addr_port(char text[ADDR_PORT_MAX], int family, const __u8 addr[16], __u16 port)
{
	char *p = family == 4 ? text : put_char(text, '[');

	p = put_addr(p, family, addr);
	if (family != 4)
		p = put_char(p, ']');
	*put_uint(put_char(p, ':'), port) = '\0';
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
