/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's types, reduced to the fields this project reads.
 *
 * Order and offsets mean nothing here: every access is relocated at load time
 * by field name (BPF CO-RE).  That makes one short file right for all kernels
 * and architectures.  A field that only some kernels have stands here if the
 * newest has it, with the release that brought it; an older shape is a
 * ___flavour beside its reader, most of them in bpf/core.bpf.h.
 * scripts/dev/check-vmlinux compares every field with a kernel's BTF.
 *
 * A packager who prefers a complete file: make VMLINUX=DIR
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;
typedef _Bool bool;
typedef unsigned long size_t;
typedef long long loff_t;
typedef int pid_t;
typedef u32 dev_t;
typedef unsigned int gfp_t;
typedef u64 sector_t;
typedef u8 blk_status_t;

enum { false = 0, true = 1 };

#define NULL ((void *)0)
#define offsetof(type, member) __builtin_offsetof(type, member)

/* UAPI, from <linux/bpf.h>: the values that BPF programs name. */
enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_EXIST = 2,
};
enum {
	BPF_F_NO_PREALLOC = 1 << 0,
	BPF_F_USER_STACK = 1 << 8,
	BPF_F_CURRENT_CPU = 0xffffffff,
};
enum {
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1 << 0,
};
enum {
	BPF_RB_NO_WAKEUP = 1 << 0,
	BPF_RB_FORCE_WAKEUP = 1 << 1,
	BPF_RB_AVAIL_DATA = 0,
};
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_STACK_TRACE = 7,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_SK_STORAGE = 24,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};

/* UAPI, from <linux/socket.h>, <linux/in.h> and <netinet/tcp.h>. */
enum {
	AF_INET = 2,
	AF_INET6 = 10,
};
enum {
	IPPROTO_TCP = 6,
	IPPROTO_MPTCP = 262,
};
enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT = 2,
	TCP_SYN_RECV = 3,
	TCP_CLOSE = 7,
};

/* Compared with the kernel's, to see which helpers it has. */
enum bpf_func_id {
	BPF_FUNC_get_current_task_btf = 158,	/* since 5.11 */
	BPF_FUNC_task_pt_regs = 175,		/* since 5.15 */
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Registers, under the names bpf/bpf_tracing.h uses for each architecture. */
#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long bx, cx, dx, si, di, bp;
	unsigned long r8, r9, r10;
	unsigned long ax, orig_ax, ip, sp;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31];
	__u64 sp, pc, pstate;
};
struct pt_regs {
	__u64 regs[31];
	__u64 sp, pc, pstate;
	__u64 orig_x0;
	__s32 syscallno;
};
#endif

/* include/linux/sched.h */
enum {
	PF_IO_WORKER = 0x10,
	PF_KTHREAD = 0x00200000,
};

/* What a hash or array helper is given for a map; never dereferenced. */
struct bpf_map;

/* cgroups and namespaces */
struct kernfs_node {
	const char *name;
	u64 id;
};
struct cgroup_root {
	int hierarchy_id;
};
struct cgroup {
	int level;
	struct cgroup_root *root;
	struct kernfs_node *kn;
	struct cgroup *ancestors[1];	/* since 6.1 */
};
struct cgroup_subsys_state {
	struct cgroup *cgroup;
};
struct css_set {
	struct cgroup *dfl_cgrp;
};
struct ns_common {
	unsigned int inum;
};
struct pid_namespace {
	unsigned int level;
	struct ns_common ns;
};
struct upid {
	int nr;
	struct pid_namespace *ns;
};
struct pid {
	unsigned int level;
	struct upid numbers[1];
};
struct net {
	struct ns_common ns;
};
typedef struct {
	struct net *net;
} possible_net_t;
struct cgroup_namespace {
	struct ns_common ns;
};
struct nsproxy {
	struct net *net_ns;
	struct cgroup_namespace *cgroup_ns;
};

/* files and paths */
struct qstr {
	u32 len;
	const unsigned char *name;
};
struct file_system_type {
	const char *name;
};
struct super_block {
	dev_t s_dev;
	struct file_system_type *s_type;
	unsigned long s_magic;
};
struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
	unsigned long i_ino;
	loff_t i_size;
};
struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};
struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
};
struct vfsmount {
	struct dentry *mnt_root;
};
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};
struct fs_struct {
	struct path root;
	struct path pwd;
};
struct file {
	struct path f_path;
	unsigned int f_mode;
	loff_t f_pos;
	struct inode *f_inode;
	struct address_space *f_mapping;
	void *private_data;
};
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};
struct files_struct {
	struct fdtable *fdt;
};

