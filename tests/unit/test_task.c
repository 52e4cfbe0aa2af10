// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The container of a record: its JSON members and its column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/container.h"

#define A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct container *current;

static const char *fake_path(__u64 id)
{
	return id ? "/x" : NULL;
}

static const struct container *fake_container(const char *path)
{
	return current;
}

#define cgroup_path fake_path
#define container_of_cgroup fake_container
#include "../../common/output/task.c"

/* Expect the column and the members of @c, in a cgroup that was not seen before. */
static void expect(const struct container *c, const char *column, const char *members)
{
	static __u64 id;
	size_t len;
	const char *at;

	current = c;
	at = task_container(++id, &len);
	assert_int_equal(len, strlen(column));
	assert_memory_equal(at, column, len);
	at = task_members(id, &len);
	assert_int_equal(len, strlen(members));
	assert_memory_equal(at, members, len);
}

static void names_and_ids(void **state)
{
	expect(NULL, "-               ", ",\"cgroup\":\"/x\"");
	expect(&(struct container){ .id = A }, "0123456789ab    ",
	       ",\"cgroup\":\"/x\",\"container\":\"" A "\"");
	expect(&(struct container){ .id = "my-machine" }, "my-machine      ",
	       ",\"cgroup\":\"/x\",\"container\":\"my-machine\"");
	expect(&(struct container){ .id = A, .label = "shop/web-0/nginx", .name = "nginx",
				    .pod = "web-0", .namespace = "shop", .image = "nginx:1" },
	       "shop/web-0/nginx", ",\"cgroup\":\"/x\",\"container\":\"" A "\",\"container_name\":"
	       "\"shop/web-0/nginx\",\"pod\":\"web-0\",\"namespace\":\"shop\",\"image\":\"nginx:1\"");
}

/* A user can make a cgroup of any name. */
static void names_cannot_move_the_cursor(void **state)
{
	expect(&(struct container){ .id = "a\x1b[2J\nb" }, "a\\x1b[2J\\x0ab   ",
	       ",\"cgroup\":\"/x\",\"container\":\"a\\u001b[2J\\u000ab\"");
}

static void long_names_lose_their_middle(void **state)
{
	struct container c = { .id = A };
	size_t len;
	const char *at;

	memset(c.label, 'a', 100);
	memset(c.label + 70, 'z', 30);
	current = &c;
	at = task_container(1000, &len);
	assert_int_equal(len, TASK_CONTAINER_MAX);
	assert_memory_equal(at, "aaaaaaaaaaaaaaaaaaaaaaaaaaaa..zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", len);
}

static void unknown_cgroups(void **state)
{
	size_t len;

	assert_string_equal(task_members(0, &len), "");
	assert_int_equal(len, 0);
	assert_memory_equal(task_container(0, &len), "-               ", TASK_CONTAINER_WIDTH);
	assert_int_equal(len, TASK_CONTAINER_WIDTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_ids),
		cmocka_unit_test(names_cannot_move_the_cursor),
		cmocka_unit_test(long_names_lose_their_middle),
		cmocka_unit_test(unknown_cgroups),
	};

	return cmocka_run_group_tests_name("task", tests, NULL, NULL);
}
