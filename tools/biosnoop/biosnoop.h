/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef BIOSNOOP_H
#define BIOSNOOP_H

#include "block.h"
#include "event.h"

#define BIO_NO_TIME (~0ULL)
#define BIO_NO_SECTOR (~0ULL)		/* value of the kernel for a request without a sector */

/* Whether a request begins where the previous one on that disk ended. */
enum bio_pattern {
	PATTERN_UNKNOWN,		/* the first request, or one without data */
	PATTERN_SEQUENTIAL,
	PATTERN_RANDOM,
};

struct bio_event {
	struct event_head head;		/* ns: its end; the task that caused it, if @owned */
	__u64 queue_ns;			/* from creation to issue, or BIO_NO_TIME */
	__u64 latency_ns;		/* from issued to done */
	__u64 sector;			/* of 512 bytes, from the start of the disk */
	__u64 diskseq;			/* of the whole disk; 0: unknown */
	__u32 dev;			/* DISK_DEV() of it */
	__u32 cmd_flags;
	__u32 bytes;
	__s32 error;			/* < 0: an errno; > 0: a blk_status_t; 0: none */
	__u8 pattern;			/* enum bio_pattern */
	bool owned;
	char disk[DISK_NAME_SIZE];	/* name of the whole disk; "": none */
};

#endif /* BIOSNOOP_H */
