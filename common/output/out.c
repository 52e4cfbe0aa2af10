// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <assert.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/cgroup.h"
#include "core/clock.h"
#include "core/put.h"
#include "output/meta.h"
#include "output/out.h"
#include "output/task.h"

#define HEAD_ROOM 256	/* room for the time or the start of a JSON line, and for its end */

/* Put {"type":"TYPE","time":" */
static char *put_json_type(char *p, const char *type)
{
	p = put_bytes(p, "{\"type\":\"", 9);
	p = put_bytes(p, type, strlen(type));
	return put_bytes(p, "\",\"time\":\"", 10);
}

void out_init(struct out *out, const struct common_args *args)
{
	const struct table *table = args->table;

	*out = (struct out){ .args = args, .table = table, .record.table = table };
	assert(strlen(table->type) + 19 <= JSON_HEAD_MAX);
	out->json_head_len = put_json_type(out->json_head, table->type) - out->json_head;
	cells_init(&out->cells, table, args->columns, args->json);
	out->wanted = args->count.by && !args->count.sample ? 0 : out->cells.columns;
	out->sink = (struct sink){ .fd = STDOUT_FILENO, .stop_fd = -1 };
}

void out_start(struct out *out, const struct common_args *args, const char *banner)
{
	struct json json;

	out_init(out, args);
	sink_open(&out->sink);
	tzset();
	out->stamp.start_ns = clock_now_ns();
	stamp_update(&out->stamp);
	if (args->json) {
		out_line(out, &json, "meta", out->stamp.start_ns);
		meta_members(&json, args);
		json_end(&json);
	} else {
		if (banner) {
			text_str(&out->text, banner);
			text_char(&out->text, '\n');
		}
		if (args->count.by)
			text_printf(&out->text, "Counting by %s. Ctrl-C ends it.\n", args->count.by);
		out_heading(out);
	}
	out_flush(out);
}

void out_observe(struct out *out, out_observer_fn fn, void *ctx, __u64 columns)
{
	assert(out->n_observers < OUT_OBSERVERS_MAX);
	out->observers[out->n_observers].fn = fn;
	out->observers[out->n_observers++].ctx = ctx;
	out->wanted |= columns;
}

/* Put @s at @p, padded to @width, and a space. */
static char *put_column(char *p, const char *s, unsigned int width)
{
	size_t len = strlen(s);

	p = put_bytes(p, s, len);
	return put_fill(p, ' ', (width > len ? width - len : 0) + 1);
}

void out_heading(struct out *out)
{
	enum stamp_format time = out->args->time;
	char *p;

	if (out->args->json || out->args->count.by || !out->table->columns[0].head)
		return;
	p = text_room(&out->text, HEAD_ROOM + out->cells.fixed_room);
	if (time)
		p = put_column(p, stamp_head(time), stamp_width(time));
	if (out->args->print_container)
		p = put_column(p, "CONTAINER", TASK_CONTAINER_WIDTH);
	p = put_char(put_heading(p, &out->cells), '\n');
	out->text.len = p - out->text.at;
}

void out_row(struct out *out, __u64 ns)
{
	out->record.ns = ns;
	out->record.cgroup_id = 0;
	out->record.given = out->record.strings = out->record.shown = 0;
	out->record.n_host = 0;
	out->record.other_pidns = false;
}

void out_event(struct out *out, const struct event_head *head)
{
	out_row(out, head->ns);
	out->record.cgroup_id = head->cgroup_id;
}

void out_error_name(struct out *out, int col, int error)
{
	const char *name = error ? strerrorname_np(abs(error)) : NULL;

	if (name)
		out_name(out, col, name);
}

void out_cgroup(struct out *out, int col, __u64 cgroup_id)
{
	const char *path = cgroup_path(cgroup_id);

	if (path)
		out_name(out, col, path);
}

