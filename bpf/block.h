/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Disk numbers and the disk filter, shared by the BPF side and user space. */
#ifndef BPF_BLOCK_H
#define BPF_BLOCK_H

#include "types.h"

/* A device number in the kernel's encoding: 12 bits of major, 20 of minor. */
#define DISK_DEV(major, minor) ((__u32)(major) << 20 | (__u32)(minor))
#define DISK_MAJOR(dev) ((dev) >> 20)
#define DISK_MINOR(dev) ((dev) & ((1U << 20) - 1))

#define DISK_NAME_SIZE 32		/* DISK_NAME_LEN */

/* The low REQ_OP_BITS of a request's cmd_flags are the operation, the others are flags. */
#define DISK_OP_BITS 8
#define DISK_OP_MASK ((1U << DISK_OP_BITS) - 1)

struct disk_filter {
	__u64 first_sector;	/* start of the partition on the disk, in units of 512 bytes */
	__u64 sectors;		/* its size, in units of 512 bytes; 0: the whole disk */
	__u32 dev;		/* DISK_DEV() of the whole disk; 0: any disk */
};

#endif /* BPF_BLOCK_H */
