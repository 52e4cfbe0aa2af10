#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# install-caps: members of the group can run the tools, other users cannot.

load ../lib

# Use a separate group, and a place that all users can reach, but not /tmp, which may be mounted
# without file capabilities.
own_setup() {
	needs setcap getcap setpriv groupadd groupdel
	group=x$$caps
	place=$(mktemp -d /var/tmp/x$$XXXXXX)
	chmod 755 "$place"
	make -C "$root" -s O="${build#"$root/"}" install DESTDIR= prefix="$place" PROGRAM_PREFIX=x- >"$out"
	"$place/share/sixty/install-caps" --group "$group"
}

own_teardown() {
	[ -z "${place-}" ] || rm -rf "$place"
	[ -z "${group-}" ] || groupdel "$group" 2>/dev/null || true
}

# member COMMAND...: run it as an unprivileged user in the group. setpriv keeps root's capabilities
# until it executes a program, so it executes env.
member() {
	setpriv --reuid 65534 --regid 65534 --groups "$(getent group "$group" | cut -d : -f 3)" \
		env "$@"
}

stranger() { setpriv --reuid 65534 --regid 65534 --clear-groups env "$@"; }

# seconds_of TOOL: print arguments with which the tool ends after a second.
seconds_of() {
	case $1 in
	biolatency | cachestat | runqlat) echo 1 1 ;;
	*) echo --duration 1 ;;
	esac
}

@test "install-caps: members of the group run every tool, other users none" {
	local file tool
	for file in "$place"/sbin/x-*; do
		tool=${file##*/x-}
		expect "750 root $group" "$(stat -c '%a %U %G' "$file")" "mode of $tool"
		# shellcheck disable=SC2046 # words
		member "$file" --json $(seconds_of "$tool") >"$out" 2>"$err"
		expect meta "$(head -n 1 "$out" | jq -r .type)" "first line of $tool"
		expect summary "$(tail -n 1 "$out" | jq -r .type)" "last line of $tool"
		run stranger "$file" --version
		expect 126 "$status" "exit status of $tool for others"
	done
	[ "$tool" = xfsslower ]
}

@test "install-caps: a member's execsnoop counts 23 of 23 execs of another user" {
	local program
	program=$(own execs)
	# The exec of the parent makes 24.
	member timeout 60 "$place/sbin/x-execsnoop" --json --name "${program##*/}" --max-events 24 \
		>"$out" 2>"$err" 3>&- &
	tool_pid=$!
	wait_for 20 is_ready
	"$program" execve 23 >parent
	tool_wait
	expect 0 "$status" "exit status"
	expect 24 "$(grep -c '"type":"event"' "$out")" "execs"
}

@test "install-caps: a member's profile shows names of kernel functions" {
	local busy
	timeout 20 bash -c 'while :; do read -r line </proc/self/stat; done' &
	busy=$!
	member "$place/sbin/x-profile" --json 1 >"$out" 2>"$err"
	kill "$busy"
	expect 0 "$(grep -c 'no names of kernel functions' "$err")" "warnings"
	grep -Eq '"(do_syscall_64|el0_svc)"' "$out"
}

@test "install-caps: processes that a tool starts have no capabilities" {
	member "$place/sbin/x-opensnoop" --exec sh -c 'grep CapEff /proc/self/status >&2' >"$out" 2>"$err"
	expect 0000000000000000 "$(sed -n 's/^CapEff:\t//p' "$err")" "capabilities"
}

@test "install-caps --remove undoes everything" {
	"$place/share/sixty/install-caps" --remove
	expect "" "$(getcap "$place"/sbin/*)" "capabilities"
	expect "755 root root" "$(stat -c '%a %U %G' "$place"/sbin/* | sort -u)" "modes"
	run stranger "$place/sbin/x-execsnoop" --duration 1
	expect 77 "$status" "exit status"
}

@test "install-caps: wrong usage and other users are refused" {
	run "$place/share/sixty/install-caps" --grup x
	expect 64 "$status"
	run stranger "$place/share/sixty/install-caps"
	expect 77 "$status"
	run "$root/scripts/build/install-caps"
	expect 1 "$status"
}
