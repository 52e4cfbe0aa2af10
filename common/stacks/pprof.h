/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Profiles in the format of pprof: profile.proto (github.com/google/pprof),
 * compressed with gzip.
 */
#ifndef COMMON_PPROF_H
#define COMMON_PPROF_H

#include <stddef.h>
#include "stacks/frame.h"
#include "core/tally.h"
#include "core/text.h"

/* The meaning of a sample. */
struct pprof_unit {
	const char *type, *unit;	/* "cpu" and "nanoseconds", for example */
	__u64 period;			/* units per sample */
	const char *count_type, *count_unit;	/* NULL: "samples" and "count" */
};

struct pprof {
	struct pprof_unit unit;
	struct text samples;		/* encoded */
	struct tally strings;		/* number 0 is "" */
	struct tally frames;		/* pointers to struct frame */
	struct text message;		/* being encoded */
};

/* The labels of a sample. */
struct pprof_labels {
	const char *comm;		/* at most 16 bytes, with or without NUL */
	__u64 pid, tid;			/* 0: none */
};

void pprof_start(struct pprof *pprof, const struct pprof_unit *unit);

/*
 * Add @count samples of the stack @path: @n frames, the outermost first.  The frames must
 * live as long as @pprof.
 */
void pprof_add(struct pprof *pprof, const struct frame *const *path, size_t n, __u64 count,
	       const struct pprof_labels *labels);

/*
 * Append the uncompressed profile to @profile.  @end_ns is its end (since 1970),
 * @duration_ns its length.
 */
void pprof_encode(struct pprof *pprof, struct text *profile, __u64 end_ns, __u64 duration_ns);

/* Write @profile to @fd, compressed with gzip.  Returns 0 or a negative errno. */
int pprof_write(const struct text *profile, int fd);

void pprof_free(struct pprof *pprof);

/* Append @v as a protobuf varint: seven bits a byte, the lowest first. */
void pprof_varint(struct text *text, __u64 v);

#endif /* COMMON_PPROF_H */
