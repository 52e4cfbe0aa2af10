// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <bpf/libbpf.h>

#include "core/cgroup.h"
#include "output/metrics.h"
#include "output/out.h"
#include "core/clock.h"
#include "core/skel.h"

#define WAIT_MS 100			/* between two looks whether to stop */
#define LAST_WAIT_MS 1000		/* for a reader that does not read, when stopping */
#define SCHEMA 1			/* of the JSON; raised when a key changes its meaning */

static const int time_widths[] = {
	[STAMP_LOCAL] = 12, [STAMP_UTC] = 12, [STAMP_ISO] = 27, [STAMP_MONO] = 17,
	[STAMP_SINCE_START] = 10, [STAMP_SINCE_START_US] = 11,
};

/* The wall clock may be set while we run: ask again with every batch. */
static void update_wall_offset(struct out *out)
{
	out->wall_offset_ns = clock_wall_offset_ns();
}

/* "YYYY-MM-DDTHH:MM:SS" in UTC or "HH:MM:SS", cached: most records share a second. */
static const char *format_second(time_t second, bool utc, bool date)
{
	static struct {
		time_t second;
		bool valid, utc, date;
		char s[32];
	} last;
	struct tm tm;

	if (last.valid && last.second == second && last.utc == utc && last.date == date)
		return last.s;
	if (utc)
		gmtime_r(&second, &tm);
	else
		localtime_r(&second, &tm);
	strftime(last.s, sizeof(last.s), date ? "%Y-%m-%dT%H:%M:%S" : "%H:%M:%S", &tm);
	last.second = second;
	last.utc = utc;
	last.date = date;
	last.valid = true;
	return last.s;
}

static void text_time(struct out *out, struct text *text, enum stamp_format format, __u64 ns)
{
	__u64 wall = ns + out->wall_offset_ns, since = ns > out->start_ns ? ns - out->start_ns : 0;

	switch (format) {
	case STAMP_NONE:
		break;
	case STAMP_LOCAL:
	case STAMP_UTC:
		text_str(text, format_second(wall / NS_PER_S, format == STAMP_UTC, false));
		text_char(text, '.');
		text_zeros(text, wall % NS_PER_S / NS_PER_MS, 3);
		break;
	case STAMP_ISO:
		text_str(text, format_second(wall / NS_PER_S, true, true));
		text_char(text, '.');
		text_zeros(text, wall % NS_PER_S / 1000, 6);
		text_char(text, 'Z');
		break;
	case STAMP_MONO:
		text_fixed(text, ns / 1000, 6);
		break;
	case STAMP_SINCE_START:
		text_fixed(text, since / 1000000, 3);
		break;
	case STAMP_SINCE_START_US:
		text_fixed(text, since / 1000, 6);
		break;
	}
}

/* Append the cell as a column: @columns wide as it stands, padded to @width. */
static void put_cell(struct out *out, size_t columns, int width)
{
	size_t pad = abs(width) > (int)columns ? abs(width) - columns : 0;

	if (!out->first)
		text_char(&out->text, ' ');
	out->first = false;
	if (width > 0)
		text_fill(&out->text, ' ', pad);
	text_bytes(&out->text, out->cell.at, out->cell.len);
	if (width < 0)
		text_fill(&out->text, ' ', pad);
	out->cell.len = 0;
}

static void put_name(struct out *out, const char *name, int width)
{
	text_str(&out->cell, name);
	put_cell(out, strlen(name), width);
}

void out_json_key(struct out *out, const char *key)
{
	text_str(&out->text, out->first ? "{\"" : ",\"");
	out->first = false;
	text_str(&out->text, key);
	text_str(&out->text, "\":");
}

void out_json_uint(struct out *out, const char *key, __u64 v)
{
	out_json_key(out, key);
	text_uint(&out->text, v);
}

static void json_str(struct out *out, const char *key, const char *s)
{
	out_json_key(out, key);
	text_json(&out->text, s, strlen(s));
}

static void json_time(struct out *out, __u64 ns)
{
	__u64 wall = ns + out->wall_offset_ns;

	out_json_key(out, "time");
	text_char(&out->text, '"');
	text_str(&out->text, format_second(wall / NS_PER_S, true, true));
	text_char(&out->text, '.');
	text_zeros(&out->text, wall % NS_PER_S, 9);
	text_str(&out->text, "Z\"");
	out_json_uint(out, "mono_ns", ns);
}

