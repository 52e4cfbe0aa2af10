// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Positions and widths are percentages and heights are pixels, so text keeps its
 * size at every width.  Each frame is a nested <svg>, which clips a name that does
 * not fit.  The outermost frames are at the top.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stacks/flame.h"
#include "core/xalloc.h"

#define ROW 17				/* pixels from one row to the next */
#define HEAD 58				/* pixels of title and legend */
#define SHOWN_PARTS 1000		/* a frame is drawn if it has 1/1000 of the samples ... */
#define NAMED_PARTS 100			/* ... and its name if it has 1/100 */

/* The key of a node in the tally, which counts its samples. */
struct node {
	__u32 parent;			/* node number + 1 of the parent; 0: a root */
	__u32 kind;
	char name[];
};

struct place {
	__u32 number;			/* of the node */
	__u32 depth;
	__u64 left;			/* number of samples to the left */
};

struct drawing {
	const struct flame *flame;
	struct place *places;		/* by node number */
	__u64 *next_left;		/* position of a node's next child */
	__u64 all;			/* samples */
	__u32 rows;			/* rows of drawn frames, below the row for all samples */
	bool left_out;			/* some frames are too small to be drawn */
	struct text *svg;
	struct text word;
};

void flame_add(struct flame *flame, const struct frame *const *path, size_t n, __u64 count)
{
	struct node head = {};

	for (size_t i = 0; i < n; i++) {
		size_t before = flame->nodes.n, number;

		head.kind = path[i]->kind;
		flame->key.len = 0;
		text_bytes(&flame->key, (const char *)&head, sizeof(head));
		text_bytes(&flame->key, path[i]->name, strlen(path[i]->name) + 1);
		number = tally_add(&flame->nodes, flame->key.at, flame->key.len, count);
		head.parent = number + 1;
		if (flame->nodes.n == before)
			continue;
		flame->modules = xreallocarray(flame->modules, flame->nodes.n,
					       sizeof(flame->modules[0]));
		flame->modules[number] = path[i]->module;
	}
}

void flame_free(struct flame *flame)
{
	tally_free(&flame->nodes);
	text_free(&flame->key);
	free(flame->modules);
	*flame = (struct flame){};
}

static const struct node *node(const struct flame *flame, __u32 number)
{
	return flame->nodes.entries[number].bytes;
}

/* Sort the largest to the left, equal ones in a stable order. */
static int compare(const void *va, const void *vb, void *arg)
{
	const struct place *a = va, *b = vb;
	const struct flame *flame = arg;
	__u64 count_a = flame->nodes.entries[a->number].count;
	__u64 count_b = flame->nodes.entries[b->number].count;

	if (a->depth != b->depth)
		return a->depth < b->depth ? -1 : 1;
	if (count_a != count_b)
		return count_a > count_b ? -1 : 1;
	return strcmp(node(flame, a->number)->name, node(flame, b->number)->name);
}

static bool is_drawn(const struct drawing *drawing, __u32 number)
{
	return drawing->flame->nodes.entries[number].count >= drawing->all / SHOWN_PARTS;
}

/* Find the depth of each node.  Parents have smaller numbers than their children. */
static void find_depths(struct drawing *drawing, struct place *places)
{
	const struct flame *flame = drawing->flame;

	for (size_t i = 0; i < flame->nodes.n; i++)
		if (!node(flame, i)->parent)
			drawing->all += flame->nodes.entries[i].count;
	for (size_t i = 0; i < flame->nodes.n; i++) {
		__u32 parent = node(flame, i)->parent;

		places[i] = (struct place){ .number = i };
		places[i].depth = parent ? places[parent - 1].depth + 1 : 1;
		if (!is_drawn(drawing, i))
			drawing->left_out = true;
		else if (places[i].depth > drawing->rows)
			drawing->rows = places[i].depth;
	}
}

/* Place the nodes row by row, children side by side below their parent. */
static void lay_out(struct drawing *drawing)
{
	const struct flame *flame = drawing->flame;
	struct place *order = xcalloc(flame->nodes.n + 1, sizeof(*order));
	size_t n = flame->nodes.n;

	drawing->places = xcalloc(n + 1, sizeof(drawing->places[0]));
	drawing->next_left = xcalloc(n + 1, sizeof(drawing->next_left[0]));
	find_depths(drawing, order);
	qsort_r(order, n, sizeof(order[0]), compare, (void *)flame);
	for (size_t i = 0; i < n; i++) {
		__u32 number = order[i].number, parent = node(flame, number)->parent;

		/* next_left[0] is for the roots, [number + 1] for the children of a node. */
		order[i].left = drawing->next_left[parent];
		drawing->next_left[parent] += flame->nodes.entries[number].count;
		drawing->next_left[number + 1] = order[i].left;
		drawing->places[number] = order[i];
	}
	free(order);
}

