// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Paths of cgroups, mount tables, and the files in which runtimes describe containers. */
#include "fuzz.h"
#include "../../common/core/cgroup.c"
#include "core/json_find.h"

static void read_json(const char *json)
{
	static const char *const keys[] = { "Names", "annotations", "io.kubernetes.pod.name", "labels" };
	char value[64];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *member = json_member(json, keys[i]);

		for (const char *at = member ? json_first(member) : NULL; at; at = json_next(at))
			json_copy(at, value, sizeof(value));
		if (member)
			json_copy(member, value, sizeof(value));
	}
}

static void read_mounts(const uint8_t *data, size_t size)
{
	struct mount mount = {};
	char path[32];
	int fd = fuzz_file(data, size);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	find_mount(&mount, path, "/nowhere");
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), id[CONTAINER_ID_LEN + 1];

	cgroup_container(text, id);
	cgroup_depth(text);
	cgroup_below(text);
	read_json(text);
	free(text);
	read_mounts(data, size);
	return 0;
}
