/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A message on a Unix socket, with room for one descriptor. */
#ifndef COMMON_PARCEL_H
#define COMMON_PARCEL_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>

struct parcel {
	struct iovec iov;
	struct msghdr message;
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} passed;
};

/*
 * Prepare @parcel for sendmsg(2) or recvmsg(2) of the @n bytes at @bytes.  It points into itself:
 * do not copy it.
 */
void parcel_init(struct parcel *parcel, void *bytes, size_t n);

/* Send @fd (-1: none) with the message. */
void parcel_put(struct parcel *parcel, int fd);

/* Return the descriptor that came with a received message, or -1. */
int parcel_take(struct parcel *parcel);

#endif /* COMMON_PARCEL_H */
