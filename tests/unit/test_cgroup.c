// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Container ids in cgroup paths, and cgroups in a test tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A test tree replaces the mount. */
static char root[] = "/tmp/test_cgroup.XXXXXX";

static struct mntent *next_mount(FILE *f)
{
	static struct mntent mounts[] = {
		{ .mnt_type = "tmpfs", .mnt_dir = "/sys/fs/cgroup" },
		{ .mnt_type = "cgroup", .mnt_dir = "/sys/fs/cgroup/cpu" },
		{ .mnt_type = "cgroup2", .mnt_dir = root },
		{ .mnt_type = "cgroup2", .mnt_dir = "/second" },
	};
	static size_t next;

	return next < 4 ? &mounts[next++] : NULL;
}

#define getmntent next_mount
#include "../../common/core/cgroup.c"

#define A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define B "fedcba98765432100123456789abcdef0123456789abcdef0123456789abcdef"

static const char *container(const char *path)
{
	static char id[CONTAINER_ID_LEN + 1];

	memset(id, 'x', sizeof(id));
	cgroup_container(path, id);
	return id;
}

static void ids_of_every_runtime(void **state)
{
	static const char *const paths[] = {
		"/docker/" A,
		"/system.slice/docker-" A ".scope",
		"/system.slice/docker-" A ".scope/init.scope",
		"/machine.slice/libpod-" A ".scope",
		"/machine.slice/libpod-" A ".scope/container",
		"/libpod_parent/libpod-" A,
		"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" A ".scope/container",
		"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod2f8b1c6a_1d2e_4b5f_9c8d_"
			"0a1b2c3d4e5f.slice/cri-containerd-" A ".scope",
		"/kubepods/besteffort/pod2f8b1c6a-1d2e-4b5f-9c8d-0a1b2c3d4e5f/" A,
		"/kubepods.slice/kubepods-pod2f8b.slice/crio-" A ".scope",
		"/kubepods.slice/kubepods-pod2f8b.slice/crio-" A ".scope/container/a/b",
		"/system.slice/nerdctl-" A ".scope",
		"/ecs/3f1c2d4e5b6a79880a1b2c3d4e5f6071/" A,
		"/docker/" B "/docker/" A,		/* nested: the inner one counts */
		"/system.slice/docker-" B ".scope/kubepods/pod1/" A "/sub",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_string_equal(container(paths[i]), A);
}

#define BUILD "k3v0qz8d1m7x5n2p9r4t6w1y8"
#define TASK "3f1c2d4e5b6a79880a1b2c3d4e5f6071"
#define GUID "6f265890-5165-7fab-6b52-18d1"

static void ids_and_names_that_are_not_64_digits(void **state)
{
	static const struct {
		const char *path, *id;
	} containers[] = {
		{ "/docker/buildkit/" BUILD, BUILD },
		{ "/system.slice/docker-" BUILD ".scope", BUILD },
		{ "/ecs/" TASK "/" TASK "-2694547615", TASK "-2694547615" },
		{ "/ecstasks.slice/ecstasks-" TASK ".slice/docker-" A ".scope", A },
		{ "/machine.slice/systemd-nspawn@web.service/payload/system.slice/x.service", "web" },
		{ "/machine.slice/systemd-nspawn@web\\x2d1.service/supervisor", "web-1" },
		{ "/machine.slice/machine-web\\x2d1.scope/payload", "web-1" },
		{ "/lxc.payload.web-1/init.scope", "web-1" },
		{ "/lxc/101/ns/system.slice", "101" },
		{ "/garden/" GUID, GUID },
		{ "/system.slice/garden.service/garden/" GUID "/init", GUID },
		{ "/user.slice/user-1000.slice/user@1000.service/user.slice/apptainer-4711.scope",
		  "apptainer-4711" },
		{ "/user.slice/singularity-4711.scope", "singularity-4711" },
		{ "/lxc.payload.outer/docker/" A, A },		/* the inner one */
		{ "/docker/" A "/lxc.payload.inner", "inner" },
	};

	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++)
		assert_string_equal(container(containers[i].path), containers[i].id);
}

