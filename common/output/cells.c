// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/put.h"
#include "net/addr.h"
#include "output/cells.h"

/* Room for a value of fixed size (a number or an address) and the text before it. */
#define CELL_ROOM (CELL_KEY_MAX + PUT_NUMBER_MAX + ADDR_MAX)

/*
 * Short texts are copied and filled by this many bytes: a constant, so that the compiler needs no
 * call.  The next cell overwrites the surplus; after the last cell there is room for it.
 */
#define CELL_COPY 32

static void add_cell(struct cells *cells, const struct table *table, int col)
{
	const struct column *column = &table->columns[col];
	struct cell *cell = &cells->at[cells->n];
	size_t len = strlen(column->key);

	if (cells->columns >> col & 1)
		return;
	assert(cells->n < COLUMNS_MAX && len + 4 <= CELL_KEY_MAX);
	*cell = (struct cell){
		.col = col, .column = column, .width = abs(column->width),
		.left = column->width <= 0, .key_len = len + 4,
	};
	memcpy(cell->key, ",\"", 2);
	memcpy(cell->key + 2, column->key, len);
	memcpy(cell->key + 2 + len, "\":", 2);
	cells->columns |= 1ULL << col;
	cells->fixed_room += CELL_ROOM + cell->width + (column->head ? strlen(column->head) : 0);
	cells->n++;
}

void cells_init(struct cells *cells, const struct table *table, const char *choice, bool json)
{
	bool more = choice && choice[0] == '+';
	int cols[COLUMNS_MAX];
	const char *bad;
	int n;

	*cells = (struct cells){ .fixed_room = 2 * CELL_COPY };
	for (int i = 0; i < table->n && (!choice || more); i++)
		if (json || !table->columns[i].hidden)
			add_cell(cells, table, i);
	n = choice ? columns_choose(table, choice + more, cols, &bad) : 0;
	for (int i = 0; i < n; i++)
		add_cell(cells, table, cols[i]);
	/* The last column needs no padding on the right. */
	if (cells->n && cells->at[cells->n - 1].left)
		cells->at[cells->n - 1].width = 0;
}

static size_t string_room(const struct value *v)
{
	size_t room = 0;

	if (v->kind == VALUE_STRING)
		return PUT_JSON_MAX(v->len);
	if (v->kind == VALUE_ARGV)		/* arguments may be empty: quotes and a comma */
		return PUT_JSON_MAX(v->len) + 3 * v->len;
	for (__u32 i = 0; v->kind == VALUE_LIST && i < v->len; i++)
		room += PUT_JSON_MAX(strlen(v->list[i])) + 1;
	return room;
}

size_t cells_room(const struct cells *cells, const struct record *record)
{
	size_t room = cells->fixed_room;

	for (__u64 cols = cells->columns & record->given & record->strings; cols; cols &= cols - 1)
		room += string_room(&record->values[__builtin_ctzll(cols)]);
	for (__u64 cols = cells->columns & record->shown; cols; cols &= cols - 1)
		room += PUT_ESCAPED_MAX(strlen(record->values[__builtin_ctzll(cols)].shown));
	return room;
}

static const char *argv_next(const char *arg, const char *end)
{
	return arg + strnlen(arg, end - arg) + 1;
}

/* Table output */

static char *put_list(char *p, const struct value *v, size_t *columns)
{
	for (__u32 i = 0; i < v->len; i++) {
		if (i) {
			p = put_char(p, ',');
			++*columns;
		}
		p = put_escaped(p, v->list[i], strlen(v->list[i]), false, columns);
	}
	return p;
}

static char *put_word(char *p, const char *word, size_t len, bool quote, size_t *columns)
{
	if (!quote)
		return put_escaped(p, word, len, false, columns);
	*columns += 2;
	p = put_escaped(put_char(p, '"'), word, len, true, columns);
	return put_char(p, '"');
}

static char *put_argv(char *p, const struct value *v, size_t *columns)
{
	const char *end = v->s + v->len;

	for (const char *arg = v->s; arg < end; arg = argv_next(arg, end)) {
		if (arg != v->s) {
			p = put_char(p, ' ');
			++*columns;
		}
		p = put_word(p, arg, end - arg, v->quote, columns);
	}
	if (!v->more)
		return p;
	*columns += v->len ? 4 : 3;
	return v->len ? put_bytes(p, " ...", 4) : put_bytes(p, "...", 3);
}

static char *put_number(char *p, const struct column *column, const struct value *v)
{
	switch (column->type) {
	case COLUMN_NS:
		return put_fixed(p, (v->u + 500) / 1000, 3);
	case COLUMN_OCTAL:
		return put_octal(p, v->u, column->digits);
	case COLUMN_KB:
		return put_int(p, v->i / 1024);
	case COLUMN_MB:
		return put_uint(p, (v->u + (1 << 19)) >> 20);
	case COLUMN_PERCENT:
		return put_char(put_fixed(p, v->u, 2), '%');
	default:
		return v->kind == VALUE_INT ? put_int(p, v->i) : put_uint(p, v->u);
	}
}

