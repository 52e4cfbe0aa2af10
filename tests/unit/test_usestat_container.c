// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Names of containers from the files of their runtimes, and JSON that is damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>

#include "../../tools/usestat/source.c"
#include "../../tools/usestat/set.c"
#include "../../tools/usestat/container.c"

static char root[] = "/tmp/test_usestat_container.XXXXXX";
static int missed;

int missing(const char *what, const char *why, const char *remedy)
{
	return ++missed;
}

const char *missing_why(int err)
{
	return strerror(err);
}

/* An id of 64 digits that ends with @digit. */
static const char *id_of(char digit)
{
	static char id[65];

	memset(id, 'a', 64);
	id[63] = digit;
	return id;
}

/* Write a file below the root, with its directories; the format has the id. */
static void put(const char *format, const char *id, const char *text)
{
	char full[512];
	FILE *f;
	int len = snprintf(full, sizeof(full), "%s", root);

	snprintf(full + len, sizeof(full) - len, format, id);
	for (char *slash = full + len + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* A label or a mount of that name comes before the container's own name. */
static void docker(void **state)
{
	put("/var/lib/docker/containers/%s/config.v2.json", id_of('1'),
	    "{\"Config\":{\"Labels\":{\"Name\":\"/label\"},\"Env\":[\"A=\\\"Name\\\":\\\"/env\\\"\"]},"
	    "\"MountPoints\":{\"/data\":{\"Name\":\"volume\"}},\"Pid\":1,\"Name\":\"/web\"}");
	assert_string_equal(container_name(id_of('1')), "web");
	assert_null(container_name(id_of('2')));
	assert_null(container_name("web"));
	assert_null(container_name("../../../../../../../../../../../../../../../../../../etc/passwd"));
}

static void kubernetes(void **state)
{
	put("/run/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json", id_of('3'),
	    "{ \"ociVersion\": \"1.0.2\", \"annotations\": {\n"
	    "  \"io.kubernetes.cri.container-name\": \"nginx\",\n"
	    "  \"io.kubernetes.cri.sandbox-name\": \"web-0\",\n"
	    "  \"io.kubernetes.cri.sandbox-namespace\": \"shop\" } }");
	assert_string_equal(container_name(id_of('3')), "shop/web-0/nginx");
	put("/run/containers/storage/overlay-containers/%s/userdata/config.json", id_of('4'),
	    "{\"annotations\":{\"io.kubernetes.pod.name\":\"db-0\",\"io.kubernetes.pod.namespace\":"
	    "\"shop\",\"io.kubernetes.container.name\":\"postgres\"}}");
	assert_string_equal(container_name(id_of('4')), "shop/db-0/postgres");
	put("/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json", id_of('5'),
	    "{\"annotations\":{\"io.kubernetes.cri.sandbox-name\":\"pause\","
	    "\"io.kubernetes.cri.sandbox-namespace\":\"kube-system\"}}");
	assert_string_equal(container_name(id_of('5')), "kube-system/pause");
}

static void nerdctl_and_podman(void **state)
{
	char text[512];

	put("/run/containerd/io.containerd.runtime.v2.task/default/%s/config.json", id_of('6'),
	    "{\"annotations\":{\"nerdctl/name\":\"batch\"}}");
	assert_string_equal(container_name(id_of('6')), "batch");
	snprintf(text, sizeof(text), "[{\"id\":\"%064d\",\"names\":[\"other\"]},"
		 "{\"id\":\"%s\",\"names\":[\"caf\\u00e9\",\"second\"]}]", 0, id_of('7'));
	put("/var/lib/containers/storage/overlay-containers/containers.json", "", text);
	assert_string_equal(container_name(id_of('7')), "caf\xc3\xa9");
	assert_null(container_name(id_of('8')));
}

/* A name is read once: the file is not looked at again. */
static void cached(void **state)
{
	put("/var/lib/docker/containers/%s/config.v2.json", id_of('1'), "{\"Name\":\"/changed\"}");
	assert_string_equal(container_name(id_of('1')), "web");
	assert_int_equal(missed, 0);
}

static void finds(const char *json, const char *key, const char *expected)
{
	char value[16] = "none";
	const char *at = json_member(json, key);

	if (at)
		json_copy(at, value, sizeof(value));
	assert_string_equal(value, expected);
}

static void members(void **state)
{
	finds("{\"a\":1,\"b\":[1,{\"c\":\"x\"}],\"c\":\"y\"}", "c", "y");
	finds("{\"a\":{\"c\":\"x\"}}", "c", "none");
	finds("{\"a\":\"\\\"c\\\":\\\"x\\\"\",\"c\":\"\\\\\\n\\/\\u0041\"}", "c", "\\\n/A");
	finds("{\"c\":\"too long for the room\"}", "c", "too long for th");
	finds("{\"c\":\"\\ud83d\\ude00\"}", "c", "??");
	finds("[\"c\"]", "c", "none");
}

/* Every beginning of a text, in memory of just that size: nothing behind it is read. */
static void damaged(void **state)
{
	static const char text[] = "[{\"a\":[1,true,{\"b\":\"\\u00e9\\\"\"}],\"c\":\"x\"},{\"c\":\"y\"}] ";
	char value[8];

	for (size_t len = 0; len < sizeof(text); len++) {
		char *part = strndup(text, len);

		for (const char *e = json_first(part); e; e = json_next(e)) {
			const char *c = json_member(e, "c"), *a = json_member(e, "a");

			if (c)
				json_copy(c, value, sizeof(value));
			for (a = a ? json_first(a) : NULL; a; a = json_next(a))
				json_copy(json_member(a, "b") ?: "", value, sizeof(value));
		}
		free(part);
	}
	assert_null(json_member("", "a"));
	assert_null(json_member("{\"a\"", "a"));
	assert_null(json_first("]"));
	assert_false(json_copy("1", value, sizeof(value)));
}

static int begin(void **state)
{
	source_root = mkdtemp(root);
	return source_root ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path);
}

static int end(void **state)
{
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(docker),
		cmocka_unit_test(kubernetes),
		cmocka_unit_test(nerdctl_and_podman),
		cmocka_unit_test(cached),
		cmocka_unit_test(members),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests_name("usestat_container", tests, begin, end);
}
