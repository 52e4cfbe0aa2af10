/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What tools on block requests share: whose disk, which kind, is it asked for? */
#ifndef BPF_BLOCK_BPF_H
#define BPF_BLOCK_BPF_H

#include "core.bpf.h"
#include "block.h"
#include "loss.bpf.h"

/*
 * The number of the disk @rq goes to, DISK_DEV(); 0: none.  A disk's
 * partitions have numbers of their own, that are not in here.
 */
static __always_inline __u32 disk_dev(struct request *rq)
{
	struct gendisk *disk = core_request_disk(rq);

	return disk ? DISK_DEV(load(disk, major), load(disk, first_minor)) : 0;
}

/* The sequence number of the disk that @rq goes to; 0: the kernel has none. */
static __always_inline __u64 disk_seq(struct request *rq)
{
	struct gendisk *disk = core_request_disk(rq);

	return disk ? core_disk_seq(disk) : 0;
}

/*
 * Return a number for the disk that @rq goes to, 0: none.  A disk that is made again under
 * the same name or number has another one: the low half of its sequence number.  Before
 * v5.15 it is disk_dev(), which stays the same.
 */
static __always_inline __u32 disk_life(struct request *rq)
{
	__u32 seq = disk_seq(rq);

	return seq ? seq : disk_dev(rq);
}

/* The name of the disk that @rq goes to, now: it may be gone when user space looks. */
static __always_inline void disk_name(struct request *rq, char *name, __u32 size)
{
	struct gendisk *disk = core_request_disk(rq);

	if (disk)
		bpf_core_read_str(name, size, &disk->disk_name);
}

/*
 * True if @rq is for the disk or partition of @filter.  A partition is told by
 * the sectors: they are in every request of every kernel, while rq->part is
 * only kept up where the queue keeps statistics.
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
 * True if @rq is a command for the device (SG_IO, an NVMe administration
 * command, the kernel's own inquiries), not a read or write of its blocks.
 */
static __always_inline bool disk_passthrough(struct request *rq)
{
	return (load(rq, cmd_flags) & DISK_OP_MASK) >= core_passthrough_op();
}

/*
 * True if what ends is not a request but the bookkeeping for one.  A write
 * that needs the disk's cache flushed before or after is completed once more
 * when all is done, now empty (block/blk-flush.c); the flush itself is a
 * request of its own, with its own operation.
 */
static __always_inline bool disk_flush_sequence_end(struct request *rq, unsigned int bytes)
{
	return !bytes && (load(rq, cmd_flags) & DISK_OP_MASK) == REQ_OP_WRITE;
}

/*
 * A number that stands for @rq while it is in flight.  The verifier lets no
 * program calculate with an address; the distance of two is a number.
 */
static __always_inline __u64 disk_request_key(struct request *rq)
{
	__u64 key = (__u64)rq;

	if (config.raw_tp)
		return key;
	barrier_var(key);		/* no subtraction where rq is a plain number */
	return key - (__u64)&loss;
}

/* The same number for the request at @address, which was read from memory. */
static __always_inline __u64 disk_address_key(__u64 address)
{
	struct loss *from = &loss;
	__u64 base;

	if (config.raw_tp)
		return address;
	bpf_probe_read_kernel(&base, sizeof(base), &from);
	return address - base;
}

/* The cgroup that @rq's input or output is charged to; NULL: nobody's (a flush). */
static __always_inline struct cgroup *disk_cgroup(struct request *rq)
{
	struct bio *bio = load(rq, bio);
	struct blkcg_gq *group = bio ? BPF_CORE_READ(bio, bi_blkg) : NULL;

	return group ? BPF_CORE_READ(group, blkcg, css.cgroup) : NULL;
}

#endif /* BPF_BLOCK_BPF_H */
