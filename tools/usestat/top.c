// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The busiest processes by each of several measures. */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "process.h"
#include "top.h"

#define TROUBLE_MIN 20

static __u64 cpu(const struct object *o)
{
	return object_delta0(o, PROC_USER) + object_delta0(o, PROC_SYSTEM);
}

/* Open descriptors as a share of their limit, in tenths of a percent; 0 below 50 %. */
static __u64 descriptors(const struct object *o)
{
	__u64 fds = object_value0(o, PROC_FDS), max = object_value0(o, PROC_FDS_MAX);

	return max && fds * 2 >= max ? fds * 1000 / max : 0;
}

static __u64 blocked(const struct object *o)
{
	return object_value0(o, PROC_BLOCKED);
}

static __u64 stopped(const struct object *o)
{
	return ((const struct process *)o)->state == 'T';
}

/* A measure is a function, or the value or difference of a field. */
static const struct measure {
	const char *name;
	__u64 (*weight)(const struct object *o);
	int field;
	bool delta, trouble;		/* trouble: at least TROUBLE_MIN are shown */
} measures[] = {
	{ "cpu", cpu },
	{ "run_delay", .field = PROC_DELAY, .delta = true },
	{ "block_delay", .field = PROC_BLOCK, .delta = true },
	{ "memory", .field = PROC_RSS },
	{ "memory_growth", .field = PROC_GROWTH },
	{ "swap", .field = PROC_SWAP },
	{ "major_faults", .field = PROC_FAULTS, .delta = true },
	{ "read", .field = PROC_READ, .delta = true },
	{ "written", .field = PROC_WRITTEN, .delta = true },
	{ "threads", .field = PROC_THREADS },
	{ "thread_growth", .field = PROC_THREAD_GROWTH },
	{ "descriptors", descriptors, .trouble = true },
	{ "descriptor_growth", .field = PROC_FD_GROWTH },
	{ "zombies", .field = PROC_ZOMBIES, .trouble = true },
	{ "blocked", blocked, .trouble = true },
	{ "stopped", stopped, .trouble = true },
};

static __u64 weight_of(const struct measure *measure, const struct object *o)
{
	if (measure->weight)
		return measure->weight(o);
	return measure->delta ? object_delta0(o, measure->field) : object_value0(o, measure->field);
}

static void add(struct top *top, struct object *object, __u32 bit)
{
	for (size_t i = 0; i < top->n; i++)
		if (top->list[i].object == object) {
			top->list[i].measures |= bit;
			return;
		}
	top->list[top->n].object = object;
	top->list[top->n++].measures = bit;
}

/* Store the @max heaviest in @best, sorted, without those of weight 0.  Return their number. */
static size_t heaviest(struct usestat *u, const struct measure *measure, struct object **best,
		       __u64 *weights, size_t max)
{
	size_t n = 0;

	for (struct object *o = set_next(&process_set, NULL); o; o = set_next(&process_set, o)) {
		__u64 weight = weight_of(measure, o);
		size_t at;
		const struct process *process = (const struct process *)o;

		if (!weight || (n == max && weight <= weights[max - 1]) ||
		    (u->cgroup && (!process->cgroup || !cgroup_wanted(u, process->cgroup))))
			continue;
		n += n < max;
		at = n - 1;
		for (; at && weights[at - 1] < weight; at--) {
			weights[at] = weights[at - 1];
			best[at] = best[at - 1];
		}
		weights[at] = weight;
		best[at] = o;
	}
	return n;
}

struct top *top_processes(struct usestat *u)
{
	size_t most = u->top > TROUBLE_MIN ? u->top : TROUBLE_MIN, room = ARRAY_SIZE(measures) * most;
	struct top *top = calloc(1, sizeof(*top) + room * sizeof(top->list[0]));
	struct object **best = calloc(most, sizeof(*best));
	__u64 *weights = calloc(most, sizeof(*weights));

	if (!top || !best || !weights)
		out_of_memory();
	for (size_t m = 0; m < ARRAY_SIZE(measures); m++) {
		size_t n = heaviest(u, &measures[m], best, weights,
				    measures[m].trouble ? most : u->top);

		for (size_t i = 0; i < n; i++)
			add(top, best[i], 1U << m);
	}
	free(best);
	free(weights);
	return top;
}

void top_free(struct top *top)
{
	free(top);
}

bool top_has(__u32 bits, const char *name)
{
	for (size_t m = 0; m < ARRAY_SIZE(measures); m++)
		if ((bits & 1U << m) && strcmp(measures[m].name, name) == 0)
			return true;
	return false;
}

void top_keys(struct json *json, __u32 bits)
{
	json_array(json, "top");
	for (size_t m = 0; m < ARRAY_SIZE(measures); m++)
		if (bits & 1U << m)
			json_name(json, NULL, measures[m].name);
	json_end(json);
}
