#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What sixty may not do: give away names, write where others could redirect it, unpack a hostile bundle;
# and what it does with few privileges and narrow limits.

load ../lib
load ../sixty

# bats test_tags=all
@test "sixty --redact: no file of the bundle identifies this machine" {
	local word bundle private=/srv/x$$private/x$$secret.conf
	bash -c 'while :; do : <"$0"; : </dev/tcp/127.0.0.1/9; : <"here/${0##*/}"; read -rt 0.1 <> <(:); done' \
		"$private" 2>/dev/null 3>&- &
	tool_pid=$!
	HOSTNAME=x$$host "$sixty" --seconds 5 --redact >"$out"
	kill -KILL "$tool_pid"
	bundle=$(echo sixty-*-redacted.tar.gz)
	mkdir b
	tar -C b -xzf "$bundle"
	{ tar -tzf "$bundle" && echo "$bundle"; } >b/names
	expect 0 "$(tar -tvzf "$bundle" | grep -vc ' 0/0 ')" "names of owners"
	grep -qF "$private" sixty-*Z/opensnoop/output	# present in the raw output
	grep -qF "x$$host" sixty-*Z/meta.json
	grep -rqE '/srv/name-[0-9]+/name-[0-9]+' b
	for word in "x$$private" "x$$secret" "x$$host" 127.0.0.1 "\"$HOSTNAME\"" ">$HOSTNAME<" "$PWD"; do
		if grep -rF "$word" b; then return 1; fi
	done
	"$sixty" --diff "$bundle" "$bundle" >"$out"
	grep -q '^FINDINGS' "$out"
	if grep -E '^  (new|gone|changed) ' "$out"; then return 1; fi
}

@test "sixty: without root it does what is permitted" {
	[ "$(id -u)" = 0 ] || skip "not root"
	local open
	open=$(mktemp -d)
	chmod 777 "$open"
	mkdir -m 755 "$open/bin"
	(umask 022; cp -r "$root"/scripts/{sixty,checklist} "$build"/{execsnoop,runqlat,usestat} "$open/bin")
	status=0
	setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/ "$open/bin/sixty" --seconds 10 \
		--output "$open/report" >"$out" 2>"$err" || status=$?
	cat "$out" "$err"
	cp -r "$open/report" "$dir"
	rm -rf "$open"
	expect 0 "$status"
	expect denied "$(word execsnoop)"
	expect ok "$(word mpstat)"
	expect ok "$(word usestat)"
	expect false "$(meta root)"
	# Problems that sixty could not see are not ruled out.
	expect true "$(jq 'any(.not_looked_at[]; .id == "exec-storm" and (.reason | startswith("execsnoop: denied")))' \
		"$dir/report.json")"
}

# caps_of FILE: make a program that appends its effective and bounding capabilities to FILE and
# exits.
caps_of() {
	printf '%s\n' '#!/bin/bash' "while read -r key value; do case \$key in Cap[EB]*) echo \"\$key \$value\";;" \
		"esac; done </proc/self/status >>$1" 'echo {} >"${!#}/report.json"' 2>/dev/null
}

