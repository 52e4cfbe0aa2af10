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

/* What the samples stand for. */
struct pprof_unit {
	const char *type, *unit;	/* "cpu" and "nanoseconds", for example */
	__u64 period;			/* of that unit, a sample */
};

struct pprof {
	struct pprof_unit unit;
	struct text samples;		/* as they go into the file */
	struct tally strings;		/* number 0: "" */
	struct tally frames;		/* pointers to them */
	struct text message;		/* in the making */
};

/* Who a sample is of: labels. */
struct pprof_labels {
	const char *comm;		/* of 16 bytes at most, with or without NUL */
	__u64 pid, tid;			/* 0: none */
};

void pprof_start(struct pprof *pprof, const struct pprof_unit *unit);

/* @count samples of the stack @path of @n frames, which stay the caller's, the outermost first. */
void pprof_add(struct pprof *pprof, const struct frame *const *path, size_t n, __u64 count,
	       const struct pprof_labels *labels);

/*
 * The whole profile, not compressed, appended to @profile: it ended at
 * @end_ns (since 1970) and took @duration_ns.
 */
void pprof_encode(struct pprof *pprof, struct text *profile, __u64 end_ns, __u64 duration_ns);

/* @profile compressed with gzip into @fd: 0 or a negative errno. */
int pprof_write(const struct text *profile, int fd);

void pprof_free(struct pprof *pprof);

/* A number as protobuf's varint: seven bits a byte, the lowest first. */
void pprof_varint(struct text *text, __u64 v);

#endif /* COMMON_PPROF_H */
