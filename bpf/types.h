/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Fixed-width types for the headers that the BPF side and user space share. */
#ifndef BPF_TYPES_H
#define BPF_TYPES_H

#ifndef __VMLINUX_H__		/* on the BPF side, vmlinux.h has them */
#include <linux/types.h>
#include <stdbool.h>
#endif

#define TASK_COMM_LEN 16
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif /* BPF_TYPES_H */
