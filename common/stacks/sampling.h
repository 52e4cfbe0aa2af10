/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Run a BPF program at a frequency on every CPU, also on those that come later. */
#ifndef COMMON_SAMPLING_H
#define COMMON_SAMPLING_H

#include <stdbool.h>
#include <linux/types.h>

struct bpf_program;
struct sampling;

struct sampling_args {
	__u64 hertz;		/* or, if 0, */
	__u64 period;		/* events between two samples: cycles, or ns of the clock */
	int cpu;		/* -1: all */
};

/*
 * Start: by the CPUs' own cycle counters, or where there are none (most virtual
 * machines) by the kernel's clock.  Returns 0 or a negative errno, with a message.
 */
int sampling_start(struct sampling **result, const struct sampling_args *args,
		   const struct bpf_program *prog);

/* Look for CPUs that came or went, at most once a second: call often. */
void sampling_tick(struct sampling *sampling);

/* What is counted: the kernel's clock, or cycles; its name; on how many CPUs. */
bool sampling_by_clock(const struct sampling *sampling);
const char *sampling_event(const struct sampling *sampling);
unsigned int sampling_cpus(const struct sampling *sampling);

/*
 * How many samples the time until sampling_stop() had room for on CPUs that were
 * not idle (in steps of 10 ms); 0: unknown, as cycles do not go by the clock.  There are fewer where a CPU was held up, as
 * a virtual one is by its host.
 */
__u64 sampling_due(const struct sampling *sampling);

/* No samples any more; what was asked above stays as it was. */
void sampling_stop(struct sampling *sampling);
void sampling_free(struct sampling *sampling);

/* The largest frequency the kernel allows. */
unsigned long sampling_most_hertz(void);

/* True if CPU @cpu is online. */
bool sampling_cpu_online(unsigned int cpu);

#endif /* COMMON_SAMPLING_H */
