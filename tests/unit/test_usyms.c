// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Symbols of this process, which require no privileges; and demangling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>
#include "symbols/demangle.h"
#include "symbols/elf_file.h"
#include "symbols/usyms.h"

__attribute__((noinline, used)) static int known_function(int i)
{
	return i * 3;
}

static __u64 address(int (*fn)(int))
{
	return (__u64)(uintptr_t)fn;
}

static int start(void **state)
{
	*state = usyms_new();
	return 0;
}

static int end(void **state)
{
	usyms_free(*state);
	return 0;
}

static void functions_of_the_program_are_named(void **state)
{
	struct usyms_process *self = usyms_process(*state, getpid(), 0);
	struct symbol symbol = usyms_find(self, address(known_function) + 2);

	assert_string_equal(symbol.name, "known_function");
	assert_int_equal(symbol.offset, 2);
	assert_non_null(strstr(symbol.module, "test_usyms"));
}

static void functions_of_a_library_are_named(void **state)
{
	struct usyms_process *self = usyms_process(*state, getpid(), 0);
	struct symbol symbol = usyms_find(self, (__u64)(uintptr_t)strtoull);

	assert_non_null(symbol.name);
	assert_non_null(strstr(symbol.name, "strto"));
	assert_null(strchr(symbol.name, '@'));
	assert_non_null(strstr(symbol.module, "libc"));
}

static void the_vdso_is_named(void **state)
{
	unsigned long image = getauxval(AT_SYSINFO_EHDR);
	struct usyms_process *self = usyms_process(*state, getpid(), 0);
	bool found = false;

	if (!image)
		skip();
	for (unsigned long at = image; at < image + 8192 && !found; at++) {
		struct symbol symbol = usyms_find(self, at);

		found = symbol.name && strstr(symbol.name, "clock_gettime") &&
			!strcmp(symbol.module, "[vdso]");
	}
	assert_true(found);
}

static void unmapped_addresses_have_no_name(void **state)
{
	struct usyms_process *self = usyms_process(*state, getpid(), 0);
	struct symbol symbol = usyms_find(self, 8);

	assert_null(symbol.name);
	assert_null(symbol.module);
}

static void a_reused_pid_is_another_process(void **state)
{
	struct usyms_process *other = usyms_process(*state, getpid(), 1);

	assert_null(usyms_find(other, address(known_function)).name);
}

static void an_ended_process_has_no_names(void **state)
{
	struct usyms_process *gone = usyms_process(*state, 1 << 22, 0);

	usyms_touch(gone, 0x400000);
	assert_null(usyms_find(gone, 0x400000).name);
}

/* Open this process's map for writing; return its path in @path. */
static FILE *new_perf_map(char *path, size_t size)
{
	FILE *map;

	snprintf(path, size, "/tmp/perf-%d.map", getpid());
	map = fopen(path, "w");
	assert_non_null(map);
	return map;
}

/* A page of code that belongs to no file, and the map that names it. */
static void functions_of_a_jit_are_named(void **state)
{
	char *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct usyms_process *self;
	struct symbol symbol;
	char path[64];
	FILE *map;

	assert_ptr_not_equal(code, MAP_FAILED);
	map = new_perf_map(path, sizeof(path));
	fprintf(map, "%lx 40 old name\nrubbish\n%lx 40 LazyCompile:~f(x) /a b.js\n",
		(unsigned long)code + 64, (unsigned long)code + 64);
	fclose(map);
	self = usyms_process(*state, getpid(), 0);
	unlink(path);

	symbol = usyms_find(self, (unsigned long)code + 66);
	assert_string_equal(symbol.name, "LazyCompile:~f(x) /a b.js");
	assert_string_equal(symbol.module, USYMS_JIT);
	assert_int_equal(symbol.offset, 2);
	assert_null(usyms_find(self, (unsigned long)code + 63).name);
	assert_null(usyms_find(self, (unsigned long)code + 128).name);
	munmap(code, 4096);
}

