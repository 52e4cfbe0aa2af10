/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shared by the tools on block requests: a request's disk, its type, and the disk filter. */
#ifndef BPF_BLOCK_BPF_H
#define BPF_BLOCK_BPF_H

#include "core.bpf.h"
#include "block.h"
#include "loss.bpf.h"

/*
 * Return the number of the disk that @rq goes to, as DISK_DEV(), or 0 if it has none.  This is
 * always the number of the whole disk; partitions have separate numbers.
 */
static __always_inline __u32 disk_dev(struct request *rq)
{
	struct gendisk *disk = core_request_disk(rq);

	return disk ? DISK_DEV(load(disk, major), load(disk, first_minor)) : 0;
}

/* Return the sequence number of the disk that @rq goes to, or 0 if the kernel has none. */
static __always_inline __u64 disk_seq(struct request *rq)
{
	struct gendisk *disk = core_request_disk(rq);

	return disk ? core_disk_seq(disk) : 0;
}

/*
 * Return a number that identifies the disk @rq goes to, or 0 if it has none.  A disk that is
 * removed and created again under the same name or number gets a different one: the low half of
 * its sequence number.  Before v5.15 it is disk_dev(), which stays the same.
 */
static __always_inline __u32 disk_life(struct request *rq)
{
	__u32 seq = disk_seq(rq);

	return seq ? seq : disk_dev(rq);
}

/* Copy the name of the disk that @rq goes to.  The disk may be gone when user space looks it up. */
static __always_inline void disk_name(struct request *rq, char *name, __u32 size)
{
	struct gendisk *disk = core_request_disk(rq);

	if (disk)
		bpf_core_read_str(name, size, &disk->disk_name);
}

/*
 * Return true if @rq is for the disk or partition of @filter.  A partition is recognized by its
 * sectors: every request has them on every kernel, while rq->part is set only if the queue
 * keeps statistics.
 */
static __always_inline bool disk_filter(const volatile struct disk_filter *filter,
					struct request *rq)
{
	if (!filter->dev)
		return true;
	if (filter->dev != disk_dev(rq))
		return false;
	return !filter->sectors || load(rq, __sector) - filter->first_sector < filter->sectors;
}

/*
 * Return true if @rq is a command for the device (SG_IO, an NVMe administration command, an
 * inquiry of the kernel), not a read or write of its blocks.
 */
static __always_inline bool disk_passthrough(struct request *rq)
{
	return (load(rq, cmd_flags) & DISK_OP_MASK) >= core_passthrough_op();
}

/*
 * Return true if this is the end of a flush sequence, not of a request.  If a write requires
 * flushing the disk's cache before or after it, the write completes a second time, with 0
 * bytes, when the whole sequence is done (block/blk-flush.c).  The flush itself is a separate
 * request with the flush operation.
 */
static __always_inline bool disk_flush_sequence_end(struct request *rq, unsigned int bytes)
{
	return !bytes && (load(rq, cmd_flags) & DISK_OP_MASK) == REQ_OP_WRITE;
}

/*
 * Return a number that identifies @rq while it is in flight.  The verifier rejects arithmetic
 * on a pointer, but the difference of two pointers is a plain number.
 */
static __always_inline __u64 disk_request_key(struct request *rq)
{
	__u64 key = (__u64)rq;

	if (config.raw_tp)
		return key;
	barrier_var(key);		/* no arithmetic where rq is a plain number */
	return key - (__u64)&loss;
}

/* Return disk_request_key() of the request at @address, which was read from memory. */
static __always_inline __u64 disk_address_key(__u64 address)
{
	struct loss *from = &loss;
	__u64 base;

	if (config.raw_tp)
		return address;
	bpf_probe_read_kernel(&base, sizeof(base), &from);
	return address - base;
}

/* Return the cgroup that @rq's I/O is charged to, or NULL if there is none (a flush). */
static __always_inline struct cgroup *disk_cgroup(struct request *rq)
{
	struct bio *bio = load(rq, bio);
	struct blkcg_gq *group = bio ? BPF_CORE_READ(bio, bi_blkg) : NULL;

	return group ? BPF_CORE_READ(group, blkcg, css.cgroup) : NULL;
}

#endif /* BPF_BLOCK_BPF_H */
