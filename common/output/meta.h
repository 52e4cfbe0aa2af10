/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The first line of JSON: which tool this is, and where it runs. */
#ifndef COMMON_META_H
#define COMMON_META_H

#include "core/args.h"
#include "output/json.h"

void meta_members(struct json *json, const struct common_args *args);

#endif /* COMMON_META_H */
