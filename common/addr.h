/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses and ports of connections. */
#ifndef COMMON_ADDR_H
#define COMMON_ADDR_H

#include <stdbool.h>
#include "out.h"
#include "sock.h"

/* Column @col: @addr of @family 4 or 6, in its usual notation. */
void out_addr(struct out *out, int col, int family, const __u8 addr[16]);

/* The same with @port: 192.0.2.7:80, [2001:db8::7]:80. */
void out_addr_port(struct out *out, int col, int family, const __u8 addr[16], __u16 port);

/* True if @addr is one of this host itself by definition: 127.0.0.0/8 or ::1. */
bool addr_is_loopback(int family, const __u8 addr[16]);

/* -P of the tools for TCP: a comma list of ports, for a BPF side's .rodata. */
struct port_list {
	__u16 *ports;
	size_t n, size;
};
void args_ports(struct port_list *list, const char *arg);

/* -4 and -6: set *@family, 0 before, to @key as a digit. */
void args_family(int *family, int key);

#endif /* COMMON_ADDR_H */
