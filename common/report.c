// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>
#include <bpf/bpf.h>

#include "log.h"
#include "report.h"
#include "skel.h"

#define NS_PER_S 1000000000ULL

/* Every cause, in the order of the report; what it means to the user. */
enum { RING_FULL, MAP_FULL, NO_START, RECURSION, UNREADABLE, TRUNCATED, CAUSES };

static struct {
	const char *key;
	const char *message;		/* one %llu; NULL: none needed */
	bool lost;			/* a whole event; else only a part of one */
} causes[CAUSES] = {
	[RING_FULL] = { "ring_full", "lost %llu events: the ring buffer was full "
			"(--ring-size makes it larger)", true },
	[MAP_FULL] = { "map_full", "lost %llu entries: a table in the kernel was full", true },
	[NO_START] = { "no_start", "lost %llu events: their beginning was not seen", true },
	[RECURSION] = { "recursion", "lost up to %llu events: the kernel does not run a program "
			"that interrupts itself", true },
	[UNREADABLE] = { "unreadable", "%llu strings could not be read", false },
	[TRUNCATED] = { "truncated", "%llu strings were cut off", false },
};

void report_recursion_repaired(void)
{
	causes[RECURSION].message = NULL;
	causes[RECURSION].lost = false;
}

static struct {
	__u64 counts[CAUSES];		/* as last reported */
	__u64 next_ns;			/* no report before this time */
} reported;

/*
 * Tracing programs that the kernel did not run because one was running on that
 * CPU already: recursion_misses in struct bpf_prog_info, since v5.12
 * (9ed9e9ba2337, "bpf: Count the number of times recursion was prevented").
 */
static __u64 recursion_misses(void)
{
	struct bpf_program *prog;
	__u64 misses = 0;

	if (!skel_object())
		return 0;
	bpf_object__for_each_program(prog, skel_object()) {
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);
		int fd = bpf_program__fd(prog);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len))
			misses += info.recursion_misses;
	}
	return misses;
}

static void get_counts(__u64 counts[CAUSES])
{
	const struct loss *loss = skel_loss();

	memset(counts, 0, CAUSES * sizeof(counts[0]));
	if (!loss)
		return;
	counts[RING_FULL] = loss->ring_full;
	counts[MAP_FULL] = loss->map_full;
	counts[NO_START] = loss->no_start;
	counts[RECURSION] = recursion_misses();
	counts[UNREADABLE] = loss->unreadable;
	counts[TRUNCATED] = loss->truncated;
}

static void json_counts(struct out *out, const __u64 counts[CAUSES])
{
	for (int i = 0; i < CAUSES; i++)
		out_json_uint(out, causes[i].key, counts[i]);
}

void report_loss(struct out *out)
{
	__u64 now = out_now_ns(), counts[CAUSES];
	bool grew = false;

	if (now < reported.next_ns)
		return;
	reported.next_ns = now + NS_PER_S;
	get_counts(counts);
	for (int i = 0; i < CAUSES; i++) {
		if (counts[i] == reported.counts[i])
			continue;
		grew = true;
		if (causes[i].lost)
			log_warn(causes[i].message, counts[i] - reported.counts[i]);
	}
	memcpy(reported.counts, counts, sizeof(counts));
	if (!grew || !out->args->json)
		return;
	out_line(out, "lost", now);
	json_counts(out, counts);
	out_end_line(out);
}

static void summary_line(struct out *out, const __u64 counts[CAUSES], __u64 lost)
{
	__u64 now = out_now_ns();

	out_line(out, "summary", now);
	out_json_uint(out, "duration_ns", now - out->start_ns);
	out_json_uint(out, "events", out->records);
	out_json_uint(out, "lost", lost);
	json_counts(out, counts);
	out_end_line(out);
}

int report_end(struct out *out)
{
	__u64 counts[CAUSES], lost = 0;

	get_counts(counts);
	for (int i = 0; i < CAUSES; i++) {
		if (causes[i].lost)
			lost += counts[i];
		else if (counts[i] && causes[i].message)
			log_warn(causes[i].message, counts[i]);
	}
	for (int i = 0; i < CAUSES; i++)
		if (causes[i].lost && counts[i] > reported.counts[i])
			log_warn(causes[i].message, counts[i] - reported.counts[i]);
	if (lost)
		log_warn("%llu shown, %llu lost in all", out->records, lost);
	if (out->args->json)
		summary_line(out, counts, lost);
	return lost && out->args->strict ? -EIO : 0;
}