@test "sixty: the report and the classic programs hold no capability" {
	[ "$(id -u)" = 0 ] || skip "not root"
	setpriv --bounding-set=-all true 2>/dev/null || skip "setpriv cannot"
	local name
	without_report
	mkdir programs
	for name in vmstat top uptime mpstat pidstat iostat free sar; do
		caps_of "$PWD/caps.$name" >"programs/$name"
	done
	caps_of "$PWD/caps.report" >bin/checklist/sixty-report
	chmod +x programs/*
	PATH=$PWD/programs:$PATH run_sixty --seconds 10
	expect 0 "$status" status
	# On a busy machine the run may end before a program has begun.
	expect "CapEff: 0000000000000000 CapBnd: 0000000000000000" "$(xargs <caps.report)" "of the report"
	none "with capabilities" < <(grep -v ': 0000000000000000' caps.*)
	"$sixty" --diff report report >/dev/null
	expect 4 "$(grep -c ': 0000000000000000' caps.report)" "empty sets of the report and of --diff"
	# If nothing can be dropped, sixty continues.
	printf '%s\n' '#!/bin/sh' 'exit 1' >programs/setpriv
	chmod +x programs/setpriv
	PATH=$PWD/programs:$PATH "$sixty" --diff report report >/dev/null 2>"$err"
	expect 6 "$(grep -c . caps.report)" "sets of the report"
	expect_lines 0 "$err" messages
}

# bats test_tags=all
@test "sixty: without any tool it says that it could not look" {
	mkdir bin
	cp -r "$root"/scripts/{sixty,checklist} bin
	status=0
	PATH=$(dirname "$(type -P jq)"):/usr/bin:/bin bin/sixty --seconds 5 --output "$dir" >"$out" 2>"$err" || status=$?
	expect 1 "$status"
	grep -qx 'COULD NOT LOOK: no check had data' "$out"
	expect 1 "$(wc -l <"$err")" "messages"
}

# with_pids_max N COMMAND...: run it in a separate cgroup with at most N processes.
with_pids_max() {
	local at
	for at in /sys/fs/cgroup/pids "$(cgroup2)"; do
		at+=/x$$room
		mkdir "$at" 2>/dev/null && [ -e "$at/pids.max" ] && break
		rmdir "$at" 2>/dev/null || true
		at=
	done
	[ -n "$at" ] || skip "no cgroup with the pids controller on this machine"
	echo "$1" >"$at/pids.max"
	status=0
	(echo "$BASHPID" >"$at/cgroup.procs" && exec "${@:2}") >"$out" 2>"$err" || status=$?
	expect "max 0" "$(cat "$at/pids.events")" "forks that the limit refused"
	wait_for 5 rmdir "$at"
}

# limited LIMIT LEAST: expect at least LEAST collectors to be ok, and one message that names the
# limit.
limited() {
	local started
	cat "$out" "$err"
	expect 0 "$status"
	expect 1 "$(wc -l <"$err")" "messages"
	[[ "$(cat "$err")" =~ ^"sixty: $1 leaves room for "([0-9]+)" of 24 collectors; raise it" ]]
	started=${BASH_REMATCH[1]}
	[ "$started" -ge "$2" ]
	expect $((24 - started)) "$(grep -l "not started: $1" "$dir"/*/status | wc -l)"
	jq -e .verdict "$dir/report.json"
}

# bats test_tags=all
@test "sixty: if pids.max leaves little room, some collectors run and a report is made" {
	with_pids_max 15 "$sixty" --output "$dir" --seconds 5
	limited "pids.max of cgroup /x$$room" 3
	rm -r "$dir" "$dir.tar.gz"
	with_pids_max 60 "$sixty" --output "$dir" --seconds 5
	limited "pids.max of cgroup /x$$room" 15
	rm -r "$dir" "$dir.tar.gz"
	with_pids_max 8 "$sixty" --output "$dir" --seconds 5
	expect 1 "$status"
	expect 1 "$(wc -l <"$err")" "messages"
}

# bats test_tags=all
@test "sixty: if RLIMIT_NPROC leaves little room, some collectors run and a report is made" {
	[ "$(id -u)" = 0 ] || skip "not root"
	local open
	open=$(mktemp -d)
	chmod 777 "$open"
	mkdir -m 755 "$open/bin"
	(umask 022; cp -r "$root"/scripts/{sixty,checklist} "$build/usestat" "$open/bin")
	status=0
	setpriv --reuid 60541 --regid 60541 --clear-groups bash -c 'ulimit -u 20; exec "$@"' - \
		"$open/bin/sixty" --seconds 5 --output "$open/report" >"$out" 2>"$err" || status=$?
	cp -r "$open/report" "$dir"
	rm -rf "$open"
	limited "RLIMIT_NPROC (ulimit -u 20)" 3
}

