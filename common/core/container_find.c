// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Find the cgroup of a running container. */
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "core/container.h"

/* The first cgroup found, and how many were found: more than one is ambiguous. */
struct found {
	char *path;
	int n;
};

static void found_add(struct found *found, const char *path)
{
	if (found->n++ == 0)
		found->path = strdup(path);
}

/* Cut the last component of @path.  Returns @path. */
static char *parent_of(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
	return path;
}

/* Return true if the cgroup @path is that of a container, not one inside it. */
static bool is_container(const char *path)
{
	char id[CONTAINER_ID_LEN + 1], above_id[CONTAINER_ID_LEN + 1];
	char *above = strdup(path);

	if (!above)
		return false;
	cgroup_container(path, id);
	cgroup_container(parent_of(above), above_id);
	free(above);
	return id[0] && strcmp(id, above_id) != 0;
}

/* Return true if @wanted is @label or the components at its end. */
static bool is_label(const char *label, const char *wanted)
{
	size_t len = strlen(label), n = strlen(wanted);

	return n && n <= len && strcmp(label + len - n, wanted) == 0 &&
	       (n == len || label[len - n - 1] == '/');
}

/* What the argument of --container can mean, in order of preference. */
enum { BY_NAME, BY_POD, BY_ID, MEANINGS };

/* Compare the container of the cgroup @path with the name or ID that --container gives. */
static void look(const char *path, const char *wanted, struct found found[MEANINGS])
{
	const struct container *c = container_of_cgroup(path);
	char *copy = c->sandbox ? strdup(path) : NULL;

	if (is_label(c->label, wanted) && copy)
		found_add(&found[BY_POD], parent_of(copy));
	else if (is_label(c->label, wanted))
		found_add(&found[BY_NAME], path);
	free(copy);
	if (strncmp(c->id, wanted, strlen(wanted)) == 0)
		found_add(&found[BY_ID], path);
}

char *container_find(const char *wanted)
{
	char *roots[] = { (char *)cgroup_names_mount(), NULL }, *path = NULL;
	FTS *fts = roots[0] ? fts_open(roots, FTS_PHYSICAL | FTS_XDEV, NULL) : NULL;
	struct found found[MEANINGS] = {};
	int n = 0;
	FTSENT *e;

	while (fts && (e = fts_read(fts)))
		if (e->fts_info == FTS_D && is_container(e->fts_path)) {
			look(e->fts_path, wanted, found);
			fts_set(fts, e, FTS_SKIP);	/* the container's own child cgroups */
		}
	if (fts)
		fts_close(fts);
	for (int i = 0; i < MEANINGS; i++) {
		if (!n && found[i].n == 1)
			path = found[i].path;
		else
			free(found[i].path);
		n = n ?: found[i].n;
	}
	if (!path)
		errno = n ? ENOTUNIQ : ENOENT;
	return path;
}
