// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>

#include "core/cgroup.h"
#include "core/clock.h"
#include "core/follow.h"
#include "core/log.h"
#include "core/self.h"
#include "output/out.h"

static struct {
	const char *path;		/* absolute path; NULL: nothing to follow */
	int map;
	__u64 id;			/* id of the cgroup last reported to the user */
} follow;

/*
 * Store the directory inside the cgroup2 file system that is mounted at the mount point ("/"
 * for all of it).  If several file systems are mounted there, the last one is visible.
 */
static bool mount_root(char root[PATH_MAX])
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, inside[PATH_MAX], dir[PATH_MAX];
	bool found = false;
	size_t size = 0;

	while (f && getline(&line, &size, f) > 0)
		if (strstr(line, " - cgroup2 ") &&
		    sscanf(line, "%*d %*d %*s %4095s %4095s", inside, dir) == 2 &&
		    strcmp(dir, cgroup_mount()) == 0) {
			memcpy(root, inside, sizeof(inside));
			found = true;
		}
	free(line);
	if (f)
		fclose(f);
	return found;
}

/* Store the path of the tool's own cgroup, as its cgroup namespace shows it. */
static bool own_path(char path[PATH_MAX])
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char *line = NULL;
	bool found = false;
	size_t size = 0;

	while (f && !found && getline(&line, &size, f) > 0)
		found = sscanf(line, "0::%4095s", path) == 1;
	free(line);
	if (f)
		fclose(f);
	return found;
}

/*
 * Return the depth of the mount point below the real root.  Inside a cgroup namespace, only the
 * kernel knows it: compare the depth of the tool's own cgroup in both views.
 */
static int mount_depth(void)
{
	char root[PATH_MAX], own[PATH_MAX];
	int depth = mount_root(root) ? cgroup_depth(root) : 0;

	if (self_get()->cgroup_inum && own_path(own))
		depth += (int)self_get()->cgroup_level - cgroup_depth(own);
	return depth;
}

void follow_enable(struct bpf_object *obj, const struct common_args *args, struct filter *filter)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, "filter_cgroup_made");

	if (!args->cgroup || !prog)
		return;
	if (strncmp(args->cgroup, cgroup_mount(), strlen(cgroup_mount())) == 0)
		filter->cgroup_level += mount_depth();
	bpf_program__set_autoload(prog, true);
}

/* Look up the cgroup that is at the path now.  Return false if there is none. */
static bool find(struct followed_cgroup *found)
{
	char *slash = strrchr(follow.path, '/');
	char *parent = strndup(follow.path, slash - follow.path);
	__u32 level;
	bool ok;

	memset(found, 0, sizeof(*found));
	snprintf(found->name, sizeof(found->name), "%s", slash + 1);
	ok = parent && !cgroup_find(follow.path, &found->id, &level) &&
	     (!level || !cgroup_find(parent, &found->parent_id, &level));
	free(parent);
	return ok;
}

static int set(const struct followed_cgroup *cgroup)
{
	__u32 zero = 0;

	return bpf_map_update_elem(follow.map, &zero, cgroup, BPF_ANY) ? -errno : 0;
}

int follow_start(struct bpf_object *obj, const struct common_args *args)
{
	struct followed_cgroup now;
	int err;

	follow.map = bpf_object__find_map_fd_by_name(obj, "cgroup_followed");
	if (!args->cgroup || follow.map < 0)
		return 0;
	follow.path = args->cgroup;
	if (!find(&now))		/* removed since the command line was parsed: wait for it */
		now.id = args->filter.cgroup_id;
	follow.id = now.id;
	err = set(&now);
	return err ? log_err(err, "cannot set the filter") : 0;
}

bool follow_wanted(void)
{
	return follow.path;
}

static void report(struct out *out, const struct followed_cgroup *now)
{
	const char *below = cgroup_below(follow.path);
	struct json json;

	follow.id = now->id;
	log_warn("cgroup '%s' was created again: the new one is traced%s", below,
		 now->made_ns ? "" : ", from now on");
	if (!out->args->json)
		return;
	out_line(out, &json, "cgroup", now->made_ns ? now->made_ns : clock_now_ns());
	json_name(&json, "cgroup", below);
	json_bool(&json, "from_start", now->made_ns);
	json_end(&json);
}

void follow_look(struct out *out)
{
	static __u64 next_ns;
	struct followed_cgroup kernel, now;
	__u64 now_ns = clock_now_ns();
	__u32 zero = 0;

	if (!follow.path || now_ns < next_ns)
		return;
	next_ns = now_ns + FOLLOW_NS;
	if (bpf_map_lookup_elem(follow.map, &zero, &kernel))
		return;
	if (kernel.id != follow.id)
		report(out, &kernel);
	else if (find(&now) && now.id != kernel.id && !set(&now))
		report(out, &now);
}
