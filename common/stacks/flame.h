/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Flame graphs as SVG: no script, nothing loaded, as wide as the window or the
 * page they are put into.
 */
#ifndef COMMON_FLAME_H
#define COMMON_FLAME_H

#include <stddef.h>
#include "stacks/frame.h"
#include "core/tally.h"
#include "core/text.h"

struct flame {			/* starts as all zeros */
	struct tally nodes;
	const char **modules;	/* by number of node */
	struct text key;
};

/*
 * @count samples of the stack @path of @n frames, the outermost first.  The
 * names are copied, the modules are not.
 */
void flame_add(struct flame *flame, const struct frame *const *path, size_t n, __u64 count);

/* All that was added, as one <svg> element; @title stands above. */
void flame_svg(const struct flame *flame, struct text *svg, const char *title);

void flame_free(struct flame *flame);

#endif /* COMMON_FLAME_H */
