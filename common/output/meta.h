/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Add the members of the first JSON line: the tool and the system it runs on. */
#ifndef COMMON_META_H
#define COMMON_META_H

#include "core/args.h"
#include "output/json.h"

void meta_members(struct json *json, const struct common_args *args);

#endif /* COMMON_META_H */
