// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of containers.  They are read from files: a daemon might hang. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container.h"
#include "core/cgroup.h"
#include "core/xalloc.h"
#include "core/json_find.h"
#include "usestat.h"

#define NAMES_MAX 4096			/* cached at most; then the cache is cleared */
#define NAME_SIZE 512

static const struct record_type no_type;

struct name {
	struct object object;		/* its name is the container's id */
	char *name;			/* NULL: not known */
};

static void release(struct object *object)
{
	free(((struct name *)object)->name);
}

static struct set names = {
	.type = &no_type, .size = sizeof(struct name), .release = release,
};

/* Read a file, or return NULL.  Most of these files are readable for root only. */
static const char *read_file(const char *path)
{
	const char *text = source_text("%s", path);

	if (!text && (errno == EACCES || errno == EPERM))
		missing("names of containers", missing_why(errno), "run as root");
	return text;
}

/* The same; @format takes the id. */
static const char *read_state(const char *format, const char *id)
{
	char path[256];

	snprintf(path, sizeof(path), format, id);
	return read_file(path);
}

/* Docker: {"Name":"/web"}. */
static bool from_docker(const char *id, char name[NAME_SIZE])
{
	const char *text = read_state("/var/lib/docker/containers/%s/config.v2.json", id);

	if (!text || !json_copy(json_member(text, "Name") ?: "", name, NAME_SIZE))
		return false;
	memmove(name, name + (name[0] == '/'), strlen(name) + (name[0] != '/'));
	return true;
}

/* Join the annotations named by @keys with slashes; return false if there are none. */
static bool join(const char *annotations, const char *const keys[3], char name[NAME_SIZE])
{
	size_t len = 0;

	name[0] = '\0';
	for (int i = 0; i < 3 && keys[i]; i++) {
		const char *value = json_member(annotations, keys[i]);
		size_t slash = len != 0;

		if (!value || len + slash + 1 >= NAME_SIZE ||
		    !json_copy(value, name + len + slash, NAME_SIZE - len - slash))
			continue;
		if (slash)
			name[len] = '/';
		len += strlen(name + len);
	}
	return len != 0;
}

/* Annotations in the config.json of the OCI bundle: containerd's CRI plugin, CRI-O and nerdctl. */
static bool from_bundle(const char *id, char name[NAME_SIZE])
{
	static const char *const files[] = {
		"/run/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json",
		"/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json",
		"/run/containerd/io.containerd.runtime.v2.task/default/%s/config.json",
		"/run/containers/storage/overlay-containers/%s/userdata/config.json",
		"/var/lib/containers/storage/overlay-containers/%s/userdata/config.json",
	};
	static const char *const keys[][3] = {
		{ "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.cri.sandbox-name",
		  "io.kubernetes.cri.container-name" },
		{ "io.kubernetes.pod.namespace", "io.kubernetes.pod.name",
		  "io.kubernetes.container.name" },
		{ "nerdctl/name" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *text = read_state(files[i], id);
		const char *annotations = text ? json_member(text, "annotations") : NULL;

		for (size_t k = 0; annotations && k < ARRAY_SIZE(keys); k++)
			if (join(annotations, keys[k], name))
				return true;
	}
	return false;
}

/* Podman's list: [{"id":"...","names":["web"]}]. */
static bool from_podman(const char *id, char name[NAME_SIZE])
{
	const char *text = read_file("/var/lib/containers/storage/overlay-containers/containers.json");
	char this_id[CONTAINER_ID_LEN + 2];

	for (text = text ? json_first(text) : NULL; text; text = json_next(text)) {
		const char *list = json_member(text, "names"), *first = list ? json_first(list) : NULL;

		if (json_copy(json_member(text, "id") ?: "", this_id, sizeof(this_id)) &&
		    strcmp(this_id, id) == 0 && first)
			return json_copy(first, name, NAME_SIZE);
	}
	return false;
}

/* Only ids go into a path: other names could contain "..". */
static bool is_id(const char *id)
{
	return strlen(id) == CONTAINER_ID_LEN && strspn(id, "0123456789abcdef") == CONTAINER_ID_LEN;
}

const char *container_name(const char *id)
{
	char found[NAME_SIZE];
	struct name *name;

	if (!is_id(id))
		return NULL;
	name = (struct name *)set_find(&names, id);
	if (name)
		return name->name;
	if (names.n_objects == NAMES_MAX)
		set_free(&names);
	name = (struct name *)set_look(&names, id, 0, 1);
	if ((from_docker(id, found) || from_bundle(id, found) || from_podman(id, found)) && found[0])
		name->name = xstrdup(found);
	return name->name;
}
