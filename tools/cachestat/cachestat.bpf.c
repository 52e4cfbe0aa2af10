// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Measure how well the page cache works.
 *
 * Counts pages: those that reads and page faults request, those that are added to the cache, and
 * those that become dirty.  A page that is added and then dirtied by the same thread was created by
 * a write; every other added page was read from disk.
 *
 * Since v6.12 tracepoints show the requested pages (mm_filemap_get_pages, mm_filemap_fault,
 * mm_filemap_map_pages).  On older kernels, the functions that serve reads and faults are hooked.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "filter.bpf.h"
#include "loss.bpf.h"
#include "cachestat.h"

const volatile __u32 page_shift = 12;

/* Pages that the tool itself requested: it tests the hooks by reading its own program file. */
__u64 self_accesses;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counts);
} counts SEC(".maps");

/* What a thread did last. */
struct thread {
	__u64 mapping;		/* address of the file whose pages it requested; only compared */
	__u64 first, last;	/* those pages */
	__u64 call;		/* number of pages of that call */
	__u64 added;		/* address of the folio it has added since; 0: none */
};

#include "thread.bpf.h"

static __always_inline struct counts *counts_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&counts, &zero);
}

/* Atomic, because another program on this CPU may preempt this one and count too. */
static __always_inline void count(__u64 *counter, __u64 pages)
{
	__sync_fetch_and_add(counter, pages);
}

enum access {
	PART,			/* the pages of a read, from its current position to its end */
	WHOLE,			/* read */
	FAULT,
};

/*
 * Return where the call really began.  The tracepoint does not report cached pages if later pages
 * of the same batch are still being read from the disk, so the first report of such a read is in
 * its middle.  A reader that continues through the file with calls of equal size is recognized,
 * because this call also ends where expected.
 */
static __always_inline __u64 call_first(struct thread *thread, __u64 mapping, __u64 first,
					__u64 last)
{
	__u64 ahead = last - thread->last;

	if (thread->mapping != mapping || first <= thread->last + 1)
		return first;
	if (ahead == thread->call || ahead + 1 == thread->call)	/* + 1: it begins within a page */
		return thread->last + 1;
	return first;
}

/*
 * Return how many of the pages @first..@last were not already counted for @thread.
 *
 * A long read is reported several times, each time from its current position to its end.  A read
 * that ends within a page is usually followed by one that begins there.  A fault maps the pages
 * around it, some of them again.  In each case the new range begins within the last one.  A
 * repeated read of the same range does so too, but counts: it begins where a longer one began.
 */
static __always_inline __u64 pages_new(struct thread *thread, __u64 mapping, __u64 first,
				       __u64 last, enum access access)
{
	bool again = access != FAULT && first == thread->first && thread->last > thread->first;

	if (thread->mapping != mapping || first < thread->first || first > thread->last || again)
		return last - first + 1;
	return last > thread->last ? last - thread->last : 0;
}

static __always_inline void remember(struct thread *thread, __u64 mapping, __u64 first, __u64 last)
{
	if (thread->mapping != mapping || last != thread->last)
		thread->call = last - first + 1;
	thread->mapping = mapping;
	thread->first = first;
	thread->last = last;
	thread->added = 0;	/* read from disk, so a later write does not create it */
}

/* The running task requests the pages @first..@last of a file of @size bytes. */
static __always_inline int ask(__u64 mapping, __u64 size, __u64 first, __u64 last,
			       enum access access)
{
	__u64 end = (size + (1ULL << page_shift) - 1) >> page_shift, pages;
	struct counts *counted = counts_here();
	struct thread *thread;

	if (last >= end)
		last = end - 1;
	if (!end || first > last || !counted)
		return 0;
	if (bpf_get_current_pid_tgid() >> 32 == config.filter.self)
		count(&self_accesses, last - first + 1);
	if (!filter_current())
		return 0;
	thread = thread_get();
	if (!thread) {
		count(&counted->accesses, last - first + 1);
		return 0;
	}
	if (access == PART)
		first = call_first(thread, mapping, first, last);
	pages = pages_new(thread, mapping, first, last, access);
	if (pages)
		count(&counted->accesses, pages);
	if (pages || access != FAULT)
		remember(thread, mapping, first, last);
	return 0;
}

static __always_inline int added(void *folio, __u64 pages)
{
	struct counts *counted = counts_here();
	struct thread *thread;

	if (!counted || !filter_current())
		return 0;
	count(&counted->added, pages);
	thread = thread_get();
	if (thread)
		thread->added = (__u64)folio;
	return 0;
}

static __always_inline int dirtied(void *folio, __u64 pages)
{
	struct counts *counted = counts_here();
	struct thread *thread;

	if (!counted || !filter_current())
		return 0;
	count(&counted->dirtied, pages);
	thread = thread_get();
	if (!thread || thread->added != (__u64)folio)
		return 0;
	count(&counted->created, pages);
	thread->added = 0;
	return 0;
}

static __always_inline __u64 mapping_size(struct address_space *mapping)
{
	struct inode *inode = load(mapping, host);

	return load(inode, i_size);
}

SEC("?tp_btf/mm_filemap_get_pages")
int BPF_PROG(get_pages, struct address_space *mapping, unsigned long first, unsigned long last)
{
	return ask((__u64)mapping, mapping_size(mapping), first, last, PART);
}

SEC("?tp_btf/mm_filemap_fault")
int BPF_PROG(fault, struct address_space *mapping, unsigned long index)
{
	return ask((__u64)mapping, mapping_size(mapping), index, index, FAULT);
}

SEC("?tp_btf/mm_filemap_map_pages")
int BPF_PROG(map_pages, struct address_space *mapping, unsigned long first, unsigned long last)
{
	return ask((__u64)mapping, mapping_size(mapping), first, last, FAULT);
}

