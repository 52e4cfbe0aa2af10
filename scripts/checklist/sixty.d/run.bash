# shellcheck shell=bash disable=SC2034,SC2154 # the parts share variables
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Run the collectors, and never leave one running.
#
# Each has its own process group.  A process beside sixty, the guard, reads
# a pipe whose only writer is sixty: when sixty is killed the pipe closes, and
# the guard ends what still runs and leaves the directory as a short run would.

NICE=5			# yield to the machine's own work, but not so far that events get lost
PIECE_BYTES=262144	# of output read at a time
PIECES=8		# per collector: 2 MiB, which jq reads in a quarter of a second
PIECES_AT_ONCE=3	# a burst that is kept whole; the others are spread over the time
LAST_LINES=100		# kept of the output after that: tools print their sums there

declare -A pids		# NAME -> its process, which leads its own group
hears_int=()		# command prefix that lets a command receive SIGINT
end_signal=INT		# asks a collector to end
interrupted=		# the signal that interrupted sixty
ended_by=		# the signal that ended the collecting

# now_ms: sets `ms`, the milliseconds since the machine started.  The clock of the day can be set
# during the run, this one cannot.
now_ms() {
	local up
	read -r up _ </proc/uptime
	ms=$((10#${up/./} * 10))
}

# elapsed: sets `ms`, the milliseconds since the start.
elapsed() {
	now_ms
	ms=$((ms - start_ms))
}

# nap SECONDS: a sleep that starts no program, which execsnoop would show.
nap() {
	read -rt "$1" -u "$never"
}

# piece DIR: copy some output to stdout as it arrives, so that a kill loses nothing.
piece() (
	echo "$BASHPID" >>"$1/pid"
	exec stdbuf -o0 head -c "$PIECE_BYTES"
)

# wait_for_piece I: wait until piece I may be read, so that the last one is read at the end of the
# time.  A tool whose output is read too slowly loses events and counts them:
# a storm costs little, and the kept part is spread over the whole time.
wait_for_piece() {
	local from=$((span * 1000 * ($1 - PIECES_AT_ONCE) / (PIECES - PIECES_AT_ONCE)))
	elapsed
	while [ "$ms" -lt "$from" ] && [ ! -e "$dir/ending" ]; do
		nap 0.2
		elapsed
	done
}

# cap DIR: limit the output of a tool that prints every event.  Keep standard input in
# pieces, output, output.1 and so on, and the last lines of the rest.
cap() {
	local i=1 next
	echo "$BASHPID" >>"$1/pid"
	piece "$1" >"$1/output"
	while [ "$i" -lt "$PIECES" ]; do
		wait_for_piece "$i"
		IFS= read -rN 1 next || return	# most have reached EOF here; saves a process
		{ printf %s "$next"; piece "$1"; } >"$1/output.$i"
		i=$((i + 1))
	done
	wait_for_piece "$i"
	tail -n "$LAST_LINES" >"$1/rest"
}

# become DIR COMMAND...: exec the command, which receives SIGINT even if sixty ignores it.
become() {
	cd "$1" || exit	# for files that the command creates
	trap - INT
	exec "${hears_int[@]}" "${@:2}" </dev/null 2>"$1/stderr"
}

# collect DIR KIND COMMAND...: run it and leave its exit status in DIR.  Of a SIGINT
# to the group, only the command itself is affected.  The guard marks the directory
# before it reads the list of processes: either it sees this process, or this sees the mark.
collect() {
	local at=$1 kind=$2
	shift 2
	trap '' INT
	exec {lifeline}>&-
	echo "$BASHPID" >>"$at/pid"
	[ ! -e "$dir/killed" ] || exit
	if [ "$kind" = events ]; then
		{ echo "$BASHPID" >>"$at/pid"; become "$at" "$@"; } | cap "$at"
		echo "${PIPESTATUS[0]}" >"$at/exit"
	else
		(echo "$BASHPID" >>"$at/pid"; become "$at" "$@") >"$at/output"
		echo "$?" >"$at/exit"
	fi
}

# plan: sets `deadline_ms`, when collecting ends; `span`, how many seconds the
# collectors observe; `slack_ms`, the time for their start and their end; `grace_ms`,
# how long the deadline may be exceeded under load, because the data is worth more.
# The report takes 1.5 to 2 s on a slow machine that is idle, and up to twice that after a whole minute.  The time
# since sixty started shows how slow this machine is.  Of a run of 5 s the report gets at most 2.3 s, so
# that a second is left to observe.  On a busy machine the report gets more time, at
# most a fifth of the total, and so do the collectors.
plan() {
	local load usual_ms rest_ms most_ms=$((seconds < 60 ? 2300 : 4000))
	read -r load _ </proc/loadavg
	load=$((10#${load/./}))		# in hundredths
	elapsed
	usual_ms=$((1600 + 5 * ms))
	usual_ms=$((usual_ms > most_ms ? most_ms : usual_ms))
	rest_ms=$((usual_ms + 15 * load / cpus))
	rest_ms=$((rest_ms > seconds * 200 ? seconds * 200 : rest_ms))
	rest_ms=$((rest_ms < usual_ms ? usual_ms : rest_ms))
	deadline_ms=$((seconds * 1000 - rest_ms))
	slack_ms=$((1500 + (rest_ms - 1500) / 4))
	span=$(((deadline_ms - slack_ms) / 1000))
	grace_ms=$((10 * load / cpus > 2000 ? 2000 : 10 * load / cpus))
}

# hear_int: let the collectors receive SIGINT, which sixty was told to ignore; without such an
# env, as in busybox, end them by SIGTERM.
hear_int() {
	if env --default-signal=INT true 2>/dev/null; then
		hears_int=(env --default-signal=INT)
	else
		end_signal=TERM
	fi
}

# yield_cpu: run everything started from now on at a lower priority.
yield_cpu() {
	[ -z "$crowded" ] || return 0
	niceness=$(nice)
	renice -n $((niceness + NICE)) -p $$ >/dev/null 2>&1
}

# take_cpu: restore the priority for the report, if the user is permitted to.
take_cpu() {
	[ -z "$crowded" ] || return 0
	renice -n "$niceness" -p $$ >/dev/null 2>&1
}

# start NAME KIND COMMAND...: start it in the background.  `set -m` gives it its own process
# group: Ctrl-C on the terminal reaches only this script, which then decides.
start() {
	local name=$1 kind=$2 weak
	[ -n "${programs[$name]-}" ] || return
	shift 3
	[ "$kind" != sample ] || set -- "$name" "$@"
	weaken "$kind" "${programs[$name]}"
	set -m
	collect "$dir/$name" "$kind" "${weak[@]}" "${programs[$name]}" "$@" &
	set +m
	pids[$name]=$!
}

running() {
	[ -n "${pids[$1]-}" ] && [ ! -e "$dir/$1/exit" ]
}

# still_running: set `active` to the names of the running collectors; false if none runs.
still_running() {
	local name
	active=
	for name in "${names[@]}"; do
		! running "$name" || active+=" $name"
	done
	[ -n "$active" ]
}

# signal_all SIGNAL: signal only the groups of the running collectors.
signal_all() {
	local name
	for name in "${names[@]}"; do
		! running "$name" || kill -"$1" -- "-${pids[$name]}" 2>/dev/null
	done
}

# progress WHAT: print it on the terminal's last line, which the next line overwrites.
progress() {
	[ ! -t 2 ] || printf '\r\e[Ksixty: %d of %d s; %.60s\r' $((ms / 1000)) "$seconds" "$1" >&2
}

# watch UNTIL_MS: wait until no collector runs, the time is reached, or a signal arrives.  No
# collector ends early while all observe.
watch() {
	elapsed
	while still_running && [ -z "$interrupted" ] && [ "$ms" -lt "$1" ]; do
		progress "running:$active"
		if [ "$ms" -lt $(((span - 1) * 1000)) ]; then nap 1; else nap 0.1; fi
		elapsed
	done
}

# note_children: record processes that collectors have started, as sar does.
# Lines appended to the file are read in turn, so this includes descendants.
note_children() {
	local file pid children child
	for file in "$dir"/*/pid; do
		while read -r pid; do
			children=
			read -r children 2>/dev/null <"/proc/$pid/task/$pid/children"
			for child in $children; do
				echo "$child" >>"$file"
			done
		done <"$file"
	done
}

# look_at_load: lengthen `grace_ms` if many threads want to run now: the load average, from
# which plan() sets it, lags behind.
look_at_load() {
	local threads current_ms
	read -r _ _ _ threads _ </proc/loadavg
	current_ms=$((250 * ${threads%/*} / cpus))
	current_ms=$((current_ms > 2000 ? 2000 : current_ms))
	grace_ms=$((current_ms > grace_ms ? current_ms : grace_ms))
}

# run: normally every collector ends before the deadline.  Shortly before it the remaining ones
# get SIGINT, upon which tools and sysstat print what they have, and at the
# deadline, or soon after it on a busy machine, SIGKILL.
run() {
	yield_cpu
	each start
	take_cpu
	watch $((span * 500))
	note_children
	watch $((deadline_ms - slack_ms / 3))
	ended_by=$interrupted
	interrupted=
	look_at_load
	end_all $((${#ended_by} ? ms + 1000 : deadline_ms + grace_ms))
	wait "${pids[@]}" 2>/dev/null	# also keeps bash from reporting killed jobs
	elapsed
}

# end_all UNTIL_MS: send SIGINT to what still runs, and SIGKILL at that time.
end_all() {
	: >"$dir/ending"
	still_running || return
	signal_all "$end_signal"
	watch "$1"
	signal_all KILL
}

# ---- the guard ----

# start_guard: must run first; sets `lifeline`, a descriptor that no other process may inherit.
start_guard() {
	mkfifo "$dir/lifeline" || fail "cannot write to $dir"
	set -m
	guard <"$dir/lifeline" &
	set +m
	exec {lifeline}>"$dir/lifeline"
	rm "$dir/lifeline"
}

dismiss_guard() {
	echo dismissed >&"$lifeline"
	exec {lifeline}>&-
}

guard() {
	local word name
	trap '' INT TERM HUP
	trap - EXIT
	read -r word && exit
	: >"$dir/killed"
	for name in "${names[@]}"; do
		[ ! -s "$dir/$name/pid" ] || read -r "pids[$name]" <"$dir/$name/pid"
	done
	elapsed
	end_all $((ms + 1000))
	ended_by=KILL
	elapsed
	judge_all
	write_meta
	rm -f "$dir/killed"
}