/* Append @s escaped for XML. */
static void put_xml(struct drawing *drawing, const char *s)
{
	struct text *svg = drawing->svg;

	drawing->word.len = 0;
	text_escape(&drawing->word, s, strlen(s), false);
	for (size_t i = 0; i < drawing->word.len; i++) {
		switch (drawing->word.at[i]) {
		case '<': text_str(svg, "&lt;"); break;
		case '>': text_str(svg, "&gt;"); break;
		case '&': text_str(svg, "&amp;"); break;
		case '"': text_str(svg, "&quot;"); break;
		default: text_char(svg, drawing->word.at[i]);
		}
	}
}

/* Append @part of all samples as a percentage with @digits decimals. */
static void put_percent(struct drawing *drawing, __u64 part, unsigned int digits)
{
	double percent = drawing->all ? 100.0 * part / drawing->all : 100.0;

	text_printf(drawing->svg, "%.*f", digits, percent);
}

static void put_frame(struct drawing *drawing, const char *name, const char *module,
		      enum frame_kind kind, const struct place *place, __u64 count)
{
	static const char *const classes[FRAME_KINDS] = { "fk", "fu", "fj", "fw" };
	const char *unit = drawing->flame->unit;
	struct text *svg = drawing->svg;

	text_printf(svg, "<svg class=\"%s\" x=\"", classes[kind]);
	put_percent(drawing, place->left, 4);
	text_printf(svg, "%%\" y=\"%u\" width=\"", HEAD + place->depth * ROW);
	put_percent(drawing, count, 4);
	text_printf(svg, "%%\" height=\"%d\"><title>", ROW - 1);
	put_xml(drawing, name);
	if (module) {
		text_str(svg, " (");
		put_xml(drawing, module);
		text_char(svg, ')');
	}
	text_printf(svg, ": %llu %s, ", count, unit ? unit : "samples");
	put_percent(drawing, count, 2);
	text_str(svg, " %</title><rect width=\"100%\" height=\"100%\"/>");
	if (count >= drawing->all / NAMED_PARTS) {
		text_str(svg, "<text x=\"3\" y=\"12\">");
		put_xml(drawing, name);
		text_str(svg, "</text>");
	}
	text_str(svg, "</svg>\n");
}

/* Every class starts with f, so that it does not clash with those of the page. */
static const char style[] =
	"<style>"
	".flame text{font:12px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#111}"
	".flame rect{stroke:#fff;stroke-width:1}.flame .fbg{fill:#fff;stroke:none}"
	".flame .ft{font-size:16px;font-weight:bold}"
	".fk rect,.flame .lk{fill:#f0a35e}.fu rect,.flame .lu{fill:#8cbce6}"
	".fj rect,.flame .lj{fill:#93d0a0}.fw rect,.flame .lo{fill:#d0d0d0}"
	".flame svg:hover rect{stroke:#111}"
	"@media (prefers-color-scheme:dark){"
	".flame text{fill:#f2f2f2}.flame rect{stroke:#1b1b1b}.flame .fbg{fill:#1b1b1b}"
	".fk rect,.flame .lk{fill:#9c5a1d}.fu rect,.flame .lu{fill:#2b619a}"
	".fj rect,.flame .lj{fill:#2f7442}.fw rect,.flame .lo{fill:#555}"
	".flame svg:hover rect{stroke:#fff}}"
	"</style>\n";

static void put_head(struct drawing *drawing, const char *title)
{
	static const struct {
		const char *class, *words;
	} kinds[] = {
		{ "lk", "kernel" }, { "lu", "user" }, { "lj", "JIT" }, { "lo", "other" },
	};
	struct text *svg = drawing->svg;
	unsigned int x = 4;

	text_printf(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flame\" role=\"img\" "
		    "width=\"100%%\" height=\"%u\">\n", HEAD + (drawing->rows + 1) * ROW);
	text_str(svg, style);
	text_str(svg, "<rect class=\"fbg\" width=\"100%\" height=\"100%\"/>\n"
		 "<text class=\"ft\" x=\"4\" y=\"20\">");
	put_xml(drawing, title);
	text_str(svg, "</text>\n");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		text_printf(svg, "<rect class=\"%s\" x=\"%u\" y=\"31\" width=\"12\" height=\"12\"/>"
			    "<text x=\"%u\" y=\"41\">%s</text>\n", kinds[i].class, x, x + 16,
			    kinds[i].words);
		x += 32 + 8 * strlen(kinds[i].words);
	}
	if (drawing->left_out)
		text_printf(svg, "<text x=\"%u\" y=\"41\">(under 0.1 %% left out)</text>\n", x);
}

void flame_svg(const struct flame *flame, struct text *svg, const char *title)
{
	struct drawing drawing = { .flame = flame, .svg = svg };
	struct place all = {};

	lay_out(&drawing);
	put_head(&drawing, title);
	put_frame(&drawing, "all", NULL, FRAME_OTHER, &all, drawing.all);
	for (size_t i = 0; i < flame->nodes.n; i++) {
		const struct node *at = node(flame, i);
		__u64 count = flame->nodes.entries[i].count;

		if (is_drawn(&drawing, i))
			put_frame(&drawing, at->name, flame->modules[i], at->kind,
				  &drawing.places[i], count);
	}
	text_str(svg, "</svg>\n");
	free(drawing.places);
	free(drawing.next_left);
	text_free(&drawing.word);
}
