#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# execsnoop with a known number of execs of known kinds.

load ../lib

# The caller cannot choose the name of an exec'd memfd or file descriptor, but it can choose an
# argument.
mark=mark$$

# start_and_exec HOW N [ARG...]: run it with our mark while execsnoop traces.
start_and_exec() {
	local how=$1 n=$2
	shift 2
	program=$(own execs)
	tool_start execsnoop --json -x -l "$mark"
	"$program" "$how" "$n" "$mark" "$@" >truth
	tool_stop
	expect 0 "$status" "exit status"
}

# events [FILTER]: print them.
events() { jq -rc "select(.type == \"event\") | ${1:-.}" "$out"; }

# children [FILTER]: print the execs of the children, without the exec of the workload itself.
children() {
	local key parent
	while read -r key parent _; do [ "$key" != parent ] || break; done <truth
	events "select(.ppid == $parent) | ${1:-.}"
}

counts() { # HOW RET
	start_and_exec "$1" 23
	expect 23 "$(children "select(.ret == $2 and .error_name == ${3:-null})" | wc -l)" "execs"
	expect 0 "$(lost_events)" "lost"
}

# bats test_tags=kernel,smoke
@test "execsnoop counts every execve" { counts execve 0; }
@test "execsnoop counts every fexecve" { counts fexecve 0; }
# bats test_tags=all
@test "execsnoop counts every exec of a memfd" { counts memfd 0; }
# exe_of: print the paths that the children report and those that execsnoop reports, sorted.
exe_of() {
	case $1 in
	children) sed -n 's/^exe //p' truth | sort | uniq -c ;;
	execsnoop) children .exe | sort | uniq -c ;;
	esac
}

# runs HOW MEMFD DELETED [PATH]: expect 23 execs of the file that is the children's /proc/self/exe.
runs() {
	start_and_exec "$1" 23
	expect "$(exe_of children)" "$(exe_of execsnoop)" "paths"
	expect "23 $2 $3" "$(children '"\(.exe_memfd) \(.exe_deleted)"' | uniq -c | xargs)"
	[ -z "${4-}" ] || expect "23 $4" "$(exe_of execsnoop | sed 's/^ *//')" "path"
}

# bats test_tags=kernel
@test "execsnoop shows the executed file: by path, from a descriptor, a memfd, deleted" {
	runs execve false false
	runs fexecve false false "$program"
	runs memfd true true "/memfd:copy (deleted)"
	runs deleted false true "$PWD/a copy (deleted)"
}

# bats test_tags=kernel,all
@test "execsnoop shows the executed file: in the upper layer of an overlay" {
	needs unshare mount
	program=$(own execs)
	mkdir lower merged upper
	tool_start execsnoop --json -l "$mark"
	unshare -m --propagation private bash -c '
		mount -t tmpfs none upper && mkdir upper/{dir,work} &&
		mount -t overlay -o lowerdir=lower,upperdir=upper/dir,workdir=upper/work none merged ||
		exit 2
		cp "$1" merged/copy && merged/copy fexecve 23 "$2"' - "$program" "$mark" >truth ||
		{ [ $? = 2 ] && skip "no overlay file system"; }
	tool_stop
	expect "$(exe_of children)" "$(exe_of execsnoop)" "paths"
	expect "23 $PWD/merged/copy" "$(exe_of execsnoop | sed 's/^ *//')" "path"
}

# bats test_tags=kernel
@test "execsnoop counts every exec after vfork" { counts vfork 0; }
# bats test_tags=kernel,all
@test "execsnoop counts every exec of a thread that is not the leader" { counts thread 0; }
# bats test_tags=kernel
@test "execsnoop -x counts every exec of a missing file" { counts missing -2 '"ENOENT"'; }
# bats test_tags=all
@test "execsnoop -x counts every exec that is denied" { counts denied -13 '"EACCES"'; }

@test "execsnoop omits failed execs without -x" {
	program=$(own execs)
	tool_start execsnoop --json -l "$mark"
	"$program" missing 23 "$mark" >truth
	tool_stop
	expect 0 "$(children | wc -l)" "execs"
}

@test "execsnoop shows the path and arguments of a failed exec" {
	start_and_exec missing 1 one 'two words'
	expect '/nonexistent/program' "$(children .file)" "file"
	expect '["one","two words"]' "$(children '.args[3:]')" "args"
	expect false "$(children .truncated)" "truncated"
	# shellcheck disable=SC2046
	start_and_exec missing 1 $(seq 30)
	expect 20 "$(children '.args | length')" "arguments shown of 33"
	expect true "$(children .truncated)" "truncated"
}

# bats test_tags=kernel
@test "execsnoop shows 5000 bytes of arguments complete" {
	long=$(printf '%05000d' 0)
	start_and_exec execve 1 "$long" last
	expect "$long" "$(children '.args[3]')" "long argument"
	expect last "$(children '.args[4]')" "last argument"
	expect false "$(children '.truncated')" "truncated"
}

