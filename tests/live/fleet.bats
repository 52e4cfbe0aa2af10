#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# --metrics and JSON lines on their way through the engines of a fleet: Debian's real Prometheus,
# node_exporter, pushgateway, Performance Co-Pilot and rsyslog, on a separate loopback
# interface (tests/fleet/sandbox).

# shellcheck disable=SC2030,SC2031,SC2154
load ../lib

setup_file() {
	place=$(mktemp -d /tmp/x$$XXXXXX)	# has the same name in the sandbox
	export place
	mkdir "$place"/{machine,prom,tsdb}
	start_sandbox "$place/machine" prometheus prometheus-node-exporter prometheus-pushgateway \
		pcp python3-requests rsyslog curl || return 0
	start_engines
}

# start_engines: start them. No other program uses the ports of the sandbox's loopback interface.
start_engines() {
	cat >"$place/prometheus.yml" <<-YAML
	global: {scrape_interval: 1s}
	scrape_configs:
	- {job_name: node, static_configs: [{targets: ['127.0.0.1:9100']}]}
	- {job_name: push, honor_labels: true, static_configs: [{targets: ['127.0.0.1:9091']}]}
	YAML
	engine prometheus-node-exporter --collector.disable-defaults --collector.textfile \
		--collector.textfile.directory="$place/prom" --web.listen-address=127.0.0.1:9100
	engine prometheus-pushgateway --web.listen-address=127.0.0.1:9091
	engine prometheus --config.file="$place/prometheus.yml" --storage.tsdb.path="$place/tsdb" \
		--web.listen-address=127.0.0.1:9090
}

# find_inside: set `inside`, the prefix that runs a command in the sandbox.
find_inside() {
	inside=(nsenter -m -n -t "$machine_pid" chroot "$place/machine/root"
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin)
}

inside() {
	find_inside
	"${inside[@]}" "$@"
}

# engine COMMAND...: run it in the background until the file's tests have ended.
engine() {
	find_inside
	"${inside[@]}" "$@" >"$place/${1##*/}.log" 2>&1 3>&- &
	echo $! >>"$place/engines"
}

teardown_file() {
	local started=()
	[ ! -s "$place/engines" ] || mapfile -t started <"$place/engines"
	[ -z "$machine_pid" ] || started+=("$machine_pid")
	if [ ${#started[@]} -gt 0 ]; then
		kill "${started[@]}" 2>/dev/null || true
		wait "${started[@]}" 2>/dev/null || true
	fi
	rm -rf "$place"
}

own_setup() {
	needs_sandbox "$place/machine"
}

# query EXPRESSION: print Prometheus' answer, an array of {metric, value}.
query() {
	inside curl -sG http://127.0.0.1:9090/api/v1/query --data-urlencode "query=$1" |
		jq -c .data.result
}

# value EXPRESSION: print the value of its only result.
value() { query "$1" | jq -r 'if length == 1 then .[0].value[1] else "\(length) results" end'; }

is_value() { [ "$(value "$1")" = "$2" ]; }

# becomes EXPRESSION VALUE: wait until the expression has that value. Prometheus scrapes every
# second.
becomes() {
	wait_for 20 is_value "$1" "$2" || expect "$2" "$(value "$1")" "$1"
}

# metric FILE SERIES: print the sum of the values of all series with this prefix.
metric() { awk -v series="$2" 'index($0, series) == 1 { sum += $NF } END { print sum + 0 }' "$1"; }

# a_second_of TOOL: print arguments with which the tool ends after a second.
a_second_of() {
	case $1 in
	biolatency | cachestat | runqlat) echo 1 1 ;;
	*) echo --duration 1 ;;
	esac
}