static void a_perf_map_that_comes_later_is_read(void **state)
{
	char *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct usyms_process *self = usyms_process(*state, getpid(), 0);
	char path[64];
	FILE *map;

	assert_ptr_not_equal(code, MAP_FAILED);
	map = new_perf_map(path, sizeof(path));
	fprintf(map, "%lx 1000 late\n", (unsigned long)code);
	fclose(map);
	usyms_touch(self, (unsigned long)code);		/* opens it */
	unlink(path);
	assert_string_equal(usyms_find(self, (unsigned long)code + 1).name, "late");
	munmap(code, 4096);
}

static void later_mappings_are_found_too(void **state)
{
	struct usyms_process *self = usyms_process(*state, getpid(), 0);
	FILE *program = fopen("/proc/self/exe", "r");
	char *again;

	assert_non_null(program);
	again = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fileno(program), 0);
	fclose(program);
	assert_ptr_not_equal(again, MAP_FAILED);
	assert_null(usyms_find(self, (unsigned long)again).module);
	usyms_touch(self, (unsigned long)again);
	assert_non_null(usyms_find(self, (unsigned long)again).module);
	munmap(again, 4096);
}

#define MANY (ELF_OPEN_FILES_MAX + 100)

__attribute__((noinline, used)) static int another_function(int i)
{
	return i * 5;
}

/* Map (or unmap) as many files as are not kept open. */
static void map_many_files(char **maps, bool mapped)
{
	char path[64];

	for (int i = 0; i < MANY; i++) {
		int fd;

		snprintf(path, sizeof(path), "/tmp/test_usyms-%d-%d", getpid(), i);
		if (!mapped) {
			munmap(maps[i], 4096);
			unlink(path);
			continue;
		}
		fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
		assert_true(fd >= 0 && !ftruncate(fd, 4096));
		maps[i] = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
		assert_ptr_not_equal(maps[i], MAP_FAILED);
		close(fd);
	}
}

