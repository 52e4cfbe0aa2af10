/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Find out why programs could not be loaded or attached, and print it in one line with the
 * remedy.  Used by skel.c.
 */
#ifndef COMMON_FAILURE_H
#define COMMON_FAILURE_H

#include <stdbool.h>
#include "core/args.h"

struct bpf_object;
struct bpf_program;

/* Print libbpf's messages at once if @verbose, otherwise keep them for failure_show_messages(). */
void failure_keep_messages(bool verbose);

/*
 * Print the kept messages of libbpf, after the message about a failure with @err.  Prints nothing
 * if something ran short (EMFILE, ENFILE, ENOMEM): the message about it names the remedy.
 */
void failure_show_messages(int err);

/* Start keeping the verifier's log of each program of @obj.  Call it before loading the object. */
void failure_watch(struct bpf_object *obj);

/* Discard the logs. */
void failure_unwatch(void);

/* Print why loading @obj failed with @err.  Returns the error for the exit code. */
int failure_load(struct bpf_object *obj, int err, const struct common_args *args);

/* Print why attaching @prog failed with @err.  Returns the error for the exit code. */
int failure_attach(const struct bpf_program *prog, int err);

#endif /* COMMON_FAILURE_H */
