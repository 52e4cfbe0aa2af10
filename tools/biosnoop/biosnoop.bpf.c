// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Trace each request to a disk, with the process that caused it.
 *
 * A request is traced three times: when it is made (by the task that needs it), when it is issued
 * to the driver (by any task that runs the queue, such as a kernel thread), and when it is
 * completed (in an interrupt of any task).  So the owner is recorded when it is made:
 * block_io_start since v6.5 (5a80bd075f3b, "block: introduce block_io_start/block_io_done
 * tracepoints").  Older kernels have block_getrq, which provides the bio that the request is made
 * for, but not the request.  The request is then identified when it is issued, by its first bio.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "event.bpf.h"
#include "filter.bpf.h"
#include "biosnoop.h"

const volatile bool owner_by_bio;	/* there is no block_io_start */
const volatile bool charged;		/* also match requests charged to the cgroup */
const volatile bool filtered;		/* a filter excludes owners, also unknown ones */
const volatile bool find_pattern;
const volatile __u64 min_ns;
const volatile struct disk_filter only_disk;

struct owner {
	struct event_head head;	/* ns: when it made the request; 0: unknown owner */
	bool wanted;
};

#define STARTS_SHIFT 12
struct start {
	__u64 request;
	__u64 ns;		/* time it was made, later the time it was issued */
	struct owner owner;	/* kept after the request has ended: a flush may follow */
	__u32 done_bytes;	/* of a request that completes in parts */
	bool issued;
	__u8 pattern;		/* enum bio_pattern */
};
#include "starts.bpf.h"

/* Owners of the bios whose requests are not issued yet. Only used with owner_by_bio. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);		/* the bio's address */
	__type(value, struct owner);
} owners SEC(".maps");

/* Where the last request of each disk ended. Only used with find_pattern. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);		/* disk_life() */
	__type(value, __u64);		/* sector */
} last_ends SEC(".maps");

static __always_inline bool wanted(struct request *rq)
{
	return !disk_passthrough(rq) && disk_filter(&only_disk, rq);
}

static __always_inline void set_owner(struct owner *owner)
{
	owner->wanted = filter_current();
	if (owner->wanted || charged)
		event_head_current(&owner->head);
	else
		owner->head.ns = bpf_ktime_get_ns();
}

SEC("?tp_btf/block_io_start")
int BPF_PROG(make, struct request *rq)
{
	struct start *start;

	if (!wanted(rq))
		return 0;
	start = start_make(disk_request_key(rq));
	if (!start)
		return 0;
	set_owner(&start->owner);
	start->ns = start->owner.head.ns;
	start->issued = false;
	start->done_bytes = 0;
	return 0;
}

static __always_inline int bio_made(struct bio *bio)
{
	struct owner owner = {};
	__u64 key = (__u64)bio;

	if (!bio)
		return 0;
	set_owner(&owner);
	if (bpf_map_update_elem(&owners, &key, &owner, BPF_ANY))
		loss_add(&loss.map_full);
	return 0;
}

SEC("?tp_btf/block_getrq")
int BPF_PROG(make_bio, struct bio *bio)
{
	return bio_made(bio);
}

/* Before v5.11, e8a676d61c07. */
SEC("?tp_btf/block_getrq")
int BPF_PROG(make_bio_in_queue, struct request_queue *q, struct bio *bio, int rw)
{
	return bio_made(bio);
}

static __always_inline bool take_owner(struct bio *bio, struct owner *taken)
{
	__u64 key = (__u64)bio;
	struct owner *owner = bpf_map_lookup_elem(&owners, &key);

	if (!owner)
		return false;
	*taken = *owner;
	bpf_map_delete_elem(&owners, &key);
	return true;
}

/*
 * Find the process that made @rq: the owner of its first bio. If others were merged in front
 * of that bio, its owner is found at one of the next bios or at the last.
 */
static __always_inline bool take_bio_owner(struct request *rq, struct owner *taken)
{
	struct bio *bio = load(rq, bio);

	for (int i = 0; i < 8 && bio; i++) {
		if (take_owner(bio, taken))
			return true;
		bio = load(bio, bi_next);
	}
	return bio && take_owner(load(rq, biotail), taken);
}

/*
 * Find the process that requested the flush @rq.  A flush can serve several requests, and uses the
 * tag of the first one (block/blk-flush.c), which identifies that request.  Return false if it is
 * unknown.
 */
static __always_inline bool flush_owner(struct request *rq, struct owner *found)
{
	struct blk_mq_hw_ctx *hctx = load(rq, mq_hctx);
	int tag = load(rq, tag), sched_tag = load(rq, internal_tag);
	struct request **all, *first = NULL;
	struct owner *owner = NULL;
	struct start *start;
	__u64 bio;

	if (sched_tag >= 0)
		all = BPF_CORE_READ(hctx, sched_tags, static_rqs);
	else
		all = BPF_CORE_READ(hctx, tags, static_rqs);
	tag = sched_tag >= 0 ? sched_tag : tag;
	if (tag < 0 || bpf_probe_read_kernel(&first, sizeof(first), all + tag))
		return false;
	if (owner_by_bio) {
		bio = (__u64)BPF_CORE_READ(first, bio);
		owner = bpf_map_lookup_elem(&owners, &bio);
	}
	if (owner) {
		*found = *owner;
		return true;
	}
	start = start_find(disk_address_key((__u64)first));
	if (start)
		*found = start->owner;
	return start;
}

