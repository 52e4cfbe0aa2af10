// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <signal.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/args.h"
#include "core/id_list.h"
#include "core/log.h"

#define PID_MAX (1UL << 22)		/* PID_MAX_LIMIT of 64-bit kernels */

struct parsing {
	struct id_list *list;
	const char *thing;
};

static void add_id(void *ctx, unsigned long id)
{
	struct parsing *parsing = ctx;

	if (kill(id, 0) && errno == ESRCH)
		args_fail("there is no %s %lu", parsing->thing, id);
	parsing->list->ids[parsing->list->n++] = id;
}

void id_list_parse(struct id_list *list, const char *what, const char *thing, const char *arg)
{
	struct parsing parsing = { list, thing };

	list->n = 0;
	list->arg = arg;
	args_list(arg, what, 1, PID_MAX, ID_LIST_MAX, add_id, &parsing);
}

void id_list_size(const struct id_list *list, struct bpf_map *map)
{
	bpf_map__set_max_entries(map, list->n ? list->n : 1);
}

int id_list_fill(const struct id_list *list, const struct bpf_map *map)
{
	__u8 yes = 1;

	for (size_t i = 0; i < list->n; i++)
		if (bpf_map_update_elem(bpf_map__fd(map), &list->ids[i], &yes, BPF_ANY))
			return log_err(-errno, "cannot set the filter");
	return 0;
}
