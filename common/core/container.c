// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The files are JSON.  They are not read with json-c or jansson, because only strings of known keys
 * are needed, and each tool would have to load one more shared library.  json_find.h allocates no
 * memory for what it skips, and accepts names that are not UTF-8, which jansson refuses.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/container.h"
#include "core/json_find.h"
#include "core/sandbox.h"

#define FILE_BYTES_MAX (4 << 20)	/* podman's list has about 1500 bytes per container */
#define KNOWN_SLOTS 256

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static int root_fd = -1;		/* the root directory of process 1, unless it is our own */
static bool prepared, denied;

/* Return true if @fd and "/" are the same directory of the same mount. */
static bool is_own_root(int fd)
{
	struct statx own, other;

	return !statx(AT_FDCWD, "/", 0, STATX_INO | STATX_MNT_ID, &own) &&
	       !statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &other) &&
	       own.stx_mask & other.stx_mask & STATX_MNT_ID && own.stx_mnt_id == other.stx_mnt_id &&
	       own.stx_ino == other.stx_ino;
}

void container_prepare(void)
{
	if (prepared || root_fd >= 0)
		return;
	prepared = true;
	root_fd = open("/proc/1/root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd >= 0 && is_own_root(root_fd)) {
		close(root_fd);
		root_fd = -1;
	}
}

/*
 * A seccomp filter cannot check the flags of openat2, which are in memory, so allow openat2 only if
 * it is needed.
 */
void container_allow_calls(void)
{
	static const struct sandbox_call calls[] = { { "openat2" }, {} };

	container_prepare();
	if (root_fd >= 0)
		sandbox_allow(calls);
}

/* Open a regular file below the root without blocking.  Symbolic links cannot leave the root. */
static int open_state(const char *path, size_t *size)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, .resolve = RESOLVE_IN_ROOT,
	};
	struct stat st;
	int fd;

	container_prepare();
	fd = root_fd < 0 ? open(path, how.flags) :
			   (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
	if (fd < 0) {
		denied |= errno == EACCES;
		return -1;
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX) {
		close(fd);
		return -1;
	}
	*size = st.st_size;
	return fd;
}

/* Return the content of a file (malloc'd, NUL-terminated), or NULL. */
static char *read_state(const char *path)
{
	size_t size, len = 0;
	int fd = open_state(path, &size);
	ssize_t n = 1;
	char *text;

	if (fd < 0)
		return NULL;
	text = malloc(size + 1);
	while (text && len < size && (n = read(fd, text + len, size - len)) > 0)
		len += n;
	close(fd);
	if (text)
		text[len] = '\0';
	return text;
}

/* The same, for a path that contains @id. */
static char *read_state_of(const char *format, const char *id)
{
	char path[256];

	snprintf(path, sizeof(path), format, id);
	return read_state(path);
}

/* Return the value of @key in @object, or NULL if it has none or is NULL. */
static const char *member(const char *object, const char *key)
{
	return object && key ? json_member(object, key) : NULL;
}

/* Copy the string @key of @object unless @value is already known. */
static void copy(const char *object, const char *key, char value[CONTAINER_NAME_MAX])
{
	const char *at = value[0] ? NULL : member(object, key);

	if (at)
		json_copy(at, value, CONTAINER_NAME_MAX);
}

/* Annotations of OCI bundles, and labels of Docker's containers in Kubernetes. */
static void from_annotations(struct container *c, const char *annotations)
{
	static const struct {
		const char *namespace, *pod, *name, *image;
	} keys[] = {
		/* containerd */
		{ "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.cri.sandbox-name",
		  "io.kubernetes.cri.container-name", "io.kubernetes.cri.image-name" },
		/* CRI-O, cri-dockerd */
		{ "io.kubernetes.pod.namespace", "io.kubernetes.pod.name",
		  "io.kubernetes.container.name", "io.kubernetes.cri-o.ImageName" },
		/* nerdctl */
		{ NULL, NULL, "nerdctl/name", NULL },
	};

	for (size_t i = 0; annotations && i < ARRAY_SIZE(keys); i++) {
		copy(annotations, keys[i].namespace, c->namespace);
		copy(annotations, keys[i].pod, c->pod);
		copy(annotations, keys[i].name, c->name);
		copy(annotations, keys[i].image, c->image);
	}
	/* CRI-O and cri-dockerd give the sandbox a name that Kubernetes allows no container. */
	if (strcmp(c->name, "POD") == 0)
		c->name[0] = '\0';
	c->sandbox = c->pod[0] && !c->name[0];
}

