// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* gethostlatency - how long host names take to look up.  See gethostlatency(8). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/args.h"
#include "core/clock.h"
#include "core/hooks.h"
#include "core/log.h"
#include "core/map.h"
#include "core/permission.h"
#include "output/out.h"
#include "output/process.h"
#include "core/run.h"
#include "core/self.h"
#include "core/skel.h"
#include "libc.h"
#include "options.h"
#include "result.h"
#include "uprobe.h"
#include "columns.h"
#include "gethostlatency.h"
#include "gethostlatency.skel.h"

/*
 * Time between two scans of all processes: if a program was executed whose libc is not known yet;
 * and otherwise, to find libcs that a running process has loaded, or that are no longer used.  No
 * scan is needed while no program is executed and the tool's own libc is the only one in use.
 */
#define SCAN_UNKNOWN_NS (5 * NS_PER_S)
#define SCAN_KNOWN_NS (60 * NS_PER_S)
#define SCAN_SHARE 100		/* at least this multiple of a scan's duration: 1 % of a CPU */
#define AGAIN_MAX 256		/* executed programs that are checked a second time */

static struct {
	struct gethostlatency_bpf *skel;
	struct out out;
	bool multi;			/* one link for all functions */
	int libc_fd;			/* of opt.libc */
	struct uprobe_places places;	/* in it */
	size_t attached;		/* libcs, so far */
	int error;			/* negative errno of the first one that failed */
	pid_t again[AGAIN_MAX];		/* executed programs whose libc is not known yet */
	size_t n_again;
	__u64 scan_end_ns, scan_length_ns;	/* of the last scan */
	__u64 next_scan_ns;		/* ~0: none is planned */
	__u64 lost;			/* events lost before the last scan */
} state;

/* Programs by call; [CALL_NONE]: programs that serve any call. */
struct programs {
	struct bpf_program *enter, *leave;
};

static struct programs programs_of(const struct gethostlatency_bpf *skel, __u64 call)
{
	const struct programs programs[CALLS] = {
		{ skel->progs.enter_any, skel->progs.leave_any },
		{ skel->progs.enter_getaddrinfo, skel->progs.leave_getaddrinfo },
		{ skel->progs.enter_gethostbyname, skel->progs.leave_gethostbyname },
		{ skel->progs.enter_gethostbyname2, skel->progs.leave_gethostbyname2 },
		{ skel->progs.enter_gethostbyname_r, skel->progs.leave_gethostbyname_r },
		{ skel->progs.enter_gethostbyname2_r, skel->progs.leave_gethostbyname2_r },
	};

	return programs[call];
}

/* Keep @link, a descriptor or an error, with @libc. */
static int add_link(struct libc *libc, int link)
{
	if (link < 0)
		return link;
	if (libc->n_links == LIBC_LINKS_MAX) {
		close(link);
		return -E2BIG;
	}
	libc->links[libc->n_links++] = link;
	return 0;
}

/*
 * Attach to the returns first: a call that begins in between is then not timed.  Otherwise its
 * begin would be recorded, but never its end.
 */
static int attach_all(struct libc *libc, int fd, const struct uprobe_places *places)
{
	struct programs any = programs_of(state.skel, CALL_NONE);
	int err = 0;

	if (state.multi) {
		err = add_link(libc, uprobe_attach_multi(any.leave, fd, places, true));
		return err ? err : add_link(libc, uprobe_attach_multi(any.enter, fd, places, false));
	}
	for (size_t i = 0; i < places->n && !err; i++) {
		struct programs one = programs_of(state.skel, places->which[i]);

		err = add_link(libc, uprobe_attach(one.leave, fd, places->offsets[i], true));
		if (!err)
			err = add_link(libc, uprobe_attach(one.enter, fd, places->offsets[i], false));
	}
	return err;
}

static void attach_libc(void *ctx, struct libc *libc, const struct libc_found *found)
{
	int err = found->error;

	if (!err && !found->places->n)
		err = -ENOENT;
	if (!err)
		err = attach_all(libc, found->fd, found->places);
	if (!err)
		state.attached++;
	else if (!state.error)
		state.error = err;
	if (!err && opt.common.verbose)
		log_warn("attached to %zu functions of %s", found->places->n, found->path);
	if (err == -EOPNOTSUPP && state.attached)
		log_warn("cannot see the calls in %s: it is not 64-bit", found->path);
	else if (err && (state.attached || opt.common.verbose))
		log_err(err, "cannot attach to %s", found->path);
}

