// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "core/clock.h"
#include "core/run.h"
#include "output/hist_out.h"

#define STARS 40			/* length of the longest bar */

/* Return the number of values in row @row: 2^@row to 2^(@row + 1) - 1, and also 0 in row 0. */
static __u64 row_count(const struct hist *hist, unsigned int row)
{
	__u64 min = row ? 1ULL << row : 0, max = (2ULL << row) - 1, count = 0;

	for (int i = 0; i < HIST_SLOTS; i++)
		if (hist_slot_min(i) >= min && hist_slot_min(i) <= max)
			count += hist->slots[i];
	return count;
}

/* Append the power-of-two rows that users of BCC know. */
static void text_rows(struct text *text, const struct hist *hist, const char *unit)
{
	__u64 max = hist_max(hist), most = 1, count;
	unsigned int rows = 1;
	int width;

	while (rows < HIST_EXP_MAX && max >> rows)
		rows++;
	width = rows > 32 ? 20 : 10;
	for (unsigned int i = 0; i < rows; i++) {
		count = row_count(hist, i);
		most = count > most ? count : most;
	}
	text_printf(text, "%*s%-*s : count    distribution\n", width / 2, "", width * 3 / 2 + 4,
		    unit);
	for (unsigned int i = 0; i < rows; i++) {
		count = row_count(hist, i);
		text_printf(text, "%*llu -> %-*llu : %-8llu |", width, i ? 1ULL << i : 0, width,
			    (2ULL << i) - 1, count);
		text_fill(text, '*', (double)count / most * STARS);
		text_fill(text, ' ', STARS - (size_t)((double)count / most * STARS));
		text_str(text, "|\n");
	}
}

static void text_hist(struct out *out, const struct hist *hist, const char *unit, bool average)
{
	bool labels = out->record.given & out->cells.columns;
	struct text *text = &out->text;
	__u64 count = hist_count(hist);

	if (labels)
		text_char(text, '\n');
	if (!count) {
		text_str(text, "(no values)\n");
		return;
	}
	text_rows(text, hist, unit);
	text_printf(text, "\np50 = %llu, p90 = %llu, p99 = %llu, p99.9 = %llu, max = %llu %s\n",
		    hist_percentile(hist, 50), hist_percentile(hist, 90), hist_percentile(hist, 99),
		    hist_percentile(hist, 99.9), hist_max(hist), unit);
	if (average)
		text_printf(text, "avg = %llu %s, total: %llu %s, count: %llu\n",
			    hist->sum / count, unit, hist->sum, unit, count);
}

static void json_buckets(struct json *json, const struct hist *hist)
{
	json_array(json, "buckets");
	for (unsigned int i = 0; i < HIST_SLOTS; i++) {
		if (!hist->slots[i])
			continue;
		json_object(json, NULL);
		json_uint(json, "min", hist_slot_min(i));
		json_uint(json, "max", hist_slot_max(i));
		json_uint(json, "count", hist->slots[i]);
		json_end(json);
	}
	json_end(json);
}

static void json_hist(struct out *out, const struct hist *hist, const char *unit)
{
	struct json json;

	json_resume(&json, &out->text);
	json_name(&json, "unit", unit);
	json_uint(&json, "count", hist_count(hist));
	json_uint(&json, "sum", hist->sum);
	json_uint(&json, "max", hist_max(hist));
	json_uint(&json, "p50", hist_percentile(hist, 50));
	json_uint(&json, "p90", hist_percentile(hist, 90));
	json_uint(&json, "p99", hist_percentile(hist, 99));
	json_uint(&json, "p99_9", hist_percentile(hist, 99.9));
	json_buckets(&json, hist);
	json_end(&json);
}

void out_hist(struct out *out, const struct hist *hist, const char *unit, bool average)
{
	out->record.hist = hist;
	out->record.hist_unit_ns = *unit == 'm' ? NS_PER_MS : NS_PER_US;
	out_print(out);
	if (out->args->json)
		json_hist(out, hist, unit);
	else
		text_hist(out, hist, unit, average);
	out_done(out);
}

struct summary {
	struct out *out;
	const struct hist_maps *maps;
	hist_fn print;
};

static int print_summary(void *ctx)
{
	struct summary *summary = ctx;

	return hist_take(summary->maps, summary->print, summary->out);
}

int hist_run(struct out *out, const struct interval_args *interval, const struct hist_maps *maps,
	     hist_fn print)
{
	struct summary summary = { out, maps, print };

	return run_interval(out, interval, print_summary, &summary);
}
