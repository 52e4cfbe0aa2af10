// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Network interfaces as records and as rows. */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interface.h"

static __u64 errors(const struct object *o)
{
	return object_delta0(o, IF_RX_ERRORS) + object_delta0(o, IF_TX_ERRORS);
}

static __u64 drops(const struct object *o)
{
	return object_delta0(o, IF_RX_DROPPED) + object_delta0(o, IF_TX_DROPPED) +
		object_delta0(o, IF_RX_MISSED) + object_delta0(o, IF_QDISC_DROPS);
}

static __u64 weight(const struct object *o)
{
	return object_delta0(o, IF_RX_BYTES) + object_delta0(o, IF_TX_BYTES) +
		object_delta0(o, IF_CARRIER_CHANGES) + object_delta0(o, IF_OVERLIMITS) +
		(drops(o) + errors(o) ? 1ULL << 40 : 0);
}

static void more(struct usestat *u, const struct object *o)
{
	record_str(u, "state", ((const struct interface *)o)->state);
}

/* Print the interfaces of other namespaces that had packets. */
static void other_records(struct usestat *u)
{
	struct object **list = set_sorted(&interface_other_set, weight);

	for (size_t i = 0; i < interface_other_set.n_objects && i < RECORDS_MAX && weight(list[i]); i++) {
		const struct interface *interface = (const struct interface *)list[i];
		char name[IFNAMSIZ];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(list[i]->name, "/"), list[i]->name);
		record_begin(u, interface_type.name);
		record_str(u, "name", name);
		record_uint(u, "interval_ns", list[i]->ns - list[i]->before_ns);
		field_keys(u, &interface_other_set, list[i]);
		more(u, list[i]);
		record_uint(u, "netns", interface->ns->inode);
		netns_keys(u, interface->ns);
		record_end(u);
	}
	free(list);
}

void interface_records(struct usestat *u)
{
	top_records(u, &interface_set, RECORDS_MAX, weight, more);
	if (u->detail)
		other_records(u);
}

static void interface_row(struct usestat *u, const struct object *o)
{
	__u64 rx = object_delta0(o, IF_RX_BYTES), tx = object_delta0(o, IF_TX_BYTES), speed, v;
	bool loopback = strcmp(o->name, "lo") == 0;

	row_begin(u, "interface", o->name);
	if (object_value(o, IF_SPEED, &speed))
		row_utilisation((rx > tx ? rx : tx) * 8, (double)speed * 1e6 * interval_ns(o) / 1e9);
	else if (!loopback)
		row_mark(COL_UTILISATION,
			 missing("use of interfaces of unknown speed", "the driver reports none",
				 "compare rx_bytes and tx_bytes with what the network allows"));
	row_add(COL_SATURATION, "in %s/s, out %s/s", human(per_second(o, rx)),
		human(per_second(o, tx)));
	if (object_value(o, IF_BACKLOG, &v) && v)
		row_add(COL_SATURATION, "%s queued", human(v));
	if (object_delta(o, IF_OVERLIMITS, &v) && v)
		row_add(COL_SATURATION, "%llu overlimit%s", v, plural(v));
	row_errors(errors(o), "error(s)");
	row_errors(drops(o), "drop(s)");
	row_errors(object_delta0(o, IF_CARRIER_CHANGES), "carrier change(s)");
	row_end(u);
}

void interface_rows(struct usestat *u)
{
	struct object **list = set_sorted(&interface_set, weight);

	for (size_t i = 0; i < interface_set.n_objects && i < 2 * u->top; i++)
		if (list[i]->before_ns && object_value0(list[i], IF_UP))
			interface_row(u, list[i]);
	free(list);
}
