// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Measurements for tests/bench/run that a shell is too slow for.  Each prints lines
 * "METRIC VALUE".
 *
 * start COMMAND...		time from exec to the first output, memory, time from SIGINT to the end
 * cost COMMAND...		time, CPU time and peak of memory of a command that ends by itself
 * opens RATE SECONDS PATH	open PATH RATE times a second
 * execs RATE SECONDS PATH	run PATH RATE times a second
 * calls COUNT [TRACEPOINT...]	time of a getpid(), with an empty BPF program at each tracepoint
 *
 * The command of "start" gets a terminal as its output, so that it writes line by line.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "core/clock.h"

#define READY_MS 20000			/* longest wait for the first output */
#define SETTLE_NS (200 * NS_PER_MS)	/* from the first output to the measurement of memory */
#define CALLS_BATCH 20000		/* the fastest batch is the least disturbed one */

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void put(const char *metric, double value)
{
	printf("%s %.10g\n", metric, value);
}

/* Return the number after @key in /proc/PID/FILE, or 0. */
static long proc_number(pid_t pid, const char *file, const char *key)
{
	char path[64], line[256];
	long n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0)
			n = strtol(line + strlen(key), NULL, 10);
	if (f)
		fclose(f);
	return n;
}

static void wait_child(pid_t pid, int *status, struct rusage *usage)
{
	while (wait4(pid, status, 0, usage) < 0)
		if (errno != EINTR)
			fail("wait4");
}

static double cpu_us(const struct rusage *usage)
{
	return usage->ru_utime.tv_sec * 1e6 + usage->ru_utime.tv_usec +
	       usage->ru_stime.tv_sec * 1e6 + usage->ru_stime.tv_usec;
}

/* Read what the command prints until @until_ns.  Return false at the end of its output. */
static bool drain(int terminal, __u64 until_ns)
{
	struct pollfd output = { .fd = terminal, .events = POLLIN };
	char buffer[65536];

	for (__u64 now; (now = clock_ns(CLOCK_MONOTONIC)) < until_ns;) {
		if (poll(&output, 1, (until_ns - now) / NS_PER_MS + 1) <= 0)
			continue;
		if (read(terminal, buffer, sizeof(buffer)) <= 0)
			return false;
	}
	return true;
}

static int measure_start(char **command)
{
	struct pollfd output = { .events = POLLIN };
	__u64 start = clock_ns(CLOCK_MONOTONIC), ready, end;
	struct rusage usage;
	int status;
	pid_t pid;

	pid = forkpty(&output.fd, NULL, NULL, NULL);
	if (pid < 0)
		fail("forkpty");
	if (pid == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	if (poll(&output, 1, READY_MS) <= 0)
		fail("no output");
	ready = clock_ns(CLOCK_MONOTONIC);
	if (!drain(output.fd, ready + SETTLE_NS) || waitpid(pid, &status, WNOHANG)) {
		put("fails", 1);
		return 0;
	}
	put("ready_us", (ready - start) / 1000);
	put("peak_kib", proc_number(pid, "status", "VmHWM:"));
	put("pss_kib", proc_number(pid, "smaps_rollup", "Pss:"));
	put("anon_kib", proc_number(pid, "status", "RssAnon:"));
	end = clock_ns(CLOCK_MONOTONIC);
	kill(pid, SIGINT);
	drain(output.fd, end + READY_MS * NS_PER_MS);
	wait_child(pid, &status, &usage);
	put("exit_us", (clock_ns(CLOCK_MONOTONIC) - end) / 1000);
	put("start_cpu_us", cpu_us(&usage));
	return 0;
}

static int measure_cost(char **command)
{
	__u64 start = clock_ns(CLOCK_MONOTONIC);
	struct rusage usage;
	pid_t pid = fork();
	int status;

	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	wait_child(pid, &status, &usage);
	put("wall_ms", (clock_ns(CLOCK_MONOTONIC) - start) / NS_PER_MS);
	getrusage(RUSAGE_CHILDREN, &usage);
	put("cpu_ms", cpu_us(&usage) / 1000);
	put("peak_kib", usage.ru_maxrss);
	put("status", WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	return 0;
}

static void open_once(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
}

static void exec_once(const char *path)
{
	int status;
	pid_t pid = vfork();

	if (pid < 0)
		fail("vfork");
	if (pid == 0) {
		execl(path, path, NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
}

/*
 * Call it @rate times a second, in batches of one millisecond.  Delayed calls are made up for if
 * the machine is fast enough.
 */
static int measure_rate(void (*once)(const char *), unsigned long rate, unsigned long seconds,
			const char *path)
{
	__u64 start = clock_ns(CLOCK_MONOTONIC), total = rate * seconds, now;

	for (__u64 done = 0; done < total;) {
		__u64 due;

		now = clock_ns(CLOCK_MONOTONIC) - start;
		due = now / NS_PER_MS * rate / 1000 + rate / 1000 + 1;
		for (; done < due && done < total; done++)
			once(path);
		now = clock_ns(CLOCK_MONOTONIC) - start;
		if (done < total && now < done * NS_PER_S / rate)
			usleep((done * NS_PER_S / rate - now) / 1000);
	}
	put("operations", total);
	put("rate", total * 1e9 / (clock_ns(CLOCK_MONOTONIC) - start));
	return 0;
}

/* Attach a program that returns 0 to @tracepoint.  It stays as long as this process. */
static void attach_empty(const char *tracepoint)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int prog = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "empty", "GPL", insns, 2, NULL);

	if (prog < 0 || bpf_raw_tracepoint_open(tracepoint, prog) < 0)
		fail(tracepoint);
}

static int measure_calls(unsigned long count, char **tracepoints)
{
	__u64 least = ~0ULL, sum = 0;

	for (; *tracepoints; tracepoints++)
		attach_empty(*tracepoints);
	for (unsigned long done = 0; done < count; done += CALLS_BATCH) {
		__u64 start = clock_ns(CLOCK_MONOTONIC), ns;

		for (int i = 0; i < CALLS_BATCH; i++)
			syscall(SYS_getpid);
		ns = clock_ns(CLOCK_MONOTONIC) - start;
		sum += ns;
		if (ns < least)
			least = ns;
	}
	put("mean_ns_call", (double)sum / count);
	put("ns_call", (double)least / CALLS_BATCH);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (strcmp(what, "start") == 0)
		return measure_start(argv + 2);
	if (strcmp(what, "cost") == 0)
		return measure_cost(argv + 2);
	if ((strcmp(what, "opens") == 0 || strcmp(what, "execs") == 0) && argc == 5)
		return measure_rate(*what == 'o' ? open_once : exec_once,
				    strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), argv[4]);
	if (strcmp(what, "calls") == 0)
		return measure_calls(strtoul(argv[2], NULL, 10), argv + 3);
	fprintf(stderr, "usage: measure start|cost|opens|execs|calls ...; see the source\n");
	return 64;
}
