// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of containers from files as their runtimes write them, and finding their cgroups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>

/* A test tree replaces the mount of the cgroups; another one the root directory. */
static char cgroups[] = "/tmp/test_container_cgroups.XXXXXX";
static char root[] = "/tmp/test_container.XXXXXX";

static struct mntent *next_mount(FILE *f)
{
	static struct mntent mount = { .mnt_type = "cgroup2", .mnt_dir = cgroups };
	static bool given;

	given = !given;
	return given ? &mount : NULL;
}

#define getmntent next_mount
#include "../../common/core/cgroup.c"
#include "../../common/core/container.c"
#include "../../common/core/container_find.c"

/* An id of 64 digits that begins with @start. */
static const char *id_of(const char *start)
{
	static char id[CONTAINER_ID_LEN + 1];

	memset(id, 'a', CONTAINER_ID_LEN);
	memcpy(id, start, strlen(start));
	return id;
}

static void make_directories(char *path)
{
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

/* Write the file @format, which contains an id that begins with @start, below the root. */
static void put(const char *format, const char *start, const char *text)
{
	char path[256], full[512];
	FILE *f;

	snprintf(path, sizeof(path), format, id_of(start));
	snprintf(full, sizeof(full), "%s%s", root, path);
	make_directories(full);
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static const struct container *container(const char *start)
{
	char path[128];

	snprintf(path, sizeof(path), "/system.slice/x-%s.scope", id_of(start));
	return container_of_cgroup(path);
}

/* Compare label, pod, namespace and image, separated by spaces. */
static void expect_names(const char *start, const char *expected)
{
	const struct container *c = container(start);
	char actual[2048];

	snprintf(actual, sizeof(actual), "%s %s %s %s", c->label, c->pod, c->namespace, c->image);
	assert_string_equal(c->id, id_of(start));
	assert_string_equal(actual, expected);
}

/* A label, mount or variable with the same key stands before the container's own name. */
static void docker(void **state)
{
	put("/var/lib/docker/containers/%s/config.v2.json", "d1",
	    "{\"StreamConfig\":{},\"State\":{\"Running\":true,\"Pid\":4711},\"ID\":\"d1\",\"Config\":{"
	    "\"Hostname\":\"d1\",\"Env\":[\"A=\\\"Name\\\":\\\"/env\\\"\"],\"Image\":\"nginx:1.27\","
	    "\"Labels\":{\"Name\":\"/label\"}},\"MountPoints\":{\"/data\":{\"Name\":\"volume\"}},"
	    "\"Image\":\"sha256:0123\",\"Name\":\"/web\",\"Driver\":\"overlay2\"}");
	expect_names("d1", "web   nginx:1.27");
	put("/var/lib/docker/containers/%s/config.v2.json", "d2",
	    "{\"Config\":{\"Image\":\"nginx@sha256:0123\",\"Labels\":{\"io.kubernetes.container.name\":"
	    "\"nginx\",\"io.kubernetes.pod.name\":\"web-0\",\"io.kubernetes.pod.namespace\":\"shop\"}},"
	    "\"Name\":\"/k8s_nginx_web-0_shop_7d1c_0\"}");
	expect_names("d2", "shop/web-0/nginx web-0 shop nginx@sha256:0123");
	expect_names("d3", "   ");
}

#define CRI "io.kubernetes.cri"

static void containerd(void **state)
{
	const char *file = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json";

	put(file, "c1",
	    "{\"ociVersion\":\"1.2.0\",\"process\":{\"env\":[\"" CRI ".container-name=no\"]},"
	    "\"annotations\":{\"" CRI ".container-name\":\"nginx\",\"" CRI ".container-type\":"
	    "\"container\",\"" CRI ".image-name\":\"docker.io/library/nginx:1.27\",\"" CRI
	    ".sandbox-name\":\"web-0\",\"" CRI ".sandbox-namespace\":\"shop\"},\"linux\":{}}");
	expect_names("c1", "shop/web-0/nginx web-0 shop docker.io/library/nginx:1.27");
	assert_false(container("c1")->sandbox);
	put(file, "c2",
	    "{ \"annotations\": {\n \"" CRI ".container-type\": \"sandbox\",\n \"" CRI ".sandbox-name\": "
	    "\"web-0\",\n \"" CRI ".sandbox-namespace\": \"shop\"\n } }\n");
	expect_names("c2", "shop/web-0 web-0 shop ");
	assert_true(container("c2")->sandbox);
	put("/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json", "c3",
	    "{\"annotations\":{\"" CRI ".container-name\":\"dns\",\"" CRI ".sandbox-name\":\"dns-7\"}}");
	expect_names("c3", "dns-7/dns dns-7  ");
	put("/run/containerd/io.containerd.runtime.v2.task/default/%s/config.json", "c4",
	    "{\"annotations\":{\"nerdctl/name\":\"batch\",\"nerdctl/namespace\":\"default\"}}");
	expect_names("c4", "batch   ");
}

static void crio(void **state)
{
	const char *file = "/run/containers/storage/overlay-containers/%s/userdata/config.json";

	put(file, "e1",
	    "{\"annotations\":{\"io.kubernetes.container.name\":\"postgres\",\"io.kubernetes.cri-o."
	    "ContainerType\":\"container\",\"io.kubernetes.cri-o.ImageName\":\"quay.io/db/postgres:17\","
	    "\"io.kubernetes.pod.name\":\"db-0\",\"io.kubernetes.pod.namespace\":\"shop\"}}");
	expect_names("e1", "shop/db-0/postgres db-0 shop quay.io/db/postgres:17");
	put("/var/lib/containers/storage/overlay-containers/%s/userdata/config.json", "e2",
	    "{\"annotations\":{\"io.kubernetes.container.name\":\"POD\",\"io.kubernetes.cri-o."
	    "ContainerType\":\"sandbox\",\"io.kubernetes.pod.name\":\"db-0\","
	    "\"io.kubernetes.pod.namespace\":\"shop\"}}");
	expect_names("e2", "shop/db-0 db-0 shop ");
	assert_true(container("e2")->sandbox);
}

static void podman(void **state)
{
	char text[1024];

	put("/var/lib/containers/storage/overlay-containers/%s/userdata/config.json", "b1",
	    "{\"ociVersion\":\"1.0.2-dev\",\"annotations\":{\"io.container.manager\":\"libpod\","
	    "\"org.opencontainers.image.stopSignal\":\"15\"}}");
	snprintf(text, sizeof(text), "[{\"id\":\"%064d\",\"names\":[\"other\"]},{\"id\":\"%s\",\"names\":"
		 "[\"caf\\u00e9\",\"second\"],\"image\":\"0123\",\"metadata\":\"{\\\"image-name\\\":"
		 "\\\"localhost/app:latest\\\",\\\"image-id\\\":\\\"0123\\\",\\\"name\\\":\\\"caf\\u00e9"
		 "\\\"}\",\"created\":\"2026-11-27T00:00:00Z\",\"flags\":{}}]", 0, id_of("b1"));
	put("/var/lib/containers/storage/overlay-containers/containers.json", "", text);
	expect_names("b1", "caf\xc3\xa9   localhost/app:latest");
	expect_names("b2", "   ");
}

/* A container's files are read once. */
static void cached(void **state)
{
	expect_names("d1", "web   nginx:1.27");
	put("/var/lib/docker/containers/%s/config.v2.json", "d1", "{\"Name\":\"/changed\"}");
	expect_names("d1", "web   nginx:1.27");
}

/* Neither a FIFO nor a device nor a huge file is read, and no link leaves the root. */
static void files_that_are_refused(void **state)
{
	char full[512], outside[64];
	const char *format = "/var/lib/docker/containers/%s/config.v2.json";

	put(format, "f1", "");
	snprintf(full, sizeof(full), "%s/var/lib/docker/containers/%s/config.v2.json", root, id_of("f1"));
	assert_int_equal(remove(full), 0);
	assert_int_equal(mkfifo(full, 0644), 0);
	expect_names("f1", "   ");
	put(format, "f2", "{\"Name\":\"/huge\"}");
	snprintf(full, sizeof(full), "%s/var/lib/docker/containers/%s/config.v2.json", root, id_of("f2"));
	assert_int_equal(truncate(full, FILE_BYTES_MAX + 1), 0);
	expect_names("f2", "   ");
	snprintf(outside, sizeof(outside), "%s-outside", root);
	assert_int_equal(mkdir(outside, 0755), 0);
	snprintf(full, sizeof(full), "%s/var/lib/docker/containers/%s", root, id_of("f3"));
	assert_int_equal(symlink(outside, full), 0);
	snprintf(full, sizeof(full), "%s/config.v2.json", outside);
	fclose(fopen(full, "w"));
	expect_names("f3", "   ");
	remove(full);
	rmdir(outside);
	put(format, "f4", "{\"Config\":{\"Image\":[1,{}]},\"Name\":{\"x\":\"/no\"}");
	expect_names("f4", "   ");
}

/* Where ids are no digits, they do not lead to a file. */
static void other_ids(void **state)
{
	assert_null(container_of_cgroup("/system.slice/cron.service"));
	assert_string_equal(container_of_cgroup("/lxc.payload.web")->id, "web");
	assert_string_equal(container_of_cgroup("/lxc.payload.web")->label, "");
	assert_string_equal(container_of_cgroup("/machine.slice/systemd-nspawn@..\\x2fx.service")->id,
			    "../x");
}

/* Make the cgroup @format, of a container whose id begins with @start, with a child. */
static void dir(const char *format, const char *start)
{
	char path[256], full[512];

	snprintf(path, sizeof(path), format, id_of(start));
	snprintf(full, sizeof(full), "%s/%s/child/", cgroups, path);
	make_directories(full);
}

/* Expect @wanted to be in the cgroup @format of a container. */
static void finds(const char *wanted, const char *format, const char *start)
{
	char path[256], full[512], *actual = container_find(wanted);

	snprintf(path, sizeof(path), format, id_of(start));
	snprintf(full, sizeof(full), "%s/%s", cgroups, path);
	assert_non_null(actual);
	assert_string_equal(actual, full);
	free(actual);
}

static void refuses(const char *wanted, int error)
{
	assert_null(container_find(wanted));
	assert_int_equal(errno, error);
}

static void cgroups_of_containers(void **state)
{
	dir("system.slice/docker-%s.scope", "d1");
	dir("machine.slice/libpod-%s.scope", "b1");
	dir("machine.slice/libpod-conmon-%s.scope", "b1");
	dir("kubepods.slice/kubepods-pod1.slice/cri-containerd-%s.scope", "c1");
	dir("kubepods.slice/kubepods-pod1.slice/cri-containerd-%s.scope", "c2");
	dir("kubepods.slice/kubepods-pod2.slice/crio-%s.scope", "e1");
	dir("lxc.payload.web-2", "");
	finds("web", "system.slice/docker-%s.scope", "d1");		/* a name, not an id's start */
	finds("web-2", "lxc.payload.web-2", "");
	finds("d1", "system.slice/docker-%s.scope", "d1");
	finds(id_of("d1"), "system.slice/docker-%s.scope", "d1");
	finds("caf\xc3\xa9", "machine.slice/libpod-%s.scope", "b1");
	finds("b1a", "machine.slice/libpod-%s.scope", "b1");		/* not its monitor */
	finds("nginx", "kubepods.slice/kubepods-pod1.slice/cri-containerd-%s.scope", "c1");
	finds("shop/web-0/nginx", "kubepods.slice/kubepods-pod1.slice/cri-containerd-%s.scope", "c1");
	finds("web-0", "kubepods.slice/kubepods-pod1.slice", "");	/* the pod */
	finds("shop/web-0", "kubepods.slice/kubepods-pod1.slice", "");
	finds("postgres", "kubepods.slice/kubepods-pod2.slice/crio-%s.scope", "e1");
}

static void no_or_several_containers(void **state)
{
	refuses("c", ENOTUNIQ);			/* two ids begin with it */
	refuses("0", ENOENT);
	refuses("ngin", ENOENT);		/* names are whole */
	refuses("hop/web-0", ENOENT);
	dir("kubepods.slice/kubepods-pod3.slice/cri-containerd-%s.scope", "c5");
	put("/run/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json", "c5",
	    "{\"annotations\":{\"" CRI ".container-name\":\"nginx\",\"" CRI ".sandbox-name\":\"web-1\"}}");
	refuses("nginx", ENOTUNIQ);
	finds("web-1/nginx", "kubepods.slice/kubepods-pod3.slice/cri-containerd-%s.scope", "c5");
}

static int begin(void **state)
{
	if (!mkdtemp(root) || !mkdtemp(cgroups))
		return -1;
	root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root_fd < 0 ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path);
}

static int end(void **state)
{
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS) |
	       nftw(cgroups, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(docker),
		cmocka_unit_test(containerd),
		cmocka_unit_test(crio),
		cmocka_unit_test(podman),
		cmocka_unit_test(cached),
		cmocka_unit_test(files_that_are_refused),
		cmocka_unit_test(other_ids),
		cmocka_unit_test(cgroups_of_containers),
		cmocka_unit_test(no_or_several_containers),
	};

	return cmocka_run_group_tests_name("container", tests, begin, end);
}
