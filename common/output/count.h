/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * --count-by COLUMN,...: instead of the records, print one row for each combination of values
 * of these columns, with the number of records, the sums of byte columns, and percentiles of
 * the latency.  Memory is limited by COUNT_GROUPS_MAX: further combinations are counted in the
 * row of others.
 */
#ifndef COMMON_COUNT_H
#define COMMON_COUNT_H

#include "output/out.h"

struct count;

#define COUNT_GROUPS_MAX 4096		/* combinations per interval */

extern const struct argp count_argp;	/* --count-by --top --sort, [INTERVAL [COUNT]] */

/* Exit with a message if the options of count_argp conflict.  Call it after parsing. */
void count_args_check(const struct common_args *args);

/* Create the counts for records of @args->table, as set in @args->count. */
struct count *count_new(const struct common_args *args);
void count_free(struct count *count);

/* Return the columns that are used, as a bit mask. */
__u64 count_columns(const struct count *count);

/* Count a record.  An observer of records (out.h); @ctx is the count. */
void count_record(void *ctx, const struct record *record);

/* Append the rows to the text of @out, and restart from zero. */
void count_print(struct count *count, struct out *out);

#endif /* COMMON_COUNT_H */
