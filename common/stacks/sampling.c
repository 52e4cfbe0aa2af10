// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/permission.h"
#include "core/text.h"
#include "stacks/sampling.h"

#define CPUS_MAX 8192			/* the largest NR_CPUS (x86) */

struct sampling {
	struct sampling_args args;
	const struct bpf_program *prog;
	struct bpf_link *links[CPUS_MAX];	/* by CPU; NULL: not sampled */
	unsigned int n;				/* number of sampled CPUs */
	__u64 busy_ns[CPUS_MAX];		/* at the start of sampling, by CPU */
	__u64 sampled_ns;			/* busy time of CPUs that are no longer sampled */
	bool clock;				/* uses the kernel's clock, not cycle counters */
	bool warned;
	__u64 next_look_ns;
	/* Read again and again: the sandbox lets a running tool open no files. */
	int online_fd, stat_fd;
	struct text text;			/* what was read last */
};

static unsigned long read_number(const char *path, unsigned long otherwise)
{
	FILE *f = fopen(path, "re");
	unsigned long number;

	if (!f)
		return otherwise;
	if (fscanf(f, "%lu", &number) != 1)
		number = otherwise;
	fclose(f);
	return number;
}

unsigned long sampling_most_hertz(void)
{
	return read_number("/proc/sys/kernel/perf_event_max_sample_rate", 100000);
}

/* Mark the CPUs of a list such as "0-3,5".  Return false if it is malformed. */
static bool parse_cpus(const char *list, bool online[CPUS_MAX])
{
	unsigned long first, last;
	char *end;

	memset(online, false, CPUS_MAX * sizeof(online[0]));
	do {
		first = last = strtoul(list, &end, 10);
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (unsigned long cpu = first; cpu <= last && cpu < CPUS_MAX; cpu++)
			online[cpu] = true;
		list = end + 1;
	} while (*end == ',');
	return *end == '\n' || *end == '\0';
}

/* Read a file of the kernel from its beginning.  The text ends with a NUL; false if that fails. */
static bool read_again(int fd, struct text *text)
{
	ssize_t n;

	text->len = 0;
	do {
		n = pread(fd, text_room(text, 4096), 4096, text->len);
		text->len += n > 0 ? n : 0;
	} while (n > 0);
	text_char(text, '\0');
	return n == 0;
}

static int open_online(void)
{
	return open("/sys/devices/system/cpu/online", O_RDONLY | O_CLOEXEC);
}

static bool read_online(int fd, struct text *text, bool online[CPUS_MAX])
{
	return read_again(fd, text) && parse_cpus(text->at, online);
}

bool sampling_cpu_online(unsigned int cpu)
{
	int fd = open_online();
	struct text text = {};
	bool online[CPUS_MAX], is;

	is = cpu < CPUS_MAX && read_online(fd, &text, online) && online[cpu];
	if (fd >= 0)
		close(fd);
	text_free(&text);
	return is;
}

static int open_event(const struct sampling *sampling, int cpu, bool clock)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = clock ? PERF_TYPE_SOFTWARE : PERF_TYPE_HARDWARE,
		.config = clock ? (__u64)PERF_COUNT_SW_CPU_CLOCK :
				  (__u64)PERF_COUNT_HW_CPU_CYCLES,
		.disabled = 1,
	};

	if (sampling->args.hertz) {
		attr.freq = 1;
		attr.sample_freq = sampling->args.hertz;
	} else {
		attr.sample_period = sampling->args.period;
	}
	return syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

/*
 * Return the time that @cpu was busy since boot, from /proc/stat (proc(5)).  Idle time
 * is excluded because a clock event need not fire on an idle CPU.  Steal time is
 * included: the CPU had something to run.
 */
static __u64 busy_ns(struct sampling *sampling, int cpu)
{
	unsigned long long user, nice, system, idle, iowait, irq, softirq, steal;
	const char *line = NULL;
	char name[16];

	snprintf(name, sizeof(name), "\ncpu%d ", cpu);
	if (read_again(sampling->stat_fd, &sampling->text))
		line = strstr(sampling->text.at, name);
	if (!line || sscanf(line + strlen(name), "%llu %llu %llu %llu %llu %llu %llu %llu", &user,
			    &nice, &system, &idle, &iowait, &irq, &softirq, &steal) != 8)
		return 0;
	return (user + nice + system + irq + softirq + steal) * (NS_PER_S / sysconf(_SC_CLK_TCK));
}

