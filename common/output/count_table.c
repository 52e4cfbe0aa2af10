// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "core/text.h"
#include "output/count_table.h"

static const struct column count_column = {
	"COUNT", "count", 8, COLUMN_COUNT, .min = 1, .about = "Number of events in the row",
};

static const struct column latency_columns[] = {
	{ "P50(ms)", "p50_ns", 9, COLUMN_NS, .optional = true,
	  .about = "Median latency, at most 12.5 % too high" },
	{ "P99(ms)", "p99_ns", 9, COLUMN_NS, .optional = true,
	  .about = "99th percentile of the latency, at most 12.5 % too high" },
	{ "MAX(ms)", "max_ns", 9, COLUMN_NS, .optional = true, .about = "Maximum latency" },
};

static const struct column others_column = {
	"OTHERS", "others", 6, COLUMN_COUNT, .hidden = true, .optional = true,
	.about = "Number of combinations merged into the row of all others, not including those "
		 "beyond the limit; absent from other rows",
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

/* Put the --count-by columns first in the rows, even if they are hidden otherwise. */
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

/* The latency is the last of the time columns that the metrics sum. */
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
	struct text by = {};

	for (int i = 0; i < records->n; i++)
		text_printf(&by, "%s%s", i ? "," : "", records->columns[i].key);
	text_char(&by, '\0');
	count_table_init(table, records, by.at);
	text_free(&by);
}

void count_table_init(struct count_table *table, const struct table *records, const char *by)
{
	*table = (struct count_table){
		.rows = {
			.type = "count", .kind = TABLE_PLAIN, .columns = table->columns,
			.about = "With --count-by, one row per combination of values in these "
				 "columns; columns of bytes are sums",
		},
	};
	add_by(table, records, by);
	table->col_count = add(table, &count_column);
	add_sums(table, records);
	add_latency(table, records);
	table->col_others = add(table, &others_column);
}
