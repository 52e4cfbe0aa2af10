# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# How each collector ended, and the facts of the whole run.

META_SCHEMA=1

# judge NAME: print a word and, after a tab, the reason.
judge() {
	local at=$dir/$1 code='' reason='' text
	if [ -n "${no_room[$1]-}" ]; then
		printf 'failed\t%s\n' "${no_room[$1]}"
		return
	fi
	if [ -z "${programs[$1]-}" ]; then
		printf 'missing\t%s\n' "$(missing_reason "$1")"
		return
	fi
	[ ! -e "$at/exit" ] || read -r code <"$at/exit"
	[ ! -s "$at/stderr" ] || reason=$(reason_in "$at/stderr")
	case $code in
	0)
		remark "$1" "$reason"
		printf 'ok\t%s\n' "$text"
		;;
	'') killed_status "$at/output" ;;
	127) printf 'missing\t%s\n' "$(missing_reason "$1")" ;;
	130) interrupted_status ;;
	69) printf 'unsupported\t%s\n' "$reason" ;;
	77) printf 'denied\t%s\n' "$reason" ;;
	*) other_status "$1" "$code" "$reason" ;;
	esac
}

# reason_in STDERR: print its first line that explains the failure.  It skips the message that
# the run time of BPF programs cannot be measured, which says nothing about the findings.
reason_in() {
	local line
	while read -r line || [ -n "$line" ]; do
		case $line in
		*"--bpf-stats: the kernel does not measure"*) ;;
		*) echo "$line" && return ;;
		esac
	done <"$1"
}

missing_reason() {
	case ${kinds[$1]} in
	tool | events) echo "not beside sixty and not in PATH: run make, or install it" ;;
	*) echo "not installed: apt-get install $(package_of "$1")" ;;
	esac
}

# killed_status OUTPUT: remove an incomplete last line, which a killed program can leave.
killed_status() {
	[ ! -e "$1" ] || sed -i '$ { /^[{].*[^}]$/d }' "$1"
	if [ "$ended_by" = KILL ]; then
		printf 'timed out\tsixty was killed; the output up to then is kept\n'
	else
		printf 'timed out\tkilled because it did not end in time; its output is kept\n'
	fi
}

# interrupted_status: for programs that SIGINT ends, and that print as they go: vmstat, free, top.
interrupted_status() {
	if [ -n "$ended_by" ]; then
		printf 'ok\tended early\n'
	else
		printf 'timed out\tdid not end by itself; its output is kept\n'
	fi
}

# other_status NAME CODE REASON: top fails without a message if it is signalled while it starts.
other_status() {
	case $3 in
	*"ermission denied"* | *"not permitted"*) printf 'denied\t%s\n' "$3" ;;
	'') if [ "$dir/$1/exit" -nt "$dir/ending" ]; then
		interrupted_status
	else
		printf 'failed\texit status %s, without a message on stderr\n' "$2"
	fi ;;
	*) printf 'failed\texit status %s: %s\n' "$2" "$3" ;;
	esac
}

# remark NAME STDERR: set `text` to what went wrong although the status is ok.  Tools report
# their losses on stderr.
remark() {
	text=
	[ ! -s "$dir/$1/rest" ] || text="too much output: a part of it is kept"
	[ -z "$2" ] || text+="${text:+; }$2"
}

# join DIR: join the pieces that `cap` made.  Lines next to a gap are truncated.
join() {
	local i
	for ((i = 1; i < PIECES; i++)); do
		[ -e "$1/output.$i" ] || break
		cat "$1/output.$i" >>"$1/output"
	done
	[ ! -s "$1/rest" ] || {
		sed -i '$ { /}$/!d }' "$1/output"
		sed '1 { /^{.*}$/!d }' "$1/rest" >>"$1/output"
	}
}

# judge_all: write the status of each collector to a file for later readers.
judge_all() {
	local name
	for name in "${names[@]}"; do
		join "$dir/$name"
		judge "$name" >"$dir/$name/status"
	done
	rm -f "$dir"/*/{exit,rest,output.*} "$dir/ending"
}

cpu_before_ms=0		# used before by this process: the script that exec'ed sixty

# own_cpu_ms: set `cpu_ms` to the CPU time of this shell and its ended children since the start.
own_cpu_ms() {
	local user system
	cpu_ms=$((-cpu_before_ms))
	times >"$dir/times" || fail "cannot write to $dir"	# a pipe would run it in a subshell
	while read -r user system; do
		add_cpu_time "$user"
		add_cpu_time "$system"
	done <"$dir/times"
	rm "$dir/times"
}

# add_cpu_time 1m2.345s
add_cpu_time() {
	local minutes=${1%%m*} seconds=${1#*m}
	seconds=${seconds%s}
	cpu_ms=$((cpu_ms + minutes * 60000 + 10#${seconds/./}))
}

# json_string TEXT: print it with a question mark for each non-ASCII character; null if empty.
json_string() {
	[ -n "$1" ] || { printf null && return; }
	local text=${1//[^ -~]/?}
	text=${text//\\/\\\\}
	printf '"%s"' "${text//\"/\\\"}"
}

decimal() {	# MILLI: thousandths as a decimal number; null if that is not known
	[ -n "$1" ] || { printf null && return; }
	printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
}

# own_pids: print all recorded processes that were started, as a JSON list.
own_pids() {
	local file pid list=$$
	for file in "$dir"/*/pid; do
		[ -e "$file" ] || continue
		while read -r pid; do
			list+=,$pid
		done <"$file"
	done
	echo "$list"
}

# write_meta: write the facts of the run, replacing older ones.
write_meta() {
	local uptime start
	read -r uptime _ </proc/uptime
	TZ=UTC printf -v start '%(%FT%T)T.%06dZ' $((start_us / 1000000)) $((start_us % 1000000))
	cat >"$dir/meta.json.new" <<-JSON
	{
	  "schema": $META_SCHEMA,
	  "version": "$VERSION",
	  "host": $(json_string "$HOSTNAME"),
	  "kernel": $(json_string "$kernel"),
	  "arch": $(json_string "$HOSTTYPE"),
	  "cpus": $cpus,
	  "start": "$start",
	  "seconds": $(decimal "$ms"),
	  "asked_seconds": $seconds,
	  "uptime_s": $uptime,
	  "own_cpu_s": $(decimal "${cpu_ms-}"),
	  "root": $([ "$EUID" -eq 0 ] && echo true || echo false),
	  "ended_early": $(json_string "$ended_by"),
	  "own_pids": [$(own_pids)]
	}
	JSON
	mv "$dir/meta.json.new" "$dir/meta.json"
}
