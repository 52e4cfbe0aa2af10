// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The subset of a kernel's BTF: its contents, and that damaged data does no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/btf.h>

#include "core/btf_subset.h"
#include "core/core_relos.h"

static struct {
	struct btf *kernel;		/* handwritten */
	char *object;			/* execsnoop.bpf.o */
	size_t object_bytes;
} state;

/* execsnoop.bpf.o is in the directory of this program. */
static int read_object(void)
{
	char path[512];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 32);
	struct stat st;
	int fd;

	if (len < 0)
		return -1;
	path[len] = '\0';
	strcpy(strrchr(path, '/'), "/execsnoop.bpf.o");
	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		return -1;
	state.object = malloc(st.st_size);
	state.object_bytes = read(fd, state.object, st.st_size);
	close(fd);
	return state.object_bytes == (size_t)st.st_size ? 0 : -1;
}

/*
 * A kernel with task_struct, in two flavours, among others: mm_struct is only pointed to, the
 * anonymous union holds a needed member, and no program needs "secret".
 */
static int make_kernel(void **test_state)
{
	struct btf *btf = btf__new_empty();
	int number, list, ptr, pid_t_id, task, anonymous;

	number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	ptr = btf__add_ptr(btf, 0);
	pid_t_id = btf__add_typedef(btf, "pid_t", btf__add_const(btf, number));
	anonymous = btf__add_union(btf, NULL, 8);
	btf__add_field(btf, "mm", btf__add_ptr(btf, 6), 0, 0);
	list = btf__add_array(btf, number, number, 4);
	task = btf__add_struct(btf, "task_struct", 64);
	btf__add_field(btf, "tgid", pid_t_id, 0, 0);
	btf__add_field(btf, "secret", list, 64, 0);
	btf__add_field(btf, NULL, anonymous, 256, 0);
	btf__add_field(btf, "real_parent", ptr, 320, 0);
	btf__add_struct(btf, "task_struct___other", 8);
	btf__add_field(btf, "tgid", number, 32, 0);
	btf__add_struct(btf, "unrelated", 4);
	btf__add_field(btf, "tgid", number, 0, 0);
	state.kernel = btf;
	return task < 0 || read_object();
}

static int free_kernel(void **test_state)
{
	btf__free(state.kernel);
	free(state.object);
	return 0;
}

static struct btf_index index_of(const void *data, size_t size)
{
	struct btf_index index;

	assert_int_equal(btf_index_init(&index, data, size), 0);
	return index;
}

static struct btf *subset_of_kernel(void)
{
	struct text subset = {};
	struct btf_index index;
	struct btf *btf;
	const void *data;
	__u32 size;

	data = btf__raw_data(state.kernel, &size);
	index = index_of(data, size);
	assert_int_equal(btf_subset(&subset, &index, state.object, state.object_bytes), 0);
	btf = btf__new(subset.at, subset.len);
	btf_index_free(&index);
	text_free(&subset);
	assert_non_null(btf);
	return btf;
}

/* Return the member called @name of struct @type, or NULL. */
static const struct btf_member *member(const struct btf *btf, const char *type, const char *name)
{
	const struct btf_type *t = btf__type_by_id(btf, btf__find_by_name(btf, type));

	for (int i = 0; t && i < btf_vlen(t); i++)
		if (strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), name) == 0)
			return &btf_members(t)[i];
	return NULL;
}

static void needed_types_keep_their_layout(void **test_state)
{
	struct btf *btf = subset_of_kernel();
	const struct btf_type *task = btf__type_by_id(btf, btf__find_by_name(btf, "task_struct"));

	assert_non_null(task);
	assert_int_equal(task->size, 64);
	assert_non_null(member(btf, "task_struct", "tgid"));
	assert_int_equal(btf__resolve_size(btf, member(btf, "task_struct", "tgid")->type), 4);
	assert_int_equal(member(btf, "task_struct", "")->offset, 256);
	assert_int_equal(member(btf, "task_struct___other", "tgid")->offset, 32);
	btf__free(btf);
}

static void unneeded_types_are_left_out(void **test_state)
{
	struct btf *btf = subset_of_kernel();

	assert_null(member(btf, "task_struct", "secret"));
	assert_true(btf__find_by_name(btf, "unrelated") < 0);
	btf__free(btf);
}

