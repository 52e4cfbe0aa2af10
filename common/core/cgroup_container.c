// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Ids and names of containers in the paths of cgroups. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/cgroup.h"

/* A path component, without slashes. */
struct component {
	const char *at;
	size_t len;
};

static bool is_component(struct component c, const char *name)
{
	return c.len == strlen(name) && strncmp(c.at, name, c.len) == 0;
}

/* Remove @prefix and @suffix from @c.  Return false if it does not have both. */
static bool strip(struct component *c, const char *prefix, const char *suffix)
{
	size_t before = strlen(prefix), after = strlen(suffix);

	if (c->len <= before + after || strncmp(c->at, prefix, before) != 0 ||
	    strncmp(c->at + c->len - after, suffix, after) != 0)
		return false;
	c->at += before;
	c->len -= before + after;
	return true;
}

/* Return the number of leading characters of @c that are in @set. */
static size_t span(struct component c, const char *set)
{
	size_t n = 0;

	while (n < c.len && strchr(set, c.at[n]))
		n++;
	return n;
}

#define DIGITS "0123456789"
#define HEX DIGITS "abcdefABCDEF"

/*
 * Find exactly 64 hex digits at any position: docker, containerd, cri-o, podman, ECS on EC2.
 * Skips the monitors of podman and cri-o, whose cgroups are siblings of the container's and
 * contain the same id: libpod-conmon-ID.scope, crio-conmon-ID.scope.
 */
static bool find_hex(struct component *c)
{
	for (struct component rest = *c; rest.len; rest.at++, rest.len--) {
		size_t n = span(rest, HEX);
		size_t before = rest.at - c->at;

		if (n == CONTAINER_ID_LEN &&
		    !(before >= 7 && strncmp(rest.at - 7, "conmon-", 7) == 0)) {
			*c = (struct component){ rest.at, n };
			return true;
		}
		if (n) {
			rest.at += n - 1;
			rest.len -= n - 1;
		}
	}
	return false;
}

/* BuildKit: 25 base-36 characters, /PARENT/buildkit/ID or, in Docker, docker-ID.scope. */
static bool find_buildkit(struct component *c, struct component parent)
{
	bool stripped = strip(c, "docker-", ".scope");

	return (stripped || is_component(parent, "buildkit")) && c->len == 25 &&
	       span(*c, DIGITS "abcdefghijklmnopqrstuvwxyz") == 25;
}

/* ECS on Fargate: 32 hex digits of the task and a number, /ecs/TASK/TASK-NUMBER. */
static bool is_fargate(struct component c)
{
	struct component number = c;

	if (c.len < 34 || span(c, HEX) != 32 || c.at[32] != '-')
		return false;
	number.at += 33;
	number.len -= 33;
	return span(number, DIGITS) == number.len;
}

/*
 * systemd-nspawn, started as a service or from the command line.  Skips machines that libvirt
 * runs with QEMU, which also have such a scope (machine-qemu\x2d1\x2dNAME.scope).
 */
static bool find_nspawn(struct component *c, struct component parent)
{
	if (strip(c, "systemd-nspawn@", ".service"))
		return true;
	return is_component(parent, "machine.slice") && strip(c, "machine-", ".scope") &&
	       !(c->len > 4 && strncmp(c->at, "qemu", 4) == 0);
}

/* LXC, LXD and Incus: lxc.payload.NAME, before LXC 4.0 /lxc/NAME.  Skips lxc.monitor.NAME. */
static bool find_lxc(struct component *c, struct component parent)
{
	struct component monitor = *c;

	return strip(c, "lxc.payload.", "") ||
	       (is_component(parent, "lxc") && !strip(&monitor, "lxc.monitor", ""));
}

/* Apptainer: the cgroup contains no name, only the process ID: apptainer-PID.scope. */
static bool find_apptainer(struct component *c)
{
	struct component pid = *c;

	if (!strip(&pid, "apptainer-", ".scope") && !strip(&pid, "singularity-", ".scope"))
		return false;
	c->len -= strlen(".scope");
	return span(pid, DIGITS) == pid.len;
}

/* Reduce @c, which is below @parent, to a container's id or name.  Return false if it has none. */
static bool find_container(struct component *c, struct component parent)
{
	bool (*const finders[])(struct component *, struct component) = {
		find_buildkit, find_nspawn, find_lxc,
	};
	struct component found = *c;

	for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++, found = *c)
		if (finders[i](&found, parent)) {
			*c = found;
			return true;
		}
	/* Cloud Foundry's Garden: /garden/HANDLE. */
	return is_fargate(*c) || find_apptainer(c) || is_component(parent, "garden");
}

/* Copy @c to @id.  Decode systemd's escapes ("\\x2d") for characters not allowed in unit names. */
static void copy_id(struct component c, char id[CONTAINER_ID_LEN + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < c.len && n < CONTAINER_ID_LEN; i++) {
		unsigned int byte;

		if (i + 4 <= c.len && sscanf(c.at + i, "\\x%2x", &byte) == 1 && byte) {
			id[n++] = byte;
			i += 3;
		} else {
			id[n++] = c.at[i];
		}
	}
	id[n] = '\0';
}

void cgroup_container(const char *path, char id[CONTAINER_ID_LEN + 1])
{
	struct component parent = { path, 0 }, c, found;

	id[0] = '\0';
	for (; *path; path += c.len + !!path[c.len]) {	/* nested containers: use the innermost */
		c = found = (struct component){ path, strcspn(path, "/") };
		if (find_hex(&found) || find_container(&found, parent))
			copy_id(found, id);
		if (c.len)
			parent = c;
	}
}
