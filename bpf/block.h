/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Disks as both sides name them, and which of them a tool looks at. */
#ifndef BPF_BLOCK_H
#define BPF_BLOCK_H

#include "types.h"

/* A device number as the kernel keeps it: 12 bits of major, 20 of minor. */
#define DISK_DEV(major, minor) ((__u32)(major) << 20 | (__u32)(minor))
#define DISK_MAJOR(dev) ((dev) >> 20)
#define DISK_MINOR(dev) ((dev) & ((1U << 20) - 1))

#define DISK_NAME_SIZE 32		/* DISK_NAME_LEN */

/* In a request's cmd_flags the operation is below, flags are above: REQ_OP_BITS. */
#define DISK_OP_BITS 8
#define DISK_OP_MASK ((1U << DISK_OP_BITS) - 1)

struct disk_filter {
	__u64 first_sector;	/* of the partition, in 512 bytes from the start of the disk */
	__u64 sectors;		/* of the partition; 0: the whole disk */
	__u32 dev;		/* DISK_DEV() of the whole disk; 0: any disk */
};

#endif /* BPF_BLOCK_H */