void out_line(struct out *out, const char *type, __u64 ns)
{
	out->first = true;
	json_str(out, "type", type);
	json_time(out, ns);
}

void out_end_line(struct out *out)
{
	if (out->args->json)
		text_char(&out->text, '}');
	text_char(&out->text, '\n');
}

static void meta_hooks(struct out *out)
{
	const struct bpf_program *prog;
	bool first = true;

	out_json_key(out, "hooks");
	text_char(&out->text, '[');
	for (prog = skel_next_hook(NULL); prog; prog = skel_next_hook(prog)) {
		const char *name = skel_hook_name(prog);

		if (!first)
			text_char(&out->text, ',');
		first = false;
		text_json(&out->text, name, strlen(name));
	}
	text_char(&out->text, ']');
}

static void meta_line(struct out *out)
{
	struct utsname uts;

	uname(&uts);
	out_line(out, "meta", out->start_ns);
	out_json_uint(out, "schema", SCHEMA);
	json_str(out, "tool", out->args->tool);
	json_str(out, "version", VERSION);
	json_str(out, "libbpf", libbpf_version_string() + 1);
	json_str(out, "host", uts.nodename);
	json_str(out, "kernel", uts.release);
	json_str(out, "arch", uts.machine);
	out_json_key(out, "args");
	text_char(&out->text, '[');
	for (int i = 1; i < out->args->argc; i++) {
		if (i > 1)
			text_char(&out->text, ',');
		text_json(&out->text, out->args->argv[i], strlen(out->args->argv[i]));
	}
	text_char(&out->text, ']');
	meta_hooks(out);
	out_end_line(out);
}

void out_heading(struct out *out)
{
	enum stamp_format time = out->args->time;

	if (out->args->json || out->labels)
		return;
	out->first = true;
	if (time)
		put_name(out, time >= STAMP_SINCE_START ? "TIME(s)" : "TIME", -time_widths[time]);
	if (out->args->print_container)
		put_name(out, "CONTAINER", -CONTAINER_ID_SHORT);
	for (int i = 0; i < out->n; i++)
		if (!out->columns[i].hidden)
			put_name(out, out->columns[i].head, out->columns[i].width);
	text_char(&out->text, '\n');
}

/*
 * Standard output, opened once more where it is a pipe or a terminal, so that
 * no write can block without a change to what we share with other programs.
 */
static int open_output(void)
{
	struct stat st;
	int fd = -1;

	if (!fstat(STDOUT_FILENO, &st) && (S_ISFIFO(st.st_mode) || isatty(STDOUT_FILENO)))
		fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd >= 0 ? fd : STDOUT_FILENO;
}

void out_start(struct out *out, const struct common_args *args, const struct column *columns,
	       size_t n, const char *banner)
{
	*out = (struct out){ .args = args, .columns = columns, .n = n, .stop_fd = -1 };
	out->fd = open_output();
	out->labels = n && !columns[0].head;
	if (args->metrics)
		out->metrics = metrics_new(args->tool, columns, n);
	out->start_ns = clock_now_ns();
	tzset();
	update_wall_offset(out);
	if (args->json) {
		meta_line(out);
	} else {
		if (banner) {
			text_str(&out->text, banner);
			text_char(&out->text, '\n');
		}
		out_heading(out);
	}
	out_flush(out);
}

static void put_time(struct out *out, __u64 ns)
{
	enum stamp_format format = out->args->time;

	if (!format)
		return;
	text_time(out, &out->cell, format, ns);
	put_cell(out, out->cell.len, out->labels ? 0 : -time_widths[format]);
}

static void json_cgroup(struct out *out, __u64 cgroup_id)
{
	const char *path = cgroup_path(cgroup_id);
	char id[CONTAINER_ID_LEN + 1];

	if (!path)
		return;
	json_str(out, "cgroup", path);
	cgroup_container(path, id);
	if (id[0])
		json_str(out, "container", id);
}

static void put_container(struct out *out, __u64 cgroup_id)
{
	const char *path = cgroup_path(cgroup_id);
	char id[CONTAINER_ID_LEN + 1] = "";

	if (path)
		cgroup_container(path, id);
	id[CONTAINER_ID_SHORT] = '\0';
	put_name(out, id[0] ? id : "-", -CONTAINER_ID_SHORT);
}

