/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the container runtimes wrote to disk about their containers: names, pods and images.  No
 * daemon is asked, because it might hang.  The files are those of containerd (Kubernetes, K3s,
 * nerdctl), CRI-O, Docker and podman run by root; the root directory is that of process 1, which
 * a tool in a container also sees if it shares the machine's PID namespace.
 */
#ifndef COMMON_CONTAINER_H
#define COMMON_CONTAINER_H

#include <stdbool.h>
#include "core/cgroup.h"

#define CONTAINER_NAME_MAX 254		/* bytes of a name with its NUL; pods have the longest */

struct container {
	char id[CONTAINER_ID_LEN + 1];	/* as cgroup_container() found it; "": no container */
	/* "": unknown */
	char label[3 * CONTAINER_NAME_MAX];	/* name; in Kubernetes NAMESPACE/POD/NAME */
	char name[CONTAINER_NAME_MAX];
	char pod[CONTAINER_NAME_MAX], namespace[CONTAINER_NAME_MAX], image[CONTAINER_NAME_MAX];
	bool sandbox;			/* the pause container, which keeps a pod's namespaces */
};

/* Open the root directory of process 1.  Call it while the tool may still enter it. */
void container_prepare(void);

/* Allow the system calls of the functions below, in addition to sandbox_read_files. */
void container_allow_calls(void);

/*
 * Return the container of the cgroup at @path, or NULL if it belongs to none.  Its files are read
 * when it is first seen.  Cached; valid until the next call.
 */
const struct container *container_of_cgroup(const char *path);

/* Return true if files of a runtime exist that this process is not permitted to read. */
bool container_names_denied(void);

/*
 * Return the absolute path (malloc'd) of the cgroup of the running container @wanted: its label
 * or the last components of it; the same of a pod, for the cgroup of all its containers; or the
 * beginning of an id.  The first of these meanings that matches a container is used.  Returns NULL
 * with errno ENOENT if nothing matches, ENOTUNIQ if there are several containers.
 */
char *container_find(const char *wanted);

#endif /* COMMON_CONTAINER_H */
