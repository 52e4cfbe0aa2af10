// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The keys of the JSON records as tables of columns, for --list-columns and make generate. */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "usestat.h"

#define INTERVAL_ABOUT "Nanoseconds that the counts cover: since its previous sample; " \
		       "absent in its first sample, which has no counts"

/* Return the unit in which @key ends, or NULL. */
static const char *unit_of(const char *key)
{
	static const struct {
		const char *suffix, *unit;
	} units[] = {
		{ "_ns", "nanoseconds" }, { "_us", "microseconds" }, { "_ms", "milliseconds" },
		{ "_s", "seconds" }, { "_bytes", "bytes" }, { "_pages", "pages" }, { "_khz", "kHz" },
		{ "_mbit", "Mbit/s" },
	};
	size_t len = strlen(key);

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		size_t n = strlen(units[i].suffix);

		if (len > n && strcmp(key + len - n, units[i].suffix) == 0)
			return units[i].unit;
	}
	return NULL;
}

static enum column_type type_of(enum field_kind kind)
{
	static const enum column_type types[] = {
		[FIELD_COUNTER] = COLUMN_COUNT, [FIELD_GAUGE] = COLUMN_COUNT,
		[FIELD_HUNDREDTHS] = COLUMN_HUNDREDTHS, [FIELD_FLAG] = COLUMN_BOOL,
		[FIELD_ID] = COLUMN_ID, [FIELD_INTEGER] = COLUMN_INT, [FIELD_COMM] = COLUMN_COMM,
		[FIELD_STRING] = COLUMN_STRING, [FIELD_STRINGS] = COLUMN_STRINGS,
		[FIELD_STRING_MAP] = COLUMN_STRING_MAP,
	};

	return types[kind];
}

static void add_field(struct table *table, const struct field *field)
{
	table->columns[table->n++] = (struct column){
		.key = field->key, .type = type_of(field->kind), .unit = unit_of(field->key),
		.optional = !field->always, .about = field->about,
	};
}

static void fill(struct table *table, const struct record_type *type)
{
	const struct field name = { "name", FIELD_STRING, .always = true, .about = type->object };
	static const struct field interval = { "interval_ns", FIELD_GAUGE, .about = INTERVAL_ABOUT };

	table->type = type->name;
	table->about = type->about;
	table->kind = TABLE_OBJECT;
	if (type->object)
		add_field(table, &name);
	if (type->interval)
		add_field(table, &interval);
	for (int i = 0; i < type->n; i++)
		add_field(table, &type->fields[i]);
	for (int i = 0; i < type->n_keys; i++)
		add_field(table, &type->keys[i]);
}

/* Append the table of @type to @before. */
static struct table *append(struct table *before, const struct record_type *type)
{
	struct table *table = xcalloc(1, sizeof(*table));

	table->columns = xcalloc(2 + type->n + type->n_keys, sizeof(*table->columns));
	fill(table, type);
	before->other = table;
	return table;
}

void columns_init(const struct subject *const *subjects, size_t n)
{
	struct table *last = &usestat_table;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ARRAY_SIZE(subjects[i]->types) && subjects[i]->types[k]; k++)
			last = append(last, subjects[i]->types[k]);
	last = append(last, &missing_type);
	append(last, &omitted_type);
}
