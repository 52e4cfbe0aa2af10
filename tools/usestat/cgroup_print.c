// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The busiest cgroups, as records and as rows. */
#include <stdlib.h>
#include <string.h>

#include "core/cgroup.h"
#include "cgroups.h"

#define SHOWN_MAX 200			/* records in one look */

static __u64 pressure(const struct object *o)
{
	return object_delta0(o, CG_CPU_SOME) + object_delta0(o, CG_MEMORY_SOME) +
		object_delta0(o, CG_IO_SOME);
}

static __u64 io(const struct object *o)
{
	return object_delta0(o, CG_READ) + object_delta0(o, CG_WRITTEN);
}

/* Return the value as a share of its limit, in hundredths of a percent. */
static __u64 share(const struct object *o, int value, int max)
{
	__u64 limit = object_value0(o, max);

	return limit ? (double)object_value0(o, value) * 10000 / limit : 0;
}

static __u64 fullness(const struct object *o)
{
	__u64 memory = share(o, CG_MEMORY, CG_MEMORY_MAX), pids = share(o, CG_PIDS, CG_PIDS_MAX);

	return memory > pids ? memory : pids;
}

/* A cgroup in which something went wrong always has a record. */
static bool has_trouble(const struct object *o)
{
	return object_delta0(o, CG_THROTTLED) || object_delta0(o, CG_MAX_EVENTS) ||
		object_delta0(o, CG_HIGH_EVENTS) || object_delta0(o, CG_OOM_EVENTS) ||
		object_delta0(o, CG_OOM_KILLS) || object_delta0(o, CG_PIDS_EVENTS) ||
		fullness(o) >= 9000;
}

static __u64 usage(const struct object *o) { return object_delta0(o, CG_USAGE); }
static __u64 memory(const struct object *o) { return object_value0(o, CG_MEMORY); }
static __u64 growth(const struct object *o) { return object_value0(o, CG_GROWTH); }
/* Growth as a share of the memory left below the limit, in hundredths of a percent. */
static __u64 filling(const struct object *o)
{
	__u64 max = object_value0(o, CG_MEMORY_MAX), used = memory(o);

	return max > used ? (double)growth(o) * 10000 / (max - used) : 0;
}

static __u64 trouble(const struct object *o) { return has_trouble(o) ? 1 + usage(o) : 0; }
static __u64 pids(const struct object *o) { return object_value0(o, CG_PIDS); }

static __u64 (*const measures[])(const struct object *o) = { usage, memory, growth, filling,
							       io, pressure, pids, trouble };

/* Choose the u->top heaviest by each measure, and all with trouble.  Return how many. */
static size_t choose(struct usestat *u, struct object **chosen, size_t max)
{
	size_t n = 0;

	for (size_t m = ARRAY_SIZE(measures); m-- > 0;) {
		struct object **list = set_sorted(&cgroup_set, measures[m]);
		size_t wanted = measures[m] == trouble ? max : u->top;

		for (size_t i = 0; i < cgroup_set.n_objects && i < wanted && n < max; i++) {
			size_t k = 0;

			if (!measures[m](list[i]))
				break;
			while (k < n && chosen[k] != list[i])
				k++;
			if (k == n)
				chosen[n++] = list[i];
		}
		free(list);
	}
	return n;
}

/* Return true if the record should show what the memory consists of. */
static bool is_growing(const struct object *o)
{
	return growth(o) * 100 > memory(o) || share(o, CG_MEMORY, CG_MEMORY_MAX) >= 8000;
}

void cgroup_records(struct usestat *u)
{
	struct object *chosen[SHOWN_MAX];
	size_t n = choose(u, chosen, SHOWN_MAX);

	for (size_t i = 0; i < n; i++) {
		struct cgroup *cgroup = (struct cgroup *)chosen[i];

		if (is_growing(chosen[i]))
			cgroup_memory_stat(cgroup);
		record_begin(u, "cgroup");
		object_keys(u, &cgroup_set, chosen[i]);
		record_uint(u, "version", cgroup->v2 ? 2 : 1);
		container_keys(u, chosen[i]->name);
		record_end(u);
	}
	if (cgroup_set.n_objects > n)
		record_omitted(u, "cgroup", cgroup_set.n_objects - n);
}

static void cgroup_row(struct usestat *u, const struct object *o)
{
	__u64 ns = interval_ns(o), quota = object_value0(o, CG_QUOTA), period, v;
	bool limited = quota && object_value(o, CG_PERIOD, &period) && period;

	row_begin(u, "cgroup", container_label(o->name));
	if (object_delta(o, CG_USAGE, &v))
		row_utilisation(v * NS_PER_US, limited ? (double)ns * quota / period : ns);
	if (object_value(o, CG_MEMORY, &v))
		row_add(COL_SATURATION, "%s", human(v));
	if (object_value(o, CG_MEMORY_MAX, &v) && v)
		row_add(COL_SATURATION, "%.0f%% of its memory", share(o, CG_MEMORY, CG_MEMORY_MAX) / 100.0);
	if (object_delta(o, CG_PERIODS, &period) && period &&
	    object_delta(o, CG_THROTTLED, &v) && v)
		row_add(COL_SATURATION, "throttled %.0f%%", v * 100.0 / period);
	if (object_delta(o, CG_CPU_SOME, &v) && v * 200 * NS_PER_US > ns)
		row_add(COL_SATURATION, "PSI CPU %.1f%%", v * 1e5 / ns);
	if (object_delta(o, CG_MEMORY_SOME, &v) && v * 200 * NS_PER_US > ns)
		row_add(COL_SATURATION, "PSI memory %.1f%%", v * 1e5 / ns);
	if (object_delta(o, CG_IO_SOME, &v) && v * 200 * NS_PER_US > ns)
		row_add(COL_SATURATION, "PSI I/O %.1f%%", v * 1e5 / ns);
	row_errors(object_delta0(o, CG_OOM_KILLS), "OOM kill(s)");
	row_errors(object_delta0(o, CG_MAX_EVENTS), "time(s) at its memory limit");
	row_errors(object_delta0(o, CG_PIDS_EVENTS), "fork(s) failed");
	row_end(u);
}

/*
 * Cgroups with trouble come first, then the busiest.  The root is left out, because other rows show
 * the machine.
 */
void cgroup_rows(struct usestat *u)
{
	struct object *chosen[SHOWN_MAX];
	size_t n = choose(u, chosen, SHOWN_MAX), shown = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n && shown < u->top; i++) {
			if (!chosen[i]->before_ns || strcmp(chosen[i]->name, "/") == 0 ||
			    has_trouble(chosen[i]) == (pass == 1) || (pass == 1 && !usage(chosen[i])))
				continue;
			cgroup_row(u, chosen[i]);
			shown++;
		}
}
