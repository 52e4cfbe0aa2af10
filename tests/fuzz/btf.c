// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Type information of --btf, as it is indexed and reduced to what an object needs. */
#include "fuzz.h"
#include "core/btf_index.h"
#include "core/btf_subset.h"
#include "core/elf_section.h"
#include "config.h"
#include "loss.h"
#include "execsnoop.skel.h"

static void read_types(const struct btf_index *index)
{
	struct text subset = {};
	const void *object;
	size_t bytes;

	for (__u32 id = 0; id <= index->n + 1; id++) {
		const struct btf_type *type = btf_index_type(index, id);

		btf_index_resolve(index, id);
		if (type)
			btf_index_find(index, btf_index_string(index, type->name_off), btf_index_kind(type));
	}
	object = execsnoop_bpf__elf_bytes(&bytes);
	btf_subset(&subset, index, object, bytes);
	text_free(&subset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct btf_index index = {};
	struct text subset = {};
	char *copy = fuzz_string(data, size);
	size_t bytes;

	free(elf_section_copy(copy, size, ".BTF.ext", &bytes));
	if (!btf_index_init(&index, copy, size)) {
		if (index.n < 4096)
			read_types(&index);
		btf_subset(&subset, &index, copy, size);
	}
	btf_index_free(&index);
	text_free(&subset);
	free(copy);
	return 0;
}
