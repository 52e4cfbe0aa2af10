// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * hidden VECTOR... - does this machine hide interrupts or switches from BPF programs?
 *
 * The kernel counts each softirq in /proc/softirqs right before the tracepoint
 * irq/softirq_entry; a minimal program there counts them too.
 * Softirqs that only the kernel has counted ran where programs cannot see anything.
 * The same for switches between threads, by ctxt in /proc/stat and sched/sched_switch.
 *
 * VECTOR is a name from /proc/softirqs, such as NET_RX, or SWITCH.  Prints "ready", waits for
 * SIGTERM or for the death of its parent, and prints how many of these no program has seen.  That is a lower limit: the program's count is read first at the start and last
 * at the end.  Exit status 77: not permitted, or no such tracepoint.
 */
#include <err.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define VECTORS 16			/* more than NR_SOFTIRQS */

#define SWITCH VECTORS			/* index in seen and counted; other indexes are softirqs */
#define COUNTS (VECTORS + 1)

static unsigned long long seen[COUNTS], counted[COUNTS];
static char names[COUNTS][16] = { [SWITCH] = "SWITCH" };
static int softirqs, switches;		/* maps */

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int make_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(int),
		.value_size = sizeof(seen[0]),
		.max_entries = VECTORS,
	};

	int map = bpf(BPF_MAP_CREATE, &attr);

	if (map < 0)
		err(77, "BPF_MAP_CREATE");
	return map;
}

/*
 * Load a program whose first argument is the index in @map that it increments: the vector; or
 * whether the thread that leaves its CPU was preempted.
 */
static int load_program(int map)
{
	const struct bpf_insn insns[] = {
		/* *(u32 *)(r10 - 4) = vector */
		{ .code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 1 },
		{ .code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = 10, .src_reg = 1, .off = -4 },
		/* r0 = bpf_map_lookup_elem(map, r10 - 4) */
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD,
		  .imm = map },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -4 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem },
		/* if (r0) atomically add 1 to *r0 */
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 0, .off = 2 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = 1 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW, .dst_reg = 0, .src_reg = 1, .imm = BPF_ADD },
		/* return 0 */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = (unsigned long)insns,
		.insn_cnt = sizeof(insns) / sizeof(insns[0]),
		.license = (unsigned long)"GPL",
	};
	int program = bpf(BPF_PROG_LOAD, &attr);

	if (program < 0)
		err(77, "BPF_PROG_LOAD");
	return program;
}

/* Count at @tracepoint from now on.  Returns the map with the counts. */
static int count_at(const char *tracepoint)
{
	int map = make_map();
	union bpf_attr attr = {
		.raw_tracepoint = { .name = (unsigned long)tracepoint,
				    .prog_fd = load_program(map) },
	};

	if (bpf(BPF_RAW_TRACEPOINT_OPEN, &attr) < 0)
		err(77, "%s", tracepoint);
	return map;
}

static unsigned long long read_entry(int map, int key)
{
	unsigned long long value;
	union bpf_attr attr = {
		.map_fd = map, .key = (unsigned long)&key, .value = (unsigned long)&value,
	};

	if (bpf(BPF_MAP_LOOKUP_ELEM, &attr))
		err(1, "BPF_MAP_LOOKUP_ELEM");
	return value;
}

static void read_seen(void)
{
	for (int vector = 0; vector < VECTORS; vector++)
		seen[vector] = read_entry(softirqs, vector);
}

static void read_seen_switches(void)
{
	seen[SWITCH] = read_entry(switches, 0) + read_entry(switches, 1);
}

static void read_switches(void)
{
	char line[4096];
	FILE *f = fopen("/proc/stat", "r");

	while (f && fgets(line, sizeof(line), f) && sscanf(line, "ctxt %llu", &counted[SWITCH]) != 1)
		;
	if (!f)
		err(1, "/proc/stat");
	fclose(f);
}

/* Sum the CPUs' columns of a line of /proc/softirqs. */
static unsigned long long sum_line(char *at)
{
	unsigned long long sum = 0, value;
	char *end;

	for (;; at = end) {
		value = strtoull(at, &end, 10);
		if (end == at)
			return sum;
		sum += value;
	}
}

/* The lines are in the order of the vectors' numbers. */
static void read_counted(void)
{
	static char line[65536];
	FILE *f = fopen("/proc/softirqs", "r");

	if (!f || !fgets(line, sizeof(line), f))
		err(1, "/proc/softirqs");
	for (int vector = 0; vector < VECTORS && fgets(line, sizeof(line), f); vector++) {
		sscanf(line, " %15[^:]", names[vector]);
		counted[vector] = sum_line(strchr(line, ':') + 1);
	}
	fclose(f);
}

static int number_of(const char *name)
{
	for (int vector = 0; vector < COUNTS; vector++)
		if (strcmp(names[vector], name) == 0)
			return vector;
	errx(64, "no softirq '%s' in /proc/softirqs", name);
}

static void wait_for_end(void)
{
	sigset_t end;
	int signal;

	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	printf("ready\n");
	fflush(stdout);
	sigwait(&end, &signal);
}

int main(int argc, char **argv)
{
	unsigned long long hidden = 0, seen_before[COUNTS], counted_before[COUNTS];

	softirqs = count_at("softirq_entry");
	switches = count_at("sched_switch");
	read_seen();
	read_counted();
	read_seen_switches();	/* one after the other: each sleep has switches */
	read_switches();
	memcpy(seen_before, seen, sizeof(seen));
	memcpy(counted_before, counted, sizeof(counted));
	wait_for_end();
	read_switches();
	read_seen_switches();
	read_counted();
	usleep(20000);		/* for a softirq that was counted but has not reached the program */
	read_seen();
	for (int i = 1; i < argc; i++) {
		int vector = number_of(argv[i]);
		unsigned long long all = counted[vector] - counted_before[vector];
		unsigned long long shown = seen[vector] - seen_before[vector];

		hidden += all > shown ? all - shown : 0;
	}
	printf("%llu\n", hidden);
	return 0;
}