@test "execsnoop shows all of 1000 arguments, and marks truncation beyond its limit" {
	# shellcheck disable=SC2046
	start_and_exec execve 1 $(seq 1000)
	expect 1003 "$(children '.args | length')" "arguments shown"
	expect 1003 "$(children '.argc')" "argc"
	# shellcheck disable=SC2046
	start_and_exec execve 1 $(seq 10000)
	expect 10003 "$(children '.argc')" "argc"
	expect true "$(children '.truncated')" "truncated"
	expect 2 "$(jq 'select(.type == "summary").truncated' "$out")" "truncated in the summary"
	grep -q '2 strings were truncated' "$err"
}

@test "execsnoop prints one line per exec, whatever the arguments contain" {
	program=$(own execs)
	name=$(basename "$program")
	tool_start execsnoop -n "$name"
	"$program" execve 1 $'a\nforged 1 1 0 /bin/evil' $'\e]0;title\a' $'\xff\xc2\x9b' '‮' >truth
	tool_stop
	expect 2 "$(grep -c "^$name" "$out")" "lines of the program and its child"
	expect 0 "$(grep -c '^forged' "$out")" "forged lines"
	grep -Fq 'a\x0aforged 1 1 0 /bin/evil \x1b]0;title\x07 \xff\xc2\x9b \xe2\x80\xae' "$out"
	expect 0 "$(LC_ALL=C grep -c '[^ -~]' "$out")" "lines with other than printable ASCII"
}

@test "execsnoop -l matches the arguments" {
	program=$(own execs)
	tool_start execsnoop --json -l "$mark two words"
	"$program" execve 23 "$mark" two words >truth
	"$program" execve 5 other >/dev/null
	tool_stop
	expect 24 "$(events | wc -l)" "execs with the text in their arguments"
}

@test "execsnoop -P shows the children of one process, -u those of one user" {
	needs setpriv
	program=$(own execs)
	chmod 755 "$program"
	chmod 711 "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" "$(dirname "$BATS_TEST_TMPDIR")"
	tool_start execsnoop --json -P $$
	"$program" execve 5 >truth
	tool_stop
	expect 1 "$(events 'select(.comm == "'"$(basename "$program")"'")' | wc -l)" "our children"
	tool_start execsnoop --json -u 65534 -n "$(basename "$program")"
	"$program" execve 5 >truth
	setpriv --reuid 65534 --clear-groups "$program" execve 23 >truth
	tool_stop
	expect 23 "$(children | wc -l)" "execs of uid 65534"
}

# bats test_tags=kernel
@test "execsnoop shows a script with its interpreter" {
	name=x$$script
	printf '#!/bin/sh -e\n:\n' >"$name"
	chmod +x "$name"
	tool_start execsnoop --json -n "$name"
	"./$name" arg
	tool_stop
	expect "[\"./$name\",\"/bin/sh\",[\"/bin/sh\",\"-e\",\"./$name\",\"arg\"]]" \
		"$(events '[.file, .interp, .args]')" "file, interpreter, arguments"
	expect "$(readlink -f /bin/sh) false" "$(events '"\(.exe) \(.exe_deleted)"')" "what runs"
}

@test "execsnoop -T -U -M -C add columns before the columns that they belong to" {
	tool_start execsnoop -T -U -M -C -n nothing
	tool_stop
	expect 'TIME UID PCOMM PID PARENT PPID CPU RET ARGS' "$(tr -s ' ' <"$out" | sed 's/ *$//')"
}

# bats test_tags=kernel
@test "execsnoop --cgroup shows only that cgroup, and its path" {
	group=$(cgroup2)/sixty-test-$$
	mkdir "$group"
	program=$(own execs)
	tool_start execsnoop --json --cgroup "sixty-test-$$" -n "$(basename "$program")"
	"$program" execve 5 >/dev/null
	(echo $BASHPID >"$group/cgroup.procs" && exec "$program" execve 23 >truth)
	tool_stop
	rmdir "$group"
	expect 23 "$(children | wc -l)" "execs in the cgroup"
	expect "/sixty-test-$$" "$(children .cgroup | sort -u)" "cgroup"
}

# bats test_tags=kernel
@test "execsnoop shows all 500 execs of a storm by threads" {
	start_and_exec thread 500
	expect 500 "$(children | wc -l)" "execs"
}

@test "execsnoop and --ring-size: shown and lost add up to all execs" {
	program=$(own execs)
	name=$(basename "$program")
	tool_start execsnoop --json --ring-size 64 -n "$name"
	kill -STOP "$tool_pid"
	"$program" execve 200 "$(printf '%03000d' 0)" >truth
	kill -CONT "$tool_pid"
	tool_stop
	shown=$(children | wc -l)
	lost=$(jq 'select(.type == "summary").ring_full' "$out")
	[ "$shown" -lt 200 ]
	# Execs of other programs may also have been lost while nothing read the ring.
	[ $((shown + lost)) -ge 200 ]
	grep -q 'ring buffer was full' "$err"
}
