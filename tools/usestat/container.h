/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Names of containers, from files of their runtimes. */
#ifndef USESTAT_CONTAINER_H
#define USESTAT_CONTAINER_H

/*
 * Return the name of the container @id, or NULL if it is unknown; in Kubernetes
 * NAMESPACE/POD/CONTAINER.  Cached; valid until the next call.
 */
const char *container_name(const char *id);

#endif /* USESTAT_CONTAINER_H */
