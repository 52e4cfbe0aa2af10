/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The columns that are printed, in their order, with what is known before any record: JSON
 * keys with their punctuation, widths, and the room that values of fixed size need.
 */
#ifndef COMMON_CELLS_H
#define COMMON_CELLS_H

#include "output/record.h"

#define CELL_KEY_MAX 32			/* ,"KEY": */

struct cell {
	int col;
	const struct column *column;
	unsigned int width;		/* in the table, at least */
	bool left;			/* padded on the right */
	unsigned int key_len;
	char key[CELL_KEY_MAX];
};

struct cells {
	struct cell at[COLUMNS_MAX];
	int n;
	__u64 columns;			/* the same as bits */
	size_t fixed_room;		/* for all of a record but strings and lists */
};

/*
 * The columns of @table that are not hidden, or with @json all.  @choice, unless NULL: those
 * that it names instead, or after a "+" in addition; it has passed columns_choose().
 */
void cells_init(struct cells *cells, const struct table *table, const char *choice, bool json);

/* How much room the values of @record need in the table or in JSON. */
size_t cells_room(const struct cells *cells, const struct record *record);

/* Write at @p (core/put.h): a line of the table without its end; the labels of a histogram. */
char *put_heading(char *p, const struct cells *cells);
char *put_cells(char *p, const struct cells *cells, const struct record *record);
char *put_labels(char *p, const struct cells *cells, const struct record *record);
/* The members of a JSON object, each after a comma. */
char *put_members(char *p, const struct cells *cells, const struct record *record);

#endif /* COMMON_CELLS_H */
