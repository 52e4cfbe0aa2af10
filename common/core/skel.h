/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Opens, loads and attaches BPF objects.  Its error messages name a remedy.
 *
 * Every skeleton is a separate type, but all of them contain the same `struct
 * bpf_object_skeleton *skeleton`.  The tool makes the two calls that need the type,
 * <tool>_bpf__open_opts() and <tool>_bpf__destroy().  Everything else is done here.  There is
 * one skeleton per program.
 */
#ifndef COMMON_SKEL_H
#define COMMON_SKEL_H

#include <bpf/libbpf.h>
#include "core/args.h"
#include "config.h"
#include "loss.h"

/*
 * Return the options for <tool>_bpf__open_opts().  Exits with a message if BPF programs for
 * tracing are not permitted.  Without --verbose, the messages of libbpf are kept, and printed
 * only if loading then fails for an unknown reason.
 */
const struct bpf_object_open_opts *skel_open_opts(const struct common_args *args);

/* Report why <tool>_bpf__open_opts() returned NULL (errno).  Returns the exit code. */
int skel_open_failed(void);

/*
 * Load and attach every enabled program: those with SEC("tp_btf/...") and those that
 * hooks_enable() enabled.  Before that, fill @config (in the skeleton's .rodata) from @args,
 * and keep @loss (in its .bss) for the report.  Returns 0, -EPERM, -EOPNOTSUPP or the kernel's
 * error.
 */
int skel_start(struct bpf_object_skeleton *skeleton, const struct common_args *args,
	       struct config *config, const struct loss *loss);

/* Detach everything, so that nothing more is recorded.  Maps stay readable. */
void skel_detach(void);
bool skel_detached(void);

/* Return the object loaded by skel_start(), or NULL before that. */
const struct bpf_object *skel_object(void);

/* Return the BPF side's loss counters, or NULL before skel_start(). */
const struct loss *skel_loss(void);

/* Iterate over the enabled programs, from NULL to NULL. skel_hook_name() names a program's hook. */
const struct bpf_program *skel_next_hook(const struct bpf_program *prog);
const char *skel_hook_name(const struct bpf_program *prog);

#endif /* COMMON_SKEL_H */
