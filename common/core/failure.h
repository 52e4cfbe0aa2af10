/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why programs could not be loaded or attached, in one line that names the remedy.
 * For skel.c.
 */
#ifndef COMMON_FAILURE_H
#define COMMON_FAILURE_H

#include <stdbool.h>
#include "core/args.h"

struct bpf_object;
struct bpf_program;

/* Print libbpf's messages at once if @verbose, else keep them for failure_show_messages(). */
void failure_keep_messages(bool verbose);

/* Print what libbpf said so far, after the message about a failure without a known cause. */
void failure_show_messages(void);

/* Have the verifier's log of each program of @obj kept, from before it is loaded... */
void failure_watch(struct bpf_object *obj);

/* ... until failure_unwatch(). */
void failure_unwatch(void);

/* Print why loading @obj failed with @err; returns the error for the exit code. */
int failure_load(struct bpf_object *obj, int err, const struct common_args *args);

/* Print why @prog could not be attached; returns the error for the exit code. */
int failure_attach(const struct bpf_program *prog, int err);

#endif /* COMMON_FAILURE_H */