static void begin(struct out *out, const char *type, __u64 ns)
{
	out->next = 0;
	out->first = true;
	if (out->args->json)
		out_line(out, type, ns);
	else
		put_time(out, ns);
}

void out_event(struct out *out, const struct event_head *head)
{
	begin(out, "event", head->ns);
	if (out->args->json)
		json_cgroup(out, head->cgroup_id);
	else if (out->args->print_container)
		put_container(out, head->cgroup_id);
}

void out_row(struct out *out, __u64 ns)
{
	if (out->labels && !out->args->json)
		text_char(&out->text, '\n');
	begin(out, out->labels ? "hist" : "row", ns);
	if (!out->args->json && out->args->time && out->labels) {
		text_char(&out->text, '\n');
		out->first = true;
	}
	if (!out->args->json && out->args->print_container && !out->labels)
		put_container(out, 0);
}

void out_record(struct out *out, const char *type, __u64 ns)
{
	begin(out, type, ns);
}

/*
 * Begin column @col; columns passed over get a "-".  True: the caller appends
 * its value, to out->text in JSON and to out->cell in text.
 */
static bool column(struct out *out, int col)
{
	const struct column *c = &out->columns[col];

	assert(col >= out->next && col < out->n);
	for (; out->next < col; out->next++)
		if (!out->args->json && !out->columns[out->next].hidden && !out->labels)
			put_name(out, "-", out->columns[out->next].width);
	out->next = col + 1;
	if (out->args->json)
		out_json_key(out, c->key);
	else if (!c->hidden && out->labels)
		text_printf(&out->cell, "%s = ", c->key);
	return out->args->json || !c->hidden;
}

/* End column @col, whose cell is @columns wide. */
static void column_end(struct out *out, int col, size_t columns)
{
	if (!out->args->json)
		put_cell(out, columns, out->labels ? 0 : out->columns[col].width);
}

void out_str(struct out *out, int col, const char *s, size_t len)
{
	metrics_string(out->metrics, col, s, len);
	if (!column(out, col))
		return;
	if (out->args->json)
		text_json(&out->text, s, len);
	else
		column_end(out, col, text_escape(&out->cell, s, len, false));
}

void out_name(struct out *out, int col, const char *name)
{
	out_str(out, col, name, strlen(name));
}

void out_letter(struct out *out, int col, const char *name, const char *letter)
{
	metrics_string(out->metrics, col, name, strlen(name));
	if (!column(out, col))
		return;
	if (out->args->json)
		text_json(&out->text, name, strlen(name));
	else
		column_end(out, col, text_escape(&out->cell, letter, strlen(letter), false));
}

/* Where the value of a column goes that looks the same in text and JSON. */
static struct text *plain(struct out *out)
{
	return out->args->json ? &out->text : &out->cell;
}

static void plain_end(struct out *out, int col)
{
	column_end(out, col, out->cell.len);
}

void out_int(struct out *out, int col, __s64 v)
{
	metrics_number(out->metrics, col, v);
	if (!column(out, col))
		return;
	text_int(plain(out), v);
	plain_end(out, col);
}

void out_uint(struct out *out, int col, __u64 v)
{
	metrics_number(out->metrics, col, v);
	if (!column(out, col))
		return;
	text_uint(plain(out), v);
	plain_end(out, col);
}

void out_bool(struct out *out, int col, bool v)
{
	if (!column(out, col))
		return;
	if (out->args->json)
		text_str(&out->text, v ? "true" : "false");
	else
		text_char(&out->cell, v ? 'Y' : 'N');
	plain_end(out, col);
}

void out_octal(struct out *out, int col, __u64 v, unsigned int digits)
{
	if (!column(out, col))
		return;
	if (out->args->json)
		text_uint(&out->text, v);
	else
		text_printf(&out->cell, "%0*llo", digits, v);
	plain_end(out, col);
}

void out_fixed(struct out *out, int col, __s64 v, unsigned int digits)
{
	if (!column(out, col))
		return;
	if (v < 0)
		text_char(plain(out), '-');
	text_fixed(plain(out), v < 0 ? -(__u64)v : (__u64)v, digits);
	plain_end(out, col);
}

void out_percent(struct out *out, int col, __u64 v)
{
	if (!column(out, col))
		return;
	text_fixed(plain(out), v, 2);
	if (!out->args->json)
		text_char(&out->cell, '%');
	plain_end(out, col);
}

