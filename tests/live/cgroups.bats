#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# --cgroup when the cgroup is removed and created again, and inside a cgroup namespace.
# shellcheck disable=SC2016,SC2154

load ../lib

own_setup() {
	needs jq
	mount=$(cgroup2)
	parent=$mount/sixty$$
	mkdir -p "$parent/unit" || skip "no cgroups can be made on this machine"
	program=$PWD/x$$true
	cp /bin/true "$program"
}

own_teardown() {
	[ -z "$parent" ] || wait_for 5 remove "$parent"
}

# remove DIR: remove it and the cgroup in it.
remove() {
	[ ! -d "$1/unit" ] || rmdir "$1/unit" 2>/dev/null || return
	[ ! -d "$1" ] || rmdir "$1" 2>/dev/null
}

# execs_in CGROUP: run the program 5 times, from a shell that enters the cgroup first.
execs_in() {
	bash -c 'echo $$ >"$0/cgroup.procs" && for i in 1 2 3 4 5; do "$1"; done' "$1" "$program"
}

execs() { jq -c "select(.type == \"event\" and .comm == \"${program##*/}\")" "$out" | wc -l; }

# bats test_tags=kernel
@test "--cgroup continues with a recreated cgroup, from its first exec on" {
	tool_start execsnoop --json --cgroup "$parent/unit"
	execs_in "$parent/unit"
	for _ in 1 2 3; do
		wait_for 5 rmdir "$parent/unit"
		mkdir "$parent/unit"
		execs_in "$parent/unit"
		execs_in "$parent"			# outside the cgroup
	done
	sleep 1
	tool_stop
	expect 0 "$status" "exit status"
	expect 20 "$(execs)" "execs"
	jq -e -s 'any(.[]; .type == "cgroup" and .from_start and (.cgroup | endswith("/unit")))' "$out"
	grep -q "created again: the new one is traced$" "$err"
}

# bats test_tags=all
@test "--cgroup finds a cgroup again after its parent was recreated" {
	tool_start execsnoop --json --cgroup "$parent/unit"
	wait_for 5 remove "$parent"
	mkdir -p "$parent/unit"
	wait_for 10 grep -q "created again: the new one is traced, from now on" "$err"
	execs_in "$parent/unit"
	tool_stop
	expect 5 "$(execs)" "execs"
	expect false "$(jq 'select(.type == "cgroup").from_start' "$out")" "from_start"
}

# bats test_tags=all
@test "the histograms of runqlat --cgroup continue, with a message" {
	tool_start runqlat --json --cgroup "$parent/unit"
	wait_for 5 rmdir "$parent/unit"
	mkdir "$parent/unit"
	execs_in "$parent/unit"
	wait_for 10 grep -q "created again" "$err"
	tool_stop
	[ "$(jq 'select(.type == "hist").count' "$out")" -ge 5 ]
}

# bats test_tags=kernel
@test "--cgroup selects the right cgroup in a cgroup namespace" {
	needs unshare
	unshare -mC true 2>/dev/null || skip "no cgroup namespaces on this machine"
	bash -c 'echo $$ >"$0/cgroup.procs" && exec unshare -mC --propagation private bash -c "
			umount \"$1\" && mount -t cgroup2 none \"$1\" && exec \"$2/execsnoop\" --json --cgroup unit"' \
		"$parent" "$mount" "$build" >"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 is_ready
	execs_in "$parent/unit"
	execs_in "$parent"
	tool_stop
	expect 0 "$status" "exit status: $(cat "$err")"
	expect 5 "$(execs)" "execs"
}
