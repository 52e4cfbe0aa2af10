/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Differences between kernels.  There is one function per difference, named after what it
 * returns.  Its comment names the commit and release that changed the kernel.
 */
#ifndef BPF_CORE_BPF_H
#define BPF_CORE_BPF_H

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "config.h"

const volatile struct config config = { .filter.uid = FILTER_ANY_UID, .ring_wake_shift = 17 };

/* Read a field through @ptr by a plain load if @typed, a constant; otherwise copy it. */
#define load_if(typed, ptr, field)					\
	({								\
		typeof((ptr)->field) value_;				\
		if (typed)						\
			value_ = (ptr)->field;				\
		else							\
			bpf_core_read(&value_, sizeof(value_), &(ptr)->field); \
		value_;							\
	})

/*
 * Read a field through a pointer that is an argument of a tp_btf program or was loaded from
 * one.  The verifier knows the type of such a pointer, so a plain load works.  The same program
 * attached as raw_tp (on a kernel without BTF) must copy the field.
 */
#define load(ptr, field) load_if(!config.raw_tp, ptr, field)

/*
 * Return true if the verifier knows the type of the running task, so that plain loads work.
 * v5.11, 3ca1032ab7ab ("bpf: Implement get_current_task_btf and RET_PTR_TO_BTF_ID"), and only
 * on kernels with BTF.  A load takes 1 ns, where a helper takes 3 to 14.
 *
 * Load numbers only, no pointers: for each pointer that a program loads through this one, the
 * verifier of later kernels searches all types of the kernel by name, several times
 * (btf_nested_type_is_trusted()).  Loading the cgroup, the user and the parent took opensnoop and
 * execsnoop 3 to 5 ms at start on 6.18.
 */
static __always_inline bool core_current_typed(void)
{
	return !config.raw_tp &&
	       bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf);
}

/* Return the running task. */
static __always_inline struct task_struct *core_current(void)
{
	if (core_current_typed())
		return bpf_get_current_task_btf();
	return (void *)bpf_get_current_task();
}

/* Read a number through core_current(). */
#define load_current(ptr, field) load_if(core_current_typed(), ptr, field)

/* Return a word with the top bit set in the first zero byte of @word, and maybe in later ones. */
static __always_inline __u64 core_zero_bytes(__u64 word)
{
	return (word - 0x0101010101010101) & ~word & 0x8080808080808080;
}

/*
 * Copy the name of @task, which is core_current() and typed, padded with zeros like
 * bpf_get_current_comm() does: older kernels leave the end of an earlier name there.
 */
static __always_inline void core_load_comm(char comm[TASK_COMM_LEN], struct task_struct *task)
{
	const __u64 *from = (const __u64 *)task->comm;
	__u64 *to = (__u64 *)comm, word = from[0], zeros = core_zero_bytes(word);

	to[0] = word & ((zeros & -zeros) - 1);
	word = zeros ? 0 : from[1];
	zeros = core_zero_bytes(word);
	to[1] = word & ((zeros & -zeros) - 1);
}

/* v5.14, 2f064a59a11f ("sched: Change task_struct::state"): was `long state` before. */
struct task_struct___before_5_14 {
	long state;
} __attribute__((preserve_access_index));

/* Return the state of @task, an argument or loaded from one; 0 (TASK_RUNNING): runnable. */
static __always_inline __u32 core_task_state(struct task_struct *task)
{
	struct task_struct___before_5_14 *old = (void *)task;

	if (bpf_core_field_exists(old->state))
		return load(old, state);
	return load(task, __state);
}

/* Return the id of a cgroup: that of its kernfs node, which is also its inode number. */
static __always_inline __u64 core_cgroup_id(struct cgroup *cgroup)
{
	return BPF_CORE_READ(cgroup, kn, id);
}

/* Return the cgroup2 cgroup of @task. */
static __always_inline struct cgroup *core_task_cgroup(struct task_struct *task)
{
	return BPF_CORE_READ(task, cgroups, dfl_cgrp);
}

/* v6.1, 7f203bc89eb6 ("cgroup: Replace cgroup->ancestor_ids[] with ->ancestors[]"). */
struct cgroup___before_6_1 {
	__u64 ancestor_ids[1];
} __attribute__((preserve_access_index));

/* Return the id of the ancestor of @cgroup at depth @level, or 0 if there is none. */
static __always_inline __u64 core_cgroup_ancestor(struct cgroup *cgroup, __u32 level)
{
	struct cgroup *ancestor = NULL;
	__u64 id = 0;

	if (BPF_CORE_READ(cgroup, level) < (int)level)
		return 0;
	if (bpf_core_field_exists(struct cgroup___before_6_1, ancestor_ids)) {
		bpf_probe_read_kernel(&id, sizeof(id), (void *)cgroup + level * sizeof(id) +
				      bpf_core_field_offset(struct cgroup___before_6_1, ancestor_ids));
		return id;
	}
	bpf_probe_read_kernel(&ancestor, sizeof(ancestor), (void *)cgroup + level * sizeof(ancestor) +
			      bpf_core_field_offset(struct cgroup, ancestors));
	return core_cgroup_id(ancestor);
}