/* Return why nothing could be attached, or 0 if there was nothing to attach to. */
static int attach_failed(void)
{
	int err = state.error;

	if (err == -EPERM || err == -EACCES)
		return permission_denied(state.multi ? PERMISSION_BPF : PERMISSION_PERF);
	if (err == -EOPNOTSUPP)
		return hooks_missing("uprobes (CONFIG_UPROBE_EVENTS)");
	return err ? log_err(err, "cannot attach to libc") : 0;
}

/* Scan again @after_ns after the last scan, unless an earlier scan is planned. */
static void plan_scan(__u64 after_ns)
{
	__u64 least_ns = SCAN_SHARE * state.scan_length_ns;
	__u64 due = state.scan_end_ns + (after_ns > least_ns ? after_ns : least_ns);

	if (due < state.next_scan_ns)
		state.next_scan_ns = due;
}

/* Scan all processes, or the one of -p if /proc shows it under that number. */
static unsigned int scan(void)
{
	__u64 start = clock_now_ns();
	unsigned int denied = 0;
	pid_t pid = opt.common.filter.pid;

	state.lost = skel_loss()->ring_full;
	if (!pid || !self_proc_is_ours())
		denied = libc_look_all(attach_libc, NULL);
	else if (libc_look(pid, attach_libc, NULL) < 0)
		denied = 1;
	state.scan_end_ns = clock_now_ns();
	state.scan_length_ns = state.scan_end_ns - start;
	state.next_scan_ns = ~0ULL;
	if (libc_count() > 1)
		plan_scan(SCAN_KNOWN_NS);
	return denied;
}

static int attach_one(void)
{
	libc_use(opt.libc, state.libc_fd, &state.places, attach_libc, NULL);
	return attach_failed();
}

static int attach_mapped(void)
{
	unsigned int denied = scan();

	if (!state.attached && attach_failed())
		return state.error;
	/* Do not warn root in each scan about a few processes that deny access. */
	if (denied && (geteuid() || opt.common.verbose))
		log_warn("cannot look at %u of the processes: if their libc is another one, its "
			 "calls are not seen (CAP_SYS_PTRACE)", denied);
	if (!state.attached)
		log_warn("no libc found: static programs are not seen");
	return 0;
}

/* A new program has mapped its libc by now, or will do so soon. */
static void print_exec(const struct exec_event *e)
{
	pid_t pid = self_proc_id(e->head.pid, e->head.ns_pid);

	plan_scan(SCAN_KNOWN_NS);
	if (pid && libc_look(pid, attach_libc, NULL) != 0)
		return;
	/*
	 * The process is in another PID namespace.  A scan may find its libc in a process of this
	 * namespace.
	 */
	if (pid && state.n_again < AGAIN_MAX)
		state.again[state.n_again++] = pid;
	else
		plan_scan(SCAN_UNKNOWN_NS);
}

static void print_result(struct out *out, const struct lookup_event *e)
{
	bool addrinfo = e->call == CALL_GETADDRINFO;
	int error = addrinfo ? e->ret : e->h_errno_;

	if (e->waiting) {
		out_name(out, COL_RESULT, "waiting");
		return;
	}
	if (!error)
		out_name(out, COL_RESULT, "ok");
	else
		out_name(out, COL_RESULT, addrinfo ? result_eai(error) : result_h_errno(e));
	if (addrinfo || error != H_ERRNO_UNKNOWN)
		out_int(out, COL_ERROR, error);
}

/* Names longer than libc accepts are truncated. */
static void print_host(struct out *out, const struct lookup_event *e)
{
	static char host[HOST_LEN + sizeof("...")];

	out_bool(out, COL_TRUNCATED, e->host_size == HOST_SIZE);
	if (!e->host_size)
		return;
	snprintf(host, sizeof(host), "%.*s%s", HOST_LEN, e->host,
		 e->host_size == HOST_SIZE ? "..." : "");
	out_str(out, COL_HOST, host, sizeof(host));
}

static void print_lookup(struct out *out, const struct lookup_event *e)
{
	out_event(out, &e->head);
	out_uint(out, COL_UID, e->head.uid);
	out_task(out, COL_PID, COL_TID, &e->head);
	out_str(out, COL_COMM, e->head.comm, sizeof(e->head.comm));
	out_uint(out, COL_LATENCY, e->latency_ns);
	out_name(out, COL_CALL, lookup_calls[e->call]);
	print_host(out, e);
	print_result(out, e);
	out_end(out);
}

