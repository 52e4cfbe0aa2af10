/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Open, load and attach, with messages a person can act on.
 *
 * Every skeleton is a type of its own, but all of them hold the same
 * `struct bpf_object_skeleton *skeleton`.  The tool keeps the two calls that
 * need the type, <tool>_bpf__open_opts() and <tool>_bpf__destroy(); the rest
 * goes through here.  One skeleton a program.
 */
#ifndef COMMON_SKEL_H
#define COMMON_SKEL_H

#include <bpf/libbpf.h>
#include "core/args.h"
#include "config.h"
#include "loss.h"

/*
 * Options for <tool>_bpf__open_opts().  Ends the process with the reason if BPF
 * programs for tracing are not permitted.  Also keeps libbpf quiet unless
 * --verbose: its messages are kept, and printed only if a load then fails for an
 * unknown reason.
 */
const struct bpf_object_open_opts *skel_open_opts(const struct common_args *args);

/* Say why <tool>_bpf__open_opts() returned NULL (errno); returns the exit code. */
int skel_open_failed(void);

/*
 * Load and attach every program that is on: those with SEC("tp_btf/...") and
 * those that hooks_enable() switched on.  Fills @config (in the skeleton's
 * .rodata) from @args first, and remembers @loss (in its .bss) for the report.
 * Returns 0, -EPERM, -EOPNOTSUPP or what the kernel said.
 */
int skel_start(struct bpf_object_skeleton *skeleton, const struct common_args *args,
	       struct config *config, const struct loss *loss);

/* Detach everything; nothing more is recorded.  Maps stay readable. */
void skel_detach(void);
bool skel_detached(void);

/* The object loaded by skel_start(), NULL before. */
const struct bpf_object *skel_object(void);

/* Where the BPF side counts losses; NULL before skel_start(). */
const struct loss *skel_loss(void);

/* The programs in use, one after the other, from NULL to NULL; and each one's hook. */
const struct bpf_program *skel_next_hook(const struct bpf_program *prog);
const char *skel_hook_name(const struct bpf_program *prog);

#endif /* COMMON_SKEL_H */
