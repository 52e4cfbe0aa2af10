// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#include "core/clock.h"
#include "core/follow.h"
#include "core/log.h"
#include "core/privilege.h"
#include "output/count.h"
#include "output/metrics.h"
#include "output/report.h"
#include "core/run.h"
#include "core/skel.h"

#define TICK_NS (50 * NS_PER_MS)	/* maximum delay before an event is shown, by default */
#define IDLE_TICK_NS (500 * NS_PER_MS)	/* delay while idle; the next event wakes the reader */
#define DRAIN_TRIES 200			/* one per millisecond */
/*
 * Number of events after which the loop writes the output and checks signals and the clock.  Their
 * text stays in the CPU's cache until it is written.  With 4096, JSON takes 15 % more time per
 * event.
 */
#define BATCH 1024

struct loop {
	struct out *out;
	int epoll;
	__u64 deadline_ns;		/* end of --duration; ~0: none */
	struct metrics *metrics;	/* of --metrics; NULL: not used */
	__u64 metrics_ns;		/* time of the next write */
	struct count *count;		/* of --count-by; NULL: print records */
	__u64 count_ns;			/* when to print its rows next; ~0: at the end */
	unsigned long counts_left;	/* tables to print, including the last; 0: no limit */
	bool stopping;

	/* used only by run_events() */
	run_event_fn fn;
	void *ctx;
	int batch;			/* events consumed since the last check */
};

static int watch(struct loop *loop, int fd, __u32 events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	if (!epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) || errno == EPERM)
		return 0;		/* EPERM: a regular file, which is always ready */
	return log_err(-errno, "cannot watch file descriptor %d", fd);
}

static const int ends[] = { SIGINT, SIGTERM, SIGHUP };

void run_reset_signals(void)
{
	signal(SIGPIPE, SIG_IGN);	/* write() returns EPIPE instead */
	signal(SIGXFSZ, SIG_IGN);	/* write() returns EFBIG instead */
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		signal(ends[i], SIG_DFL);	/* the shell's & ignores SIGINT */
}

