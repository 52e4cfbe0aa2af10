/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Flame graphs as SVG.  The drawing has no script, loads nothing, and is as wide as
 * the window or the page that contains it.
 */
#ifndef COMMON_FLAME_H
#define COMMON_FLAME_H

#include <stddef.h>
#include "stacks/frame.h"
#include "core/tally.h"
#include "core/text.h"

struct flame {			/* starts as all zeros */
	struct tally nodes;
	const char **modules;	/* by node number */
	struct text key;
	const char *unit;	/* unit of the counts, as in "12 samples"; NULL: samples */
};

/*
 * Add @count samples of the stack @path: @n frames, the outermost first.  Copies the
 * names; the modules must live as long as @flame.
 */
void flame_add(struct flame *flame, const struct frame *const *path, size_t n, __u64 count);

/* Append the graph to @svg as one <svg> element, with @title above it. */
void flame_svg(const struct flame *flame, struct text *svg, const char *title);

void flame_free(struct flame *flame);

#endif /* COMMON_FLAME_H */