@test "promtool finds no fault in the metrics of any tool" {
	local tool
	for tool in "$build"/*.help; do
		tool=$(basename "$tool" .help)
		[ "$tool" != sixty ] || continue
		# shellcheck disable=SC2046 # words
		run_tool "$tool" --metrics "$tool.prom" $(a_second_of "$tool")
		expect 0 "$status" "exit status of $tool: $(cat "$err")"
		expect "" "$(inside promtool check metrics <"$tool.prom" 2>&1)" "promtool on $tool"
		grep -q "^sixty_info{tool=\"$tool\",version=" "$tool.prom"
		expect 6 "$(grep -c "^sixty_lost_total{tool=\"$tool\"" "$tool.prom")" "losses of $tool"
	done
}

@test "successful and failed execs arrive in Prometheus, 23 and 7" {
	local program
	program=$(own execs)
	tool_start execsnoop --json -x --name "${program##*/}" --metrics "$place/prom/sixty-execsnoop.prom"
	"$program" execve 23 mark >/dev/null
	"$program" missing 7 >/dev/null
	tool_stop
	expect 25 "$(metric "$place/prom/sixty-execsnoop.prom" 'sixty_execsnoop_events_total{error="ok"}')"
	becomes 'sixty_execsnoop_events_total{error="ENOENT"}' 7
	becomes 'sixty_execsnoop_events_total{error="ok"}' 25	# two are the workload itself
	becomes 'sum(sixty_lost_total{tool="execsnoop"})' 0
	becomes 'sixty_info{tool="execsnoop"}' 1
}

@test "histogram_quantile is in the bucket of the tool's own p99" {
	local p99 count
	run_tool runqlat --json --metrics "$place/prom/sixty-runqlat.prom" 2 1
	p99=$(jq 'select(.type == "hist").p99' "$out")
	count=$(jq 'select(.type == "hist").count' "$out")
	becomes sixty_runqlat_seconds_count "$count"
	becomes "histogram_quantile(0.99, sixty_runqlat_seconds_bucket) * 1e6 <= bool $((p99 + 1))" 1
	# No bucket of ours is wider than an eighth.
	becomes "histogram_quantile(0.99, sixty_runqlat_seconds_bucket) * 1e6 >= bool $((p99 - p99 / 8 - 1))" 1
}

@test "pushgateway shows the same values" {
	run_tool cachestat --json --metrics cachestat.prom 1 1
	inside curl -sf --data-binary @- http://127.0.0.1:9091/metrics/job/sixty/instance/host1 <cachestat.prom
	becomes 'sixty_cachestat_hits_total{instance="host1"}' "$(jq 'select(.type == "row").hits' "$out")"
	becomes 'sixty_cachestat_cached_bytes{instance="host1"}' "$(jq 'select(.type == "row").cached_bytes' "$out")"
}

# start_pcp FILE: start pmcd with the PMDA that reads it.
start_pcp() {
	inside sh -ec "
		install -d -o pcp -g pcp /run/pcp
		cp '$root/contrib/pcp/sixty.url' /var/lib/pcp/pmdas/openmetrics/config.d/
		install -D '$1' \"\$(sed s,^file://,, '$root/contrib/pcp/sixty.url')\"
		cd /var/lib/pcp/pmns && ./Rebuild -s -u
		echo 'pmcd 2 dso pmcd_init /var/lib/pcp/pmdas/pmcd/pmda_pmcd.so' >/etc/pcp/pmcd/pmcd.conf" \
		>"$out" 2>&1
	engine /usr/lib/pcp/bin/pmcd -A -f
	inside sh -ec "/usr/lib/pcp/bin/pmcd_wait
		cd /var/lib/pcp/pmdas/openmetrics && ./Install </dev/null" >"$out" 2>&1
}

@test "Performance Co-Pilot shows the same values" {
	run_tool runqlat --json --metrics runqlat.prom 1 1
	cp "$out" runqlat.json
	start_pcp "$PWD/runqlat.prom"
	expect "$(jq 'select(.type == "hist").count' runqlat.json)" \
		"$(inside pminfo -f openmetrics.sixty.sixty_runqlat_seconds_count | awk '$1 == "value" { print $2 }')"
}