void run_block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		sigaddset(&set, ends[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Set up counting of all records for --count-by. */
static void observe_count(struct loop *loop)
{
	const struct interval_args *interval = &loop->out->args->count.interval;
	struct out *out = loop->out;

	if (!out->args->count.by)
		return;
	loop->count = count_new(out->args);
	loop->count_ns = interval->interval ? out->stamp.start_ns + interval->interval * NS_PER_S : ~0ULL;
	loop->counts_left = interval->count;
	out_observe(out, count_record, loop->count, count_columns(loop->count));
}

/* Set up counting of all records for --metrics. */
static void observe_metrics(struct loop *loop)
{
	struct out *out = loop->out;

	if (!out->args->metrics)
		return;
	loop->metrics = metrics_new(out->args->tool, out->table);
	out_observe(out, metrics_record, loop->metrics, metrics_columns(loop->metrics));
}

static int loop_start(struct loop *loop, struct out *out)
{
	sigset_t set;
	int signals;

	*loop = (struct loop){ .out = out, .deadline_ns = ~0ULL };
	observe_count(loop);
	observe_metrics(loop);
	if (out->args->duration)
		loop->deadline_ns = out->stamp.start_ns + out->args->duration * NS_PER_S;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (signals < 0 || loop->epoll < 0)
		return log_err(-errno, "cannot wait for signals");
	out->sink.stop_fd = signals;
	out->sink.stop_ns = out->args->duration ? loop->deadline_ns : 0;
	if (watch(loop, signals, EPOLLIN))
		return -errno;
	report_measure_start(out->args);
	privilege_drop(out->args);
	return watch(loop, STDOUT_FILENO, 0);	/* EPOLLERR: the reader is gone */
}

/* Sleep until @until_ns or an event. */
static void loop_wait(struct loop *loop, int ring, __u64 until_ns)
{
	__u64 now = clock_now_ns();
	struct epoll_event event;
	int ms = 0;

	if (until_ns > loop->deadline_ns)
		until_ns = loop->deadline_ns;
	if (loop->count && until_ns > loop->count_ns)
		until_ns = loop->count_ns;
	if (follow_wanted() && until_ns > now + FOLLOW_NS)
		until_ns = now + FOLLOW_NS;
	if (until_ns > now)
		ms = (until_ns - now + NS_PER_MS - 1) / NS_PER_MS > 1000000 ? 1000000 :
		     (int)((until_ns - now + NS_PER_MS - 1) / NS_PER_MS);
	if (epoll_wait(loop->epoll, &event, 1, ms) > 0 && event.data.fd != ring)
		loop->stopping = true;
	if (clock_now_ns() >= loop->deadline_ns)
		loop->stopping = true;
}

/* Write the metrics if they are due.  A failure is reported but does not stop the run. */
static void write_metrics(struct loop *loop)
{
	__u64 now = clock_now_ns();

	if (!loop->metrics || now < loop->metrics_ns)
		return;
	report_metrics(loop->out->args, loop->metrics);
	loop->metrics_ns = now + METRICS_S * NS_PER_S;
}

/* Print the rows of --count-by if they are due.  The last ones are printed at the end. */
static void print_counts(struct loop *loop)
{
	if (!loop->count || clock_now_ns() < loop->count_ns)
		return;
	if (loop->counts_left == 1) {
		loop->stopping = true;
		return;
	}
	count_print(loop->count, loop->out);
	loop->out->sampled = 0;
	if (loop->counts_left)
		loop->counts_left--;
	loop->count_ns += loop->out->args->count.interval.interval * NS_PER_S;
}

/* Write the output and the losses.  Stop the loop on failure or if the limit is reached. */
static void loop_flush(struct loop *loop)
{
	follow_look(loop->out);
	report_loss(loop->out);
	print_counts(loop);
	write_metrics(loop);
	if (out_flush(loop->out) || out_enough(loop->out))
		loop->stopping = true;
}

static unsigned long damaged;		/* records */

bool run_whole(bool whole)
{
	damaged += !whole;
	return whole;
}

/* Finish both kinds of run.  It is not an error if the reader of the output is gone. */
static int loop_end(struct loop *loop, int err)
{
	struct out *out = loop->out;
	int loss, unwritten = 0;

	if (loop->count)
		count_print(loop->count, out);
	loss = report_end(out);
	if (loop->metrics)
		unwritten = report_metrics(out->args, loop->metrics);
	if (damaged)
		err = log_err(-EIO, "left out %lu damaged records: a bug, please report it",
			      damaged);

	out_flush(out);
	if (out->sink.error == -ETIMEDOUT && !err)
		err = log_err(out->sink.error, "nobody reads the output; the rest is lost");
	else if (out->sink.error && out->sink.error != -EPIPE && !err)
		err = log_err(out->sink.error, "cannot write the output");
	out_free(out);
	metrics_free(loop->metrics);
	count_free(loop->count);
	close(loop->epoll);
	if (!err)
		err = unwritten;
	return err ? err : loss;
}

/* Callback of libbpf.  A negative value ends the batch; the current event is consumed. */
static int take_event(void *ctx, void *event, size_t size)
{
	struct loop *loop = ctx;

	if (out_enough(loop->out))
		return -ECANCELED;
	loop->fn(loop->ctx, event, size);
	return ++loop->batch < BATCH && !out_enough(loop->out) ? 0 : -ECANCELED;
}

/* Consume one batch.  Return true if more events are waiting. */
static bool take_batch(struct loop *loop, struct ring_buffer *rb)
{
	loop->batch = 0;
	return ring_buffer__consume(rb) == -ECANCELED && !out_enough(loop->out);
}

static void events_until_stopped(struct loop *loop, struct ring_buffer *rb, int ring,
				 void (*tick)(void *ctx, bool last))
{
	__u64 busy_ns = loop->out->delay_ns ? loop->out->delay_ns : TICK_NS;
	__u64 next_tick = 0, last_event = 0;

	while (!loop->stopping) {
		bool more = take_batch(loop, rb);
		__u64 now = clock_now_ns(), tick_ns;

		if (loop->batch)
			last_event = now;
		tick_ns = now - last_event > 2 * EVENT_PAUSE_NS ? IDLE_TICK_NS : busy_ns;
		if (tick && now >= next_tick) {
			tick(loop->ctx, false);
			next_tick = now + TICK_NS;
		}
		loop_flush(loop);
		if (!loop->stopping)
			loop_wait(loop, ring, more ? 0 : now + tick_ns);
	}
}

/*
 * The programs are detached, so the size of the ring limits what is left.  But consuming stops
 * at a record that is still being written, and its (virtual) CPU may itself be waiting to run.
 * Retry until the ring is empty.
 */
static void drain(struct loop *loop, struct ring_buffer *rb, int ring)
{
	struct pollfd waiting = { .fd = ring, .events = POLLIN };

	for (int tries = 0; tries < DRAIN_TRIES; tries++) {
		while (take_batch(loop, rb) && !out_flush(loop->out))
			;
		if (out_enough(loop->out) || poll(&waiting, 1, 0) <= 0)
			return;
		usleep(1000);
	}
	log_warn("cannot read all events from the ring buffer");
}

int run_events(struct out *out, struct bpf_map *ring, run_event_fn fn,
	       void (*tick)(void *ctx, bool last), void *ctx)
{
	struct ring_buffer *rb;
	struct loop loop;
	int err;

	err = loop_start(&loop, out);
	if (err)
		return err;
	loop.fn = fn;
	loop.ctx = ctx;
	rb = ring_buffer__new(bpf_map__fd(ring), take_event, &loop, NULL);
	if (!rb)
		return log_err(-errno, "cannot map the ring buffer");

	/*
	 * Edge-triggered: the BPF side wakes the reader only when many events are in the ring;
	 * a wakeup for every event would defeat that.
	 */
	err = watch(&loop, bpf_map__fd(ring), EPOLLIN | EPOLLET);
	if (!err)
		events_until_stopped(&loop, rb, bpf_map__fd(ring), tick);
	skel_detach();
	drain(&loop, rb, bpf_map__fd(ring));
	if (tick)
		tick(ctx, true);
	err = loop_end(&loop, err);
	ring_buffer__free(rb);
	return err;
}

int run_interrupt_fd(struct out *out)
{
	struct signalfd_siginfo signal;

	while (read(out->sink.stop_fd, &signal, sizeof(signal)) == sizeof(signal))
		;
	out->sink.stop_ns = clock_now_ns();	/* the sink still knows that the run has ended */
	return out->sink.stop_fd;
}

int run_interval(struct out *out, const struct interval_args *interval, run_summary_fn fn,
		 void *ctx)
{
	__u64 seconds, due, done = 0;
	struct loop loop;
	int err;

	err = loop_start(&loop, out);
	seconds = interval->interval ? interval->interval : loop.metrics ? METRICS_S : 0;
	due = seconds ? out->stamp.start_ns + seconds * NS_PER_S : ~0ULL;
	while (!err && !loop.stopping) {
		loop_wait(&loop, -1, due);
		if (!loop.stopping && clock_now_ns() < due) {
			follow_look(out);
			continue;
		}
		if (loop.stopping || ++done == interval->count) {
			loop.stopping = true;
			skel_detach();
		}
		err = fn(ctx);
		loop.metrics_ns = 0;
		loop_flush(&loop);
		due += seconds * NS_PER_S;
	}
	return loop_end(&loop, err);
}
