/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Netlink requests. */
#ifndef USESTAT_NETLINK_H
#define USESTAT_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/types.h>

/* Open a socket of @protocol; return it or a negative errno. */
int netlink_open(int protocol);

/*
 * Send a request of @type and @flags with @size bytes of @body, and call @fn with each message
 * of the answer.  Return 0 or a negative errno.  A dump that changed meanwhile
 * (NLM_F_DUMP_INTR) is not an error.
 */
int netlink_ask(int fd, int type, int flags, const void *body, size_t size,
		void (*fn)(void *ctx, const struct nlmsghdr *message), void *ctx);

/* Iterate over the attributes in @len bytes at @attrs: start with *@attr NULL, end at false. */
bool netlink_next(const struct nlattr **attr, const void *attrs, size_t len);

static inline const void *netlink_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

static inline size_t netlink_len(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

#endif /* USESTAT_NETLINK_H */
