// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "output/columns_help.h"
#include "output/count_table.h"
#include "output/json.h"

#define NAME_WIDTH 20			/* width of the names in --help */
#define LINE_WIDTH 79

static const struct {
	const char *name, *unit;
} types[] = {
	[COLUMN_STRING] = { "string" },
	[COLUMN_COMM] = { "comm" },
	[COLUMN_STRINGS] = { "strings" },
	[COLUMN_ARGV] = { "strings" },
	[COLUMN_ADDRESS] = { "address" },
	[COLUMN_BOOL] = { "boolean" },
	[COLUMN_INT] = { "integer" },
	[COLUMN_COUNT] = { "count" },
	[COLUMN_ID] = { "id" },
	[COLUMN_PORT] = { "port" },
	[COLUMN_FAMILY] = { "family" },
	[COLUMN_ERRNO] = { "errno" },
	[COLUMN_RET] = { "ret" },
	[COLUMN_OCTAL] = { "count" },
	[COLUMN_NS] = { "count", "nanoseconds" },
	[COLUMN_BYTES] = { "count", "bytes" },
	[COLUMN_KB] = { "integer", "bytes" },
	[COLUMN_MB] = { "count", "bytes" },
	[COLUMN_PERCENT] = { "percentage", "percent" },
	[COLUMN_HUNDREDTHS] = { "decimal" },
	[COLUMN_STRING_MAP] = { "string_map" },
};

/* Return the unit in the table if it differs from that in JSON, or NULL. */
static const char *shown_unit(const struct column *column)
{
	switch (column->type) {
	case COLUMN_NS:
		return "milliseconds";
	case COLUMN_KB:
		return "kibibytes";
	case COLUMN_MB:
		return "mebibytes";
	case COLUMN_OCTAL:
		return "base 8";
	default:
		return NULL;
	}
}

/*
 * Append the first @len bytes of @s, wrapped to lines that start at column NAME_WIDTH.  The
 * text must be at that column.
 */
static void wrap(struct text *text, const char *s, size_t len)
{
	size_t column = NAME_WIDTH;

	while (len) {
		size_t word = strcspn(s, " ");

		word = word < len ? word : len;
		if (column > NAME_WIDTH && column + 1 + word > LINE_WIDTH) {
			text_printf(text, "\n%*s", NAME_WIDTH, "");
			column = NAME_WIDTH;
		} else if (column > NAME_WIDTH) {
			text_char(text, ' ');
			column++;
		}
		text_bytes(text, s, word);
		column += word;
		word += strspn(s + word, " ");
		word = word < len ? word : len;
		s += word;
		len -= word;
	}
	text_char(text, '\n');
}

void columns_help(struct text *text, const struct table *table)
{
	for (int i = 0; i < table->n; i++) {
		const struct column *column = &table->columns[i];

		text_printf(text, "  %-*s", NAME_WIDTH - 2, column->key);
		wrap(text, column->about, strcspn(column->about, ";"));
	}
}

/* Write the words of @list as an array. */
static void json_words(struct json *json, const char *key, const char *list)
{
	json_array(json, key);
	for (size_t len; *list; list += len + strspn(list + len, " ")) {
		len = strcspn(list, " ");
		json_string(json, NULL, list, len);
	}
	json_end(json);
}

static void json_limits(struct json *json, const struct column *column)
{
	if (column->values)
		json_words(json, "values", column->values);
	if (column->pattern)
		json_name(json, "pattern", column->pattern);
	if (column->min)
		json_int(json, "min", column->min);
	if (column->max)
		json_int(json, "max", column->max);
}

static void json_column(struct json *json, const struct column *column)
{
	const char *unit = column->unit ? column->unit : types[column->type].unit;

	json_object(json, NULL);
	json_name(json, "key", column->key);
	if (column->head)
		json_name(json, "heading", column->head);
	json_name(json, "type", types[column->type].name);
	if (unit)
		json_name(json, "unit", unit);
	if (shown_unit(column))
		json_name(json, "table_unit", shown_unit(column));
	json_bool(json, "in_table", !column->hidden);
	json_bool(json, "optional", column->optional);
	json_name(json, "about", column->about);
	json_limits(json, column);
	json_end(json);
}

static void json_table(struct json *json, const struct table *table)
{
	static const char *const kinds[] = {
		[TABLE_TASK] = "task_record", [TABLE_PLAIN] = "record", [TABLE_HIST] = "histogram",
		[TABLE_TEXT] = "text", [TABLE_OBJECT] = "object",
	};

	json_object(json, NULL);
	json_name(json, "type", table->type);
	json_name(json, "kind", kinds[table->kind]);
	json_name(json, "about", table->about);
	json_array(json, "columns");
	for (int i = 0; i < table->n; i++)
		json_column(json, &table->columns[i]);
	json_end(json);
	json_end(json);
}

void columns_json(struct text *text, const char *tool, const struct table *table)
{
	struct count_table counts;
	struct json json;

	json_start(&json, text);
	json_name(&json, "tool", tool);
	json_array(&json, "tables");
	json_table(&json, table);
	for (const struct table *t = table->other; t; t = t->other)
		json_table(&json, t);
	if (strcmp(table->type, "event") == 0) {	/* events can be counted with --count-by */
		count_table_all(&counts, table);
		json_table(&json, &counts.rows);
	}
	json_end(&json);
	json_end(&json);
}

static void add_names(struct text *text, const struct table *table)
{
	for (int i = 0; i < table->n; i++)
		text_printf(text, "%s%s", i ? ", " : "", table->columns[i].key);
}

char *columns_error(const struct table *table, const char *list)
{
	int cols[COLUMNS_MAX], err;
	struct text text = {};
	const char *bad;
	int len;

	err = columns_choose(table, list, cols, &bad);
	if (err > 0)
		return NULL;
	len = strcspn(bad, ",");
	if (err == -EEXIST) {
		text_printf(&text, "column '%.*s' is listed twice", len, bad);
	} else if (err == -E2BIG) {
		text_str(&text, "too many columns");
	} else {
		text_printf(&text, "%s column '%.*s': expected ",
			    err == -EINVAL ? "ambiguous" : "unknown", len, bad);
		add_names(&text, table);
	}
	text_char(&text, '\0');
	return text.at;
}
