#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# TOOL on this kernel.  TODO: a workload with 23 known events.

load ../lib

@test "TOOL: counts every event" {
	local name=x$$end
	cp /bin/true "./$name"
	tool_start TOOL --json
	for _ in {1..23}; do "./$name"; done
	tool_stop
	expect 0 "$status"
	expect 23 "$(jq -c "select(.comm == \"$name\")" "$out" | wc -l)"
}
