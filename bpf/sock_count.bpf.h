/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts by connection for -c of the TCP tools.  User space: common/net/sock_count.h. */
#ifndef BPF_SOCK_COUNT_BPF_H
#define BPF_SOCK_COUNT_BPF_H

#include <bpf/bpf_helpers.h>

#include "sock.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sock_id);
	__type(value, __u64);
} counts SEC(".maps");

#endif /* BPF_SOCK_COUNT_BPF_H */
