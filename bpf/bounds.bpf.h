/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Sizes and indexes that are not constants.
 *
 * The verifier derives the range of a register from a comparison of that register.  The
 * compiler preserves only the value: clang 15 and later compare a 32-bit copy of a number, or
 * its value before an addition, and pass another copy to the helper, whose range the verifier
 * does not know ("unbounded memory access").
 *
 * Therefore compare and use the result of bounds_u64(), with no arithmetic in between.
 */
#ifndef BPF_BOUNDS_BPF_H
#define BPF_BOUNDS_BPF_H

#include <bpf/bpf_helpers.h>

/* Return @n in a 64-bit register whose value the compiler cannot track. */
static __always_inline __u64 bounds_u64(__u64 n)
{
	barrier_var(n);
	return n;
}

#endif /* BPF_BOUNDS_BPF_H */
