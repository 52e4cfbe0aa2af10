/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Disks and partitions in sysfs: from a name to a number, and from a sector to a partition. */
#ifndef COMMON_DISK_H
#define COMMON_DISK_H

#include <stddef.h>
#include "core/args.h"
#include "block.h"

/*
 * Find the disk or partition @name.  @name is the kernel's name ("sda", "nvme0n1p2"), a device
 * file or a link to one ("/dev/disk/by-id/..."), a device-mapper or md name
 * ("/dev/mapper/home", "home", "md0"), or the numbers ("8:0").
 *
 * Returns 0, -ENOENT if there is no such disk, or -EOPNOTSUPP if the disk is bio-based: it
 * passes all I/O on to other devices and never gets a request.
 */
int disk_find(const char *name, struct disk_filter *filter);

/* Call disk_find() for an option's argument.  On error list the disks and exit EXIT_USAGE. */
void disk_args(const char *name, struct disk_filter *filter);

/*
 * Return the name of the partition that contains @sector, on the disk with number @dev,
 * DISK_DEV(), and sequence number @diskseq (0: unknown), or NULL if there is none or the disk
 * is gone.  Valid until the next call.
 */
const char *disk_partition(__u32 dev, __u64 diskseq, __u64 sector);

/*
 * The running kernel's names of the operation in @cmd_flags ("WRITE_ZEROES") and of the flag at
 * bit @bit ("SYNC"), or the number if there is no name.  disk_load_names() reads them from the
 * kernel's BTF.  Call it before skel_start(); otherwise the first use calls it.
 */
void disk_load_names(void);
const char *disk_operation(__u32 cmd_flags);
const char *disk_flag(unsigned int bit);

/* Copy @name in lower case, as in JSON. */
void disk_lower_case(char *to, size_t size, const char *name);

/*
 * Return true if requests are charged to the cgroup of --cgroup, that is if the io controller
 * is enabled for it.  Otherwise they are charged to an ancestor or, with blkio of cgroup v1, to
 * a cgroup of another hierarchy.
 */
bool disk_charged(const struct common_args *common);

#endif /* COMMON_DISK_H */
