/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A named frame of a stack. */
#ifndef COMMON_FRAME_H
#define COMMON_FRAME_H

#include <stdbool.h>
#include <linux/types.h>

enum frame_kind {
	FRAME_KERNEL,
	FRAME_USER,
	FRAME_JIT,		/* named by a perf-PID.map */
	FRAME_OTHER,		/* a process name, or a text that replaces frames */
	FRAME_KINDS,
};

struct frame {
	const char *name;	/* "[module]" or "[unknown]" without a symbol */
	const char *module;	/* path of the file, kernel module or "kernel"; NULL: unknown */
	enum frame_kind kind;
	__u64 address;		/* 0: frames are not distinguished by address */
	__u64 offset;		/* offset of the address from the start of the function */
	bool unknown;
	char *own_name;		/* owned by the frame, or NULL */
};

#endif /* COMMON_FRAME_H */
