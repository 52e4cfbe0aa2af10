// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/xalloc.h"
#include "output/count.h"
#include "output/count_table.h"
#include "output/histogram.h"

#define TOP_DEFAULT 20

/* The values of a group, as text. */
struct key {
	const char *at;
	size_t len;
};

/*
 * The records with the same values in the --count-by columns.  There may be many groups, so each
 * has only the room that it needs, after this struct: the sums, the values and the key.
 */
struct group {
	struct key key;			/* first: the tree contains keys */
	__u64 count;
	__u64 given, strings, shown;	/* as in struct record, for columns of the rows */
	struct value *by;		/* copy of the values, by column of the rows */
	struct hist *latency;		/* NULL: no record had a latency */
	__u64 sums[];
};

struct count {
	const struct common_args *args;
	struct count_table table;
	int sort;			/* column index in the rows */
	struct group *groups[COUNT_GROUPS_MAX];
	int n;
	void *tree;			/* the groups by key: tsearch(3) */
	struct group *others;		/* sum of all groups that found no room */
	struct key key;			/* of the current record */
	struct text text;
	struct common_args row_args;
	struct out rows;		/* prints the rows */
	bool printed;			/* at least once */
};

/* Return a new group, all zeros, with room for a key of @key_len bytes. */
static struct group *alloc_group(const struct count *count, size_t key_len)
{
	size_t sums = count->table.n_sums * sizeof(__u64);
	size_t values = count->table.n_by * sizeof(struct value);
	struct group *group = xcalloc(1, sizeof(*group) + sums + values + key_len);

	group->by = (void *)(group->sums + count->table.n_sums);
	group->key.at = (const char *)(group->by + count->table.n_by);
	group->key.len = key_len;
	return group;
}

struct count *count_new(const struct common_args *args)
{
	struct count *count = xcalloc(1, sizeof(*count));
	const char *sort = args->count.sort;

	count->args = args;
	count_table_init(&count->table, args->table, args->count.by);
	count->others = alloc_group(count, 0);
	count->sort = sort ? column_find(&count->table.rows, sort, strlen(sort)) :
			     count->table.col_count;
	count->row_args = *args;
	count->row_args.table = &count->table.rows;
	count->row_args.count.by = NULL;
	out_init(&count->rows, &count->row_args);
	return count;
}

__u64 count_columns(const struct count *count)
{
	const struct count_table *table = &count->table;
	__u64 columns = table->latency < 0 ? 0 : 1ULL << table->latency;

	for (int i = 0; i < table->n_by; i++)
		columns |= 1ULL << table->by[i];
	for (int i = 0; i < table->n_sums; i++)
		columns |= 1ULL << table->sums[i];
	return columns;
}

/* Groups */

static int compare_keys(const void *a, const void *b)
{
	const struct key *ka = a, *kb = b;
	int order = memcmp(ka->at, kb->at, ka->len < kb->len ? ka->len : kb->len);

	return order ? order : (ka->len > kb->len) - (ka->len < kb->len);
}

/* Encode the values of @record as one text that differs for each combination, absent or not. */
static void make_key(struct count *count, const struct record *record)
{
	struct text *text = &count->text;

	text->len = 0;
	for (int i = 0; i < count->table.n_by; i++) {
		int col = count->table.by[i];

		text_char(text, record_has(record, col) ? '+' : '-');
		if (record_has(record, col))
			value_text(&record->values[col], text);
		text_char(text, '\0');
	}
	count->key = (struct key){ text->at, text->len };
}

static void *copy(const void *from, size_t bytes)
{
	return memcpy(xcalloc(1, bytes + 1), from, bytes);
}

/* Return a deep copy of @from. */
static struct value copy_value(const struct value *from)
{
	struct value to = *from;
	const char **list;

