/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names for addresses, from the DNS answers that this machine receives or forwards: UDP from
 * port 53 on any interface of this network namespace. An answer counts only if its query was seen:
 * anybody can send a packet from port 53. Answers over TCP, TLS or HTTPS are not
 * seen.
 */
#ifndef COMMON_DNS_H
#define COMMON_DNS_H

#include <linux/types.h>

/* Start listening; needs CAP_NET_RAW. Returns 0, or a negative errno after a message. */
int dns_start(void);

/* Read the answers that have arrived. Call this often enough that none is dropped. */
void dns_read(void);

/*
 * Return the name whose lookup last returned @addr (@family 4 or 6; IPv4 in the first 4
 * bytes), in presentation format, or NULL if none did in the last day. Set @age_ns to how long
 * before @ns (CLOCK_MONOTONIC) that was, or 0 if it was later.
 */
const char *dns_name(int family, const __u8 addr[16], __u64 ns, __u64 *age_ns);

/* Stop listening. Report how many answers were dropped because they arrived too fast, if any. */
void dns_end(void);

#endif /* COMMON_DNS_H */
