/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of the rows of --count-by. */
#ifndef COMMON_COUNT_TABLE_H
#define COMMON_COUNT_TABLE_H

#include "output/column.h"

/* Of a record's table, those that are counted by come first; then these. */
struct count_table {
	struct table rows;
	struct column columns[COLUMNS_MAX];
	int by[COLUMNS_MAX];		/* in the table of records */
	int n_by;
	int sums[COLUMNS_MAX];		/* the columns of bytes there */
	int n_sums;
	int latency;			/* the latency there; -1: none */
	int col_count, col_sums, col_p50, col_p99, col_max, col_others;	/* in rows */
};

/* @by has passed columns_choose() with @records.  @table must stay where it is. */
void count_table_init(struct count_table *table, const struct table *records, const char *by);

/* By every column: all that a row can have, for documents. */
void count_table_all(struct count_table *table, const struct table *records);

#endif /* COMMON_COUNT_TABLE_H */
