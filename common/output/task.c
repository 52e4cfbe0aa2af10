// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "core/container.h"
#include "core/put.h"
#include "output/json.h"
#include "output/task.h"

#define CACHE_SLOTS 64

/* By cgroup.  The path of a cgroup is permanent, so entries stay valid. */
static struct entry {
	__u64 id;			/* 0: free */
	struct text members;		/* of JSON */
	struct text column;
} cache[CACHE_SLOTS];

static void make_members(struct text *members, const char *path, const struct container *c)
{
	struct json json;

	members->len = 0;
	json_resume(&json, members);
	json_name(&json, "cgroup", path);
	if (!c)
		return;
	json_name(&json, "container", c->id);
	if (c->label[0])
		json_name(&json, "container_name", c->label);
	if (c->pod[0])
		json_name(&json, "pod", c->pod);
	if (c->namespace[0])
		json_name(&json, "namespace", c->namespace);
	if (c->image[0])
		json_name(&json, "image", c->image);
}

/*
 * Append @name.  If it is too long, omit its middle, because the names of pods differ at the end.
 */
static size_t add_name(struct text *column, const char *name)
{
	size_t len = strlen(name), columns;

	if (len <= TASK_CONTAINER_MAX)
		return text_escape(column, name, len, false);
	columns = text_escape(column, name, TASK_CONTAINER_MAX / 2 - 2, false);
	text_str(column, "..");
	return columns + 2 + text_escape(column, name + len - TASK_CONTAINER_MAX / 2,
					 TASK_CONTAINER_MAX / 2, false);
}

static void make_column(struct text *column, const struct container *c)
{
	char id[CONTAINER_ID_LEN + 1] = "-";
	size_t columns;

	column->len = 0;
	if (c)
		memcpy(id, c->id, sizeof(id));
	if (strlen(id) == CONTAINER_ID_LEN)
		id[CONTAINER_ID_SHORT] = '\0';
	columns = add_name(column, c && c->label[0] ? c->label : id);
	text_fill(column, ' ', columns < TASK_CONTAINER_WIDTH ? TASK_CONTAINER_WIDTH - columns : 0);
}

/* Return the entry of cgroup @id, or NULL if it is unknown. */
static const struct entry *entry_of(__u64 id)
{
	struct entry *entry = &cache[id % CACHE_SLOTS];
	const struct container *c;
	const char *path;

	if (entry->id == id && id)
		return entry;
	path = cgroup_path(id);
	if (!path)
		return NULL;
	c = container_of_cgroup(path);
	make_members(&entry->members, path, c);
	make_column(&entry->column, c);
	entry->id = id;
	return entry;
}

const char *task_members(__u64 id, size_t *len)
{
	const struct entry *entry = entry_of(id);

	*len = entry ? entry->members.len : 0;
	return entry ? entry->members.at : "";
}

const char *task_container(__u64 id, size_t *len)
{
	static struct text none;
	const struct entry *entry = entry_of(id);

	if (!none.len)
		make_column(&none, NULL);
	*len = entry ? entry->column.len : none.len;
	return entry ? entry->column.at : none.at;
}
