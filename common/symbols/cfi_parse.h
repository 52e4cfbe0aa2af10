/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The parts of the CFI reader: records of .eh_frame, and the programs in them. */
#ifndef COMMON_CFI_PARSE_H
#define COMMON_CFI_PARSE_H

#include "symbols/cfi.h"

/* A segment of the file that is mapped into memory. */
struct cfi_segment {
	__u64 offset, bytes, address;
};

/* A function and its record. */
struct cfi_function {
	__u64 start;
	__u32 bytes;
	__u32 record;		/* offset of its record (FDE) in the section */
};

struct cfi {
	__u8 *bytes;		/* the section */
	size_t size;
	__u64 address;		/* of the section */
	struct cfi_segment *segments;
	size_t n_segments;
	struct cfi_function *functions;	/* sorted by start */
	size_t n, capacity;
	__s64 steps_left;	/* operations of CFA programs that may still be executed */
};

/* A record of common information (CIE), which several functions share. */
struct cfi_common {
	__u64 code_align;
	__s64 data_align;
	__u64 return_register;
	__u8 pointer_encoding;
	bool has_lengths;	/* the records have augmentation data with a length */
	bool signal_frame;
	struct dwarf_bytes program;
};

/* The record of a function (FDE). */
struct cfi_record {
	__u64 start, bytes;
	struct cfi_common common;
	struct dwarf_bytes program;
};

/* Read the record at @offset.  Returns false if the record is invalid or not that of a function. */
bool cfi_record(const struct cfi *cfi, __u32 offset, struct cfi_record *record);

/* Read a pointer encoded as @encoding (DW_EH_PE_*), from anywhere in the section. */
__u64 cfi_pointer(const struct cfi *cfi, struct dwarf_bytes *bytes, __u8 encoding);

/* List the functions of the section in @cfi, sorted. */
void cfi_list_functions(struct cfi *cfi);

/* Execute the programs of @record up to @address.  Returns false if they are invalid. */
bool cfi_execute(struct cfi *cfi, const struct cfi_record *record, __u64 address,
		 struct cfi_row *row);

#endif /* COMMON_CFI_PARSE_H */
