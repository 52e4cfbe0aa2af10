/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Netlink: ask for a list, and walk through what comes. */
#ifndef USESTAT_NETLINK_H
#define USESTAT_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/types.h>

/* A socket of @protocol, or a negative errno. */
int netlink_open(int protocol);

/*
 * Send a request: @type, @flags, and @size bytes of @body after the header.  Calls @fn with
 * each message of the answer, to the end of a dump or to the first one otherwise.  0, or a
 * negative errno; a dump that changed meanwhile (NLM_F_DUMP_INTR) is no error.
 */
int netlink_ask(int fd, int type, int flags, const void *body, size_t size,
		void (*fn)(void *ctx, const struct nlmsghdr *message), void *ctx);

/* The attributes in @len bytes from @attrs: call with *@attr NULL first, until false. */
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
