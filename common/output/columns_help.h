/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A tool's columns, described for users (--help) and programs (--list-columns). */
#ifndef COMMON_COLUMNS_HELP_H
#define COMMON_COLUMNS_HELP_H

#include "core/text.h"
#include "output/column.h"

/* Append one paragraph per column: its name and the first part of its description. */
void columns_help(struct text *text, const struct table *table);

/*
 * Append the full description of the tables of @tool as a JSON object.  The man page, the JSON
 * schema and docs/fields.md are generated from it.
 */
void columns_json(struct text *text, const char *tool, const struct table *table);

/*
 * Return why @list is not a valid choice of columns, with the valid names (malloc'd), or NULL
 * if it is valid.
 */
char *columns_error(const struct table *table, const char *list);

#endif /* COMMON_COLUMNS_HELP_H */