/* v5.17, f3fa33acca9f ("block: remove the ->rq_disk field in struct request"). */
struct request___before_5_17 {
	struct gendisk *rq_disk;
} __attribute__((preserve_access_index));

/* Return the disk of @rq, an argument or loaded from one, or NULL if it has none. */
static __always_inline struct gendisk *core_request_disk(struct request *rq)
{
	struct request___before_5_17 *old = (void *)rq;
	struct request_queue *q;

	if (bpf_core_field_exists(old->rq_disk))
		return load(old, rq_disk);
	q = load(rq, q);
	return load(q, disk);
}

/*
 * Return the sequence number of @disk, an argument or loaded from one, or 0 if the kernel has
 * none.  v5.15, cf179948554a ("block: add disk sequence number"): a disk gets the next number
 * when it is created and when its medium changes, a loop device with each file.
 */
static __always_inline u64 core_disk_seq(struct gendisk *disk)
{
	return bpf_core_field_exists(disk->diskseq) ? load(disk, diskseq) : 0;
}

/*
 * v6.0, ff07a02e9e8e ("treewide: Rename enum req_opf into enum req_op").
 * v5.14, da6269da4cfe ("block: remove REQ_OP_SCSI_{IN,OUT}").
 */
enum req_opf___before_6_0 {
	REQ_OP_SCSI_IN___before_5_14 = 32,
	REQ_OP_DRV_IN___before_6_0 = 34,
};

/*
 * Return the number of the first operation that is a command for the driver; all higher ones are,
 * too.
 */
static __always_inline __u32 core_passthrough_op(void)
{
	if (bpf_core_enum_value_exists(enum req_op, REQ_OP_DRV_IN))
		return bpf_core_enum_value(enum req_op, REQ_OP_DRV_IN);
	if (bpf_core_enum_value_exists(enum req_opf___before_6_0, REQ_OP_SCSI_IN___before_5_14))
		return bpf_core_enum_value(enum req_opf___before_6_0, REQ_OP_SCSI_IN___before_5_14);
	return bpf_core_enum_value(enum req_opf___before_6_0, REQ_OP_DRV_IN___before_6_0);
}

/*
 * v5.15, 8520e224f547 ("bpf, cgroups: Fix cgroup v2 fallback on v1/v2 mixed mode"), also in
 * 5.10.y: was a word that holds the pointer or, with one of its two low bits set, ids of cgroup
 * v1.
 */
struct sock_cgroup_data___before_5_15 {
	u64 val;
} __attribute__((preserve_access_index));

/* Return the cgroup2 cgroup that @sk (from any source) was created in, or NULL if unknown. */
static __always_inline struct cgroup *core_sock_cgroup(struct sock *sk)
{
	struct sock_cgroup_data___before_5_15 *old;
	u64 val;

	if (!bpf_core_field_exists(sk->sk_cgrp_data))
		return NULL;
	old = (void *)sk + bpf_core_field_offset(sk->sk_cgrp_data);
	if (!bpf_core_field_exists(old->val))
		return BPF_CORE_READ(sk, sk_cgrp_data.cgroup);
	val = BPF_CORE_READ(old, val);
	return val & 3 ? NULL : (struct cgroup *)val;
}

/* v6.18, 53fbef56e07d ("mm: introduce memdesc_flags_t"): flags became a struct. */
struct folio___before_6_18 {
	unsigned long flags;
} __attribute__((preserve_access_index));

/* v6.6, ebc1baf5c9b4 ("mm: free up a word in the first tail page"): moved into _flags_1. */
struct folio___before_6_6 {
	unsigned char _folio_order;
} __attribute__((preserve_access_index));

/* v6.1: the order moved from the fields of the first tail page into struct folio. */
struct page___before_6_1 {
	unsigned char compound_order;
} __attribute__((preserve_access_index));

/* Return the flags of @folio, an argument. */
static __always_inline unsigned long core_folio_flags(struct folio *folio)
{
	struct folio___before_6_18 *old = (void *)folio;

	if (bpf_core_field_exists(struct folio, flags.f))
		return load(folio, flags.f);
	return load(old, flags);
}

/* Return the order of @folio, an argument with more than one page. */
static __always_inline __u32 core_folio_order(struct folio *folio)
{
	struct folio___before_6_6 *old = (void *)folio;
	struct page___before_6_1 *tail = (void *)folio + bpf_core_type_size(struct page);

	if (bpf_core_field_exists(struct folio___before_6_6, _folio_order))
		return load(old, _folio_order);
	if (bpf_core_field_exists(struct folio, _flags_1))
		return load(folio, _flags_1) & 0xff;
	return BPF_CORE_READ(tail, compound_order);
}

/* Return the number of pages of @folio, an argument.  Only large folios (PG_head) have an order. */
static __always_inline __u64 core_folio_pages(struct folio *folio)
{
	if (!(core_folio_flags(folio) >> bpf_core_enum_value(enum pageflags, PG_head) & 1))
		return 1;
	return 1ULL << (core_folio_order(folio) & 31);
}

#endif /* BPF_CORE_BPF_H */
