// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <bpf/libbpf.h>

#include "core/failure.h"
#include "core/hooks.h"
#include "core/log.h"
#include "core/permission.h"
#include "core/skel.h"
#include "core/target.h"
#include "core/text.h"

#define LOG_BYTES (1U << 20)	/* per program; only pages that the kernel writes take memory */

static struct {
	struct text messages;
	bool verbose;
	char *logs;		/* logs of all programs, one after the other; NULL: not kept */
	size_t logs_bytes;
} state;

static int keep_message(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *message;
	int len;

	if (level == LIBBPF_DEBUG && !state.verbose)
		return 0;
	len = vasprintf(&message, fmt, ap);
	if (len < 0)
		return 0;
	if (state.verbose)
		fputs(message, stderr);
	else
		text_bytes(&state.messages, message, len);
	free(message);
	return len;
}

void failure_keep_messages(bool verbose)
{
	state.verbose = verbose;
	libbpf_set_print(keep_message);
}

void failure_watch(struct bpf_object *obj)
{
	struct bpf_program *prog = NULL;
	size_t n = 0;

	while ((prog = bpf_object__next_program(obj, prog)))
		n++;
	state.logs_bytes = n * LOG_BYTES;
	state.logs = mmap(NULL, state.logs_bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (state.logs == MAP_FAILED)
		state.logs = NULL;	/* without logs, refused programs are not named */
	n = 0;
	while (state.logs && (prog = bpf_object__next_program(obj, prog)))
		bpf_program__set_log_buf(prog, state.logs + n++ * LOG_BYTES, LOG_BYTES);
}

void failure_unwatch(void)
{
	if (state.logs)
		munmap(state.logs, state.logs_bytes);
	state.logs = NULL;
}

/* Return the program that has a verifier log, or NULL.  Only a failed verification leaves a log. */
static const struct bpf_program *refused_program(const struct bpf_object *obj, const char **log)
{
	struct bpf_program *prog = NULL;
	size_t n = 0;

	while (state.logs && (prog = bpf_object__next_program(obj, prog))) {
		*log = state.logs + n++ * LOG_BYTES;
		if (**log)
			return prog;
	}
	return NULL;
}

/* The project is tested on all supported kernels: a refused program is a bug or a wrong --btf. */
static int refused(const struct bpf_program *prog, const char *log, int err,
		   const struct common_args *args)
{
	if (state.verbose)
		fprintf(stderr, "%.*s\n", (int)LOG_BYTES, log);
	if (args->btf)
		log_warn("the kernel refused program %s with the types in '%s': are they from "
			 "this kernel?", bpf_program__name(prog), args->btf);
	else
		log_warn("the kernel refused program %s of %s: this is a bug, please report it "
			 "with the output of -v", bpf_program__name(prog), args->tool);
	return err == -EOPNOTSUPP || err == -EPERM || err == -EACCES ? -EINVAL : err;
}

static bool is_shortage(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOMEM;
}

void failure_show_messages(int err)
{
	if (state.messages.len && !is_shortage(err))
		fwrite(state.messages.at, 1, state.messages.len, stderr);
	state.messages.len = 0;
}

static bool is_denial(int err)
{
	return err == -EPERM || err == -EACCES;
}

/* Report a hook that the kernel lacks and return -EOPNOTSUPP, or 0 if there is none. */
static int missing_target(void)
{
	const struct bpf_program *prog = NULL;
	char what[160];

	while ((prog = skel_next_hook(prog)))
		if (target_is_missing(prog, what, sizeof(what)))
			return hooks_missing(what);
	return 0;
}

int failure_load(struct bpf_object *obj, int err, const struct common_args *args)
{
	const struct bpf_program *prog;
	const char *log;
	int shortage;

	if (is_shortage(err))
		return log_err(err, "cannot load the BPF programs");
	prog = refused_program(obj, &log);
	if (permission_locked_down() || (is_denial(err) && !prog))
		return permission_denied(PERMISSION_BPF);
	if (missing_target())
		return -EOPNOTSUPP;
	shortage = hooks_error();	/* libbpf may return another error for it */
	if (shortage)
		return shortage;
	if (prog)
		return refused(prog, log, err, args);
	log_err(err, "cannot load the BPF programs");
	failure_show_messages(err);
	return err;
}

int failure_attach(const struct bpf_program *prog, int err)
{
	if (err == -EPERM || err == -EACCES)
		return permission_denied(bpf_program__type(prog) == BPF_PROG_TYPE_KPROBE ?
					 PERMISSION_PERF : PERMISSION_BPF);
	if (err == -ENOENT)
		return hooks_missing(skel_hook_name(prog));
	log_err(err, "cannot attach to %s", skel_hook_name(prog));
	failure_show_messages(err);
	return err;
}
