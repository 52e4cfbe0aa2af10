// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "core/log.h"
#include "core/map.h"

ssize_t map_keys(struct bpf_map *map, void **keys)
{
	size_t key_bytes = bpf_map__key_size(map), most = bpf_map__max_entries(map), n = 0;
	char *all = calloc(most, key_bytes);

	*keys = all;
	if (!all)
		return log_err(-ENOMEM, "cannot read map %s", bpf_map__name(map));
	while (n < most && !bpf_map_get_next_key(bpf_map__fd(map),
						 n ? all + (n - 1) * key_bytes : NULL,
						 all + n * key_bytes))
		n++;
	return n;
}
