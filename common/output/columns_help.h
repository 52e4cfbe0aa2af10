/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A tool's columns for people (--help) and for programs (--list-columns). */
#ifndef COMMON_COLUMNS_HELP_H
#define COMMON_COLUMNS_HELP_H

#include "core/text.h"
#include "output/column.h"

/* One paragraph a column: its name and the first part of what it is about. */
void columns_help(struct text *text, const struct table *table);

/*
 * All that is known of the tables of @tool, as a JSON object: man page, JSON schema and
 * docs/fields.md are made of it.
 */
void columns_json(struct text *text, const char *tool, const struct table *table);

/* Why @list is no valid choice of columns, with those that are; NULL: it is.  malloc'd. */
char *columns_error(const struct table *table, const char *list);

#endif /* COMMON_COLUMNS_HELP_H */
