// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/new_file.h"
#include "core/xalloc.h"
#include "output/histogram.h"
#include "output/metrics.h"

#define NAME_SIZE 96			/* of a family's name */
#define LONGEST_NS (1ULL << 34)		/* upper limit of the last bucket: 17 s */

/* The counts of the records with the same labels. */
struct set {
	char *labels;			/* 'disk="sda",operation="read"' */
	__u64 records;
	struct hist *hist;		/* NULL: the tool has no histograms */
	__u64 unit_ns;			/* nanoseconds in a unit of hist */
	__u64 values[];			/* by column */
};

struct metrics {
	const char *tool;
	const struct table *table;
	struct set *sets[METRICS_SETS + 1];	/* the last set counts all others */
	int n_sets;
	void *tree;			/* the sets by labels: tsearch(3) */
	struct text labels, others;	/* labels of the current record: real and "other" values */
	struct text label;		/* the label that is being added */
};

struct metrics *metrics_new(const char *tool, const struct table *table)
{
	struct metrics *metrics = xcalloc(1, sizeof(*metrics));

	metrics->tool = tool;
	metrics->table = table;
	return metrics;
}

__u64 metrics_columns(const struct metrics *metrics)
{
	__u64 columns = 0;

	for (int i = 0; i < metrics->table->n; i++)
		if (metrics->table->columns[i].metric)
			columns |= 1ULL << i;
	return columns;
}

static int by_labels(const void *a, const void *b)
{
	return strcmp(((const struct set *)a)->labels, ((const struct set *)b)->labels);
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	for (int i = 0; i < metrics->n_sets; i++) {
		struct set *set = metrics->sets[i];

		tdelete(set, &metrics->tree, by_labels);
		free(set->labels);
		free(set->hist);
		free(set);
	}
	text_free(&metrics->labels);
	text_free(&metrics->others);
	text_free(&metrics->label);
	free(metrics);
}

/*
 * Append ,KEY="VALUE".  The value is escaped for a terminal first, so that it contains no
 * control characters and no invalid UTF-8.  The format then requires backslash and quote to be
 * escaped.
 */
static void put_label(struct text *text, const char *key, const char *value, size_t len)
{
	struct text shown = {};

	text_escape(&shown, value, len, false);
	if (text->len)
		text_char(text, ',');
	text_printf(text, "%s=\"", key);
	for (size_t i = 0; i < shown.len; i++) {
		if (shown.at[i] == '\\' || shown.at[i] == '"')
			text_char(text, '\\');
		text_char(text, shown.at[i]);
	}
	text_char(text, '"');
	text_free(&shown);
}

static void add_label(struct metrics *metrics, const char *key, const char *value, size_t len)
{
	put_label(&metrics->labels, key, value, len);
	put_label(&metrics->others, key, "other", strlen("other"));
}

/* Add the label "error" for the error number in @v, which may be negative. */
static void add_errno(struct metrics *metrics, const struct value *v)
{
	int error = abs((int)v->i);
	const char *name = error ? strerrorname_np(error) : "ok";
	char number[16];

	snprintf(number, sizeof(number), "%d", error);
	name = name ? name : number;
	add_label(metrics, "error", name, strlen(name));
}

static void add_labels(struct metrics *metrics, const struct record *record)
{
	struct text *label = &metrics->label;

	metrics->labels.len = metrics->others.len = 0;
	for (int i = 0; i < record->table->n; i++) {
		const struct column *column = &record->table->columns[i];

		if (!record_has(record, i))
			continue;
		if (column->metric == METRIC_ERRNO)
			add_errno(metrics, &record->values[i]);
		if (column->metric != METRIC_LABEL)
			continue;
		label->len = 0;
		value_text(&record->values[i], label);
		add_label(metrics, column->key, label->at, label->len);
	}
}

static struct set *new_set(struct metrics *metrics, const struct text *labels)
{
	struct set *set = xcalloc(1, sizeof(*set) + metrics->table->n * sizeof(set->values[0]));

	set->labels = xcalloc(1, labels->len);
	memcpy(set->labels, labels->at, labels->len);
	if (!tsearch(set, &metrics->tree, by_labels))
		out_of_memory();
	metrics->sets[metrics->n_sets++] = set;
	return set;
}

static struct set *find_set(const struct metrics *metrics, const struct text *labels)
{
	struct set **found = tfind(&(struct set){ .labels = labels->at }, &metrics->tree,
				   by_labels);

	return found ? *found : NULL;
}

/* Return the set of @record. */
static struct set *record_set(struct metrics *metrics, const struct record *record)
{
	struct text *labels = &metrics->labels;
	struct set *set;

	add_labels(metrics, record);
	text_char(&metrics->labels, '\0');
	text_char(&metrics->others, '\0');
	set = find_set(metrics, labels);
	if (set)
		return set;
	if (metrics->n_sets > METRICS_SETS)
		return metrics->sets[METRICS_SETS];
	if (metrics->n_sets == METRICS_SETS)
		labels = &metrics->others;
	return new_set(metrics, labels);
}

static void add_hist(struct set *set, const struct record *record)
{
	if (!set->hist)
		set->hist = xcalloc(1, sizeof(*set->hist));
	hist_merge(set->hist, record->hist);
	set->unit_ns = record->hist_unit_ns;
}

/* Add the values of @record.  A gauge that the record lacks becomes 0. */
static void add_values(struct set *set, const struct record *record)
{
	for (int i = 0; i < record->table->n; i++) {
		__u64 v = record_has(record, i) ? record->values[i].u : 0;

		switch (record->table->columns[i].metric) {
		case METRIC_TOTAL:
		case METRIC_SECONDS:
			set->values[i] += v;
			break;
		case METRIC_GAUGE:
			set->values[i] = v;
			break;
		case METRIC_NONE:
		case METRIC_LABEL:
		case METRIC_ERRNO:
			break;
		}
	}
}

