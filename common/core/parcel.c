// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "core/parcel.h"

void parcel_init(struct parcel *parcel, void *bytes, size_t n)
{
	*parcel = (struct parcel){ .iov = { bytes, n } };
	/* Without the padding, in which a second descriptor would fit. */
	parcel->message = (struct msghdr){
		.msg_iov = &parcel->iov, .msg_iovlen = 1, .msg_control = parcel->passed.bytes,
		.msg_controllen = CMSG_LEN(sizeof(int)),
	};
}

void parcel_put(struct parcel *parcel, int fd)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(&parcel->message);

	if (fd < 0) {
		parcel->message.msg_controllen = 0;
		return;
	}
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
}

int parcel_take(struct parcel *parcel)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(&parcel->message);
	int fd;

	if (!head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS ||
	    head->cmsg_len != CMSG_LEN(sizeof(fd)))
		return -1;
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}