	switch (from->kind) {
	case VALUE_STRING:
	case VALUE_ARGV:
		to.s = copy(from->s, from->len);
		break;
	case VALUE_ADDRESS:
		to.address = copy(from->address, 16);
		break;
	case VALUE_LIST:
		list = xcalloc(from->len, sizeof(*list));
		for (__u32 i = 0; i < from->len; i++)
			list[i] = xstrdup(from->list[i]);
		to.list = list;
		break;
	case VALUE_UINT:
	case VALUE_INT:
	case VALUE_BOOL:
		break;
	}
	return to;
}

static void free_value(const struct value *value)
{
	if (value->kind == VALUE_STRING || value->kind == VALUE_ARGV)
		free((void *)value->s);
	if (value->kind == VALUE_ADDRESS)
		free((void *)value->address);
	if (value->kind != VALUE_LIST)
		return;
	for (__u32 i = 0; i < value->len; i++)
		free((void *)value->list[i]);
	free((void *)value->list);
}

/* Store column @col of @record in column @row of @group. */
static void keep_value(struct group *group, int row, const struct record *record, int col)
{
	__u64 bit = 1ULL << row;

	if (record_has(record, col)) {
		group->by[row] = copy_value(&record->values[col]);
		group->given |= bit;
		group->strings |= record->strings >> col & 1 ? bit : 0;
	}
	if (record->shown >> col & 1) {
		group->by[row].shown = xstrdup(record->values[col].shown);
		group->shown |= bit;
	}
}

static struct group *new_group(struct count *count, const struct record *record)
{
	struct group *group = alloc_group(count, count->key.len);

	memcpy((char *)group->key.at, count->key.at, count->key.len);
	for (int i = 0; i < count->table.n_by; i++)
		keep_value(group, i, record, count->table.by[i]);
	if (!tsearch(group, &count->tree, compare_keys))
		out_of_memory();
	count->groups[count->n++] = group;
	return group;
}

/* Return the group of @record. */
static struct group *find_group(struct count *count, const struct record *record)
{
	struct group **found;

	make_key(count, record);
	found = tfind(&count->key, &count->tree, compare_keys);
	if (found)
		return *found;
	return count->n < COUNT_GROUPS_MAX ? new_group(count, record) : count->others;
}

static struct hist *latency_of(struct group *group)
{
	if (!group->latency)
		group->latency = xcalloc(1, sizeof(*group->latency));
	return group->latency;
}

void count_record(void *ctx, const struct record *record)
{
	struct count *count = ctx;
	const struct count_table *table = &count->table;
	struct group *group = find_group(count, record);

	group->count++;
	for (int i = 0; i < table->n_sums; i++)
		if (record_has(record, table->sums[i]))
			group->sums[i] += record->values[table->sums[i]].u;
	if (table->latency >= 0 && record_has(record, table->latency))
		hist_record(latency_of(group), record->values[table->latency].u);
}

static void free_group(struct count *count, struct group *group)
{
	tdelete(group, &count->tree, compare_keys);
	for (int i = 0; i < count->table.n_by; i++) {
		if (group->given >> i & 1)
			free_value(&group->by[i]);
		if (group->shown >> i & 1)
			free((void *)group->by[i].shown);
	}
	free(group->latency);
	free(group);
}

static void clear(struct count *count)
{
	for (int i = 0; i < count->n; i++)
		free_group(count, count->groups[i]);
	count->n = 0;
	free(count->others->latency);
	free(count->others);
	count->others = alloc_group(count, 0);
}

void count_free(struct count *count)
{
	if (!count)
		return;
	clear(count);
	free(count->others);
	text_free(&count->text);
	text_free(&count->rows.text);
	free(count);
}

/* Rows */

/* Return the value of column @col, which is not a --count-by column, for @group. */
static __u64 number_of(const struct count_table *table, const struct group *group, int col)
{
	if (col == table->col_count)
		return group->count;
	if (col >= table->col_sums && col < table->col_sums + table->n_sums)
		return group->sums[col - table->col_sums];
	if (table->latency < 0 || !group->latency)
		return 0;
	return col == table->col_p50 ? hist_percentile(group->latency, 50) :
	       col == table->col_p99 ? hist_percentile(group->latency, 99) :
				       hist_max(group->latency);
}

