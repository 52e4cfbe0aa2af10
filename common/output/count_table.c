// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "output/count_table.h"

static const struct column count_column = {
	"COUNT", "count", 8, COLUMN_COUNT, .min = 1, .about = "Records of this combination",
};

static const struct column latency_columns[] = {
	{ "P50(ms)", "p50_ns", 9, COLUMN_NS, .optional = true,
	  .about = "The latency that half of them do not exceed, at most 12.5 % too high" },
	{ "P99(ms)", "p99_ns", 9, COLUMN_NS, .optional = true,
	  .about = "The latency that 99 % of them do not exceed, at most 12.5 % too high" },
	{ "MAX(ms)", "max_ns", 9, COLUMN_NS, .optional = true, .about = "The longest" },
};

static const struct column others_column = {
	"OTHERS", "others", 6, COLUMN_COUNT, .hidden = true, .optional = true,
	.about = "Of the row of all others, which has no values to count by: how many combinations "
		 "it sums up, as far as there was room to tell them apart",
};

static int add(struct count_table *table, const struct column *column)
{
	table->columns[table->rows.n] = *column;
	return table->rows.n++;
}

static bool counted_by(const struct count_table *table, int col)
{
	for (int i = 0; i < table->n_by; i++)
		if (table->by[i] == col)
			return true;
	return false;
}

/* The columns to count by lead the rows: in the table even if they are hidden else. */
static void add_by(struct count_table *table, const struct table *records, const char *by)
{
	const char *bad;

	table->n_by = columns_choose(records, by, table->by, &bad);
	for (int i = 0; i < table->n_by; i++) {
		struct column *column = &table->columns[add(table, &records->columns[table->by[i]])];

		column->hidden = false;
		column->optional = true;
	}
}

static void add_sums(struct count_table *table, const struct table *records)
{
	table->col_sums = table->rows.n;
	for (int col = 0; col < records->n; col++) {
		if (records->columns[col].type != COLUMN_BYTES || counted_by(table, col))
			continue;
		table->sums[table->n_sums++] = col;
		table->columns[add(table, &records->columns[col])].hidden = false;
	}
}

/* The latency is the last of the times that the metrics sum up. */
static void add_latency(struct count_table *table, const struct table *records)
{
	table->latency = -1;
	for (int col = 0; col < records->n; col++)
		if (records->columns[col].metric == METRIC_SECONDS)
			table->latency = col;
	if (table->latency < 0)
		return;
	table->col_p50 = add(table, &latency_columns[0]);
	table->col_p99 = add(table, &latency_columns[1]);
	table->col_max = add(table, &latency_columns[2]);
}

void count_table_all(struct count_table *table, const struct table *records)
{
	char by[COLUMNS_MAX * 32] = "";

	for (int i = 0; i < records->n; i++) {
		strcat(by, i ? "," : "");
		strcat(by, records->columns[i].key);
	}
	count_table_init(table, records, by);
}

void count_table_init(struct count_table *table, const struct table *records, const char *by)
{
	*table = (struct count_table){
		.rows = {
			.type = "count", .kind = TABLE_PLAIN, .columns = table->columns,
			.about = "With --count-by, the events with the same values in those columns, "
				 "which the row has besides; columns of bytes are sums",
		},
	};
	add_by(table, records, by);
	table->col_count = add(table, &count_column);
	add_sums(table, records);
	add_latency(table, records);
	table->col_others = add(table, &others_column);
}
