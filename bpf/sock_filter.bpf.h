/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which connections the user asked for: -P, -4 and -6 of the tools for TCP. */
#ifndef BPF_SOCK_FILTER_BPF_H
#define BPF_SOCK_FILTER_BPF_H

#include <bpf/bpf_helpers.h>

#include "sock.h"

const volatile __u16 ports[PORTS_MAX];
const volatile __u32 n_ports;			/* 0: all */
const volatile __u16 only_family;		/* 4 or 6; 0: both */

static __always_inline bool port_wanted(__u16 port)
{
	for (__u32 i = 0; i < PORTS_MAX && i < n_ports; i++)
		if (ports[i] == port)
			return true;
	return !n_ports;
}

static __always_inline bool family_wanted(__u16 family)
{
	return !only_family || only_family == family;
}

#endif /* BPF_SOCK_FILTER_BPF_H */
