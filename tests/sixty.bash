# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# For the tests of sixty: `load ../sixty` after ../lib.
# shellcheck shell=bash disable=SC2013,SC2016,SC2034,SC2154

own_setup() {
	needs jq mpstat vmstat dmesg setpriv
	dir=$BATS_TEST_TMPDIR/report
	sixty=$root/scripts/sixty
}

# run_sixty ARGS...: run it into $dir; set $status, and $took in seconds.
run_sixty() {
	local start=$SECONDS
	status=0
	"$sixty" --output "$dir" "$@" >"$out" 2>"$err" 3>&- || status=$?
	took=$((SECONDS - start))
}

# without_report: create a sixty whose report is empty, to test only the collecting.
without_report() {
	mkdir -p "$BATS_TEST_TMPDIR/bin/checklist"
	cp "$root/scripts/sixty" "$BATS_TEST_TMPDIR/bin"
	cp -r "$root/scripts/checklist/sixty.d" "$BATS_TEST_TMPDIR/bin/checklist"
	printf '%s\n' '#!/bin/bash' 'echo "${@@Q}"' 'echo {} >"${!#}/report.json"' \
		>"$BATS_TEST_TMPDIR/bin/checklist/sixty-report"
	chmod +x "$BATS_TEST_TMPDIR/bin/checklist/sixty-report"
	sixty=$BATS_TEST_TMPDIR/bin/sixty
}

# with_tools: let that sixty find our tools.
with_tools() { ln -s "$build" "$BATS_TEST_TMPDIR/build"; }

# word NAME, reason NAME: print how that collector ended, and why.
word() {
	local word
	IFS=$'\t' read -r word _ <"$dir/$1/status"
	echo "$word"
}

reason() { cut -f 2 "$dir/$1/status"; }

meta() { jq -r ".$1" "$dir/meta.json"; }

# under FILTER LIMIT: expect a number of meta.json to be below the limit.
under() { jq -e ".$1 < $2" "$dir/meta.json" >/dev/null || { echo "$1 is $(meta "$1")"; return 1; }; }

# gone PID: true if there is no such process, or only a zombie.
gone() { ! [ -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }

# no_process_left: expect that all started processes have ended. No file has the guard's pid, but
# the guard has sixty's command line.
no_process_left() {
	local pid
	for pid in $(cat "$dir"/*/pid 2>/dev/null); do
		wait_for 5 gone "$pid" || { echo "$pid is left: $(cat "/proc/$pid/comm")"; return 1; }
	done
	wait_for 5 no_guard_left || { echo "the guard is left"; return 1; }
}

no_guard_left() { ! grep -qsF -- "$dir" /proc/[0-9]*/cmdline; }