/* Return a new entry for @rq of @owner, or NULL if the table is full. */
static __always_inline struct start *start_owned(struct request *rq, const struct owner *owner)
{
	struct start *start = start_make(disk_request_key(rq));

	if (!start)
		return NULL;
	start->owner = *owner;
	start->issued = false;
	start->done_bytes = 0;
	return start;
}

/*
 * Add an entry for a request whose beginning was not seen: a flush, or one made before the
 * tool started.
 */
static __always_inline struct start *start_unowned(struct request *rq)
{
	struct owner owner = {}, nobody = { .wanted = !filtered };
	__u64 made_ns = load(rq, start_time_ns);
	struct start *start;

	if ((load(rq, cmd_flags) & DISK_OP_MASK) != REQ_OP_FLUSH || !flush_owner(rq, &owner) ||
	    !owner.head.ns)
		return start_owned(rq, &nobody);
	start = start_owned(rq, &owner);
	if (start)
		start->owner.head.ns = made_ns ? made_ns : bpf_ktime_get_ns();
	return start;
}

/* Return the entry of @rq, which is being issued; possibly again, if the driver had put it back. */
static __always_inline struct start *start_of(struct request *rq)
{
	struct start *start = start_find(disk_request_key(rq));
	struct owner owner;

	if (owner_by_bio && take_bio_owner(rq, &owner))
		return start_owned(rq, &owner);
	return start && start->ns ? start : start_unowned(rq);
}

static __always_inline enum bio_pattern pattern_of(struct request *rq)
{
	__u64 sector = load(rq, __sector), end = sector + (load(rq, __data_len) >> 9), *last;
	enum bio_pattern pattern = PATTERN_UNKNOWN;
	__u32 life = disk_life(rq);

	if (end == sector)
		return PATTERN_UNKNOWN;
	last = bpf_map_lookup_elem(&last_ends, &life);
	if (last) {
		pattern = *last == sector ? PATTERN_SEQUENTIAL : PATTERN_RANDOM;
		*last = end;
	} else {
		bpf_map_update_elem(&last_ends, &life, &end, BPF_ANY);
	}
	return pattern;
}

static __always_inline int issued(struct request *rq)
{
	struct start *start;

	if (!wanted(rq))
		return 0;
	start = start_of(rq);
	if (!start)
		return 0;
	if (find_pattern && !start->issued)
		start->pattern = pattern_of(rq);
	if (charged && !start->owner.wanted)
		start->owner.wanted = filter_cgroup(disk_cgroup(rq));
	start->issued = true;
	start->ns = bpf_ktime_get_ns();
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

static __always_inline __u64 elapsed(__u64 from, __u64 to)
{
	return to > from ? to - from : 0;
}

static __always_inline void set_request(struct bio_event *event, struct request *rq,
					__u32 done_bytes, unsigned int bytes)
{
	__u64 sector = load(rq, __sector);

	event->dev = disk_dev(rq);
	event->diskseq = disk_seq(rq);
	event->disk[0] = '\0';
	disk_name(rq, event->disk, sizeof(event->disk));
	event->cmd_flags = load(rq, cmd_flags);
	event->bytes = done_bytes + bytes;
	event->sector = sector == BIO_NO_SECTOR ? sector : sector - (done_bytes >> 9);
}

/* Emit the completed request @rq, whose entry is @start. */
static __always_inline void report(struct request *rq, struct start *start, int error,
				   unsigned int bytes, __u64 now)
{
	/* A request that fails before the driver starts it was never issued. */
	__u64 issued_ns = start->issued ? start->ns : now;
	__u64 made_ns = start->owner.head.ns ? : load(rq, start_time_ns);
	struct bio_event *event;

	if (elapsed(issued_ns, now) < min_ns)
		return;
	event = event_reserve(sizeof(*event));
	if (!event)
		return;
	event->head = start->owner.head;
	event->owned = event->head.ns;
	event->head.ns = now;
	event->latency_ns = elapsed(issued_ns, now);
	event->queue_ns = made_ns ? elapsed(made_ns, issued_ns) : BIO_NO_TIME;
	event->error = error;
	event->pattern = start->pattern;
	set_request(event, rq, start->done_bytes, bytes);
	event_submit(event, sizeof(*event));
}

/*
 * Emit the completed request @rq that was issued before the tool started: only its own
 * timestamps are available.
 */
static __always_inline void report_unknown(struct request *rq, int error, unsigned int bytes,
					   __u64 now)
{
	__u64 issued_ns = load(rq, io_start_time_ns);
	struct start start = { .ns = issued_ns, .issued = true };

	if (issued_ns)
		report(rq, &start, error, bytes, now);
	else
		loss_add(&loss.no_start);
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(complete, struct request *rq, int error, unsigned int bytes)
{
	__u64 key, now = bpf_ktime_get_ns();
	struct start *start;

	if (!wanted(rq))
		return 0;
	key = disk_request_key(rq);
	start = start_find(key);
	if (start && !start->ns)
		start = NULL;
	if (bytes < load(rq, __data_len)) {	/* only a part; the last part ends the request */
		if (start)
			start->done_bytes += bytes;
		return 0;
	}
	if (disk_flush_sequence_end(rq, bytes))
		;				/* the flush was reported */
	else if (!start && !filtered)
		report_unknown(rq, error, bytes, now);
	else if (start && start->owner.wanted)
		report(rq, start, error, bytes, now);
	if (start)
		start_end(key);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