/* tasks */
typedef struct {
	u32 val;
} kuid_t;
struct cred {
	kuid_t uid;
};
struct mm_struct {
	int map_count;
	unsigned long start_stack;
	unsigned long arg_start, arg_end;
};
struct sched_info {
	unsigned long pcount;
	unsigned long long run_delay;
	unsigned long long last_arrival;
	unsigned long long last_queued;
};
typedef struct {
	int counter;
} atomic_t;
struct signal_struct {
	atomic_t live;
};
struct rq {
	u64 clock;
};
struct cfs_rq {
	struct rq *rq;
};
struct sched_entity {
	struct cfs_rq *cfs_rq;
};
struct thread_info {
	unsigned long flags;
#if defined(__TARGET_ARCH_x86)
	u32 status;
#endif
};
struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;	/* since 5.14 */
	void *stack;
	unsigned int flags;
	struct sched_entity se;
	struct sched_info sched_info;
	struct mm_struct *mm;
	pid_t pid, tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	u64 start_boottime;
	u64 self_exec_id;
	struct pid *thread_pid;
	const struct cred *cred;
	char comm[16];
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct css_set *cgroups;
};
struct bpf_iter_meta;
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};
struct linux_binprm {
	struct file *file;
	int argc;
	const char *filename;
	const char *interp;
};

/* page cache */
enum pageflags {
	PG_head = 0,		/* relocated: it differs between kernels */
};
typedef struct {
	unsigned long f;	/* since 6.18 */
} memdesc_flags_t;
struct address_space {
	struct inode *host;
	unsigned long nrpages;
};
struct page {
	struct address_space *mapping;
};
struct folio {
	memdesc_flags_t flags;		/* since 5.16 */
	struct address_space *mapping;	/* since 5.16 */
	unsigned long index;		/* since 5.16 */
	unsigned long _flags_1;		/* since 6.1 */
};
struct kiocb {
	struct file *ki_filp;
	loff_t ki_pos;
};
struct iov_iter {
	size_t count;
};
struct vm_area_struct {
	struct file *vm_file;
};
struct vm_fault {
	struct vm_area_struct *vma;
	unsigned long pgoff;
};

/* block layer */
enum req_op {
	REQ_OP_READ = 0,
	REQ_OP_WRITE = 1,
	REQ_OP_FLUSH = 2,
	REQ_OP_DRV_IN = 34,
};
struct request_queue {
	struct gendisk *disk;	/* since 5.15 */
	struct elevator_queue *elevator;
};
struct block_device {
	sector_t bd_start_sect;	/* since 5.11 */
	dev_t bd_dev;
	struct gendisk *bd_disk;
};
struct gendisk {
	int major, first_minor;
	char disk_name[32];
	struct request_queue *queue;
	u64 diskseq;		/* since 5.15 */
};
struct blkcg {
	struct cgroup_subsys_state css;
};
struct blkcg_gq {
	struct blkcg *blkcg;
};
struct blk_mq_tags {
	struct request **static_rqs;
};
struct blk_mq_hw_ctx {
	struct blk_mq_tags *sched_tags;
	struct blk_mq_tags *tags;
};
struct bio {
	struct bio *bi_next;
	struct block_device *bi_bdev;	/* since 5.12 */
	struct blkcg_gq *bi_blkg;
};
struct request {
	struct request_queue *q;
	struct blk_mq_hw_ctx *mq_hctx;
	unsigned int cmd_flags;
	unsigned int rq_flags;
	int tag;
	int internal_tag;
	unsigned int __data_len;
	sector_t __sector;
	struct bio *bio;
	struct bio *biotail;
	struct block_device *part;
	u64 start_time_ns;
	u64 io_start_time_ns;
};

/* sockets */
struct list_head {
	struct list_head *next;
};
struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be32 u6_addr32[4];
	} in6_u;
};
struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};
struct socket {
	struct sock *sk;
};
struct sock_cgroup_data {
	struct cgroup *cgroup;
};
struct sock {
	struct sock_common __sk_common;
	u16 sk_protocol;
	u8 sk_shutdown;
	int sk_err;
	struct socket *sk_socket;
	kuid_t sk_uid;
	struct sock_cgroup_data sk_cgrp_data;
};
struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};
struct inet_connection_sock {
	__u8 icsk_pending;
};
struct tcp_sock {
	u32 segs_out;
	u32 total_retrans;
	struct {
		u64 time;
	} rcvq_space;
};
struct mptcp_sock {
	struct list_head conn_list;	/* CONFIG_MPTCP */
};
struct mptcp_subflow_context {
	struct list_head node;		/* CONFIG_MPTCP */
	struct sock *tcp_sock;		/* CONFIG_MPTCP */
};
struct request_sock {
	struct sock_common __req_common;
};
struct tcp_request_sock {
	u32 snt_isn;
};
struct sk_buff {
	char cb[48];
};
struct tcp_skb_cb {
	__u32 seq;
	__u32 end_seq;
	u16 tcp_gso_segs;
	__u8 sacked;
};

/* Contexts of iterators (SEC("iter/...")). */
struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
};
struct bpf_iter__task_file {
	struct task_struct *task;
	u32 fd;
	struct file *file;
};

/* Contexts of perf tracepoints (SEC("tp/...")). */
struct trace_entry {
	unsigned short type;
	unsigned char flags;
	unsigned char preempt_count;
	int pid;
};
struct trace_event_raw_sys_enter {
	struct trace_entry ent;
	long id;
	unsigned long args[6];
};
struct trace_event_raw_sys_exit {
	struct trace_entry ent;
	long id;
	long ret;
};

#pragma clang attribute pop

#endif /* __VMLINUX_H__ */