/* Rows with a value in a column that is count_first come before the others. */
static int compare_first(const struct count *count, const struct group *a, const struct group *b)
{
	for (int i = 0; i < count->table.n_by; i++)
		if (count->table.columns[i].count_first && ((a->given ^ b->given) >> i & 1))
			return a->given >> i & 1 ? -1 : 1;
	return 0;
}

/*
 * For qsort_r(): numbers in descending order, --count-by columns in the order of their text.
 * Equal rows are sorted by key.
 */
static int compare_groups(const void *a, const void *b, void *ctx)
{
	const struct group *ga = *(struct group *const *)a, *gb = *(struct group *const *)b;
	const struct count *count = ctx;
	int first = compare_first(count, ga, gb);
	__u64 na, nb;

	if (first)
		return first;
	if (count->sort >= count->table.n_by) {
		na = number_of(&count->table, ga, count->sort);
		nb = number_of(&count->table, gb, count->sort);
		if (na != nb)
			return na < nb ? 1 : -1;
	} else {
		struct text ta = {}, tb = {};
		int order;

		if (ga->given >> count->sort & 1)
			value_text(&ga->by[count->sort], &ta);
		if (gb->given >> count->sort & 1)
			value_text(&gb->by[count->sort], &tb);
		text_char(&ta, '\0');
		text_char(&tb, '\0');
		order = strverscmp(ta.at, tb.at);
		text_free(&ta);
		text_free(&tb);
		if (order)
			return order;
	}
	return compare_keys(ga, gb);
}

/* Add the counts of @group to the others. */
static void merge(struct count *count, const struct group *group)
{
	count->others->count += group->count;
	for (int i = 0; i < count->table.n_sums; i++)
		count->others->sums[i] += group->sums[i];
	if (group->latency)
		hist_merge(latency_of(count->others), group->latency);
}

static void print_group(struct count *count, const struct group *group, __u64 ns)
{
	const struct count_table *table = &count->table;
	struct out *rows = &count->rows;

	out_row(rows, ns);
	rows->record.given = group->given;
	rows->record.strings = group->strings;
	rows->record.shown = group->shown;
	memcpy(rows->record.values, group->by, table->n_by * sizeof(struct value));
	for (int col = table->n_by; col < table->col_others; col++)
		if (col < table->col_sums + table->n_sums || group->latency)
			out_uint(rows, col, number_of(table, group, col));
}

/* Print the row of others: @combinations merged groups, and the records that found no group. */
static void print_others(struct count *count, int combinations, __u64 ns)
{
	char shown[32];

	if (!count->others->count)
		return;
	snprintf(shown, sizeof(shown), "(%d%s others)", combinations,
		 count->n == COUNT_GROUPS_MAX ? "+" : "");
	print_group(count, count->others, ns);
	out_uint(&count->rows, count->table.col_others, combinations);
	out_show(&count->rows, 0, shown);
	out_end(&count->rows);
}

/* Print the rows in order, the others last. */
static void print_rows(struct count *count, __u64 ns)
{
	int top = count->args->count.top ? count->args->count.top : TOP_DEFAULT;

	qsort_r(count->groups, count->n, sizeof(count->groups[0]), compare_groups, count);
	for (int i = 0; i < count->n; i++) {
		if (i < top) {
			print_group(count, count->groups[i], ns);
			out_end(&count->rows);
		} else {
			merge(count, count->groups[i]);
		}
	}
	print_others(count, count->n > top ? count->n - top : 0, ns);
}

void count_print(struct count *count, struct out *out)
{
	struct out *rows = &count->rows;

	if (count->others->count)
		log_warn("more than %d combinations: later ones are counted as others",
			 COUNT_GROUPS_MAX);
	rows->text = out->text;
	rows->stamp = out->stamp;
	if (count->printed && !out->args->json)
		text_char(&rows->text, '\n');
	out_heading(rows);
	print_rows(count, clock_now_ns());
	out->text = rows->text;
	rows->text = (struct text){};
	count->printed = true;
	clear(count);
}
