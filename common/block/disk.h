/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Disks and partitions: from a name to a number, and partitions, by sysfs. */
#ifndef COMMON_DISK_H
#define COMMON_DISK_H

#include <stddef.h>
#include "core/args.h"
#include "block.h"

/*
 * Find the disk or partition @name: as the kernel calls it ("sda", "nvme0n1p2"),
 * a device file or a link to one ("/dev/disk/by-id/..."), a device-mapper or md
 * name ("/dev/mapper/home", "home", "md0"), or its numbers ("8:0").
 *
 * Returns 0; -ENOENT: there is none; -EOPNOTSUPP: it is bio-based, so it hands
 * everything to other devices and no request is ever made for it.
 */
int disk_find(const char *name, struct disk_filter *filter);

/* The same for an option's argument: a message that says what there is, and EXIT_USAGE. */
void disk_args(const char *name, struct disk_filter *filter);

/*
 * The name of the partition that @sector lies in of the disk with number @dev, DISK_DEV(), and
 * sequence number @diskseq, 0: unknown.  NULL: none, or the disk has gone.  Valid until the
 * next call.
 */
const char *disk_partition(__u32 dev, __u64 diskseq, __u64 sector);

/*
 * The running kernel's own names: of the operation in @cmd_flags
 * ("WRITE_ZEROES") and of the flag that is bit @bit in there ("SYNC"); the
 * number of what has no name.  disk_load_names() looks them up in the kernel's
 * BTF: before skel_start(), or by itself at the first use.
 */
void disk_load_names(void);
const char *disk_operation(__u32 cmd_flags);
const char *disk_flag(unsigned int bit);

/* @name in lower case: as JSON has it. */
void disk_lower_case(char *to, size_t size, const char *name);

/*
 * True if requests are charged to the cgroup asked for, because the io
 * controller is on for it.  Else they are charged to one above it or, with
 * blkio in version 1, to one elsewhere.
 */
bool disk_charged(const struct common_args *common);

#endif /* COMMON_DISK_H */
