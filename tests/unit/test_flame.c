// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a flame graph must contain, and what it must not contain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include "stacks/flame.h"

static const struct frame program = { .name = "sh", .kind = FRAME_OTHER };
static const struct frame a = { .name = "a", .module = "/bin/sh", .kind = FRAME_USER };
static const struct frame b = { .name = "b", .module = "/bin/sh", .kind = FRAME_USER };
static const struct frame in_kernel = { .name = "a", .module = "kernel", .kind = FRAME_KERNEL };
static const struct frame hostile = {
	.name = "<script>\"&\x1b]0;'", .module = "a\"b<&", .kind = FRAME_USER,
};

/* Return the graph as a string that is valid until the next call. */
static const char *drawn(struct flame *flame, const char *title)
{
	static struct text svg;

	text_free(&svg);
	flame_svg(flame, &svg, title);
	text_char(&svg, '\0');
	flame_free(flame);
	return svg.at;
}

static void add(struct flame *flame, __u64 count, const struct frame *top, const struct frame *next)
{
	const struct frame *const path[] = { &program, top, next };

	flame_add(flame, path, next ? 3 : 2, count);
}

static void frames_are_as_wide_as_their_samples(void **state)
{
	struct flame flame = {};
	const char *svg;

	add(&flame, 1, &b, NULL);
	add(&flame, 2, &a, &b);
	add(&flame, 1, &a, NULL);
	svg = drawn(&flame, "title");
	assert_non_null(strstr(svg, "<title>all: 4 samples, 100.00 %</title>"));
	assert_non_null(strstr(svg, "<title>sh: 4 samples, 100.00 %</title>"));
	/* The wider one is on the left; b appears once in each of two places. */
	assert_non_null(strstr(svg, "class=\"fu\" x=\"0.0000%\" y=\"92\" width=\"75.0000%\" "
			       "height=\"16\"><title>a (/bin/sh): 3 samples, 75.00 %</title>"));
	assert_non_null(strstr(svg, "class=\"fu\" x=\"75.0000%\" y=\"92\" width=\"25.0000%\" "
			       "height=\"16\"><title>b (/bin/sh): 1 samples, 25.00 %</title>"));
	assert_non_null(strstr(svg, "class=\"fu\" x=\"0.0000%\" y=\"109\" width=\"50.0000%\" "
			       "height=\"16\"><title>b (/bin/sh): 2 samples, 50.00 %</title>"));
}

static void kinds_have_colours_and_are_not_mixed(void **state)
{
	struct flame flame = {};
	const char *svg;

	add(&flame, 1, &a, NULL);
	add(&flame, 1, &in_kernel, NULL);
	svg = drawn(&flame, "title");
	assert_non_null(strstr(svg, "<title>a (/bin/sh): 1 samples, 50.00 %</title>"));
	assert_non_null(strstr(svg, "<title>a (kernel): 1 samples, 50.00 %</title>"));
	assert_non_null(strstr(svg, "<svg class=\"fk\""));
	assert_non_null(strstr(svg, "<svg class=\"fu\""));
	assert_non_null(strstr(svg, "prefers-color-scheme:dark"));
}

static void hostile_names_are_escaped(void **state)
{
	struct flame flame = {};
	const char *svg;

	add(&flame, 1, &hostile, NULL);
	svg = drawn(&flame, "<b>&");
	assert_null(strstr(svg, "<script"));
	assert_null(strstr(svg, "<b>"));
	assert_null(strchr(svg, 0x1b));
	assert_non_null(strstr(svg, "<title>&lt;script&gt;&quot;&amp;\\x1b]0;' (a&quot;b&lt;&amp;): "));
	assert_non_null(strstr(svg, ">&lt;b&gt;&amp;</text>"));
}

static void omitted_small_frames_are_reported(void **state)
{
	struct flame flame = {};
	const char *svg;

	add(&flame, 2000, &a, NULL);
	add(&flame, 1, &b, NULL);
	svg = drawn(&flame, "title");
	assert_null(strstr(svg, "<title>b"));
	assert_non_null(strstr(svg, "under 0.1 % left out"));
}

static void a_graph_without_samples_is_valid(void **state)
{
	struct flame flame = {};
	const char *svg = drawn(&flame, "nothing");

	assert_non_null(strstr(svg, "<title>all: 0 samples, 100.00 %</title>"));
	assert_null(strstr(svg, "nan"));
	assert_string_equal(svg + strlen(svg) - 7, "</svg>\n");
}

static void names_are_copied(void **state)
{
	struct frame frame = { .kind = FRAME_JIT };
	const struct frame *const path[] = { &frame };
	struct flame flame = {};
	char name[] = "first";
	const char *svg;

	frame.name = name;
	flame_add(&flame, path, 1, 1);
	memcpy(name, "other", sizeof(name));
	svg = drawn(&flame, "title");
	assert_non_null(strstr(svg, "<svg class=\"fj\""));
	assert_non_null(strstr(svg, "<title>first: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_as_wide_as_their_samples),
		cmocka_unit_test(kinds_have_colours_and_are_not_mixed),
		cmocka_unit_test(hostile_names_are_escaped),
		cmocka_unit_test(omitted_small_frames_are_reported),
		cmocka_unit_test(a_graph_without_samples_is_valid),
		cmocka_unit_test(names_are_copied),
	};

	return cmocka_run_group_tests_name("flame", tests, NULL, NULL);
}