/* Put the value of @cell without padding.  Adds its width to @columns. */
static char *put_value(char *p, const struct cell *cell, const struct record *record,
		       size_t *columns)
{
	const struct value *v = &record->values[cell->col];
	char *start = p;

	if (record->shown >> cell->col & 1)
		return put_escaped(p, v->shown, strlen(v->shown), false, columns);
	if (!record_has(record, cell->col)) {
		++*columns;
		return put_char(p, '-');
	}
	switch (v->kind) {
	case VALUE_STRING:
		return put_escaped(p, v->s, v->len, false, columns);
	case VALUE_LIST:
		return put_list(p, v, columns);
	case VALUE_ARGV:
		return put_argv(p, v, columns);
	case VALUE_ADDRESS:
		p = put_addr(p, v->len, v->address);
		break;
	case VALUE_BOOL:
		p = put_char(p, v->u ? 'Y' : 'N');
		break;
	case VALUE_INT:
	case VALUE_UINT:
		p = put_number(p, cell->column, v);
		break;
	}
	*columns += p - start;
	return p;
}

static char *put_spaces(char *p, size_t n)
{
	if (n > CELL_COPY)
		return put_fill(p, ' ', n);
	put_fill(p, ' ', CELL_COPY);
	return p + n;
}

/* Move the text from @start to @p, after @n spaces. */
static char *push_right(char *start, char *p, size_t n)
{
	char text[CELL_COPY];

	if (p - start > CELL_COPY) {
		memmove(start + n, start, p - start);
		put_fill(start, ' ', n);
		return p + n;
	}
	memcpy(text, start, CELL_COPY);
	memcpy(put_spaces(start, n), text, CELL_COPY);
	return p + n;
}

/* Pad the text from @start to @p, which is @columns wide, to the width of @cell. */
static char *pad(char *start, char *p, size_t columns, const struct cell *cell)
{
	if (cell->width <= columns)
		return p;
	return cell->left ? put_spaces(p, cell->width - columns) :
			    push_right(start, p, cell->width - columns);
}

char *put_heading(char *p, const struct cells *cells)
{
	for (int i = 0; i < cells->n; i++) {
		const char *head = cells->at[i].column->head;
		size_t len = strlen(head);
		char *start = i ? put_char(p, ' ') : p;

		p = pad(start, put_bytes(start, head, len), len, &cells->at[i]);
	}
	return p;
}

char *put_cells(char *p, const struct cells *cells, const struct record *record)
{
	for (int i = 0; i < cells->n; i++) {
		size_t columns = 0;
		char *start;

		if (i)
			p = put_char(p, ' ');
		start = p;
		p = put_value(p, &cells->at[i], record, &columns);
		p = pad(start, p, columns, &cells->at[i]);
	}
	return p;
}

char *put_labels(char *p, const struct cells *cells, const struct record *record)
{
	bool first = true;

	for (int i = 0; i < cells->n; i++) {
		const struct cell *cell = &cells->at[i];
		size_t columns = 0;

		if (!((record->given | record->shown) >> cell->col & 1))
			continue;
		if (!first)
			p = put_char(p, ' ');
		first = false;
		p = put_bytes(p, cell->column->key, strlen(cell->column->key));
		p = put_bytes(p, " = ", 3);
		p = put_value(p, cell, record, &columns);
	}
	return p;
}

/* JSON output */

static char *json_list(char *p, const struct value *v)
{
	p = put_char(p, '[');
	for (__u32 i = 0; i < v->len; i++) {
		if (i)
			p = put_char(p, ',');
		p = put_json(p, v->list[i], strlen(v->list[i]));
	}
	return put_char(p, ']');
}

static char *json_argv(char *p, const struct value *v)
{
	const char *end = v->s + v->len;

	p = put_char(p, '[');
	for (const char *arg = v->s; arg < end; arg = argv_next(arg, end)) {
		if (arg != v->s)
			p = put_char(p, ',');
		p = put_json(p, arg, end - arg);
	}
	return put_char(p, ']');
}

static char *json_value(char *p, const struct column *column, const struct value *v)
{
	switch (v->kind) {
	case VALUE_STRING:
		return put_json(p, v->s, v->len);
	case VALUE_UINT:
		if (column->type == COLUMN_PERCENT)
			return put_fixed(p, v->u, 2);
		return put_uint(p, v->u);
	case VALUE_INT:
		return put_int(p, v->i);
	case VALUE_BOOL:
		return v->u ? put_bytes(p, "true", 4) : put_bytes(p, "false", 5);
	case VALUE_LIST:
		return json_list(p, v);
	case VALUE_ARGV:
		return json_argv(p, v);
	case VALUE_ADDRESS:
		return put_char(put_addr(put_char(p, '"'), v->len, v->address), '"');
	}
	return p;
}

char *put_members(char *p, const struct cells *cells, const struct record *record)
{
	for (int i = 0; i < cells->n; i++) {
		const struct cell *cell = &cells->at[i];

		if (!record_has(record, cell->col))
			continue;
		memcpy(p, cell->key, CELL_KEY_MAX);	/* constant size: the compiler inlines it */
		p = json_value(p + cell->key_len, cell->column, &record->values[cell->col]);
	}
	return p;
}