@test "sixty: messages that missing privileges alone cause are not remarks" {
	# shellcheck source=scripts/checklist/sixty.d/status.bash
	. "$root/scripts/checklist/sixty.d/status.bash"
	echo "runqlat: --bpf-stats: the kernel does not measure: Operation not permitted" >few
	expect "" "$(reason_in few)"
	echo "runqlat: lost 1 event" >>few
	expect "runqlat: lost 1 event" "$(reason_in few)"
}

# place MODE OWNER: make a directory for the output, and try to write there.
place() {
	rm -rf "$BATS_TEST_TMPDIR/place"
	mkdir -p "$BATS_TEST_TMPDIR/place/below"
	chown "$2" "$BATS_TEST_TMPDIR/place"
	chmod "$1" "$BATS_TEST_TMPDIR/place"
	run_sixty --seconds 5 --output "$BATS_TEST_TMPDIR/place/below/report"
}

# bats test_tags=all
@test "sixty: root does not write where another user could redirect the output" {
	[ "$(id -u)" = 0 ] || skip "not root"
	without_report
	local bad
	for bad in "755 60541:60541" "777 0:0" "775 0:60541"; do
		# shellcheck disable=SC2086
		place $bad
		expect 1 "$status" "$bad"
		expect 1 "$(wc -l <"$err")" "messages"
		grep -q "^sixty: .*$BATS_TEST_TMPDIR/place.*; use --output$" "$err"
		[ ! -e "$BATS_TEST_TMPDIR/place/below/report" ]
	done
	place 1777 0:0
	expect 0 "$status" "sticky"
	chown 60541 "$BATS_TEST_TMPDIR/place/below/report"
	status=0
	"$sixty" --from "$BATS_TEST_TMPDIR/place/below/report" >"$out" 2>"$err" || status=$?
	expect 1 "$status" "--from a directory of another user"
	SUDO_UID=60541 place 755 60541:60541
	expect 0 "$status" "the user of sudo"
}

# hostile NAME TAR-ARGUMENTS...: create a bundle that must not be unpacked.
hostile() {
	tar -C "$BATS_TEST_TMPDIR/h" -czf "$BATS_TEST_TMPDIR/$1.tar.gz" "${@:2}"
	status=0
	"$sixty" --from "$BATS_TEST_TMPDIR/$1.tar.gz" --output "$dir" >"$out" 2>"$err" || status=$?
	expect 1 "$status" "exit status for $1"
	expect 1 "$(wc -l <"$err")" "lines on stderr for $1: $(cat "$err")"
	[ ! -e "$dir" ]
}

# bats test_tags=all
@test "sixty --from: a hostile bundle writes nothing" {
	mkdir -p "$BATS_TEST_TMPDIR/h/s/sub"
	cd "$BATS_TEST_TMPDIR/h"
	echo x >s/a
	hostile sums s
	hostile dots --transform 's,^s/a,s/../../evil,' -P s
	hostile absolute --transform "s,^s/a,$BATS_TEST_TMPDIR/evil," -P s
	touch 's/a b' && hostile blank s && rm 's/a b'
	touch $'s/a\nb' && hostile newline s && rm $'s/a\nb'
	touch s/.bashrc && hostile hidden s && rm s/.bashrc
	mkdir -p s/sub/sub/sub && hostile deep s && rm -r s/sub/sub
	ln -s /etc/passwd s/link && hostile symlink s && rm s/link
	ln s/a s/hard && hostile hardlink s && rm s/hard
	mkfifo s/fifo && hostile fifo s && rm s/fifo
	truncate -s 300M s/zeros && hostile bomb s && hostile sparse -S s && rm s/zeros
	head -c 100 ../sums.tar.gz >../cut.tar.gz
	for file in ../cut.tar.gz /etc/passwd /dev/null ./nothing; do
		status=0
		"$sixty" --from "$file" --output "$dir" >"$out" 2>"$err" || status=$?
		expect 1 "$status" "exit status for $file"
		[ ! -e "$dir" ]
	done
	[ ! -e "$BATS_TEST_TMPDIR/evil" ]
}

