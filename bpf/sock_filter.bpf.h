/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The connection filters of the TCP tools: -P, -4 and -6. */
#ifndef BPF_SOCK_FILTER_BPF_H
#define BPF_SOCK_FILTER_BPF_H

#include <bpf/bpf_helpers.h>

#include "sock.h"

const volatile struct sock_filter_args sock_filter;

static __always_inline bool port_wanted(__u16 port)
{
	for (__u32 i = 0; i < PORTS_MAX && i < sock_filter.n_ports; i++)
		if (sock_filter.ports[i] == port)
			return true;
	return !sock_filter.n_ports;
}

static __always_inline bool family_wanted(__u16 family)
{
	return !sock_filter.family || sock_filter.family == family;
}

#endif /* BPF_SOCK_FILTER_BPF_H */
