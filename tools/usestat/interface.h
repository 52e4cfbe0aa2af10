/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Network interfaces: declarations that interface.c and interface_print.c share. */
#ifndef USESTAT_INTERFACE_H
#define USESTAT_INTERFACE_H

#include "process.h"

enum {
	/* In the order of struct rtnl_link_stats64 */
	IF_RX_PACKETS, IF_TX_PACKETS, IF_RX_BYTES, IF_TX_BYTES, IF_RX_ERRORS, IF_TX_ERRORS,
	IF_RX_DROPPED, IF_TX_DROPPED, IF_MULTICAST, IF_COLLISIONS, IF_RX_LENGTH, IF_RX_OVER,
	IF_RX_CRC, IF_RX_FRAME, IF_RX_FIFO, IF_RX_MISSED, IF_TX_ABORTED, IF_TX_CARRIER, IF_TX_FIFO,
	IF_TX_HEARTBEAT, IF_TX_WINDOW, IF_RX_COMPRESSED, IF_TX_COMPRESSED, IF_RX_NOHANDLER,
	IF_STATS,
	IF_CARRIER_CHANGES = IF_STATS, IF_UP, IF_CARRIER, IF_MTU, IF_SPEED, IF_QDISC_DROPS,
	IF_OVERLIMITS, IF_REQUEUES, IF_BACKLOG, IF_PHYSICAL, IF_FIELDS
};

struct interface {
	struct object object;
	__u64 speed_mbit;		/* last speed read; 0: unknown */
	bool physical;
	char state[20];
	const struct netns *ns;		/* NULL: usestat's own; valid in detailed samples */
};

extern const struct record_type interface_type;
/* Interfaces of usestat's own namespace, and of others. */
extern struct set interface_set, interface_other_set;

void interface_records(struct usestat *u);
void interface_rows(struct usestat *u);

#endif /* USESTAT_INTERFACE_H */