void out_mb(struct out *out, int col, __u64 bytes)
{
	metrics_number(out->metrics, col, bytes);
	if (!column(out, col))
		return;
	text_uint(plain(out), out->args->json ? bytes : (bytes + (1 << 19)) >> 20);
	plain_end(out, col);
}

void out_ms(struct out *out, int col, __u64 ns)
{
	metrics_number(out->metrics, col, ns);
	if (!column(out, col))
		return;
	if (out->args->json)
		text_uint(&out->text, ns);
	else
		text_fixed(&out->cell, (ns + 500) / 1000, 3);
	plain_end(out, col);
}

void out_list(struct out *out, int col, const char *const *names, size_t n)
{
	if (!column(out, col))
		return;
	if (out->args->json)
		text_char(&out->text, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			text_char(plain(out), ',');
		if (out->args->json)
			text_json(&out->text, names[i], strlen(names[i]));
		else
			text_str(&out->cell, names[i]);
	}
	if (out->args->json)
		text_char(&out->text, ']');
	plain_end(out, col);
}

/* One word of a list in the table; returns its columns. */
static size_t put_word(struct text *cell, const char *word, size_t len, bool quote)
{
	size_t columns;

	if (!quote)
		return text_escape(cell, word, len, false);
	text_char(cell, '"');
	columns = text_escape(cell, word, len, true);
	text_char(cell, '"');
	return columns + 2;
}

static void argv_json(struct out *out, const char *argv, size_t len)
{
	const char *end = argv + len;

	text_char(&out->text, '[');
	for (const char *arg = argv; arg < end; arg += strnlen(arg, end - arg) + 1) {
		if (arg != argv)
			text_char(&out->text, ',');
		text_json(&out->text, arg, end - arg);
	}
	text_char(&out->text, ']');
}

void out_argv(struct out *out, int col, const char *argv, size_t len, bool quote, bool more)
{
	const char *end = argv + len;
	size_t columns = 0;

	if (!column(out, col))
		return;
	if (out->args->json) {
		argv_json(out, argv, len);
		return;
	}
	for (const char *arg = argv; arg < end; arg += strnlen(arg, end - arg) + 1) {
		if (arg != argv) {
			text_char(&out->cell, ' ');
			columns++;
		}
		columns += put_word(&out->cell, arg, end - arg, quote);
	}
	if (more) {
		text_str(&out->cell, len ? " ..." : "...");
		columns += len ? 4 : 3;
	}
	column_end(out, col, columns);
}

void out_cgroup(struct out *out, int col, __u64 cgroup_id)
{
	const char *path = cgroup_path(cgroup_id);

	if (path)
		out_name(out, col, path);
}

void out_end(struct out *out)
{
	for (; out->next < out->n; out->next++)
		if (!out->args->json && !out->columns[out->next].hidden && !out->labels)
			put_name(out, "-", out->columns[out->next].width);
	out_end_line(out);
	metrics_end(out->metrics);
	out->records++;
}

/* True if the run is to stop, by a signal or since its time is over. */
static bool must_stop(const struct out *out)
{
	struct pollfd stop = { .fd = out->stop_fd, .events = POLLIN };

	return poll(&stop, 1, 0) > 0 || (out->stop_ns && clock_now_ns() >= out->stop_ns);
}

/* Wait until the reader takes more. */
static int wait_writable(const struct out *out)
{
	struct pollfd output = { .fd = out->fd, .events = POLLOUT };
	bool stopping;

	do {
		stopping = must_stop(out);
		if (poll(&output, 1, stopping ? LAST_WAIT_MS : WAIT_MS) > 0)
			return 0;
	} while (!stopping);
	return -ETIMEDOUT;
}

int out_flush(struct out *out)
{
	size_t done = 0;

	while (!out->error && done < out->text.len) {
		ssize_t n = write(out->fd, out->text.at + done, out->text.len - done);

		if (n >= 0)
			done += n;
		else if (errno == EAGAIN)
			out->error = wait_writable(out);
		else if (errno != EINTR)
			out->error = -errno;
	}
	out->text.len = 0;
	update_wall_offset(out);
	return out->error;
}

void out_free(struct out *out)
{
	text_free(&out->text);
	text_free(&out->cell);
	metrics_free(out->metrics);
	if (out->fd != STDOUT_FILENO)
		close(out->fd);
}
