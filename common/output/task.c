// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "core/cgroup.h"
#include "output/json.h"
#include "output/task.h"

#define CACHE_SLOTS 64

/* JSON members by cgroup.  The path of a cgroup is permanent, so entries stay valid. */
static struct members {
	__u64 id;			/* 0: free */
	struct text text;
} cache[CACHE_SLOTS];

static void make_members(struct members *members, const char *path)
{
	char id[CONTAINER_ID_LEN + 1];
	struct json json;

	members->text.len = 0;
	json_resume(&json, &members->text);
	json_name(&json, "cgroup", path);
	cgroup_container(path, id);
	if (id[0])
		json_name(&json, "container", id);
}

const char *task_members(__u64 id, size_t *len)
{
	struct members *members = &cache[id % CACHE_SLOTS];

	if (members->id != id || !id) {
		const char *path = cgroup_path(id);

		*len = 0;
		if (!path)
			return "";
		make_members(members, path);
		members->id = id;
	}
	*len = members->text.len;
	return members->text.at;
}

const char *task_container(__u64 id)
{
	static char container[CONTAINER_ID_LEN + 1];
	const char *path = cgroup_path(id);

	container[0] = '\0';
	if (path)
		cgroup_container(path, container);
	container[CONTAINER_ID_SHORT] = '\0';
	return container[0] ? container : "-";
}
