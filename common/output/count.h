/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * --count-by COLUMN,...: instead of the records, one row for each combination of values of
 * these columns: how many records, the sums of the columns of bytes, and of the latency its
 * percentiles.  Memory is bounded by COUNT_GROUPS_MAX; what finds no room is counted in the
 * row of the others.
 */
#ifndef COMMON_COUNT_H
#define COMMON_COUNT_H

#include "output/out.h"

struct count;

#define COUNT_GROUPS_MAX 4096		/* combinations between two printings */

extern const struct argp count_argp;	/* --count-by --top --sort, [INTERVAL [COUNT]] */

/* After parsing: ends the program if the options of count_argp do not fit. */
void count_args_check(const struct common_args *args);

/* Of records of @args->table, by @args->count. */
struct count *count_new(const struct common_args *args);
void count_free(struct count *count);

/* The columns that it looks at, as bits. */
__u64 count_columns(const struct count *count);

/* Count a record; @ctx is the count: an observer of records (out.h). */
void count_record(void *ctx, const struct record *record);

/* Append the rows to the text of @out, and begin again from zero. */
void count_print(struct count *count, struct out *out);

#endif /* COMMON_COUNT_H */
