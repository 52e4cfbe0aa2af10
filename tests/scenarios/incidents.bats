#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What sixty finds of planted incidents: expected.tsv names the finding and the culprit.  Plants
# that do not disturb each other share a run of sixty.
#
# Runs alone: it measures the machine.

# shellcheck disable=SC2034,SC2154

load ../lib
load plants

own_setup() {
	needs jq unshare ip losetup mkfs.ext4 fsfreeze setpriv flock
	[ "$(id -u)" = 0 ] || skip "not root"
	begun=() groups=() mounts=() loops=() frozen=()
	dir=$BATS_TEST_TMPDIR/report
}

own_teardown() { uproot; }

# expected BATCH: print its lines "PLANT FINDING CULPRIT WRONG".
expected() { awk -F '\t' -v batch="$1" '$1 == batch { print $2, $3, $4, $5 }' "$BATS_TEST_DIRNAME/expected.tsv"; }

# blamed WRONG CULPRIT: print the causes that must not name the culprit.
blamed() {
	jq -r --arg id "^($1)$" --arg culprit "$2" '.findings[] | select((.id | test($id)) and .explained_by == null
		and ("\(.title) \(.subject)" | test($culprit))) | "wrong cause: \(.id) \(.title)"' "$dir/report.json"
}

# is_found FINDING CULPRIT: expect the finding among the causes, which no other finding explains.
is_found() {
	jq -e --arg id "^($1)$" --arg culprit "$2" '.findings[] | select((.id | test($id)) and .explained_by == null
		and ([.title, .subject // "", .evidence[].text] | join(" ") | test($culprit)))' \
		"$dir/report.json" >/dev/null
}

# summary: print the findings in few lines.
summary() {
	jq -r '.findings[] | "\(.severity)\t\(.id)\t\(if .explained_by then "<- \(.explained_by)" else "" end)\t\(.title)"' \
		"$dir/report.json"
}

# scenario BATCH: plant all of it, run sixty, and compare.
scenario() {
	local plant finding culprit wrong missing=0
	while read -r plant finding culprit wrong; do "plant_$plant"; done < <(expected "$1")
	sleep 1
	"$root/scripts/sixty" --seconds 10 --output "$dir" >"$out" 2>"$err" 3>&- || true
	uproot
	begun=() groups=() mounts=() loops=() frozen=()
	while read -r plant finding culprit wrong; do
		blamed "$wrong" "$culprit" | grep . && missing=1
		is_found "$finding" "$culprit" && continue
		echo "$plant: no cause $finding that names $culprit"
		missing=1
	done < <(expected "$1")
	[ "$missing" = 0 ] || { summary; return 1; }
}

# leads BATCH: expect the finding of the batch, which has one plant, in the first place.
leads() {
	local plant finding culprit wrong
	read -r plant finding culprit wrong < <(expected "$1")
	[[ $(jq -r '.findings[0].id' "$dir/report.json") =~ ^($finding)$ ]] || { summary; return 1; }
}

oom_kills() { awk '$1 == "oom_kill" { print $2 }' /proc/vmstat; }

@test "incidents of tasks and their limits" { scenario tasks; }
@test "incidents of file systems" { scenario files; }
@test "incidents of the network, in other network namespaces" { scenario network; }
@test "incident: a cgroup at its CPU quota" { scenario quota && leads quota; }
@test "incident: threads that wait for a lock" { scenario contended && leads contended; }
@test "incident: threads that write to the same file" { scenario samefile; }
@test "incident: a leak in a cgroup with a limit" { scenario leak && leads leak; }

@test "an OOM kill before the run is history, and no finding" {
	before=$(oom_kills)
	[ "$before" -gt 0 ] && dmesg | grep -q "Killed process" || skip "the kernel's log has no OOM kill"
	"$root/scripts/sixty" --seconds 5 --output "$dir" >"$out" 2>"$err" 3>&- || true
	[ "$(oom_kills)" = "$before" ] || skip "the OOM killer is at work"
	expect 0 "$(jq '[.findings[] | select(.id == "kernel-oom")] | length' "$dir/report.json")" "findings"
	[ "$(jq '[.history[] | select(tostring | test("oom_kill"))] | length' "$dir/report.json")" -ge 1 ]
}
