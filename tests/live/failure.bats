#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Every reason for which a tool cannot start has a separate message and exit status.

# shellcheck disable=SC2016,SC2031,SC2154
load ../lib

# refused STATUS PATTERN COMMAND...: like refuses(), for a whole command line.
refused() {
	local want=$1 pattern=$2
	shift 2
	status=0
	timeout -k 5 30 "$@" >"$out" 2>"$err" 3>&- || status=$?
	expect "$want" "$status" "exit status of $*"
	expect 0 "$(wc -c <"$out")" "bytes on stdout"
	expect 1 "$(wc -l <"$err")" "lines on stderr: $(cat "$err")"
	grep -q -- "$pattern" "$err" || { echo "no '$pattern' in: $(cat "$err")"; return 1; }
}

find_tools

# "${with_file[@]}" FILE PATH COMMAND...: run COMMAND with FILE mounted over PATH, in a mount namespace.
with_file=(unshare -m --propagation private sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' -)

# bats test_tags=kernel
@test "root without a capability: the message names the missing one" {
	needs capsh
	for tool in "${similar_tools[@]}"; do
		run="$build/$tool --duration 1"
		refused 77 'root lacks CAP_BPF and CAP_PERFMON here' \
			capsh --drop=cap_sys_admin,cap_bpf,cap_perfmon -- -c "$run"
	done
	refused 77 'root lacks CAP_BPF here' capsh --drop=cap_sys_admin,cap_bpf -- -c "$run"
	refused 77 'root lacks CAP_PERFMON here' capsh --drop=cap_sys_admin,cap_perfmon -- -c "$run"
}

# bats test_tags=kernel
@test "a user namespace, with all its capabilities or none" {
	unshare -U true 2>/dev/null || skip "no user namespaces on this machine"
	for tool in "${similar_tools[@]}"; do
		refused 77 'not permitted in a user namespace' unshare -Ur "$build/$tool" --duration 1
	done
	refused 77 'not permitted in a user namespace' unshare -U "$build/execsnoop" --duration 1
}

# bats test_tags=kernel
@test "a seccomp filter, whatever error it returns" {
	for tool in "${similar_tools[@]}"; do
		refused 77 'a seccomp filter refuses bpf()' \
			"$(workload refuse)" bpf 1 "$build/$tool" --duration 1
	done
	for error in 13 38; do
		refused 77 'a seccomp filter refuses bpf()' \
			"$(workload refuse)" bpf $error "$build/cachestat" 1 1
	done
	for error in 1 38; do
		refused 77 'a seccomp filter refuses perf_event_open()' \
			"$(workload refuse)" perf_event_open $error "$build/profile" 1
	done
}

@test "a seccomp filter that does not block our system calls is not blamed" {
	run_tool execsnoop --duration 1
	expect 0 "$status"
	"$(workload refuse)" perf_event_open 1 "$build/execsnoop" --duration 1
}

# The lockdown file is a copy: the kernel is not locked down, so something else must refuse.
@test "lockdown is reported before a seccomp filter" {
	[ -d /sys/kernel/security ] || skip "no securityfs here"
	mkdir security
	echo 'none integrity [confidentiality]' >security/lockdown
	refused 77 'locked down (confidentiality)' "${with_file[@]}" security /sys/kernel/security \
		"$(workload refuse)" bpf 1 "$build/execsnoop" --duration 1
}

# renamed_types: print the kernel's types, with those that execsnoop reads renamed.
renamed_types() {
	perl -0777 -pe 's/\0(tgi|arg_star)[dt]\0/\0$1X\0/g' /sys/kernel/btf/vmlinux >types
	! cmp -s types /sys/kernel/btf/vmlinux
}

# bats test_tags=kernel
@test "a program that the verifier refuses is reported as a bug, by name" {
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no type information"
	needs perl
	renamed_types
	refused 1 'refused program exec of execsnoop: this is a bug, please report it with the output of -v' \
		"${with_file[@]}" types /sys/kernel/btf/vmlinux "$build/execsnoop" --duration 1
	status=0
	timeout 20 "${with_file[@]}" types /sys/kernel/btf/vmlinux "$build/execsnoop" -v --duration 1 \
		>"$out" 2>"$err" 3>&- || status=$?
	expect 1 "$status"
	grep -q '^processed [0-9]* insns' "$err"	# the verifier's log
	refused 1 "refused program exec with the types in 'types': are they from this kernel" \
		"$build/execsnoop" --btf types --duration 1
}

# short_of OPTION FROM TO TOOL: expect the tool, with each of these limits, to run or to name the
# shortage.
short_of() {
	local option=$1 limit max=$3 step=$4 tool=$5 ran=0 pattern=$6
	for ((limit = $2; limit <= max; limit += step)); do
		status=0
		timeout -k 5 30 prlimit "--$option=$limit" "$build/$tool" 1 1 >"$out" 2>"$err" 3>&- ||
			status=$?
		if [ "$status" = 0 ]; then	# higher limits suffice too
			ran=1
			break
		fi
		[ "$status" != 127 ] || continue	# from the dynamic linker
		expect 1 "$status" "exit status with $option $limit: $(cat "$err")"
		if ! tail -n 1 "$err" | grep -qE -- "$pattern" || grep -q lacks "$err"; then
			echo "$option $limit: $(cat "$err")"
			return 1
		fi
	done
	expect 1 "$ran" "a limit with which $tool runs"
}

@test "too few descriptors are not reported as a missing feature of the kernel" {
	needs prlimit
	short_of nofile 4 50 1 cachestat 'Too many open files; raise the limit'
}

# bats test_tags=all
@test "nor are they by tools with other hooks" {
	needs prlimit
	for tool in runqlat biolatency; do
		short_of nofile 4 50 1 "$tool" 'Too many open files; raise the limit'
	done
}

@test "too little memory is not reported as a missing feature of the kernel" {
	needs prlimit
	for tool in cachestat biolatency; do
		# libbpf also returns other errors for this case, followed by its messages.
		short_of as 6000000 60000000 2000000 "$tool" 'Cannot allocate memory|^libbpf: '
	done
}

# under_file_limit TOOL: with a limit of the size of files it ends with a message, not by a signal.
under_file_limit() {
	local - kb tool=$1
	set -o pipefail		# its messages go into a pipe: the limit is for that file, too
	for kb in 0 1; do
		status=0
		(ulimit -f "$kb" && exec timeout -k 5 30 "$build/$tool" --json --duration 1 2>&1 >"$tool.out") |
			cat >"$tool.err" || status=$?
		! grep -q 'sandbox\|helper' "$tool.err" || { cat "$tool.err"; return 1; }
		[ "$kb:$status" != 1:0 ] || continue		# so much may suffice
		expect 1 "$status" "exit status with $kb kB: $(cat "$tool.err")"
		contains "$tool.err" 'cannot write the output: File too large'
	done
}

# bats test_tags=all
@test "every tool survives a limit of the size of files, and reports it" {
	find_tools
	each under_file_limit "${all_tools[@]}"
}
