# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Another host: sixty-fleet runs sixty there and fetches the bundle; the report is made here.

# find_archive: set `copy` to the archive of `make static`, if this is a checkout that has one.
find_archive() {
	local found=("$here/../build/sixty-$VERSION"-*.tar.gz)
	{ [ -z "$copy" ] && [ -d "$here/checklist" ] && [ -f "${found[0]}" ]; } || return 0
	[ ${#found[@]} -eq 1 ] || fail "build/ has several archives of make static: choose one with --copy"
	copy=${found[0]}
}

# find_fleet: set `fleet` to the program, which is beside sixty or in contrib/ of its checkout.
find_fleet() {
	fleet=$here/sixty-fleet
	[ -x "$fleet" ] || fleet=$here/../contrib/sixty-fleet
	[ -x "$fleet" ] || fail "sixty-fleet is missing: neither in $here nor in $here/../contrib"
}

# name_output HOST: set `dir` to where the report is to be; neither that nor the bundle may exist.
name_output() {
	local time name=${1##*@}
	TZ=UTC printf -v time '%(%Y%m%dT%H%M%SZ)T' -1
	[ -n "$dir" ] || dir=./sixty-${name//[^A-Za-z0-9._-]/_}-$time
	check_place "$dir"
	[ ! -e "$dir" ] || fail "$dir exists already"
	[ ! -e "$dir.tar.gz" ] || fail "$dir.tar.gz exists already"
}

# run_fleet HOST: set `status` to the exit status of sixty-fleet.  A signal ends the run there early,
# a second one does not wait for the host.
run_fleet() {
	local pid
	[ ! -t 2 ] || message "$1 is observed for $seconds seconds"
	HOME=$user_home PATH=$here:$PATH "$fleet" --seconds "$seconds" ${copy:+--copy "$copy"} \
		--output "$tmp/fleet" "$1" >"$tmp/table" &
	pid=$!
	trap 'kill "$pid" 2>/dev/null' INT TERM HUP
	while kill -0 "$pid" 2>/dev/null; do
		status=0
		wait "$pid" || status=$?
	done
	trap - INT TERM HUP
}

# fail_remote STATUS: end with the reason why sixty-fleet has no bundle.
fail_remote() {
	local reason=''
	[ -s "$tmp/fleet/hosts.json" ] || exit "$1"	# it has printed the reason
	reason=$(jq -r '.[0] | ([.host, .status, .reason | select(. != "")] | join(": "))
		+ if .status == "no sixty" then "; run make static here, and use --copy ARCHIVE" else "" end' \
		"$tmp/fleet/hosts.json")
	fail "$reason"
}

remote() {
	local fleet status=0
	[[ $1 != -* ]] || usage_error "invalid host '$1'"
	needs jq jq
	needs ssh openssh-client
	find_fleet
	find_archive
	name_output "$1"
	make_tmp
	run_fleet "$1"
	[ "$status" -eq 0 ] || fail_remote "$status"
	cp -- "$tmp/fleet/$1.tar.gz" "$dir.tar.gz" || fail "cannot write $dir.tar.gz"
	from "$dir.tar.gz" || status=$?
	say_files "Bundle: $dir.tar.gz"
	return "$status"
}
