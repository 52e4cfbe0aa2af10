#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Every line of real output matches the committed schemas.

load ../lib

# Use Debian's python3: another one in PATH does not find python3-jsonschema.
own_setup() {
	[ "$(id -u)" = 0 ] || skip "not root"
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || skip "no python3-jsonschema"
}

validate() { /usr/bin/python3 -W ignore "$root/tests/validate.py" "$1" <"$out"; }

# busy: cause execs, opens, reads and a refused connect, for a second.
busy() {
	local i
	for ((i = 0; i < 23; i++)); do
		/bin/true
		cat /etc/hostname "/nonexistent/$i" >/dev/null 2>&1 || true
		(: </dev/tcp/127.0.0.1/9) 2>/dev/null || true
	done
	dd if=/dev/zero of=block bs=4k count=23 oflag=dsync status=none
}

# valid TOOL ARGS...: expect at least one record, and every line to match the schema.
valid() {
	tool_start "$1" --json "${@:2}"
	busy
	tool_stop
	expect 0 "$status"
	[ "$(wc -l <"$out")" -ge 3 ]
	validate "$1"
}

@test "schema: execsnoop" { valid execsnoop -x; }
@test "schema: opensnoop" { valid opensnoop -F; }
@test "schema: biolatency" { valid biolatency -D -F; }
@test "schema: biosnoop" { valid biosnoop -P; }
@test "schema: runqlat" { valid runqlat -P; }
@test "schema: runqlat by cgroup" { valid runqlat --cgroups; }
@test "schema: tcpconnect" { valid tcpconnect -d; }
@test "schema: tcpconnect -c" { valid tcpconnect -c; }
@test "schema: fsslower" { valid fsslower -m 0; }
@test "schema: ext4slower" { valid ext4slower -m 0; }
@test "schema: cachestat" { valid cachestat; }
@test "schema: usestat" { valid usestat; }

# valid_with WORKLOAD TOOL ARGS...: the same with a workload that causes such events.
valid_with() {
	tool_start "$2" --json "${@:3}"
	$1 </dev/null >truth
	tool_stop
	expect 0 "$status"
	[ "$(wc -l <"$out")" -ge 3 ]
	validate "$2"
}

@test "schema: tcpaccept" { valid_with "$(workload accepts) accept 23" tcpaccept; }
@test "schema: tcpretrans" { valid_with "$(workload retransmits) tail 2" tcpretrans; }
@test "schema: tcpretrans -c" { valid_with "$(workload retransmits) tail 2" tcpretrans -c; }

@test "schema: a line that does not match is refused" {
	run_tool cachestat --json 1 1
	validate cachestat
	sed -i 's/"hits":/"hots":/' "$out"
	run validate cachestat
	expect 1 "$status"
	[[ $output == *"'hits' is a required property"* ]]
}

@test "schema: one error in many lines is reported in few lines" {
	printf '{"type":"event","no":%d}\n' {1..1000} >"$out"
	run validate execsnoop
	expect 1 "$status"
	[[ $output == *"and 997 more problems in 1000 lines of execsnoop"* ]]
	[ "${#lines[@]}" -lt 10 ]
}
