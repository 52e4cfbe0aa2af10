// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Measure how long requests to disks take: from the time the driver gets a request (block_rq_issue)
 * until its last part is done (block_rq_complete).
 *
 * A request contains timestamps, which would save the first hook.  But since v6.9 (da4c8c3d0975,
 * "block: cache current nsec time in struct blk_plug") the block layer reads the clock only once
 * while a task plugs: io_start_time_ns is then not the time this request was issued, but the time
 * the first request of its batch was made.  Measured on 6.18, loop device: single reads 0.2 us of 7
 * too early, batches of 32 reads 19 us of 45 too early.  So the tool stores its own timestamp.
 * start_time_ns (--queued) comes from the same clock reading, but is correct for its purpose: the
 * time the block layer accepted the request.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "filter.bpf.h"
#include "hist.bpf.h"
#include "biolatency.h"

#define STARTS_SHIFT 14
struct start {
	__u64 request;
	__u64 ns;		/* CLOCK_MONOTONIC */
};
#include "starts.bpf.h"

const volatile bool by_disk;
const volatile bool by_flags;
const volatile bool queued;		/* measure from when the block layer accepted the request */
const volatile __u32 owner_is = OWNER_ANY;	/* enum bio_owner */
const volatile __u32 unit_ns = 1000;	/* of the histograms */
const volatile struct disk_filter only_disk;

/* Bios of the cgroup that requests are being made for. Only used with OWNER_SUBMITTER. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);			/* the bio's address */
	__type(value, __u8);			/* nothing */
} own_bios SEC(".maps");

static __always_inline void start_put(__u64 request)
{
	struct start *start = start_make(request);

	if (start)
		start->ns = bpf_ktime_get_ns();
}

/* Return when @request was issued, or 0 if that was not seen, and delete the entry. */
static __always_inline __u64 start_take(__u64 request)
{
	struct start *start = start_find(request);
	__u64 ns = start ? start->ns : 0;

	if (ns)
		start_end(request);
	return ns;
}

static __always_inline bool wanted(struct request *rq)
{
	if (disk_passthrough(rq) || !disk_filter(&only_disk, rq))
		return false;
	return owner_is != OWNER_CHARGED || filter_cgroup(disk_cgroup(rq));
}

/* With OWNER_SUBMITTER, return true if @rq began with a bio of the cgroup. */
static __always_inline bool own_bio(struct request *rq)
{
	__u64 bio = (__u64)load(rq, bio);

	return bio && !bpf_map_delete_elem(&own_bios, &bio);
}

/* Return true if @rq contains the requested timestamp, so that the tool need not store one. */
static __always_inline bool stamped(struct request *rq)
{
	return queued && owner_is != OWNER_SUBMITTER && load(rq, start_time_ns);
}

static __always_inline int issued(struct request *rq)
{
	if (stamped(rq) || !wanted(rq) || (owner_is == OWNER_SUBMITTER && !own_bio(rq)))
		return 0;
	start_put(disk_request_key(rq));
	return 0;
}

SEC("?tp_btf/block_rq_issue")
int BPF_PROG(issue, struct request *rq)
{
	return issued(rq);
}

/* Before v5.11, a54895fa057c (which late 5.10 stable kernels have too). */
SEC("?tp_btf/block_rq_issue")
int BPF_PROG(issue_in_queue, struct request_queue *q, struct request *rq)
{
	return issued(rq);
}

static __always_inline int requested(struct bio *bio)
{
	__u64 key = (__u64)bio;
	__u8 nothing = 0;

	if (!bio)
		return 0;
	if (filter_current())
		bpf_map_update_elem(&own_bios, &key, &nothing, BPF_ANY);
	else		/* an earlier one at this address may have been merged away */
		bpf_map_delete_elem(&own_bios, &key);
	return 0;
}

/* A request is being made for @bio, by the task that submitted it. */
SEC("?tp_btf/block_getrq")
int BPF_PROG(make, struct bio *bio)
{
	return requested(bio);
}

/* Before v5.11, e8a676d61c07. */
SEC("?tp_btf/block_getrq")
int BPF_PROG(make_in_queue, struct request_queue *q, struct bio *bio, int rw)
{
	return requested(bio);
}

/*
 * Return when the latency of @rq begins, or 0 if unknown. If @rq was issued before the tool
 * started, use its own timestamp, which is 0 if nobody enabled timestamps.
 */
static __always_inline __u64 began(struct request *rq)
{
	__u64 issued_ns, queued_ns = queued ? load(rq, start_time_ns) : 0;

	if (stamped(rq))
		return queued_ns;
	issued_ns = start_take(disk_request_key(rq));
	if (!issued_ns)
		return owner_is == OWNER_SUBMITTER ? 0 : load(rq, io_start_time_ns);
	return queued_ns ? queued_ns : issued_ns;
}

static __always_inline void count(struct request *rq, __u64 ns)
{
	__u64 value = ns / unit_ns;
	struct hist *fresh;

	if (!by_disk && !by_flags) {
		hist_add_total(value, 1);
		return;
	}
	fresh = hist_add(BIO_ID(by_disk ? disk_life(rq) : 0, by_flags ? load(rq, cmd_flags) : 0),
			 NULL, value, 1);
	if (fresh && by_disk)
		disk_name(rq, fresh->label, sizeof(fresh->label));
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(complete, struct request *rq, int error, unsigned int bytes)
{
	__u64 start_ns, now = bpf_ktime_get_ns();

	if (bytes < load(rq, __data_len))	/* only a part; the last part ends the request */
		return 0;
	if (disk_flush_sequence_end(rq, bytes) || !wanted(rq))
		return 0;
	start_ns = began(rq);
	if (start_ns)
		count(rq, now > start_ns ? now - start_ns : 0);
	else if (owner_is != OWNER_SUBMITTER)
		loss_add(&loss.no_start);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