static void flavours_are_handled_as_in_libbpf(void **test_state)
{
	static const struct {
		const char *name;
		size_t len;
	} cases[] = {
		{ "task", 4 }, { "task___v1", 4 }, { "task___v1___v2", 9 }, { "___task", 7 },
		{ "a___b", 1 }, { "task___", 7 }, { "task____v1", 10 }, { "a__b", 4 }, { "", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(core_relos_essential_length(cases[i].name), cases[i].len);
}

static void searches_find_by_name_and_kind(void **test_state)
{
	struct btf_index index;
	const void *data;
	__u32 size;

	data = btf__raw_data(state.kernel, &size);
	index = index_of(data, size);
	assert_true(btf_index_find(&index, "task_struct", BTF_KIND_STRUCT) > 0);
	assert_int_equal(btf_index_find(&index, "task_struct", BTF_KIND_UNION), 0);
	assert_int_equal(btf_index_find(&index, "task", BTF_KIND_STRUCT), 0);
	assert_null(btf_index_type(&index, 0));
	assert_null(btf_index_type(&index, index.n + 1));
	assert_string_equal(btf_index_string(&index, ~0U), "");
	btf_index_free(&index);
}

/* Use @kernel and @object: any result is accepted, but no access beyond them. */
static void try_both(const void *kernel, size_t kernel_bytes, const void *object,
		     size_t object_bytes)
{
	struct text subset = {};
	struct btf_index index;

	if (btf_index_init(&index, kernel, kernel_bytes))
		return;
	btf_subset(&subset, &index, object, object_bytes);
	btf_index_free(&index);
	text_free(&subset);
}

/* Copy to a block of exactly @size bytes, so that valgrind and the sanitizers see each overrun. */
static char *copy(const void *data, size_t size)
{
	char *at = malloc(size ? size : 1);

	assert_non_null(at);
	memcpy(at, data, size);
	return at;
}

static void truncated_kernel_types_are_refused(void **test_state)
{
	const char *data;
	__u32 size;

	data = btf__raw_data(state.kernel, &size);
	for (size_t bytes = 0; bytes < size; bytes++) {
		char *cut = copy(data, bytes);
		struct btf_index index;

		assert_int_not_equal(btf_index_init(&index, cut, bytes), 0);
		free(cut);
	}
}

static void a_kernel_with_any_word_wrong_does_no_harm(void **test_state)
{
	static const __u32 words[] = { 0, 1, 0xff, 0xffff, 0xffffff, 0x7fffffff, 0x80000000, ~0U,
				       0x8000000, 0x8000001, 0x3000000, 0x4ffffff };
	const char *data;
	__u32 size;

	data = btf__raw_data(state.kernel, &size);
	for (size_t at = 0; at + 4 <= size; at += 4)
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			char *wrong = copy(data, size);

			memcpy(wrong + at, &words[i], 4);
			try_both(wrong, size, state.object, state.object_bytes);
			free(wrong);
		}
}

static void an_object_with_wrong_bytes_does_no_harm(void **test_state)
{
	const void *data;
	__u32 size;

	data = btf__raw_data(state.kernel, &size);
	srand(1);
	for (int i = 0; i < 3000; i++) {
		size_t bytes = i % 3 ? state.object_bytes : rand() % state.object_bytes;
		char *wrong = copy(state.object, bytes);

		for (int n = 0; n < 1 + i % 40 && bytes; n++)
			wrong[rand() % bytes] = rand();
		try_both(data, size, wrong, bytes);
		free(wrong);
	}
}

/* An endless chain of typedefs, and a struct that contains itself. */
static void endless_types_end(void **test_state)
{
	struct btf *btf = btf__new_empty();
	const void *data;
	__u32 size;

	btf__add_typedef(btf, "pid_t", 2);
	btf__add_typedef(btf, "loop", 1);
	btf__add_struct(btf, "task_struct", 8);
	btf__add_field(btf, "tgid", 1, 0, 0);
	btf__add_field(btf, NULL, 3, 0, 0);
	data = btf__raw_data(btf, &size);
	try_both(data, size, state.object, state.object_bytes);
	btf__free(btf);
}

/* A type kind of a future kernel: the caller then uses all of the BTF. */
static void an_unknown_kind_is_not_supported(void **test_state)
{
	struct {
		struct btf_header header;
		struct btf_type type;
		char strings[4];
	} btf = {
		.header = { .magic = BTF_MAGIC, .version = BTF_VERSION,
			    .hdr_len = sizeof(btf.header), .type_len = sizeof(btf.type),
			    .str_off = sizeof(btf.type), .str_len = 1 },
		.type = { .info = 20U << 24 },
	};
	struct btf_index index;

	assert_int_equal(btf_index_init(&index, &btf, sizeof(btf)), -EOPNOTSUPP);
	btf.type.info = BTF_KIND_PTR << 24;
	assert_int_equal(btf_index_init(&index, &btf, sizeof(btf)), 0);
	btf_index_free(&index);
}

/* The header of 2026 is longer; the section that the new part describes follows the strings. */
static void a_longer_header_is_skipped(void **test_state)
{
	struct {
		struct btf_header header;
		__u32 more[4];
		struct btf_type type;
		char strings[8];
	} btf = {
		.header = { .magic = BTF_MAGIC, .version = BTF_VERSION,
			    .hdr_len = sizeof(btf.header) + sizeof(btf.more),
			    .type_len = sizeof(btf.type), .str_off = sizeof(btf.type), .str_len = 6 },
		.type = { .name_off = 1, .info = BTF_KIND_FLOAT << 24, .size = 8 },
		.strings = "\0real",
	};
	struct btf_index index = index_of(&btf, sizeof(btf));

	assert_int_equal(btf_index_find(&index, "real", BTF_KIND_FLOAT), 1);
	btf_index_free(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needed_types_keep_their_layout),
		cmocka_unit_test(unneeded_types_are_left_out),
		cmocka_unit_test(flavours_are_handled_as_in_libbpf),
		cmocka_unit_test(searches_find_by_name_and_kind),
		cmocka_unit_test(truncated_kernel_types_are_refused),
		cmocka_unit_test(a_kernel_with_any_word_wrong_does_no_harm),
		cmocka_unit_test(an_object_with_wrong_bytes_does_no_harm),
		cmocka_unit_test(endless_types_end),
		cmocka_unit_test(an_unknown_kind_is_not_supported),
		cmocka_unit_test(a_longer_header_is_skipped),
	};

	return cmocka_run_group_tests(tests, make_kernel, free_kernel);
}
