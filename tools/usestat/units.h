/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Units of systemd that failed. */
#ifndef USESTAT_UNITS_H
#define USESTAT_UNITS_H

#include "usestat.h"

/* Print the keys "failed_units" and "failed_unit_names", if this machine has systemd. */
void units_keys(struct usestat *u, struct json *json);

#endif /* USESTAT_UNITS_H */
