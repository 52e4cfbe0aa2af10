/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Disks and partitions: from a name to a number and back, by sysfs. */
#ifndef COMMON_DISK_H
#define COMMON_DISK_H

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
 * The kernel's name of the disk with number @dev, DISK_DEV(); "major:minor" if
 * it has gone.  Valid until the next call.
 */
const char *disk_name(__u32 dev);

#endif /* COMMON_DISK_H */
