// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The shortest functions that are generated at run time keep no frame pointer, and have no call
 * frame information: the trampolines that Python 3.12 and later makes for each function with
 * -X perf.  Their instructions show where the return address is.
 */
#include <string.h>

#include "symbols/unwind_frame.h"

#define INSTRUCTIONS_MAX 6

#if defined(__x86_64__)
/*
 * Return the length of the instruction at @code, 0 if it is an unknown one.  Adds to @bytes what it
 * adds to the stack pointer.
 */
static size_t skip(const __u8 *code, size_t left, __s64 *bytes)
{
	if (left >= 4 && memcmp(code, "\xf3\x0f\x1e\xfa", 4) == 0)		/* endbr64 */
		return 4;
	if (left >= 2 && code[0] == 0xff && (code[1] & 0xf8) == 0xd0)	/* call *%reg */
		return 2;
	if (left < 4 || code[0] != 0x48 || code[1] != 0x83 || (code[2] != 0xc4 && code[2] != 0xec))
		return 0;
	*bytes += code[2] == 0xc4 ? (__s8)code[3] : -(__s8)code[3];	/* add or sub $n,%rsp */
	return 4;
}

bool unwind_epilogue(const __u8 *code, size_t left, __u64 *bytes)
{
	__s64 sum = 0;

	for (int i = 0; i < INSTRUCTIONS_MAX; i++) {
		size_t len;

		if (left && code[0] == 0xc3) {				/* ret */
			*bytes = sum;
			return sum >= 0;
		}
		len = skip(code, left, &sum);
		if (!len)
			return false;
		code += len;
		left -= len;
	}
	return false;
}
#else
/* Those of arm64 have a frame pointer. */
bool unwind_epilogue(const __u8 *code, size_t left, __u64 *bytes)
{
	return false;
}
#endif
