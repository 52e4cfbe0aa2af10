// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/option_error.h"

#define MIN(a, b) ((a) < (b) ? (a) : (b))

/* One name of an option.  An alias gets the key and value of the option that it follows. */
struct known {
	const char *name;		/* NULL: the option has only a letter */
	const char *value;		/* metavar; NULL: takes no value */
	int key;
	bool value_optional, hidden;
};

typedef void (*visit_fn)(const struct known *known, void *ctx);

static void visit_options(const struct argp *argp, visit_fn visit, void *ctx)
{
	const struct argp_option *opt = argp->options, *real = opt;
	const struct argp_child *child;

	for (; opt && (opt->name || opt->key || opt->doc); opt++) {
		if (!(opt->flags & OPTION_ALIAS))
			real = opt;
		if (!opt->name && !opt->key)		/* a heading */
			continue;
		visit(&(struct known){
			.name = opt->name,
			.value = real->arg,
			.key = opt->key ? opt->key : real->key,
			.value_optional = real->flags & OPTION_ARG_OPTIONAL,
			.hidden = opt->flags & OPTION_HIDDEN,
		}, ctx);
	}
	for (child = argp->children; child && child->argp; child++)
		visit_options(child->argp, visit, ctx);
}

size_t option_distance(const char *a, const char *b)
{
	size_t d[OPTION_NAME_MAX + 1][OPTION_NAME_MAX + 1];
	size_t len_a = strlen(a), len_b = strlen(b);

	if (len_a > OPTION_NAME_MAX || len_b > OPTION_NAME_MAX)
		return SIZE_MAX;
	for (size_t i = 0; i <= len_a; i++)
		for (size_t j = 0; j <= len_b; j++) {
			size_t differ = i && j && a[i - 1] != b[j - 1];

			if (!i || !j) {
				d[i][j] = i + j;
				continue;
			}
			d[i][j] = MIN(MIN(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + differ);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = MIN(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[len_a][len_b];
}

/* Search state for a long option.  The rules are those of getopt_long(3). */
struct lookup {
	char name[OPTION_NAME_MAX + 1];
	struct known exact;		/* exact match; .key 0: none */
	struct known first;		/* first option that starts with the name; .key 0: none */
	bool ambiguous;			/* other options also start with it */
	const char *nearest;		/* most similar name; NULL: none */
	size_t distance;		/* distance to nearest */
	struct text candidates;		/* all names that start with it */
};

static void look_at_name(const struct known *known, void *ctx)
{
	struct lookup *lookup = ctx;
	size_t distance;

	if (!known->name)
		return;
	distance = option_distance(lookup->name, known->name);
	if (distance == 0)
		lookup->exact = *known;
	if (distance < lookup->distance && !known->hidden) {
		lookup->distance = distance;
		lookup->nearest = known->name;
	}
	if (strncmp(known->name, lookup->name, strlen(lookup->name)) != 0)
		return;
	if (!lookup->first.key)
		lookup->first = *known;
	else if (known->key != lookup->first.key)
		lookup->ambiguous = true;
	if (!known->hidden)
		text_printf(&lookup->candidates, "%s--%s", lookup->candidates.len ? ", " : "",
			    known->name);
}

/* The option is known, so only its value can be wrong. */
static void value_error(struct text *why, const struct known *known, const char *value)
{
	if (!known->value && value)
		text_printf(why, "option '--%s' takes no value, got '%s'", known->name, value);
	else if (known->value && !known->value_optional && !value)
		text_printf(why, "option '--%s' needs a value: %s", known->name, known->value);
}

static void unknown_error(struct text *why, const struct lookup *lookup, const char *word)
{
	text_printf(why, "unknown option '%s'", word);
	/* A suggestion may differ in at most one of three letters; otherwise it is another word. */
	if (lookup->nearest && lookup->distance <= (strlen(lookup->name) + 2) / 3)
		text_printf(why, " (did you mean '--%s'?)", lookup->nearest);
}

static void long_error(struct text *why, const struct argp *argp, const char *word)
{
	struct lookup lookup = { .distance = SIZE_MAX };
	const char *value = strchr(word, '=');
	size_t len = (value ? value : word + strlen(word)) - (word + 2);

	if (len > OPTION_NAME_MAX) {
		text_printf(why, "unknown option '%s'", word);
		return;
	}
	memcpy(lookup.name, word + 2, len);
	visit_options(argp, look_at_name, &lookup);
	if (lookup.exact.key)
		value_error(why, &lookup.exact, value ? value + 1 : NULL);
	else if (lookup.ambiguous)
		text_printf(why, "ambiguous option '--%s': one of %.*s", lookup.name,
			    (int)lookup.candidates.len, lookup.candidates.at);
	else if (lookup.first.key)
		value_error(why, &lookup.first, value ? value + 1 : NULL);
	else
		unknown_error(why, &lookup, word);
	text_free(&lookup.candidates);
}

struct letter {
	char letter;
	struct known found;		/* .key 0: none */
};

static void look_at_letter(const struct known *known, void *ctx)
{
	struct letter *letter = ctx;

	if (known->key == letter->letter)
		letter->found = *known;
}

/* Letters may follow one another.  An option's value is the rest of the word or the next word. */
static void letters_error(struct text *why, const struct argp *argp, const char *word)
{
	for (const char *at = word + 1; *at; at++) {
		struct letter letter = { .letter = *at };

		visit_options(argp, look_at_letter, &letter);
		if (!letter.found.key) {
			text_printf(why, word[2] ? "unknown option '-%c' in '%s'" :
				    "unknown option '-%c'", *at, word);
			return;
		}
		if (!letter.found.value)
			continue;
		if (!at[1] && !letter.found.value_optional)
			text_printf(why, "option '-%c' needs a value: %s", *at, letter.found.value);
		return;
	}
}

void option_error(struct text *why, const struct argp *argp, const char *word)
{
	if (strncmp(word, "--", 2) == 0)
		long_error(why, argp, word);
	else
		letters_error(why, argp, word);
}