static int add_cpu(struct sampling *sampling, int cpu)
{
	struct bpf_link *link;
	int fd = -1;

	if (!sampling->clock)
		fd = open_event(sampling, cpu, false);
	if (fd < 0 && (sampling->clock || (errno != EACCES && errno != EPERM && errno != EMFILE))) {
		fd = open_event(sampling, cpu, true);
		sampling->clock |= fd >= 0 && sampling->n == 0;
	}
	if (fd < 0)
		return -errno;
	link = bpf_program__attach_perf_event(sampling->prog, fd);
	if (!link) {
		int err = -errno;

		close(fd);
		return err;
	}
	sampling->links[cpu] = link;
	sampling->busy_ns[cpu] = busy_ns(sampling, cpu);
	sampling->n++;
	return 0;
}

static void remove_cpu(struct sampling *sampling, int cpu)
{
	__u64 busy;

	if (!sampling->links[cpu])
		return;
	busy = busy_ns(sampling, cpu);
	if (busy > sampling->busy_ns[cpu])	/* an offline CPU is not in /proc/stat */
		sampling->sampled_ns += busy - sampling->busy_ns[cpu];
	bpf_link__destroy(sampling->links[cpu]);
	sampling->links[cpu] = NULL;
}

/* Mark the CPUs that should be sampled now in @online. */
static int wanted_cpus(struct sampling *sampling, bool online[CPUS_MAX])
{
	if (!read_online(sampling->online_fd, &sampling->text, online))
		return log_err(-EIO, "cannot read /sys/devices/system/cpu/online");
	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		online[cpu] = online[cpu] && (sampling->args.cpu < 0 || sampling->args.cpu == cpu);
	return 0;
}

/* Start and stop sampling so that exactly the online CPUs are sampled. */
static int update(struct sampling *sampling)
{
	bool online[CPUS_MAX] = {};
	int err, failed = 0;

	err = wanted_cpus(sampling, online);
	if (err)
		return err;
	for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
		if (sampling->links[cpu] && !online[cpu]) {
			remove_cpu(sampling, cpu);
			sampling->n--;
		}
		if (sampling->links[cpu] || !online[cpu])
			continue;
		err = add_cpu(sampling, cpu);
		if (err && err != -ENODEV && !failed)
			failed = err;
	}
	return failed;
}

static int start_failed(int err)
{
	if (err == -EPERM || err == -EACCES || permission_filtered(PERMISSION_PERF))
		return permission_denied(PERMISSION_PERF);
	if (err == -ENOENT || err == -EOPNOTSUPP || err == -ENOSYS) {
		log_warn("this kernel lacks perf events (CONFIG_PERF_EVENTS)");
		return -EOPNOTSUPP;
	}
	return log_err(err, "cannot sample the CPUs");
}

int sampling_start(struct sampling **result, const struct sampling_args *args,
		   const struct bpf_program *prog)
{
	struct sampling *sampling = calloc(1, sizeof(*sampling));
	int err;

	if (!sampling)
		return -ENOMEM;
	*result = sampling;
	sampling->args = *args;
	sampling->prog = prog;
	sampling->online_fd = open_online();
	sampling->stat_fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
	err = update(sampling);
	sampling->next_look_ns = clock_now_ns() + NS_PER_S;
	if (!err)
		return 0;
	sampling_free(sampling);
	*result = NULL;
	return start_failed(err);
}

void sampling_tick(struct sampling *sampling)
{
	__u64 now = clock_now_ns();
	int err;

	if (now < sampling->next_look_ns)
		return;
	sampling->next_look_ns = now + NS_PER_S;
	err = update(sampling);
	if (err && !sampling->warned)
		log_err(err, "cannot sample a CPU that came online");
	sampling->warned |= err != 0;
}

bool sampling_by_clock(const struct sampling *sampling)
{
	return sampling->clock;
}

const char *sampling_event(const struct sampling *sampling)
{
	return sampling->clock ? "cpu-clock" : "cycles";
}

unsigned int sampling_cpus(const struct sampling *sampling)
{
	return sampling->n;
}

void sampling_stop(struct sampling *sampling)
{
	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		remove_cpu(sampling, cpu);
}

__u64 sampling_due(const struct sampling *sampling)
{
	if (!sampling->clock)
		return 0;
	if (sampling->args.hertz)
		return (double)sampling->sampled_ns / NS_PER_S * sampling->args.hertz;
	return sampling->sampled_ns / sampling->args.period;
}

void sampling_free(struct sampling *sampling)
{
	if (!sampling)
		return;
	sampling_stop(sampling);
	if (sampling->online_fd >= 0)
		close(sampling->online_fd);
	if (sampling->stat_fd >= 0)
		close(sampling->stat_fd);
	text_free(&sampling->text);
	free(sampling);
}
