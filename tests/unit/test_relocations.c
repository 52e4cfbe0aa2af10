// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * libbpf relocates every program to the same instructions with the subset of a kernel's BTF
 * as with all of it: for each BPF object of the build and each BTF in $SIXTY_BTFS
 * (default: the running kernel's).  Empty programs are loaded in their place, which requires root.
 */
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
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/btf_subset.h"

struct file {
	char *at;
	size_t bytes;
};

static struct {
	struct text code;		/* of the most recently relocated object */
	unsigned int programs, all_programs;
	size_t instructions, all_instructions, subset_bytes;
} state;

static struct bpf_insn empty[] = {	/* return 0 */
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
	{ .code = BPF_JMP | BPF_EXIT },
};

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

/* libbpf_prog_prepare_load_fn_t: called after all relocations.  Loads an empty program instead. */
static int keep_code(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	text_bytes(&state.code, bpf_program__name(prog), strlen(bpf_program__name(prog)) + 1);
	text_bytes(&state.code, (const char *)bpf_program__insns(prog),
		   bpf_program__insn_cnt(prog) * sizeof(struct bpf_insn));
	state.programs++;
	state.instructions += bpf_program__insn_cnt(prog);
	opts->func_info_cnt = 0;
	opts->line_info_cnt = 0;
	return bpf_program__set_insns(prog, empty, 2);
}

/* Root of a user namespace has all capabilities, and may load nothing. */
static bool may_load(void)
{
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, NULL, "GPL", empty, 2, NULL);

	if (fd >= 0)
		close(fd);
	return fd != -EPERM;
}

static void register_handlers(void)
{
	static const char *const sections[] = { "tp_btf+", "fentry+", "fexit+", "iter+", "raw_tp+",
						"kprobe+", "kretprobe+", "uprobe+", "uretprobe+",
						"perf_event", "tp+", "raw_tracepoint+" };
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = keep_code);

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		assert_true(libbpf_register_prog_handler(sections[i], BPF_PROG_TYPE_RAW_TRACEPOINT, 0,
							 &opts) >= 0);
}

static struct file read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct file file = {};
	struct stat st;
	ssize_t n = 1;

	if (fd < 0 || fstat(fd, &st))
		fail_msg("cannot open %s", path);
	file.at = malloc(st.st_size);
	while (n > 0 && file.bytes < (size_t)st.st_size) {
		n = read(fd, file.at + file.bytes, st.st_size - file.bytes);
		file.bytes += n > 0 ? n : 0;
	}
	close(fd);
	return file;
}

/* Return names and instructions of all programs with the types in @btf; the caller frees them. */
static struct text relocate(const struct file *object, const char *btf)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = btf);
	struct bpf_object *obj = bpf_object__open_mem(object->at, object->bytes, &opts);
	struct bpf_program *prog;
	struct bpf_map *map;

	assert_int_equal(libbpf_get_error(obj), 0);
	bpf_object__for_each_program(prog, obj)
		bpf_program__set_autoload(prog, true);
	bpf_object__for_each_map(map, obj)
		bpf_map__set_autocreate(map, false);
	state.code = (struct text){};
	state.programs = 0;
	state.instructions = 0;
	assert_int_equal(bpf_object__load(obj), 0);
	bpf_object__close(obj);
	return state.code;
}


static void compare_programs(const char *path, const struct file *object, const char *btf,
			     const char *subset)
{
	struct text all = relocate(object, btf);
	struct text some = relocate(object, subset);
	size_t same = 0;

	while (same < all.len && same < some.len && all.at[same] == some.at[same])
		same++;
	if (!all.len || same < all.len || same < some.len)
		fail_msg("%s: with the subset of %s other instructions from byte %zu of %zu on",
			 path, btf, same, all.len);
	text_free(&all);
	text_free(&some);
}

static void compare_object(const char *path, const struct btf_index *kernel, const char *btf)
{
	int fd = memfd_create("subset", MFD_CLOEXEC);
	struct file object = read_file(path);
	struct text subset = {};
	char subset_path[32];

	assert_int_equal(btf_subset(&subset, kernel, object.at, object.bytes), 0);
	assert_int_equal(text_write(&subset, fd), 0);
	state.subset_bytes += subset.len;
	snprintf(subset_path, sizeof(subset_path), "/proc/self/fd/%d", fd);
	compare_programs(path, &object, btf, subset_path);
	state.all_programs += state.programs;
	state.all_instructions += state.instructions;
	close(fd);
	text_free(&subset);
	free(object.at);
}

static void compare_kernel(const char *btf, const glob_t *objects)
{
	struct file file = read_file(btf);
	struct btf_index kernel;

	assert_int_equal(btf_index_init(&kernel, file.at, file.bytes), 0);
	for (size_t i = 0; i < objects->gl_pathc; i++)
		compare_object(objects->gl_pathv[i], &kernel, btf);
	btf_index_free(&kernel);
	free(file.at);
}

static void the_instructions_are_the_same(void **test_state)
{
	const char *given = getenv("SIXTY_BTFS");
	char *list = strdup(given ? given : "/sys/kernel/btf/vmlinux");
	char pattern[512];
	ssize_t len = readlink("/proc/self/exe", pattern, sizeof(pattern) - 16);
	glob_t objects;

	if (!may_load() || (!given && access(list, R_OK)))
		skip();
	assert_true(len > 0);
	pattern[len] = '\0';
	strcpy(strrchr(pattern, '/'), "/*.bpf.o");
	assert_int_equal(glob(pattern, 0, NULL, &objects), 0);
	libbpf_set_print(quiet);
	register_handlers();
	for (char *btf = strtok(list, " "); btf; btf = strtok(NULL, " ")) {
		state.all_programs = 0;
		state.all_instructions = state.subset_bytes = 0;
		compare_kernel(btf, &objects);
		print_message("%s: %u programs, %zu instructions; %zu objects, subsets of %zu bytes\n", btf,
			      state.all_programs, state.all_instructions, objects.gl_pathc, state.subset_bytes);
		assert_true(state.all_programs > 0);
	}
	globfree(&objects);
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_instructions_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
