#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck disable=SC2154
#
# The privileges that a running tool keeps.

load ../lib

# The bits of the capabilities that a tool may keep: include/uapi/linux/capability.h.
declare -gA bits=([dac_override]=1 [dac_read_search]=2 [fowner]=3 [net_admin]=12 [sys_ptrace]=19
	[sys_admin]=21 [syslog]=34 [perfmon]=38 [bpf]=39 [checkpoint_restore]=40)

# maps_need_bpf: before Linux 5.19 the kernel may require CAP_BPF for access to maps.
maps_need_bpf() {
	[ "$(cat /proc/sys/kernel/unprivileged_bpf_disabled)" != 0 ] || return
	case $(uname -r) in
	[1-4].* | 5.[0-9].* | 5.1[0-8].*) ;;
	*) false ;;
	esac
}

# mask CAPABILITY...: print them in the form of /proc/PID/status.
mask() {
	local name sum=0
	for name; do ((sum |= 1 << bits[$name])); done
	printf '%016x\n' "$sum"
}

# settled: wait for the seccomp filter, which a tool sets last.
settled() { grep -q '^Seccomp:.*2' "/proc/$tool_pid/status"; }

status_of() { sed -n "s/^$1:\t//p" "/proc/$tool_pid/status"; }

# holds "CAPABILITY..." TOOL ARGS...: expect the running tool to have these capabilities and no way
# to get others.
holds() {
	local expected set
	# shellcheck disable=SC2086 # words
	expected=$(mask $1)
	! maps_need_bpf || [ "$2" = usestat ] || expected=$(mask $1 bpf)
	shift
	tool_start "$@"
	wait_for 5 settled || { echo "$*: there is no seccomp filter"; return 1; }
	expect 1 "$(status_of NoNewPrivs)" "NoNewPrivs of $*" || return 1
	for set in CapPrm CapEff CapBnd; do
		expect "$expected" "$(status_of $set)" "$set of $*" || return 1
	done
	expect 0000000000000000 "$(status_of CapInh)" "CapInh of $*" || return 1
	expect 0000000000000000 "$(status_of CapAmb)" "CapAmb of $*" || return 1
	tool_stop
	[ "$status" = 0 ] || { echo "$*: exit status $status: $(cat "$err")"; return 1; }
	! grep -q 'cannot\|sandbox' "$err" || { echo "$*: $(cat "$err")"; return 1; }
}

# bats test_tags=kernel,smoke
@test "a running tool that prints a table holds no capability" {
	for tool in execsnoop opensnoop biolatency runqlat tcpconnect cachestat biosnoop tcpaccept \
		tcpretrans fsslower; do
		holds "" "$tool"
	done
}

# bats test_tags=kernel
@test "with --json it may only look up the paths of cgroups" {
	for tool in execsnoop biolatency tcpconnect; do
		holds dac_read_search "$tool" --json
	done
}

# bats test_tags=kernel
@test "profile may sample CPUs that come online, offcputime nothing; with cgroups they may look up paths" {
	# With -p there are few stacks to name at the end, which takes less time.
	holds "perfmon" profile -p $$
	holds "perfmon dac_read_search" profile -p $$ --cgroups
	holds "" offcputime -p $$
	holds "dac_read_search" offcputime -p $$ --by cgroup
}

# child_of PID: print the only child of a process.
child_of() { pgrep -P "$1"; }

# bats test_tags=kernel
@test "the helper of a tool can only read other processes, and ends with the tool" {
	local keeper worker process pid more
	for tool in profile offcputime gethostlatency; do
		more=
		[ "$tool" != gethostlatency ] || more=perfmon
		tool_start "$tool" -p $$
		wait_for 5 settled
		keeper=$(child_of "$tool_pid") worker=$(child_of "$keeper") process=$tool_pid
		for tool_pid in "$keeper" "$worker"; do
			for set in CapPrm CapEff CapBnd; do
				# shellcheck disable=SC2086 # none or one
				expect "$(mask dac_read_search sys_ptrace checkpoint_restore $more)" "$(status_of $set)" \
					"$set of the helper of $tool"
			done
			expect 1 "$(status_of NoNewPrivs)" NoNewPrivs
			[ "$tool_pid" = "$keeper" ] || expect 2 "$(status_of Seccomp)" "Seccomp (2: a filter)"
			# It has open its standard files, sockets, and files of observed processes,
			# but no BPF objects.
			expect "" "$(find "/proc/$tool_pid/fd" -lname '*bpf*')" "descriptors"
		done
		tool_pid=$process
		tool_stop KILL
		for pid in "$keeper" "$worker"; do
			wait_for 5 ended "$pid"
		done
	done
}

ended() { ! kill -0 "$1" 2>/dev/null; }

# bats test_tags=kernel
@test "gethostlatency keeps the capabilities to attach to new libcs, usestat to read other processes" {
	local events=
	case $(uname -r) in		# before uprobe.multi
	[1-5].* | 6.[0-5].*) events=sys_admin ;;
	esac
	holds "perfmon bpf $events" gethostlatency
	holds "dac_read_search net_admin sys_ptrace sys_admin syslog" usestat 1
}

# bats test_tags=kernel
@test "a running tool cannot open a file, run a program or connect, and reports the attempts" {
	local call
	LD_PRELOAD=$build/workloads/intruder run_tool runqlat --json 1 1
	expect 1 "$status" status
	expect_lines 3 "$err" messages
	for call in openat execve connect; do
		grep -qE "^runqlat: system call [0-9]+ \($call\) is not allowed in the sandbox; this is a bug, \
please report it, or run with --no-sandbox\$" "$err" || { echo "no message about $call"; false; }
	done
	expect summary "$(jq -rs 'last.type' "$out")" "last line"
	[ ! -e intruded ]
}

@test "--no-sandbox keeps all privileges" {
	local -; set +T
	tool_start runqlat --no-sandbox
	expect "$(sed -n 's/^CapEff:\t//p' /proc/self/status)" "$(status_of CapEff)" CapEff
	expect 0 "$(status_of NoNewPrivs)" NoNewPrivs
	expect 0 "$(status_of Seccomp)" Seccomp
	tool_stop
	expect 0 "$status" status
}

@test "another process of the same user cannot read the memory of a tool or trace it" {
	needs setpriv
	tool_start runqlat
	wait_for 5 settled
	local powerless=(setpriv --bounding-set -all --inh-caps -all)
	"${powerless[@]}" sleep 20 3>&- &
	wait_for 5 "${powerless[@]}" cat "/proc/$!/environ" >/dev/null 2>&1
	kill $!
	! "${powerless[@]}" cat "/proc/$tool_pid/environ" || false
	tool_stop
}

@test "--metrics writes into a directory that belongs to another user" {
	mkdir theirs
	chown 65534 theirs
	chmod 755 "$BATS_TEST_TMPDIR" theirs
	run_tool runqlat --metrics theirs/runqlat.prom 1 1
	expect 0 "$status" status
	grep -q '^sixty_runqlat' theirs/runqlat.prom
	expect runqlat.prom "$(ls theirs)" files
}

@test "a kernel that refuses to drop capabilities gets one warning, and the run goes on" {
	timeout 20 "$(workload refuse)" capset 1 "$build/runqlat" 1 1 >"$out" 2>"$err" 3>&-
	expect 1 "$(grep -c 'cannot drop privileges' "$err")" "warnings: $(cat "$err")"
}