static unsigned int open_descriptors(void)
{
	unsigned int n = 0;

	for (int fd = 0; fd < 4 * ELF_OPEN_FILES_MAX; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* The program is closed; names that stacks have asked for stay, and others return with it. */
static void files_that_are_not_used_are_closed(void **state)
{
	struct usyms_process *self = usyms_process(*state, getpid(), 0);
	static char *maps[MANY];

	usyms_touch(self, address(known_function) + 2);
	map_many_files(maps, true);
	for (int i = 0; i < 2; i++)		/* the second one opens nothing */
		usyms_touch(self, (__u64)(uintptr_t)maps[MANY - 1]);
	map_many_files(maps, false);
	assert_in_range(open_descriptors(), 1, ELF_OPEN_FILES_MAX + 16);
	assert_string_equal(usyms_find(self, address(known_function) + 2).name, "known_function");
	assert_null(usyms_find(self, address(another_function)).name);
	usleep(100000);				/* a pause between two looks at a process */
	usyms_touch(self, address(another_function));
	assert_string_equal(usyms_find(self, address(another_function)).name, "another_function");
}

#if defined(__x86_64__)
/* Calls of all lengths, each followed by a mark, and something that is not a call. */
__asm__(".pushsection .text\n.globl calls, no_call\n"
	"calls:\n"
	".fill 8,1,0xcc; .byte 0xe8,1,2,3,4; 1:\n"		/* call 0x4030201(%rip) */
	".fill 8,1,0xcc; .byte 0xff,0xd0; 2:\n"		/* call *%rax */
	".fill 8,1,0xcc; .byte 0x41,0xff,0xd3; 3:\n"		/* call *%r11 */
	".fill 8,1,0xcc; .byte 0xff,0x50,0x18; 4:\n"		/* call *24(%rax) */
	".fill 8,1,0xcc; .byte 0xff,0x54,0x24,0x08; 5:\n"	/* call *8(%rsp) */
	".fill 8,1,0xcc; .byte 0xff,0x15,1,2,3,4; 6:\n"		/* call *(%rip) */
	".fill 8,1,0xcc; .byte 0xff,0x14,0xc5,1,2,3,4; 7:\n"	/* call *table(,%rax,8) */
	".fill 8,1,0xcc; .byte 0xff,0x90,1,2,3,4; 8:\n"		/* call *0x4030201(%rax) */
	"no_call:\n.byte 0x48,0x89,0xc1,0xff,0xe0,0x48,0x01,0xd0; 9:\n"	/* mov, jmp *%rax, add */
	".popsection\n"
	".pushsection .data.rel.ro,\"aw\"\n.balign 8\n.globl call_ends\ncall_ends:\n"
	".quad 1b, 2b, 3b, 4b, 5b, 6b, 7b, 8b, 9b\n.popsection\n");
extern const __u64 call_ends[9];
#endif

static void calls_are_recognized(void **state)
{
#if defined(__x86_64__)
	struct usyms_process *self = usyms_process(*state, getpid(), 0);

	for (int i = 0; i < 8; i++)
		assert_true(usyms_follows_call(self, call_ends[i]));
	for (int round = 0; round < 2; round++)		/* the second one from the cache */
		assert_false(usyms_follows_call(self, call_ends[8]));
	assert_true(usyms_follows_call(self, (__u64)(uintptr_t)__builtin_return_address(0)));
	assert_true(usyms_follows_call(self, 8));	/* unknown */
#else
	skip();
#endif
}

static void check_demangled(const char *name, const char *expected)
{
	char *readable = demangle(name);

	if (expected)
		assert_string_equal(readable, expected);
	else
		assert_null(readable);
	free(readable);
}

static void names_are_demangled(void **state)
{
	check_demangled("main", NULL);
	check_demangled("", NULL);
	check_demangled("_Z", NULL);
	check_demangled("_R", NULL);
	check_demangled("_Zrubbish", NULL);
	check_demangled("_Rubbish", NULL);
	check_demangled("_ZN5sixty4spinEi", "sixty::spin(int)");
	check_demangled("_ZN4core3ops8function6FnOnce9call_once17h0123456789abcdefE",
			"core::ops::function::FnOnce::call_once");
	check_demangled("_ZN50_$LT$T$u20$as$u20$core..convert..Into$LT$U$GT$$GT$4into"
			"17h0123456789abcdefE", "<T as core::convert::Into<U>>::into");
	check_demangled("_RNvCs1234_5sixty4turn", "sixty::turn");
	check_demangled("_RNvMNtC5sixty4spinNtB2_4Spin4turn", "<sixty::spin::Spin>::turn");
	check_demangled("_RINvNtC3std3mem8align_ofjE", "std::mem::align_of::<usize>");
}

/* Each type is a pair of the previous one: 2^60 words. */
static void a_name_that_would_explode_is_unchanged(void **state)
{
	struct text name = {};

	text_str(&name, "_Z1fSt4pairIiiE");
	for (int i = 0; i < 30; i++) {
		const char *digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

		text_printf(&name, "S_IS%c_S%c_E", digits[i], digits[i]);
	}
	text_char(&name, '\0');
	check_demangled(name.at, NULL);
	text_free(&name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(functions_of_the_program_are_named, start, end),
		cmocka_unit_test_setup_teardown(functions_of_a_library_are_named, start, end),
		cmocka_unit_test_setup_teardown(the_vdso_is_named, start, end),
		cmocka_unit_test_setup_teardown(unmapped_addresses_have_no_name, start, end),
		cmocka_unit_test_setup_teardown(a_reused_pid_is_another_process, start, end),
		cmocka_unit_test_setup_teardown(an_ended_process_has_no_names, start, end),
		cmocka_unit_test_setup_teardown(functions_of_a_jit_are_named, start, end),
		cmocka_unit_test_setup_teardown(a_perf_map_that_comes_later_is_read, start, end),
		cmocka_unit_test_setup_teardown(later_mappings_are_found_too, start, end),
		cmocka_unit_test_setup_teardown(files_that_are_not_used_are_closed, start, end),
		cmocka_unit_test_setup_teardown(calls_are_recognized, start, end),
		cmocka_unit_test(names_are_demangled),
		cmocka_unit_test(a_name_that_would_explode_is_unchanged),
	};

	return cmocka_run_group_tests_name("usyms", tests, NULL, NULL);
}
