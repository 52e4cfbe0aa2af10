/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Run a BPF program at a fixed frequency on every CPU, including CPUs that come online later. */
#ifndef COMMON_SAMPLING_H
#define COMMON_SAMPLING_H

#include <stdbool.h>
#include <linux/types.h>

struct bpf_program;
struct sampling;

struct sampling_args {
	__u64 hertz;		/* 0: use the period */
	__u64 period;		/* between two samples: cycles, or ns of the clock */
	int cpu;		/* -1: all */
};

/*
 * Start sampling by the CPUs' cycle counters or, where there are none (most virtual
 * machines), by the kernel's clock.  Returns 0, or a negative errno after a message.
 */
int sampling_start(struct sampling **result, const struct sampling_args *args,
		   const struct bpf_program *prog);

/* Check for CPUs that went online or offline, at most once per second.  Call it often. */
void sampling_tick(struct sampling *sampling);

/*
 * Return whether the kernel's clock triggers the samples, the name of the event, and the number of
 * CPUs.
 */
bool sampling_by_clock(const struct sampling *sampling);
const char *sampling_event(const struct sampling *sampling);
unsigned int sampling_cpus(const struct sampling *sampling);

/*
 * Return the number of samples expected from the time that the CPUs were busy (in steps
 * of 10 ms) until sampling_stop(); 0: unknown, because cycles do not follow the clock.
 * Fewer samples arrive if the host of a virtual machine delayed a CPU.
 */
__u64 sampling_due(const struct sampling *sampling);

/* Stop sampling; the getters above keep their values. */
void sampling_stop(struct sampling *sampling);
void sampling_free(struct sampling *sampling);

/* Return the highest frequency that the kernel allows. */
unsigned long sampling_most_hertz(void);

/* Return true if CPU @cpu is online. */
bool sampling_cpu_online(unsigned int cpu);

#endif /* COMMON_SAMPLING_H */
