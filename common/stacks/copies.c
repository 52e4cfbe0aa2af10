// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "stacks/copies.h"

#define CPUS_UNKNOWN 1024		/* used if /sys/devices/system/cpu cannot be read */
#define RING_BYTES (4U << 20)

void copies_size(struct bpf_map *scratch, struct bpf_map *ring)
{
	int cpus = libbpf_num_possible_cpus();

	bpf_map__set_max_entries(scratch, cpus > 0 ? cpus : CPUS_UNKNOWN);
	bpf_map__set_max_entries(ring, RING_BYTES);
}
