#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Every line of real output matches the committed schemas.

load ../lib

own_setup() {
	[ "$(id -u)" = 0 ] || skip "not root"
	started=()
}

own_teardown() {
	((${#started[@]} == 0)) || kill -KILL "${started[@]}" 2>/dev/null || true
}

# commands: print the command lines whose output is checked, or those of the tool that
# scripts/test TOOL is testing.
commands() {
	local line
	while read -r line; do
		[ -z "${SIXTY_TOOL-}" ] || [ "${line%% *}" = "$SIXTY_TOOL" ] || continue
		echo "$line"
	done <<-TEXT
	execsnoop -x
	opensnoop -F --max-events 300
	biolatency -D -F
	biosnoop -P
	runqlat -P
	runqlat --cgroups
	tcpconnect -d
	tcpconnect -c
	tcpaccept
	tcpretrans
	tcpretrans -c
	fsslower -m 0 --max-events 300
	ext4slower -m 0 --max-events 300
	cachestat
	gethostlatency
	profile -A --tids --cpus --cgroups
	profile -K
	offcputime
	offcputime --by function
	usestat
	TEXT
}

# busy: cause execs, opens, reads, lookups, connects that are refused and accepted, and retransmits.
busy() {
	local i
	for ((i = 0; i < 23; i++)); do
		cat /etc/hostname "/nonexistent/$i" >/dev/null 2>&1 || true
	done
	"$(workload connects)" blocking 23 127.0.0.1 1 >/dev/null
	dd if=/dev/zero of=block bs=4k count=23 oflag=dsync status=none
	"$(workload lookups)" getaddrinfo 23 localhost >/dev/null
	"$(workload accepts)" accept 23 </dev/null >/dev/null
	"$(workload retransmits)" tail 2 </dev/null >/dev/null
}

all_ready() {
	local i
	for i in "${!started[@]}"; do [ -s "$i.out" ] || ! kill -0 "${started[i]}" 2>/dev/null || return 1; done
}

# start_all: run every command line in the background, until all are ready.
start_all() {
	local words
	while read -ra words; do
		"$build/${words[0]}" --json "${words[@]:1}" >"${#lines[@]}.out" 2>"${#lines[@]}.err" 3>&- &
		started+=($!)
		lines+=("${words[*]}")
	done < <(commands)
	wait_for 30 all_ready
}

# stop_all: end them; each has to succeed and to print at least one record.
stop_all() {
	local i records bad=0
	kill -INT "${started[@]}" 2>/dev/null || true	# some have ended
	for i in "${!started[@]}"; do
		status=0
		wait "${started[i]}" || status=$?
		mapfile -t records <"$i.out"
		[ "$status" = 0 ] && [ ${#records[@]} -ge 3 ] && continue
		echo "${lines[i]}: exit status $status, ${#records[@]} lines, messages: $(<"$i.err")"
		bad=1
	done
	started=()
	return "$bad"
}

@test "schema: what every tool prints" {
	local i lines=() pairs=()
	start_all
	busy
	stop_all
	for i in "${!lines[@]}"; do pairs+=("${lines[i]%% *}" "$i.out"); done
	matches_schema "${pairs[@]}"
}

@test "schema: every tool is checked" {
	local folder
	for folder in "$root"/tools/*/; do
		folder=${folder%/}
		[ "${SIXTY_TOOL-${folder##*/}}" = "${folder##*/}" ] || continue
		commands | grep -qE "^${folder##*/}( |$)" || echo "${folder##*/}"
	done | none "not among the commands"
}

@test "schema: a line that does not match is refused" {
	run_tool cachestat --json 1 1
	sed 's/"hits":/"hots":/' "$out" >bad
	run matches_schema cachestat "$out" cachestat bad
	expect 1 "$status"
	[[ ${lines[0]} == *"lines of cachestat are valid" ]]
	[[ $output == *"'hits' is a required property"* ]]
}

@test "schema: one error in many lines is reported in few lines" {
	printf '{"type":"event","no":%d}\n' {1..1000} >bad
	run matches_schema execsnoop bad
	expect 1 "$status"
	[[ $output == *"and 997 more problems in 1000 lines of execsnoop"* ]]
	[ "${#lines[@]}" -lt 10 ]
}
