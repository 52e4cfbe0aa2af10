/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BIOLATENCY_H
#define BIOLATENCY_H

#include "block.h"

/*
 * The id of a histogram: disk_life() in the upper half, the request's operation and flags
 * (cmd_flags) in the lower half. A half is 0 if the histograms do not distinguish it. The
 * label is the disk's name; no driver that makes requests uses names longer than 15 bytes.
 */
#define BIO_ID(life, cmd_flags) ((__u64)(life) << 32 | (cmd_flags))
#define BIO_ID_LIFE(id) ((__u32)((id) >> 32))
#define BIO_ID_CMD_FLAGS(id) ((__u32)(id))

/* Which cgroup of a request --cgroup compares. */
enum bio_owner {
	OWNER_ANY,		/* no cgroup was asked for */
	OWNER_CHARGED,		/* the cgroup that its I/O is charged to */
	OWNER_SUBMITTER,	/* the cgroup of the task that made the request */
};

#endif /* BIOLATENCY_H */
