// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Netlink requests. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "netlink.h"

#define REQUEST_MAX 256
#define WAIT_S 2			/* the kernel answers at once */

int netlink_open(int protocol)
{
	struct timeval wait = { .tv_sec = WAIT_S };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd;
}

static int send_request(int fd, int type, int flags, const void *body, size_t size, __u32 seq)
{
	struct {
		struct nlmsghdr head;
		char body[REQUEST_MAX];
	} request = { .head = { .nlmsg_len = NLMSG_LENGTH(size), .nlmsg_type = type,
				.nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = seq } };

	if (size > sizeof(request.body))
		return -EMSGSIZE;
	memcpy(request.body, body, size);
	return send(fd, &request, request.head.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* Receive one datagram.  Return 1 at the end of the answer, 0 if more follows, or a negative errno. */
static int take(int fd, bool dump, __u32 seq,
		void (*fn)(void *ctx, const struct nlmsghdr *message), void *ctx)
{
	static char buffer[65536] __attribute__((aligned(8)));
	ssize_t received = recv(fd, buffer, sizeof(buffer), 0);
	int len = received;

	if (received < 0)
		return errno == EINTR ? 0 : -errno;
	for (struct nlmsghdr *m = (void *)buffer; NLMSG_OK(m, len); m = NLMSG_NEXT(m, len)) {
		if (m->nlmsg_seq != seq)	/* answers an abandoned request */
			continue;
		if (m->nlmsg_type == NLMSG_DONE)
			return 1;
		if (m->nlmsg_type == NLMSG_ERROR)
			return ((struct nlmsgerr *)NLMSG_DATA(m))->error ?: 1;
		fn(ctx, m);
		if (!dump)
			return 1;
	}
	return 0;
}

int netlink_ask(int fd, int type, int flags, const void *body, size_t size,
		void (*fn)(void *ctx, const struct nlmsghdr *message), void *ctx)
{
	static __u32 seq;
	int end = send_request(fd, type, flags, body, size, ++seq);

	while (!end)
		end = take(fd, (flags & NLM_F_DUMP) == NLM_F_DUMP, seq, fn, ctx);
	return end < 0 ? end : 0;
}

bool netlink_next(const struct nlattr **attr, const void *attrs, size_t len)
{
	const char *end = (const char *)attrs + len;
	const char *next = *attr ? (const char *)*attr + NLA_ALIGN((*attr)->nla_len) : attrs;

	*attr = (const struct nlattr *)next;
	return next + NLA_HDRLEN <= end && (*attr)->nla_len >= NLA_HDRLEN &&
		next + (*attr)->nla_len <= end;
}
