/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Names for addresses, from the DNS answers that come to or pass through this
 * machine: UDP from port 53 on any interface of this network namespace.  What
 * comes by TCP, TLS or HTTPS is not seen.
 */
#ifndef COMMON_DNS_H
#define COMMON_DNS_H

#include <linux/types.h>

/* Start to listen; needs CAP_NET_RAW.  0, or a negative errno after a message. */
int dns_start(void);

/* Take in the answers that have arrived.  Call often enough for none to be dropped. */
void dns_read(void);

/*
 * The name that was asked for when @addr (@family 4 or 6; IPv4 in the first 4
 * bytes) last came as an answer, in presentation format; NULL if none did in
 * the last day.  @age_ns: how long before @ns (CLOCK_MONOTONIC), 0 if after.
 */
const char *dns_name(int family, const __u8 addr[16], __u64 ns, __u64 *age_ns);

/* Stop, and say how many answers came too fast to be taken in, if any. */
void dns_end(void);

#endif /* COMMON_DNS_H */