/* Put the row of a table, with the container (task.h) unless @len is 0. */
static char *put_row(char *p, const struct out *out, const char *container, size_t len)
{
	enum stamp_format time = out->args->time;
	char *start = p;

	if (time) {
		p = put_stamp(p, &out->stamp, time, out->record.ns);
		while (p < start + stamp_width(time) + 1)
			p = put_char(p, ' ');
	}
	if (len)
		p = put_char(put_bytes(p, container, len), ' ');
	return put_cells(p, &out->cells, &out->record);
}

/* Put the text above a histogram: its time, then its labels, each on one line. */
static char *print_labels(char *p, const struct out *out)
{
	p = put_char(p, '\n');
	if (out->args->time) {
		p = put_stamp(p, &out->stamp, out->args->time, out->record.ns);
		p = put_char(p, '\n');
	}
	return put_labels(p, &out->cells, &out->record);
}

/* Put the time @ns and ","mono_ns":... after put_json_type(). */
static char *put_json_time(char *p, const struct out *out, __u64 ns)
{
	p = put_stamp_json(p, &out->stamp, ns);
	return put_uint(put_bytes(p, "\",\"mono_ns\":", 12), clock_user_ns(ns));
}

/* Put ,"host_pid":N for each ID, and "other_pidns" for another PID namespace (process.h). */
static char *put_host_ids(char *p, const struct record *record)
{
	for (int i = 0; i < record->n_host; i++) {
		const char *key = record->table->columns[record->host[i].col].key;

		p = put_bytes(p, ",\"host_", 7);
		p = put_bytes(p, key, strlen(key));
		p = put_uint(put_bytes(p, "\":", 2), record->host[i].id);
	}
	return record->other_pidns ? put_bytes(p, ",\"other_pidns\":true", 19) : p;
}

static void print_json(struct out *out, size_t room)
{
	const struct record *record = &out->record;
	size_t len;
	const char *task = task_members(record->cgroup_id, &len);
	char *p = text_room(&out->text, room + len);

	memcpy(p, out->json_head, JSON_HEAD_MAX);	/* constant size: no call */
	p = put_json_time(p + out->json_head_len, out, record->ns);
	p = put_host_ids(put_bytes(p, task, len), record);
	p = put_members(p, &out->cells, record);
	out->text.len = p - out->text.at;
}

static void print_text(struct out *out, size_t room)
{
	size_t len = 0;
	const char *container = out->args->print_container ?
		task_container(out->record.cgroup_id, &len) : NULL;
	char *p = text_room(&out->text, room + len);

	p = out->table->kind == TABLE_HIST ? print_labels(p, out) : put_row(p, out, container, len);
	out->text.len = p - out->text.at;
}

void out_print(struct out *out)
{
	size_t room = HEAD_ROOM + cells_room(&out->cells, &out->record);

	if (out->args->json)
		print_json(out, room);
	else
		print_text(out, room);
}

void out_done(struct out *out)
{
	for (int i = 0; i < out->n_observers; i++)
		out->observers[i].fn(out->observers[i].ctx, &out->record);
	out->records++;
}

/* End the line of a record, for which out_print() made room. */
static void end_line(struct out *out)
{
	char *p = out->text.at + out->text.len;

	if (out->args->json)
		p = put_char(p, '}');
	out->text.len = put_char(p, '\n') - out->text.at;
}

/* Return true if the record is printed.  With --count-by only those of --sample are. */
static bool is_printed(struct out *out)
{
	const struct count_args *count = &out->args->count;

	return !count->by || out->sampled++ < count->sample;
}

/* With --count-by, the observers count the record. */
void out_end(struct out *out)
{
	if (!is_printed(out)) {
		out_done(out);
		return;
	}
	out_print(out);
	end_line(out);
	out_done(out);
}

void out_line(struct out *out, struct json *json, const char *type, __u64 ns)
{
	char *p = text_room(&out->text, HEAD_ROOM);

	out->text.len = put_json_time(put_json_type(p, type), out, ns) - out->text.at;
	json_resume(json, &out->text);
}

int out_flush(struct out *out)
{
	int err = sink_write(&out->sink, &out->text);

	stamp_update(&out->stamp);
	return err;
}

void out_free(struct out *out)
{
	text_free(&out->text);
	sink_close(&out->sink);
}
