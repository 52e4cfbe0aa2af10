/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The columns of the --count-by rows. */
#ifndef COMMON_COUNT_TABLE_H
#define COMMON_COUNT_TABLE_H

#include "output/column.h"

/* The --count-by columns of the records come first, followed by these. */
struct count_table {
	struct table rows;
	struct column columns[COLUMNS_MAX];
	int by[COLUMNS_MAX];		/* indexes in the table of records */
	int n_by;
	int sums[COLUMNS_MAX];		/* indexes of byte columns there */
	int n_sums;
	int latency;			/* index of the latency there; -1: none */
	int col_count, col_sums, col_p50, col_p99, col_max, col_others;	/* indexes in rows */
};

/*
 * Initialize @table for @by, which must have passed columns_choose() with @records.  @table
 * must not be moved afterwards.
 */
void count_table_init(struct count_table *table, const struct table *records, const char *by);

/* Initialize @table with every column that a row can have, for documentation. */
void count_table_all(struct count_table *table, const struct table *records);

#endif /* COMMON_COUNT_TABLE_H */
