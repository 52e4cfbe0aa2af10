/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Call frame information written by hand, for tests: no process, no root. */
#ifndef TESTS_EH_FRAME_H
#define TESTS_EH_FRAME_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include "core/text.h"
#include "core/xalloc.h"
#include "symbols/cfi.h"

#define SECTION 0x10000UL		/* address of the .eh_frame */
#define CODE 0x400000UL			/* of the functions that it describes */

#if defined(__x86_64__)
#define RETURN_REGISTER 16
#elif defined(__aarch64__)
#define RETURN_REGISTER 30
#endif

static struct text section;
static size_t common_at;

static void put(__u64 v, size_t bytes)
{
	text_bytes(&section, (const char *)&v, bytes);
}

/* Begin a record; return where its length is. */
static size_t begin(void)
{
	size_t at = section.len;

	put(0, 4);
	return at;
}

static void end_record(size_t at)
{
	__u32 length = section.len - at - 4;

	memcpy(section.at + at, &length, sizeof(length));
}

/* Append common information with the augmentation @letters: addresses relative, in 4 bytes. */
static void put_common(const char *letters)
{
	common_at = begin();
	put(0, 4);
	put(1, 1);
	text_bytes(&section, letters, strlen(letters) + 1);
	put(1, 1);			/* code alignment */
	put(0x78, 1);			/* data alignment: -8 */
	put(RETURN_REGISTER, 1);
	put(1, 1);			/* length of the augmentation */
	put(0x1b, 1);
	put(0x0c, 1);			/* CFA = sp + 8 */
	put(CFI_SP, 1);
	put(8, 1);
	put(0x80 | RETURN_REGISTER, 1);	/* return address at CFA - 8 */
	put(1, 1);
	end_record(common_at);
}

/* Append a function of @bytes at @start, with @program. */
static void put_function(__u64 start, __u32 bytes, const void *program, size_t len)
{
	size_t at = begin();

	put(section.len - common_at, 4);
	put((__u32)(start - (SECTION + section.len)), 4);
	put(bytes, 4);
	put(0, 1);
	text_bytes(&section, program, len);
	end_record(at);
}

static struct cfi *finish_section(void)
{
	__u8 *bytes = xcalloc(section.len + 1, 1);

	memcpy(bytes, section.at, section.len);
	return cfi_new(bytes, section.len, SECTION);
}

/* push; 24 more bytes; then an epilogue in the middle, after which the frame is back. */
static const __u8 ordinary[] = {
	0x41, 0x0e, 16, 0x80 | CFI_FP, 2,		/* from 1: CFA = sp + 16, fp saved */
	0x43, 0x0e, 40,					/* from 4 */
	0x44, 0x0a, 0x0e, 8, 0xc0 | CFI_FP,		/* from 8: remember, CFA = sp + 8 */
	0x41, 0x0b,					/* from 9: as before */
};
static const __u8 outermost[] = { 0x07, RETURN_REGISTER };

static int start(void **state)
{
	section.len = 0;
	put_common("zR");
	put_function(CODE, 16, ordinary, sizeof(ordinary));
	put_function(CODE + 16, 16, ordinary, sizeof(ordinary));
	put_function(CODE + 64, 16, outermost, sizeof(outermost));
	put_common("zRS");
	put_function(CODE + 96, 16, NULL, 0);
	*state = finish_section();
	return 0;
}

static int end(void **state)
{
	cfi_free(*state);
	text_free(&section);
	return 0;
}

/* A new section with one function, which has @program. */
static struct cfi *one_function(const void *program, size_t len)
{
	section.len = 0;
	put_common("zR");
	put_function(CODE, 0x1000, program, len);
	return finish_section();
}

#endif /* TESTS_EH_FRAME_H */
