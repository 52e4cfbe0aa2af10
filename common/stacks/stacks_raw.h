/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Declarations shared by the counting and the naming of stacks. */
#ifndef COMMON_STACKS_RAW_H
#define COMMON_STACKS_RAW_H

#include "stacks/stacks.h"

/* The key of a stack by address, followed by the addresses. */
struct raw {
	struct stack_owner owner;
	__u32 process;			/* process number */
	__u32 n_kernel, n_user;
	bool kernel_missed, user_missed;
	__u8 end;			/* enum unwind_end of the user stack */
};

/* Data about a process. */
struct stack_user {
	bool asked;			/* the helper was asked about it */
	__u32 map_count;		/* at that time */
};

/* Return process @number in the form that the helper takes. */
struct helper_process stacks_process(const struct stacks *stacks, __u32 number);

/* Add @ns to entry @number of the sums at *@sums, of which there are *@n. */
void stacks_add_ns(__u64 **sums, size_t *n, size_t number, __u64 ns);

#endif /* COMMON_STACKS_RAW_H */
