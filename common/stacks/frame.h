/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One function of a stack, by name. */
#ifndef COMMON_FRAME_H
#define COMMON_FRAME_H

#include <stdbool.h>
#include <linux/types.h>

enum frame_kind {
	FRAME_KERNEL,
	FRAME_USER,
	FRAME_JIT,		/* of a compiler at run time, by its perf-PID.map */
	FRAME_OTHER,		/* words in place of a frame, the name of a process */
	FRAME_KINDS,
};

struct frame {
	const char *name;	/* "[module]" or "[unknown]" if it has none */
	const char *module;	/* path of the file, kernel module or "kernel"; NULL: unknown */
	enum frame_kind kind;
	__u64 address;		/* 0: frames are not told apart by it */
	__u64 offset;		/* of the address in the function */
	bool unknown;
	char *own_name;		/* to be freed, or NULL */
};

#endif /* COMMON_FRAME_H */