# bats test_tags=all
@test "sixty --from: the name of a bundle is no host, and no option of tar" {
	local name
	mkdir "$BATS_TEST_TMPDIR/host:tmp"
	cp -r "$root/tests/report/quiet" s
	(cd s && find . -type f ! -name manifest.sha256 | sort | xargs -d '\n' sha256sum) >manifest.sha256
	mv manifest.sha256 s
	for name in host:x.tar.gz user@host:/x.tar.gz --checkpoint-action=exec=touch; do
		mkdir -p "$(dirname -- "./$name")"
		tar --force-local -czf "./$name" s
		TMPDIR=$BATS_TEST_TMPDIR/host:tmp "$sixty" --from "$name" --output "$dir" >"$out" 2>"$err" || true
		[ -s "$dir/report.json" ] || { echo "$name: $(cat "$err")"; return 1; }
		TMPDIR=$BATS_TEST_TMPDIR/host:tmp "$sixty" --diff "$name" "$name" >"$out"
		rm -r "$dir"
	done
}

# mark NAME...: make programs in the current directory that leave a mark when they run.
mark() {
	local name
	for name; do
		printf '%s\n' '#!/bin/bash' "echo '$name (sixty) 0'" ": >$BATS_TEST_TMPDIR/ran-$name" >"$name"
		chmod +x "$name"
	done
}

# bats test_tags=all
@test "sixty: runs no program of the current directory, whatever PATH is, nor of ../build after make install" {
	local prefix=$BATS_TEST_TMPDIR/prefix
	without_report
	mkdir -p "$prefix"/{bin,share,build} here
	mv "$BATS_TEST_TMPDIR/bin/sixty" "$prefix/bin"
	mv "$BATS_TEST_TMPDIR/bin/checklist" "$prefix/share/sixty"
	sixty=$prefix/bin/sixty
	cd "$prefix/build"
	mark execsnoop opensnoop
	cd "$BATS_TEST_TMPDIR/here"
	mark biolatency vmstat timeout date mktemp head stdbuf setpriv
	PATH=":.:$PATH:here" run_sixty --seconds 5
	expect 0 "$status"
	contains "$dir/vmstat/output" procs		# of the real one
	expect missing "$(word execsnoop)"
	expect "" "$(compgen -G "$BATS_TEST_TMPDIR/ran-*")" "programs that ran"
}

@test "sixty: bad arguments are refused before anything runs" {
	local bad
	for bad in "--seconds 4" "--seconds 3601" "--seconds 5x" "--seconds" "--seconds=" "--bad" "x" \
		"--from" "--diff a" "--diff" "--explain" "--from a --explain b" "--cgroup x" "-p x" "--container" "--redact --container x"; do
		status=0
		# shellcheck disable=SC2086 # an option and its value
		"$sixty" --output "$dir" $bad >"$out" 2>"$err" || status=$?
		expect 64 "$status" "exit status of $bad"
		expect 1 "$(wc -l <"$err")" "lines on stderr"
		[ ! -e "$dir" ]
	done
}

@test "sixty: a TMPDIR that does not exist is noticed before the run" {
	status=0
	TMPDIR=$BATS_TEST_TMPDIR/none "$sixty" --output "$dir" >"$out" 2>"$err" || status=$?
	expect 1 "$status"
	contains "$err" "cannot write to $BATS_TEST_TMPDIR/none, which the report needs"
	[ ! -e "$dir" ]
}

@test "sixty: an argument in a message cannot control the terminal" {
	status=0
	"$sixty" --seconds $'\e[2J\n5' 2>"$err" || status=$?
	expect 64 "$status"
	expect 1 "$(wc -l <"$err")" "lines on stderr"
	! LC_ALL=C grep '[^ -~]' "$err" || false
}

# bats test_tags=all
@test "sixty: its own cost excludes CPU time used by its process before exec" {
	without_report
	# Use six seconds of CPU time, which count as CPU time of this process's children.
	timeout 90 bash -c 'for i in 1 2; do (ulimit -t 3; while :; do :; done) & done; wait
		exec "$0" --output "$1" --seconds 5' "$sixty" "$dir" >"$out" 2>"$err" 3>&-
	under own_cpu_s 6
}