static void no_container_at_all(void **state)
{
	static const char *const paths[] = {
		"/", "", "/init.scope", "/user.slice/user-1000.slice/session-2.scope",
		"/system.slice/docker.service",
		"/docker/0123456789ab",				/* a short id does not count */
		"/docker/" A "0", "/docker/0" A,		/* 65 digits */
		"/kubepods.slice/kubepods-pod2f8b1c6a_1d2e_4b5f_9c8d_0a1b2c3d4e5f.slice",
		"/x/0123456789abcdef0123456789abcdeg0123456789abcdef0123456789abcdef",
		"/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef",
		"/docker/buildkit", "/docker/buildkit/short", "/lxc", "/garden",
		"/lxc.monitor.web", "/lxc/lxc.monitor.web", "/lxc.payload.", "/ecs/" TASK "-",
		"/system.slice/garden.service", "/user.slice/apptainer-x.scope",
		"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt",
		"/system.slice/docker-0123456789ab.scope",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_string_equal(container(paths[i]), "");
}

/* The monitor of podman and cri-o has its own cgroup, outside of the container. */
static void a_monitor_is_not_a_container(void **state)
{
	assert_string_equal(container("/machine.slice/libpod-conmon-" A ".scope"), "");
	assert_string_equal(container("/kubepods.slice/x.slice/crio-conmon-" A ".scope"), "");
}

static void depths(void **state)
{
	assert_int_equal(cgroup_depth("/"), 0);
	assert_int_equal(cgroup_depth("/a"), 1);
	assert_int_equal(cgroup_depth("/a/b.slice/c"), 3);
	assert_int_equal(cgroup_depth("/a/"), 1);
	assert_int_equal(cgroup_depth("/.."), -1);
	assert_int_equal(cgroup_depth("/../../a"), -1);
	assert_int_equal(cgroup_depth("/..a/a.."), 2);
}

static void only_paths_below_the_mount(void **state)
{
	char path[128];

	assert_string_equal(cgroup_mount(), root);	/* the first cgroup2, past version 1 */
	assert_string_equal(cgroup_names_mount(), root);
	assert_false(cgroup_sees_all());		/* its inode is not that of a hierarchy */
	assert_string_equal(cgroup_below(root), "/");
	snprintf(path, sizeof(path), "%s/a/b", root);
	assert_string_equal(cgroup_below(path), "/a/b");
	snprintf(path, sizeof(path), "%sx/a", root);
	assert_null(cgroup_below(path));
	assert_null(cgroup_below("/etc"));
}

static void dir(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static int make_tree(void **state)
{
	assert_non_null(mkdtemp(root));
	dir("system.slice");
	return 0;
}

static int remove_tree(void **state)
{
	char *roots[] = { root, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL, NULL);
	FTSENT *e;

	while ((e = fts_read(fts)))
		if (e->fts_info == FTS_DP)
			rmdir(e->fts_path);
	fts_close(fts);
	return 0;
}

static void plain_directories_are_not_cgroups(void **state)
{
	__u64 id = 0;
	__u32 level = 0;

	assert_int_equal(cgroup_find("system.slice", &id, &level), -EINVAL);	/* not cgroup2 */
	assert_int_equal(cgroup_find("none", &id, &level), -ENOENT);
	assert_int_equal(cgroup_find("", &id, &level), -EINVAL);
	assert_int_equal(cgroup_find("/etc", &id, &level), -EINVAL);
	assert_int_equal(cgroup_find("/etc/passwd", &id, &level), -EINVAL);
}

static void unknown_ids_have_no_path(void **state)
{
	assert_null(cgroup_path(0));
	assert_null(cgroup_path(0x123456789));
	assert_null(cgroup_path(0x123456789));		/* from the cache */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_of_every_runtime),
		cmocka_unit_test(ids_and_names_that_are_not_64_digits),
		cmocka_unit_test(no_container_at_all),
		cmocka_unit_test(a_monitor_is_not_a_container),
		cmocka_unit_test(depths),
		cmocka_unit_test(only_paths_below_the_mount),
		cmocka_unit_test(plain_directories_are_not_cgroups),
		cmocka_unit_test(unknown_ids_have_no_path),
	};

	return cmocka_run_group_tests_name("cgroup", tests, make_tree, remove_tree);
}