SEC("?tp_btf/mm_filemap_add_to_page_cache")
int BPF_PROG(add_folio, struct folio *folio)
{
	return added(folio, core_folio_pages(folio));
}

SEC("?tp_btf/writeback_dirty_folio")
int BPF_PROG(dirty_folio, struct folio *folio)
{
	return dirtied(folio, core_folio_pages(folio));
}

/* The same program for kernels before v5.17, on which file systems cache only single pages. */
SEC("?tp_btf/mm_filemap_add_to_page_cache")
int BPF_PROG(add_page, struct page *page)
{
	return added(page, 1);
}

SEC("?tp_btf/writeback_dirty_page")
int BPF_PROG(dirty_page, struct page *page)
{
	return dirtied(page, 1);
}

/* Before v6.12: the running task requests @len bytes of @file at @pos. */
static __always_inline int ask_file(struct file *file, __u64 pos, __u64 len)
{
	struct address_space *mapping = BPF_CORE_READ(file, f_mapping);
	__u64 size = BPF_CORE_READ(mapping, host, i_size);

	if (pos >= size || !len)
		return 0;
	if (len > size - pos)
		len = size - pos;
	return ask((__u64)mapping, size, pos >> page_shift, (pos + len - 1) >> page_shift,
		   WHOLE);
}

static __always_inline int ask_iocb(struct kiocb *iocb, struct iov_iter *to)
{
	return ask_file(BPF_CORE_READ(iocb, ki_filp), BPF_CORE_READ(iocb, ki_pos),
			BPF_CORE_READ(to, count));
}

static __always_inline int ask_splice(struct file *file, loff_t *ppos, __u64 len)
{
	loff_t pos = 0;

	bpf_probe_read_kernel(&pos, sizeof(pos), ppos);
	return ask_file(file, pos, len);
}

static __always_inline int ask_fault(struct vm_fault *vmf, __u64 first, __u64 last)
{
	struct address_space *mapping = BPF_CORE_READ(vmf, vma, vm_file, f_mapping);

	return ask((__u64)mapping, BPF_CORE_READ(mapping, host, i_size), first, last, FAULT);
}

/*
 * The tracepoint of a read fires before the read adds the missing pages.  Only the end of the read
 * shows that the pages added in between were not created by a write.
 */
static __always_inline int read_done(void)
{
	struct thread *thread;

	if (!filter_current())
		return 0;
	thread = thread_get();
	if (thread)
		thread->added = 0;
	return 0;
}

SEC("?fentry/filemap_read")
int BPF_PROG(fentry_read, struct kiocb *iocb, struct iov_iter *to)
{
	return ask_iocb(iocb, to);
}

SEC("?kprobe/filemap_read")
int BPF_KPROBE(kprobe_read, struct kiocb *iocb, struct iov_iter *to)
{
	return ask_iocb(iocb, to);
}

SEC("?fexit/filemap_read")
int BPF_PROG(fexit_read)
{
	return read_done();
}

SEC("?kretprobe/filemap_read")
int BPF_KRETPROBE(kretprobe_read)
{
	return read_done();
}

/* v5.12, 87fa0f3eb267: renamed to filemap_read. */
SEC("?fentry/generic_file_buffered_read")
int BPF_PROG(fentry_buffered_read, struct kiocb *iocb, struct iov_iter *to)
{
	return ask_iocb(iocb, to);
}

SEC("?kprobe/generic_file_buffered_read")
int BPF_KPROBE(kprobe_buffered_read, struct kiocb *iocb, struct iov_iter *to)
{
	return ask_iocb(iocb, to);
}

SEC("?fexit/generic_file_buffered_read")
int BPF_PROG(fexit_buffered_read)
{
	return read_done();
}

SEC("?kretprobe/generic_file_buffered_read")
int BPF_KRETPROBE(kretprobe_buffered_read)
{
	return read_done();
}

/* v6.5, 2cb1e08985e3 ("splice: Use filemap_splice_read() instead of generic_file_splice_read()") */
SEC("?fentry/filemap_splice_read")
int BPF_PROG(fentry_splice, struct file *in, loff_t *ppos, void *pipe, size_t len)
{
	return ask_splice(in, ppos, len);
}

SEC("?kprobe/filemap_splice_read")
int BPF_KPROBE(kprobe_splice, struct file *in, loff_t *ppos, void *pipe,
	       size_t len)
{
	return ask_splice(in, ppos, len);
}

SEC("?fexit/filemap_splice_read")
int BPF_PROG(fexit_splice)
{
	return read_done();
}

SEC("?kretprobe/filemap_splice_read")
int BPF_KRETPROBE(kretprobe_splice)
{
	return read_done();
}

SEC("?fentry/filemap_fault")
int BPF_PROG(fentry_fault, struct vm_fault *vmf)
{
	__u64 index = BPF_CORE_READ(vmf, pgoff);

	return ask_fault(vmf, index, index);
}

SEC("?kprobe/filemap_fault")
int BPF_KPROBE(kprobe_fault, struct vm_fault *vmf)
{
	__u64 index = BPF_CORE_READ(vmf, pgoff);

	return ask_fault(vmf, index, index);
}

SEC("?fentry/filemap_map_pages")
int BPF_PROG(fentry_map, struct vm_fault *vmf, unsigned long first, unsigned long last)
{
	return ask_fault(vmf, first, last);
}

SEC("?kprobe/filemap_map_pages")
int BPF_KPROBE(kprobe_map, struct vm_fault *vmf, unsigned long first, unsigned long last)
{
	return ask_fault(vmf, first, last);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