void metrics_record(void *ctx, const struct record *record)
{
	struct set *set = record_set(ctx, record);

	set->records++;
	if (record->hist)
		add_hist(set, record);
	else
		add_values(set, record);
}

void metrics_family(struct text *text, const char *name, const char *type, const char *help)
{
	text_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Append "NAME{LABELS} ".  The caller appends the value. */
static void put_series(struct text *text, const char *name, const char *labels)
{
	text_str(text, name);
	if (*labels)
		text_printf(text, "{%s}", labels);
	text_char(text, ' ');
}

void metrics_sample(struct text *text, const char *name, __u64 v, ...)
{
	struct text labels = {};
	const char *label;
	va_list ap;

	va_start(ap, v);
	while ((label = va_arg(ap, const char *))) {
		const char *value = va_arg(ap, const char *);

		put_label(&labels, label, value, strlen(value));
	}
	va_end(ap);
	text_char(&labels, '\0');
	put_series(text, name, labels.at);
	text_printf(text, "%llu\n", v);
	text_free(&labels);
}

/*
 * Store the metric's name: "latency_ns" becomes "sixty_TOOL_latency_seconds_total", "bytes"
 * becomes "sixty_TOOL_bytes_total".
 */
static void value_name(const char *tool, const struct column *column, char *name, size_t size)
{
	const char *key = column->key;

	if (column->metric == METRIC_SECONDS)
		snprintf(name, size, "sixty_%s_%.*s_seconds_total", tool, (int)strlen(key) - 3, key);
	else
		snprintf(name, size, "sixty_%s_%s%s", tool, key,
			 column->metric == METRIC_TOTAL ? "_total" : "");
}

static void put_values(const struct metrics *metrics, struct text *text, int col)
{
	const struct column *column = &metrics->table->columns[col];
	bool gauge = column->metric == METRIC_GAUGE;
	char name[NAME_SIZE], help[128];

	value_name(metrics->tool, column, name, sizeof(name));
	snprintf(help, sizeof(help), gauge ? "%s in the last record of %s." :
		 "The sum of %s in the records of %s.", column->key, metrics->tool);
	metrics_family(text, name, gauge ? "gauge" : "counter", help);
	for (int i = 0; i < metrics->n_sets; i++) {
		put_series(text, name, metrics->sets[i]->labels);
		if (column->metric == METRIC_SECONDS)
			text_fixed(text, metrics->sets[i]->values[col], 9);
		else
			text_uint(text, metrics->sets[i]->values[col]);
		text_char(text, '\n');
	}
}

static void put_records(const struct metrics *metrics, struct text *text)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "sixty_%s_events_total", metrics->tool);
	metrics_family(text, name, "counter", "Number of records.");
	for (int i = 0; i < metrics->n_sets; i++) {
		put_series(text, name, metrics->sets[i]->labels);
		text_printf(text, "%llu\n", metrics->sets[i]->records);
	}
	for (int col = 0; col < metrics->table->n; col++)
		if (metrics->table->columns[col].metric >= METRIC_TOTAL)
			put_values(metrics, text, col);
}

/* Append a bucket of histogram @name: values up to @le_ns, or all for ~0. */
static void put_bucket(struct text *text, const char *name, const struct set *set, __u64 le_ns,
		       __u64 count)
{
	text_printf(text, "%s_bucket{%s%sle=\"", name, set->labels, *set->labels ? "," : "");
	if (le_ns == ~0ULL)
		text_str(text, "+Inf");
	else
		text_fixed(text, le_ns / 1000, 6);
	text_printf(text, "\"} %llu\n", count);
}

static void put_hist(struct text *text, const char *name, const struct set *set)
{
	__u64 count = 0;

	/* Values were rounded down to whole units, so a slot ends where the next one starts. */
	for (int i = 0; (hist_slot_max(i) + 1) * set->unit_ns <= LONGEST_NS; i++) {
		count += set->hist->slots[i];
		put_bucket(text, name, set, (hist_slot_max(i) + 1) * set->unit_ns, count);
	}
	put_bucket(text, name, set, ~0ULL, hist_count(set->hist));
	text_printf(text, "%s_", name);
	put_series(text, "sum", set->labels);
	text_fixed(text, set->hist->sum * set->unit_ns, 9);
	text_printf(text, "\n%s_", name);
	put_series(text, "count", set->labels);
	text_printf(text, "%llu\n", hist_count(set->hist));
}

static void put_hists(const struct metrics *metrics, struct text *text)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "sixty_%s_seconds", metrics->tool);
	metrics_family(text, name, "histogram", "See the tool's man page.");
	for (int i = 0; i < metrics->n_sets; i++)
		put_hist(text, name, metrics->sets[i]);
}

void metrics_text(const struct metrics *metrics, struct text *text)
{
	metrics_family(text, "sixty_info", "gauge", "Always 1; the labels name the tool.");
	metrics_sample(text, "sixty_info", 1, "tool", metrics->tool, "version", VERSION, NULL);
	if (!metrics->n_sets)
		return;
	if (metrics->sets[0]->hist)
		put_hists(metrics, text);
	else
		put_records(metrics, text);
}

int metrics_save(const char *path, const struct text *text)
{
	struct new_file file;
	int err;

	err = new_file_open(&file, path);
	if (err)
		return err;
	err = text_write(text, file.fd);
	if (!err)
		return new_file_commit(&file);
	new_file_discard(&file);
	return err;
}