/* {"Config":{"Image":"nginx","Labels":{...}},"Name":"/web"} */
static void from_docker(struct container *c)
{
	char *text = read_state_of("/var/lib/docker/containers/%s/config.v2.json", c->id);
	const char *config = member(text, "Config");

	from_annotations(c, member(config, "Labels"));
	copy(config, "Image", c->image);
	if (!c->sandbox)
		copy(text, "Name", c->name);
	if (c->name[0] == '/')
		memmove(c->name, c->name + 1, strlen(c->name));
	free(text);
}

static void from_bundle(struct container *c)
{
	static const char *const files[] = {
		"/run/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json",
		"/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json",
		"/run/k0s/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json",
		"/run/containerd/io.containerd.runtime.v2.task/default/%s/config.json",
		"/run/containers/storage/overlay-containers/%s/userdata/config.json",
		"/var/lib/containers/storage/overlay-containers/%s/userdata/config.json",
	};

	for (size_t i = 0; i < ARRAY_SIZE(files) && !c->name[0] && !c->pod[0]; i++) {
		char *text = read_state_of(files[i], c->id);

		from_annotations(c, member(text, "annotations"));
		free(text);
	}
}

/* Use @entry of podman's list: {"names":["web"],"metadata":"{\"image-name\":\"nginx\"}"}. */
static void from_entry(struct container *c, const char *entry)
{
	const char *names = member(entry, "names"), *first = names ? json_first(names) : NULL;
	char metadata[4096] = "";

	if (first)
		json_copy(first, c->name, sizeof(c->name));
	json_copy(member(entry, "metadata"), metadata, sizeof(metadata));
	copy(metadata, "image-name", c->image);
}

static void from_podman(struct container *c)
{
	static const char *const files[] = {
		"/var/lib/containers/storage/overlay-containers/containers.json",
		"/var/lib/containers/storage/btrfs-containers/containers.json",
		"/var/lib/containers/storage/vfs-containers/containers.json",
	};
	char id[CONTAINER_ID_LEN + 2];

	for (size_t i = 0; i < ARRAY_SIZE(files) && !c->name[0]; i++) {
		char *text = read_state(files[i]);
		const char *entry = text ? json_first(text) : NULL;

		for (; entry && !c->name[0]; entry = json_next(entry))
			if (json_copy(member(entry, "id"), id, sizeof(id)) && strcmp(id, c->id) == 0)
				from_entry(c, entry);
		free(text);
	}
}

static void make_label(struct container *c)
{
	const char *parts[] = { c->namespace, c->pod, c->name };
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i][0])
			len += snprintf(c->label + len, sizeof(c->label) - len, "%s%s",
					len ? "/" : "", parts[i]);
}

/* Only ids lead to files: other names could contain "..". */
static bool is_id(const char *id)
{
	return strlen(id) == CONTAINER_ID_LEN && strspn(id, "0123456789abcdef") == CONTAINER_ID_LEN;
}

static void read_names(struct container *c)
{
	if (!is_id(c->id))
		return;
	from_docker(c);
	if (!c->name[0] && !c->pod[0])
		from_bundle(c);
	if (!c->name[0] && !c->pod[0])
		from_podman(c);
	make_label(c);
}

/* FNV-1a */
static size_t slot_of(const char *id)
{
	__u32 hash = 2166136261;

	for (; *id; id++)
		hash = (hash ^ (unsigned char)*id) * 16777619;
	return hash % KNOWN_SLOTS;
}

const struct container *container_of_cgroup(const char *path)
{
	static struct container known[KNOWN_SLOTS];
	char id[CONTAINER_ID_LEN + 1];
	struct container *c;

	cgroup_container(path, id);
	if (!id[0])
		return NULL;
	c = &known[slot_of(id)];
	if (strcmp(c->id, id) != 0) {
		memset(c, 0, sizeof(*c));
		memcpy(c->id, id, sizeof(c->id));
		read_names(c);
	}
	return c;
}

bool container_names_denied(void)
{
	return denied;
}
