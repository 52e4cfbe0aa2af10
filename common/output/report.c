// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include "core/clock.h"
#include "core/log.h"
#include "output/metrics.h"
#include "output/report.h"
#include "core/skel.h"

#define MEASURE_S 5

/* All causes in the order of the report, with their messages to the user. */
enum { RING_FULL, MAP_FULL, NO_START, RECURSION, UNREADABLE, TRUNCATED, CAUSES };

static struct {
	const char *key;
	const char *message;		/* contains one %llu; NULL: no message */
	bool lost;			/* a whole event is lost, not only a part of one */
} causes[CAUSES] = {
	[RING_FULL] = { "ring_full", "lost %llu events: the ring buffer was full "
			"(increase --ring-size)", true },
	[MAP_FULL] = { "map_full", "lost %llu entries: a table in the kernel was full", true },
	[NO_START] = { "no_start", "lost %llu events: their start was not seen", true },
	[RECURSION] = { "recursion", "lost up to %llu events: the kernel skips a program "
			"that interrupts itself", true },
	[UNREADABLE] = { "unreadable", "%llu strings could not be read", false },
	[TRUNCATED] = { "truncated", "%llu strings were truncated", false },
};

void report_recursion_repaired(void)
{
	causes[RECURSION].message = NULL;
	causes[RECURSION].lost = false;
}

static struct {
	__u64 counts[CAUSES];		/* at the last report */
	__u64 next_ns;			/* no report before this time */
} reported;

/*
 * Sum what the kernel counts for the programs.  recursion_misses exists since v5.12
 * (9ed9e9ba2337, "bpf: Count the number of times recursion was prevented"): the runs that were
 * skipped because the program was already running on that CPU.
 */
static struct bpf_prog_info program_counts(void)
{
	struct bpf_prog_info sum = {};
	struct bpf_program *prog;

	if (!skel_object())
		return sum;
	bpf_object__for_each_program(prog, skel_object()) {
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);
		int fd = bpf_program__fd(prog);

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
			continue;
		sum.recursion_misses += info.recursion_misses;
		sum.run_time_ns += info.run_time_ns;
	}
	return sum;
}

/* --bpf-stats.  The kernel measures while the descriptor is open. */
static struct {
	volatile int stats_fd;		/* 0: not measuring */
	__u64 start_ns;
	__u64 run_ns, ns;		/* program run time, duration of the measurement */
} measured;

/* Stop measuring.  Also the handler of SIGALRM, so it makes only system calls. */
static void measure_stop(int signal)
{
	int error = errno;

	if (!measured.stats_fd)
		return;
	measured.run_ns = program_counts().run_time_ns - measured.run_ns;
	measured.ns = clock_now_ns() - measured.start_ns;
	close(measured.stats_fd);
	measured.stats_fd = 0;
	errno = error;
}

/* Send SIGALRM after @seconds; 0: not at all. */
static void set_alarm(time_t seconds)
{
	struct sigaction action = { .sa_handler = measure_stop, .sa_flags = SA_RESTART };
	struct itimerval timer = { .it_value.tv_sec = seconds };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigaction(SIGALRM, &action, NULL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

void report_measure_start(const struct common_args *args)
{
	int fd = args->bpf_stats ? bpf_enable_stats(BPF_STATS_RUN_TIME) : 0;

	if (fd < 0) {
		log_warn("--bpf-stats: the kernel does not measure: %s", strerror(errno));
		return;
	}
	if (!fd)
		return;
	measured.stats_fd = fd;
	measured.start_ns = clock_now_ns();
	measured.run_ns = program_counts().run_time_ns;
	set_alarm(MEASURE_S);
}

/* Stop measuring, unless that was already done. */
static void measure_end(void)
{
	if (!measured.stats_fd)
		return;
	set_alarm(0);
	measure_stop(0);
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
	counts[RECURSION] = program_counts().recursion_misses;
	counts[UNREADABLE] = loss->unreadable;
	counts[TRUNCATED] = loss->truncated;
}

static void json_counts(struct json *json, const __u64 counts[CAUSES])
{
	for (int i = 0; i < CAUSES; i++)
		json_uint(json, causes[i].key, counts[i]);
	json_end(json);
}

void report_loss(struct out *out)
{
	__u64 now = clock_now_ns(), counts[CAUSES];
	struct json json;
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
	out_line(out, &json, "lost", now);
	json_counts(&json, counts);
}

static struct {
	report_metrics_fn fn;
	void *ctx;
} more;

void report_more_metrics(report_metrics_fn fn, void *ctx)
{
	more.fn = fn;
	more.ctx = ctx;
}

static void lost_metrics(const char *tool, struct text *text)
{
	__u64 counts[CAUSES];

	get_counts(counts);
	metrics_family(text, "sixty_lost_total", "counter",
		       "Lost events, and strings that are missing or truncated.");
	for (int i = 0; i < CAUSES; i++)
		metrics_sample(text, "sixty_lost_total", counts[i], "tool", tool,
			       "reason", causes[i].key, NULL);
}

int report_metrics(const struct common_args *args, const struct metrics *metrics)
{
	static int said;		/* last error: a full disk is reported once */
	struct text text = {};
	int err;

	metrics_text(metrics, &text);
	lost_metrics(args->tool, &text);
	if (more.fn)
		more.fn(more.ctx, &text);
	err = metrics_save(args->metrics, &text);
	text_free(&text);
	if (err && err != said)
		log_err(err, "cannot write metrics to '%s'", args->metrics);
	said = err;
	return err;
}

static void summary_line(struct out *out, const __u64 counts[CAUSES], __u64 lost)
{
	__u64 now = clock_now_ns();
	struct json json;

	out_line(out, &json, "summary", now);
	json_uint(&json, "duration_ns", now - out->stamp.start_ns);
	json_uint(&json, "events", out->records);
	json_uint(&json, "lost", lost);
	measure_end();
	if (measured.ns) {
		json_uint(&json, "bpf_run_ns", measured.run_ns);
		json_uint(&json, "bpf_measured_ns", measured.ns);
	}
	json_counts(&json, counts);
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
		log_warn("%llu shown, %llu lost in total", out->records, lost);
	if (out->args->json)
		summary_line(out, counts, lost);
	return lost && out->args->strict ? -EIO : 0;
}