/* True if the call is known, and the host among the @size bytes of @e and ends with a NUL. */
static bool is_whole(const struct lookup_event *e, size_t size)
{
	const size_t before = offsetof(struct lookup_event, host);

	return size >= before && e->call > CALL_NONE && e->call < CALLS &&
	       e->host_size <= HOST_SIZE && e->host_size <= size - before &&
	       (!e->host_size || !e->host[e->host_size - 1]);
}

static void print_event(void *ctx, const void *event, size_t size)
{
	if (size == sizeof(struct exec_event))
		print_exec(event);
	else if (run_whole(is_whole(event, size)))
		print_lookup(ctx, event);
}

/* Print a call that has not returned, with its time up to now. */
static void print_waiting(struct out *out, struct lookup_event *e)
{
	e->latency_ns = clock_now_ns() - e->head.ns;
	e->head.ns += e->latency_ns;
	e->waiting = 1;
	print_lookup(out, e);
}

/* Print the calls that are running when the tool stops: their name server may be silent. */
static void print_running(struct out *out)
{
	static struct lookup_event e;
	__u32 *tids;
	ssize_t n = map_keys(state.skel->maps.running, (void **)&tids);

	for (ssize_t i = 0; i < n && !out_enough(out); i++)
		if (!bpf_map_lookup_elem(bpf_map__fd(state.skel->maps.running), &tids[i], &e) &&
		    run_whole(is_whole(&e, sizeof(e))))
			print_waiting(out, &e);
	free(tids);
}

static void tick(void *ctx, bool last)
{
	if (last)
		print_running(ctx);
	if (last || opt.libc)
		return;
	for (size_t i = 0; i < state.n_again; i++)
		if (libc_look(state.again[i], attach_libc, NULL) == 0)
			plan_scan(SCAN_UNKNOWN_NS);
	state.n_again = 0;
	if (skel_loss()->ring_full != state.lost)
		plan_scan(SCAN_UNKNOWN_NS);
	if (clock_now_ns() >= state.next_scan_ns)
		scan();
}

static void choose_hooks(struct gethostlatency_bpf *skel)
{
	struct programs programs;

	state.multi = uprobe_has_multi();
	for (__u64 call = state.multi ? CALL_NONE : CALL_NONE + 1;
	     call < (state.multi ? 1 : CALLS); call++) {
		programs = programs_of(skel, call);
		hooks_enable(programs.enter, programs.leave, NULL);
		bpf_program__set_autoattach(programs.enter, false);
		bpf_program__set_autoattach(programs.leave, false);
		if (!state.multi)
			continue;
		uprobe_use_multi(programs.enter);
		uprobe_use_multi(programs.leave);
	}
	if (!state.multi)
		uprobe_use_events();
	if (!opt.libc)
		hooks_enable(skel->progs.exec, NULL);
	skel->rodata->task_storage = hooks_task_storage(skel->maps.thread_storage,
							skel->maps.thread_hash, true);
}

static int trace(struct gethostlatency_bpf *skel)
{
	int err;

	state.skel = skel;
	choose_hooks(skel);
	err = state.multi ? uprobe_check_return() : 0;
	if (!err)
		err = skel_start(skel->skeleton, &opt.common, &skel->rodata->config,
				 &skel->bss->loss);
	if (!err)
		err = opt.libc ? attach_one() : attach_mapped();
	if (err)
		return err;
	libc_keep_privileges(state.multi);
	out_start(&state.out, &opt.common, NULL);
	return run_events(&state.out, skel->maps.events, print_event, tick, &state.out);
}

/* Check that the file of -l is a libc, before anything is attached. */
static void check_libc(const char *path)
{
	state.libc_fd = libc_open(path, &state.places);
	if (state.libc_fd < 0)
		args_fail("cannot use libc '%s': %s", path, libc_problem(state.libc_fd));
	if (!state.places.n)
		args_fail("cannot use libc '%s': it has no function that looks up hosts", path);
}

int main(int argc, char **argv)
{
	struct gethostlatency_bpf *skel;
	int err;

	args_parse("gethostlatency", &record_table, &gethostlatency_argp, argc, argv, &opt.common);
	libc_start(&(struct libc_functions){ lookup_calls, CALLS }, !opt.common.no_sandbox);
	if (opt.libc)
		check_libc(opt.libc);
	skel = gethostlatency_bpf__open_opts(skel_open_opts(&opt.common));
	if (!skel)
		return skel_open_failed();
	err = trace(skel);
	libc_end();
	gethostlatency_bpf__destroy(skel);
	return log_exit_code(err);
}
