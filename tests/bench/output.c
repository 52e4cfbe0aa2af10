// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Measure the cost of printing an event: opensnoop's print function on handwritten events, to
 * /dev/null.  Prints the CPU time of the process in nanoseconds per event, the minimum and the
 * median of several runs, which alternate.
 *
 *	make build/bench_output && build/bench_output [EVENTS [RUNS]]
 */
#include <errno.h>
#include <stdio.h>
#define main opensnoop_main
#include "../../tools/opensnoop/opensnoop.c"
#undef main
#include "core/clock.h"

#define BATCH 1024			/* events between two writes, as in common/core/run.c */
#define RUNS_MAX 101

/* Ways to print. */
static const struct way {
	const char *name;
	bool json;
	const char *columns;
} ways[] = {
	{ "text", false, NULL },
	{ "text, all columns", false, "uid,pid,tid,comm,fd,err,call,flags,mode,path" },
	{ "JSON", true, NULL },
	{ "JSON, three columns", true, "pid,err,path" },
};

static double runs[ARRAY_SIZE(ways)][RUNS_MAX];

/* Consecutive events, as in the ring buffer. */
static struct {
	char bytes[BATCH * 160];
	const void *at[BATCH];
	size_t size[BATCH];
} ring;

/* Use as many processes, descriptors and names as a busy machine has. */
static void fill_ring(void)
{
	static struct open_event event = {
		.head = { .ns = 1500000000, .cgroup_id = 1, .uid = 1000, .comm = "postgres" },
		.flags = O_RDONLY | O_CLOEXEC | O_LARGEFILE,
		.call = OPEN_OPENAT,
	};
	char *end = ring.bytes;

	for (unsigned int i = 0; i < BATCH; i++) {
		event.head.ns += 4000;
		event.head.pid = event.head.tid = 4000 + i % 1000;
		event.ret = i % 7 ? (int)(i % 50) : -ENOENT;
		snprintf(event.text, sizeof(event.text), "/usr/lib/x86_64-linux-gnu/lib%05u.so",
			 i % 100);
		ring.size[i] = offsetof(struct open_event, text) + strlen(event.text) + 1;
		ring.at[i] = memcpy(end, &event, ring.size[i]);
		end += (ring.size[i] + 15) & ~7UL;	/* with the header of a record */
	}
}

static double run(const struct way *way, unsigned long n)
{
	struct common_args args = { .tool = "opensnoop", .table = &record_table,
				    .json = way->json, .columns = way->columns };
	FILE *null = fopen("/dev/null", "we");
	struct out out;
	__u64 ns;

	out_init(&out, &args);
	out.sink.fd = null ? fileno(null) : -1;
	ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	for (unsigned long i = 0; i < n; i++) {
		print_event(&out, ring.at[i % BATCH], ring.size[i % BATCH]);
		if (i % BATCH == BATCH - 1)
			out_flush(&out);
	}
	out_flush(&out);
	ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - ns;
	text_free(&out.text);
	if (null)
		fclose(null);
	return (double)ns / n;
}

static int by_size(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
	unsigned long times = argc > 2 ? strtoul(argv[2], NULL, 10) : 7;

	if (!n || !times || times > RUNS_MAX) {
		fprintf(stderr, "usage: %s [EVENTS [RUNS]]; at most %d runs\n", argv[0], RUNS_MAX);
		return 64;
	}
	fill_ring();
	for (unsigned long i = 0; i < times; i++)
		for (size_t way = 0; way < ARRAY_SIZE(ways); way++)
			runs[way][i] = run(&ways[way], n);
	for (size_t way = 0; way < ARRAY_SIZE(ways); way++) {
		qsort(runs[way], times, sizeof(runs[way][0]), by_size);
		printf("%-22s %4.0f ns an event (least %.0f)\n", ways[way].name,
		       runs[way][times / 2], runs[way][0]);
	}
	return 0;
}