@test "the rules in contrib pass their tests" {
	mkdir "$place/rules"
	cp "$root"/contrib/prometheus/* "$place/rules"
	run inside sh -c "cd '$place/rules' && promtool check rules sixty.rules.yml && promtool test rules sixty.rules.test.yml"
	expect 0 "$status" "promtool: $output"
}

# A wrong expression is an error; a query for a metric that no tool writes is empty.
@test "each panel of the dashboard queries metrics that the tools write" {
	local expression name
	while read -r expression; do
		expression=${expression//\$instance/.*}
		expression=${expression//\$__rate_interval/1m}
		inside curl -sG http://127.0.0.1:9090/api/v1/query --data-urlencode "query=$expression" >"$out"
		expect success "$(jq -r .status "$out")" "$expression"
		for name in $(grep -oE 'sixty_[a-z_]+' <<<"$expression" | sort -u); do
			written "$name" || { echo "no tool writes $name"; return 1; }
		done
	done < <(jq -r '.panels[].targets[].expr' "$root/contrib/grafana/sixty.json")
}

# written NAME: true for a histogram, or for a name from a tool's columns.
written() {
	local tool key
	case $1 in
	sixty_lost_total | sixty_runqlat_seconds_bucket | sixty_biolatency_seconds_bucket) return ;;
	sixty_*_events_total) tool=${1#sixty_} && [ -d "$root/tools/${tool%_events_total}" ] && return ;;
	esac
	tool=${1#sixty_} && tool=${tool%%_*}
	key=${1#"sixty_${tool}_"}
	grep -qE "\"(${key%_total}\"|${key%_seconds_total}_ns\").*METRIC_(TOTAL|SECONDS)" "$root/tools/$tool/$tool.c"
}

# start_rsyslog: start it with our example configuration and a directory of the test.
start_rsyslog() {
	sed "s,/var/log/sixty,$place/log," "$root/contrib/rsyslog/sixty.conf" >"$place/rsyslog.conf"
	inside rsyslogd -N1 -f "$place/rsyslog.conf" >"$out" 2>&1
	engine rsyslogd -n -i "$place/rsyslog.pid" -f "$place/rsyslog.conf"
	wait_for 10 test -s "$place/rsyslog.pid"
	rsyslog=$(tail -n 1 "$place/engines")
}

# rotate: do what logrotate does with contrib/rsyslog/logrotate.
rotate() {
	mv "$place/log/events.ndjson" "$place/log/events.ndjson.$1"
	kill -HUP "$rsyslog"
}

all_lines() { cat "$place"/log/*; }

@test "JSON lines go through rsyslog, none lost on rotation" {
	local program tool sent
	program=$(own execs)
	start_rsyslog
	# As in contrib/rsyslog/sixty.conf, from a shell in the network namespace of rsyslog.
	nsenter -n -t "$machine_pid" bash -c 'exec "$@" >/dev/tcp/127.0.0.1/5160' bash \
		"$build/execsnoop" --json --name "${program##*/}" --max-events 1004 2>"$err" 3>&- &
	tool=$!
	wait_for 20 test -s "$place/log/events.ndjson"
	for sent in 1 2 3 4; do
		"$program" execve 250 "mark$sent" >/dev/null
		wait_for 20 grep -q "mark$sent" "$place/log/events.ndjson"
		[ "$sent" = 4 ] || rotate "$sent"
	done
	wait "$tool"
	wait_for 20 grep -q '"type":"summary"' "$place/log/events.ndjson"
	expect 1006 "$(all_lines | wc -l)" "lines"
	expect 1004 "$(all_lines | jq -s 'map(select(.type == "event")) | length')" "events"
	expect 1004 "$(all_lines | jq 'select(.type == "summary").events')" "events of the summary"
	expect 4 "$(find "$place/log" -type f | wc -l)" "files"
}
