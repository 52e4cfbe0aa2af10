// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "core/name_set.h"

/* Return the slot of @name, or the free slot where it belongs.  There is always a free slot. */
static size_t find_slot(const struct name_set *set, const char *name, size_t len)
{
	size_t slot = 0;

	for (size_t i = 0; i < len; i++)
		slot = slot * 31 + (unsigned char)name[i];
	slot %= NAME_SET_SLOTS;
	while (set->slots[slot].name && (set->slots[slot].len != len ||
					 memcmp(set->slots[slot].name, name, len) != 0))
		slot = (slot + 1) % NAME_SET_SLOTS;
	return slot;
}

bool name_set_add(struct name_set *set, const char *name, size_t len)
{
	size_t slot = find_slot(set, name, len);

	if (set->slots[slot].name)
		return true;
	if (set->n >= NAME_SET_SLOTS / 2)
		return false;
	set->slots[slot].name = name;
	set->slots[slot].len = len;
	set->n++;
	return true;
}

bool name_set_has(const struct name_set *set, const char *name, size_t len)
{
	return set->slots[find_slot(set, name, len)].name != NULL;
}
