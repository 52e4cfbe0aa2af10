/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sizes and indexes that are not constants.
 *
 * The verifier knows the range of a register from the comparison that was made with
 * that register.  The compiler only keeps the meaning: clang 15 and later compare a
 * 32-bit copy of a number, or its value before an addition, and pass another copy to
 * the helper, of which the verifier knows nothing ("unbounded memory access").
 *
 * So compare and use what bounds_u64() returns, with no arithmetic between the two.
 */
#ifndef BPF_BOUNDS_BPF_H
#define BPF_BOUNDS_BPF_H

#include <bpf/bpf_helpers.h>

/* Return @n in a 64-bit register about which the compiler knows nothing. */
static __always_inline __u64 bounds_u64(__u64 n)
{
	barrier_var(n);
	return n;
}

#endif /* BPF_BOUNDS_BPF_H */
