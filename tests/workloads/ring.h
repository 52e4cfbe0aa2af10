/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* connect(2) through io_uring, without liburing. */
#ifndef WORKLOADS_RING_H
#define WORKLOADS_RING_H

#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload.h"

struct ring {
	int fd;
	unsigned int *sq_tail, *sq_array, *cq_head, *cq_tail;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
};

static inline void *ring_map(int fd, size_t size, off_t offset)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

	if (at == MAP_FAILED)
		die("mmap of io_uring");
	return at;
}

static inline void ring_open(struct ring *ring)
{
	struct io_uring_params p = {};
	char *sq, *cq;

	ring->fd = syscall(SYS_io_uring_setup, 4, &p);
	if (ring->fd < 0) {
		printf("skip: io_uring: %s\n", strerror(errno));
		exit(77);
	}
	sq = ring_map(ring->fd, p.sq_off.array + p.sq_entries * 4, IORING_OFF_SQ_RING);
	cq = ring_map(ring->fd, p.cq_off.cqes + p.cq_entries * sizeof(*ring->cqes),
		      IORING_OFF_CQ_RING);
	ring->sqes = ring_map(ring->fd, p.sq_entries * sizeof(*ring->sqes), IORING_OFF_SQES);
	ring->sq_tail = (void *)(sq + p.sq_off.tail);
	ring->sq_array = (void *)(sq + p.sq_off.array);
	ring->cq_head = (void *)(cq + p.cq_off.head);
	ring->cq_tail = (void *)(cq + p.cq_off.tail);
	ring->cqes = (void *)(cq + p.cq_off.cqes);
}

/* Connect @fd to @to through an io_uring of one entry at a time; return its error. */
static inline int ring_connect(int fd, const struct sockaddr *to, socklen_t to_len, int flags)
{
	static struct ring ring;
	struct io_uring_cqe *cqe;

	if (!ring.sqes)
		ring_open(&ring);
	ring.sqes[0] = (struct io_uring_sqe){
		.opcode = IORING_OP_CONNECT, .flags = flags, .fd = fd,
		.addr = (unsigned long)to, .off = to_len,
	};
	ring.sq_array[*ring.sq_tail & 3] = 0;
	__atomic_store_n(ring.sq_tail, *ring.sq_tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		die("io_uring_enter");
	while (__atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE) == *ring.cq_head)
		;
	cqe = &ring.cqes[*ring.cq_head & 7];
	__atomic_store_n(ring.cq_head, *ring.cq_head + 1, __ATOMIC_RELEASE);
	return -cqe->res;
}

#endif /* WORKLOADS_RING_H */
