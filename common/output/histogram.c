// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/log.h"
#include "core/map.h"
#include "core/skel.h"
#include "output/histogram.h"

__u64 hist_slot_min(unsigned int slot)
{
	unsigned int shift;

	if (slot < HIST_SUB)
		return slot;
	shift = slot / HIST_SUB - 1;
	return (__u64)(HIST_SUB + slot % HIST_SUB) << shift;
}

__u64 hist_slot_max(unsigned int slot)
{
	return slot + 1 < HIST_SLOTS ? hist_slot_min(slot + 1) - 1 : ~0ULL;
}

/* Return the slot that counts @value, like hist_slot() of bpf/hist.bpf.h. */
static unsigned int slot_of(__u64 value)
{
	unsigned int exp, slot;

	if (value < HIST_SUB)
		return value;
	exp = 63 - __builtin_clzll(value);
	slot = (exp - HIST_SUB_BITS) * HIST_SUB + (value >> (exp - HIST_SUB_BITS));
	return slot < HIST_SLOTS ? slot : HIST_SLOTS - 1;
}

void hist_record(struct hist *hist, __u64 value)
{
	hist->slots[slot_of(value)]++;
	hist->sum += value;
	if (hist->max < value)
		hist->max = value;
}

__u64 hist_count(const struct hist *hist)
{
	__u64 count = 0;

	for (int i = 0; i < HIST_SLOTS; i++)
		count += hist->slots[i];
	return count;
}

__u64 hist_max(const struct hist *hist)
{
	for (int i = HIST_SLOTS - 1; i >= 0; i--)
		if (hist->slots[i])
			return hist->max > hist_slot_min(i) ? hist->max : hist_slot_min(i);
	return 0;
}

__u64 hist_percentile(const struct hist *hist, double percent)
{
	/* Use integers: 99.9 is not an exact double, and 999 of 1000 values must be enough. */
	unsigned __int128 wanted = (unsigned __int128)hist_count(hist) * (__u64)(percent * 10 + 0.5);
	__u64 max = hist_max(hist), seen = 0;

	for (int i = 0; i < HIST_SLOTS; i++) {
		seen += hist->slots[i];
		if (seen && (unsigned __int128)seen * 1000 >= wanted)
			return hist_slot_max(i) < max ? hist_slot_max(i) : max;
	}
	return 0;
}

void hist_merge(struct hist *to, const struct hist *from)
{
	for (int i = 0; i < HIST_SLOTS; i++)
		to->slots[i] += from->slots[i];
	to->sum += from->sum;
	if (to->max < from->max)
		to->max = from->max;
}

/*
 * Return true if only one CPU is online, or the tool may run on only one.  sysconf(3) would open a
 * file for each answer.
 */
static bool one_cpu(void)
{
	cpu_set_t set;

	return !sched_getaffinity(0, sizeof(set), &set) && CPU_COUNT(&set) < 2;
}

/*
 * Flip the generation, and wait until no BPF program that saw the old one can still be running.
 * Programs run under rcu_read_lock(), and a global membarrier waits for that (synchronize_rcu()
 * in kernel/sched/membarrier.c).  It fails with nohz_full and does nothing with one CPU; in
 * these cases, sleep far longer than any BPF program runs.  After detaching there is no next
 * interval, so the wait (about 10 ms) is skipped.
 */
static __u32 flip_generation(__u32 *generation)
{
	__u32 old = *(volatile __u32 *)generation & 1;

	*(volatile __u32 *)generation = !old;
	if (skel_detached())
		return old;
	if (one_cpu() ||
	    syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(20 * 1000);
	return old;
}

/* Read and reset the histogram without a key of @generation. */
static int take_total(struct bpf_map *map, __u32 generation, struct hist *total)
{
	int cpus = libbpf_num_possible_cpus(), fd = bpf_map__fd(map), err = 0;
	struct hist *per_cpu = cpus > 0 ? calloc(cpus, sizeof(*per_cpu)) : NULL;

	memset(total, 0, sizeof(*total));
	if (!per_cpu)
		return log_err(cpus < 0 ? cpus : -ENOMEM, "cannot read the histograms");
	if (bpf_map_lookup_elem(fd, &generation, per_cpu))
		err = log_err(-errno, "cannot read the histograms");
	for (int i = 0; i < cpus; i++)
		hist_merge(total, &per_cpu[i]);
	memset(per_cpu, 0, cpus * sizeof(*per_cpu));
	if (!err && bpf_map_update_elem(fd, &generation, per_cpu, BPF_EXIST))
		err = log_err(-errno, "cannot reset the histograms");
	free(per_cpu);
	return err;
}

static int by_id(const void *a, const void *b)
{
	const struct hist_key *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/*
 * Remove the histograms by key of @generation and pass them to @fn in the order of their ids.
 * Sets @any if there were any.
 */
static int take_by_key(struct bpf_map *map, __u32 generation, hist_fn fn, void *ctx, bool *any)
{
	struct hist_key *keys;
	ssize_t n = map_keys(map, (void **)&keys);
	struct hist hist;
	int err = 0;

	if (n < 0)
		return n;
	qsort(keys, n, sizeof(*keys), by_id);
	for (ssize_t i = 0; i < n && !err; i++) {
		if (keys[i].generation != generation ||
		    bpf_map_lookup_elem(bpf_map__fd(map), &keys[i], &hist))
			continue;
		bpf_map_delete_elem(bpf_map__fd(map), &keys[i]);
		*any = true;
		err = fn(ctx, keys[i].id, &hist);
	}
	free(keys);
	return err;
}

int hist_take(const struct hist_maps *maps, hist_fn fn, void *ctx)
{
	__u32 generation = flip_generation(maps->generation);
	struct hist total;
	bool any = false;
	int err;

	err = take_total(maps->total, generation, &total);
	if (!err)
		err = take_by_key(maps->by_key, generation, fn, ctx, &any);
	if (err || (any && !hist_count(&total)))
		return err;
	return fn(ctx, HIST_NO_KEY, &total);
}
