/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The printed columns, in order, with everything that is known before any record: JSON keys
 * with punctuation, widths, and the room for values of fixed size.
 */
#ifndef COMMON_CELLS_H
#define COMMON_CELLS_H

#include "output/record.h"

#define CELL_KEY_MAX 32			/* ,"KEY": */

struct cell {
	int col;
	const struct column *column;
	unsigned int width;		/* minimum width in the table */
	bool left;			/* left-justified */
	unsigned int key_len;
	char key[CELL_KEY_MAX];
};

struct cells {
	struct cell at[COLUMNS_MAX];
	int n;
	__u64 columns;			/* bit mask of the columns */
	size_t fixed_room;		/* room for a record without its strings and lists */
};

/*
 * Select the columns of @table that are not hidden, or all with @json.  If @choice is not NULL,
 * select the columns that it names instead or, after a "+", in addition.  It must have passed
 * columns_choose().
 */
void cells_init(struct cells *cells, const struct table *table, const char *choice, bool json);

/* Return the room that the values of @record need in the table or in JSON. */
size_t cells_room(const struct cells *cells, const struct record *record);

/* Put at @p (core/put.h) a line of the table without a newline, or the labels of a histogram. */
char *put_heading(char *p, const struct cells *cells);
char *put_cells(char *p, const struct cells *cells, const struct record *record);
char *put_labels(char *p, const struct cells *cells, const struct record *record);
/* Put the members of a JSON object, each after a comma. */
char *put_members(char *p, const struct cells *cells, const struct record *record);

#endif /* COMMON_CELLS_H */
