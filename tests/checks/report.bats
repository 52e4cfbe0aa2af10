#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# sixty-report on handwritten data: a quiet machine, a troubled one, and one
# in which every string is hostile (tests/report/).

load ../lib

own_setup() {
	needs jq
	data=$root/tests/report
	report=$root/scripts/checklist/sixty-report
	made=$BATS_TEST_TMPDIR/made
	mkdir "$made"
}

# render BUNDLE OPTION...: write the report to $made and the summary to $out, and set $status to what
# --exit-code says.  A report is made once for all tests of this file, unless a test changes the rules.
render() {
	local kept="$BATS_FILE_TMPDIR/${*//\//_}${SIXTY_RULES+-$BATS_TEST_NUMBER}"
	if [ ! -e "$kept/status" ]; then
		mkdir -p "$kept"
		status=0
		"$report" --exit-code --output "$kept" "${@:2}" "$data/$1" >"$kept/summary" || status=$?
		echo "$status" >"$kept/status"
	fi
	cp "$kept"/* "$made"
	mv "$made/summary" "$out"
	status=$(<"$made/status")
	[[ $status = [023] ]]
}

# ids SEVERITY: print the findings of that severity, one per line.
ids() { jq -r --arg s "$1" '.findings[] | select(.severity == $s).id' "$made/report.json"; }

# browse FILE: open it in a real browser; write the final document to
# $BATS_TEST_TMPDIR/dom, and all network requests to .../net.
browse() {
	needs chromium
	chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$BATS_TEST_TMPDIR/profile" --virtual-time-budget=2000 \
		--log-net-log="$BATS_TEST_TMPDIR/net" --dump-dom "file://$1" \
		>"$BATS_TEST_TMPDIR/dom" 2>"$err" </dev/null
}

title() { sed -n 's:.*<title>\(.*\)</title>.*:\1:p' "$BATS_TEST_TMPDIR/dom" | head -n 1; }

@test "report: a quiet machine has no findings, and is exonerated" {
	render quiet
	expect 0 "$(jq '.findings | length' "$made/report.json")"
	grep -qx 'NOTHING FOUND' "$out"
	for id in kernel-oom connects-refused cpu-pressure swapping disk-busy exec-storm slow-dns; do
		jq -e --arg id "$id" 'any(.exonerated[]; .id == $id)' "$made/report.json"
	done
}

@test "report: a troubled machine has all of these findings, and no others" {
	render troubled
	# cpu-busy is a warning, but explains run-queue-delay, which is critical.
	expect "kernel-io block-latency space-low memory-leak memory-low cpu-busy run-queue-delay cpu-throttled slow-dns" \
		"$(ids critical | grep -vx space-growth | xargs)"
	expect "accept-queue block-outlier blocked-tasks cache-misses cgroup-cpu-pressure connects-refused \
connects-unanswered cpu-pressure descriptors direct-reclaim disk-busy disk-queue dns-failing \
exec-failures exec-storm failing-opens io-pressure kernel-crash memory-pressure network-drops network-errors \
process-run-delay process-run-delay resource-limits retransmits run-queue slow-files swapping thrashing" \
		"$(ids warning | sort | xargs)"
	expect hot-function "$(ids info)"
}

# cause ID: print the finding that explains the first one of this kind.
cause() {
	jq -r --arg id "$1" '.findings as $all | first($all[] | select(.id == $id)).explained_by as $cause
		| $all[] | select(.number == $cause).id' "$made/report.json"
}

@test "report: causes come first, with their symptoms after them" {
	render troubled
	expect "1..$(jq '.findings | length' "$made/report.json")" \
		"$(jq -r '[.findings[].number] | if . == [range(1; length + 1)] then "1..\(length)" else . end' "$made/report.json")"
	expect kernel-io "$(cause disk-busy)"
	expect memory-leak "$(cause swapping)"
	expect cpu-busy "$(cause run-queue)"
	expect cpu-throttled "$(cause cgroup-cpu-pressure)"
	expect "" "$(cause resource-limits)" "EMFILE is not explained by a full disk"
	# A symptom stands after its cause, and before the next one.
	jq -e '.findings as $f | [range(1; $f | length) | select($f[.].explained_by != null)
		| $f[.].explained_by == ($f[. - 1].explained_by // $f[. - 1].number)] | all' "$made/report.json"
}

@test "report: messages from before the run are history, not findings" {
	render quiet
	expect "oom_kill 1" "$(jq -r '.history[] | "\(.class) \(.count)"' "$made/report.json")"
	grep -qx 'BEFORE THE RUN oom_kill once in the kernel log' "$out"
}

@test "report: each rule finds its data, and not data that are near to it" {
	jq -c 'select(.type != "meta" and .type != "summary") | .t = .mono_ns / 1e9 - 1000' \
		"$data/quiet/usestat/output" |
		jq -L "$root/scripts/checklist/report" -L "$data" 'include "cases"; [inputs] | failures' -nr \
			--arg prefix '' --arg suffix '' --arg mark '' --argjson site '{}' --argjson view null \
			--argjson context '{"own": {}, "start": 1772366400, "seconds": 10, "cpus": 4}' >"$out"
	cat "$out"
	[ ! -s "$out" ]
}

@test "report: without data a problem is neither found nor ruled out" {
	mkdir -p "$BATS_TEST_TMPDIR/dir/usestat"
	grep -E '"type":"(meta|io|summary)"' "$data/quiet/usestat/output" >"$BATS_TEST_TMPDIR/dir/usestat/output"
	printf 'ok\t\n' >"$BATS_TEST_TMPDIR/dir/usestat/status"
	"$report" --json "$BATS_TEST_TMPDIR/dir" >"$out"
	expect "io-pressure" "$(jq -r '.exonerated[].id' "$out" | xargs)"
	jq -e '[.not_looked_at[].id] | contains(["memory-low", "exec-storm", "kernel-oom", "space-low"])' "$out"
	expect db1 "$(jq -r .meta.host "$out")"
}

@test "report: a collector that failed or lost much rules out nothing" {
	cp -r "$data/quiet" "$BATS_TEST_TMPDIR/dir"
	printf 'denied\tOperation not permitted\n' >"$BATS_TEST_TMPDIR/dir/tcpconnect/status"
	sed -i 's/"lost":0/"lost":500/' "$BATS_TEST_TMPDIR/dir/execsnoop/output"
	"$report" --json "$BATS_TEST_TMPDIR/dir" >"$out"
	expect "execsnoop lost 500 events" "$(jq -r '.not_looked_at[] | select(.id == "exec-storm").reason' "$out")"
	expect "tcpconnect: denied, Operation not permitted" \
		"$(jq -r '.not_looked_at[] | select(.id == "connects-refused").reason' "$out")"
	expect false "$(jq 'any(.exonerated[]; .id == "exec-storm" or .id == "connects-refused")' "$out")"
}

@test "report: waits for locks that were left out rule out nothing" {
	local output=bundle/offcputime/output
	cp -r "$data/quiet" bundle
	# Change the data as if --top had left out 5 kinds, and all kept rows were of locks.
	jq -c 'if .type == "row" then {type, time, mono_ns, others: 5, waits: 9, total_ns: 1e9} else . end' \
		"$data/quiet/offcputime/output" >$output
	"$report" --output "$made" bundle >/dev/null
	expect "offcputime left out 15 kinds of waits for locks" \
		"$(jq -r '.not_looked_at[] | select(.id == "mutex-wait").reason' "$made/report.json")"
}

@test "report: if no collector delivered anything, it could not look" {
	mkdir -p "$BATS_TEST_TMPDIR/dir/usestat"
	: >"$BATS_TEST_TMPDIR/dir/usestat/output"
	run "$report" "$BATS_TEST_TMPDIR/dir"
	expect 1 "$status"
	[[ $output == *"COULD NOT LOOK"* ]]
	expect 0 "$(grep -c 'NOTHING FOUND' <<<"$output")"
}

# bats test_tags=all
@test "report: the classic programs can be missing, or print anything, without effect on findings" {
	local name
	cp -r "$data/troubled" "$BATS_TEST_TMPDIR/dir"
	"$report" --json "$data/troubled" | jq .findings >"$made/a"
	for name in vmstat mpstat iostat pidstat free sar-dev sar-tcp top uptime; do
		echo '613567 requests in flight; Command my Command %CPU' >"$BATS_TEST_TMPDIR/dir/$name/output"
	done
	"$report" --json "$BATS_TEST_TMPDIR/dir" | jq .findings >"$made/b"
	cmp "$made/a" "$made/b"
	for name in vmstat mpstat iostat pidstat free sar-dev sar-tcp top uptime; do
		rm "$BATS_TEST_TMPDIR/dir/$name/output"
		printf 'missing\tnot installed\n' >"$BATS_TEST_TMPDIR/dir/$name/status"
	done
	"$report" --json "$BATS_TEST_TMPDIR/dir" | jq .findings >"$made/b"
	cmp "$made/a" "$made/b"
}

# site_rules JSON: let the site change rules.
site_rules() {
	mkdir -p "$BATS_TEST_TMPDIR/rules.d"
	export SIXTY_RULES=$BATS_TEST_TMPDIR/rules.d
	echo "$1" >"$SIXTY_RULES/site.json"
}

@test "report: a site can change thresholds, and --explain prints them" {
	site_rules '{"space-low": {"warning": 30, "critical": null, "why": "Our alarm comes early."}}'
	render quiet
	expect space-low "$(ids warning | sort -u)"
	expect space-low "$(jq -r '.changed_rules[].id' "$made/report.json")"
	"$report" --explain space-low >"$out"
	grep -qx 'Limits         warning from 30 % (changed in /etc/sixty/rules.d)' "$out"
	grep -q 'Our alarm comes early' "$out"
	site_rules '{"cpu-busy": {"off": true}}'
	render troubled
	expect "" "$(jq -r '.findings[].id' "$made/report.json" | grep -x cpu-busy)"
}

@test "report: a mistake in the rules of the site is a clear error" {
	local bad
	for bad in '{"space-low": ' '[]' '{"no-such-rule": {}}' '{"space-low": {"warn": 3}}' \
		'{"space-low": {"warning": "90"}}' '{"space-low": 5}' '{"space-low": {"off": 1}}'; do
		site_rules "$bad"
		status=0
		"$report" --json "$data/quiet" >"$out" 2>"$err" || status=$?
		expect 1 "$status" "exit status of $bad"
		expect 1 "$(wc -l <"$err")" "lines on stderr"
		grep -q "rules.d" "$err"
	done
}

@test "report: the summary fits on a screen of 80 columns and 24 lines, three of which sixty needs" {
	local bundle
	for bundle in quiet troubled; do
		render "$bundle"
		[ "$(fold -w 80 "$out" | wc -l)" -le 21 ] || { cat "$out"; return 1; }
	done
	render troubled --all
	expect "$(jq '.findings | length' "$made/report.json")" "$(grep -c 'next: .*(explain: ' "$out")"
}

# on_terminal COLUMNS ROWS OPTION...: write to $out what a terminal of that size shows of the troubled machine.
on_terminal() {
	script -qec "stty cols $1 rows $2; '$report' ${*:3} --output '$made' '$data/troubled'" /dev/null |
		tr -d '\r' | sed 's/\x1b\[[0-9;]*m//g' >"$out"
}

# fits_terminal COLUMNS ROWS: the summary fits, with three lines for sixty and the prompt, and uses the space.
fits_terminal() {
	on_terminal "$1" "$2"
	[ "$(fold -w "$1" "$out" | wc -l)" -le $(($2 - 3)) ] || { cat "$out"; return 1; }
	[ "$(wc -l <"$out")" -ge $(($2 / 2)) ]
}

# folds_at_words COLUMNS: no line of --all is longer, except commands, which stay whole.
folds_at_words() {
	on_terminal "$1" 24 --all
	expect "" "$(grep -vE '^ *next: ' "$out" | awk -v width="$1" 'length > width')" "lines that are too long"
	grep -qF 'next: du -xh /var/lib/postgresql | sort -h | tail; lsof +L1 /var/lib/postgresql' "$out"
}

@test "report: on a terminal the summary fits it, and long lines are folded at words" {
	needs script
	fits_terminal 80 24
	fits_terminal 120 40
	folds_at_words 80
	script -qec "stty cols 80; '$report' --explain cpu-busy" /dev/null | tr -d '\r' >"$out"
	expect "" "$(awk 'length > 80' "$out")" "lines that are too long"
}

# bats test_tags=all
@test "report: nor do wider or higher terminals change that" {
	needs script
	fits_terminal 80 40
	fits_terminal 120 24
	folds_at_words 120
}

@test "report: --about shows what concerns a service, and what it used" {
	render troubled --about container=web
	grep -q '^ABOUT          container web: CPU 50 %, .*memory 200 MiB' "$out"
	expect cpu-throttled "$(jq -r '.findings[0].id' "$made/report.json")" "the first finding"
	expect "" "$(ids warning | grep -E 'descriptors|connects-refused|failing-opens')" "findings about others"
	ids critical | grep -qx memory-low	# of the machine
	render troubled --about pid=6300
	ids warning | grep -qx descriptors
	render troubled --about cgroup=/none
	grep -q 'not among the processes and cgroups' "$out"
	run "$report" --about cgroup=none "$data/troubled"
	expect 64 "$status"
}

@test "report: --markdown has the causes, and no markup from outside" {
	render troubled --markdown
	grep -qF '### critical: ` container web is throttled by its CPU quota `' "$out"
	render hostile --markdown
	expect 0 "$(sed 's/``[^`]*\(`[^`]\+\)*``//g; s/`[^`]*`//g' "$out" | grep -c '<script>\|canary')"
}

# bats test_tags=all
@test "report: leaving out a collector changes only its own results" {
	local name
	cp -r "$data/troubled" "$BATS_TEST_TMPDIR/dir"
	for name in execsnoop usestat runqlat; do rm -r "$BATS_TEST_TMPDIR/dir/$name"; done
	rm "$BATS_TEST_TMPDIR/dir/meta.json"
	"$report" --json "$BATS_TEST_TMPDIR/dir" >"$made/report.json"
	expect "block-latency slow-dns" "$(ids critical | xargs)"
	expect db1 "$(jq -r .meta.host "$made/report.json")"
	expect 4 "$(jq -r .meta.cpus "$made/report.json")"
}

# bats test_tags=all
@test "report: an unreadable output does not affect the other collectors" {
	local filter='del(.findings, .exonerated, .not_looked_at, .matrix, .verdict, .tables, .series, .losses)
		| .collectors |= map(select(.name != "biosnoop"))'
	cp -r "$data/troubled" "$BATS_TEST_TMPDIR/dir"
	printf '{"type":"event","mono_ns":1,"disk":"sdb","latency_ns":5,"bytes":%s}\n' '"x"' 5 \
		>"$BATS_TEST_TMPDIR/dir/biosnoop/output"
	"$report" --json "$BATS_TEST_TMPDIR/dir" >"$out"
	"$report" --json "$data/troubled" >"$made/report.json"
	expect null "$(jq -c '.collectors[] | select(.name == "biosnoop").records' "$out")"
	expect "output cannot be parsed" "$(jq -r '.collectors[] | select(.name == "biosnoop").reason' "$out")"
	cmp <(jq "$filter" "$out") <(jq "$filter" "$made/report.json")
}

# cut_all SHARE: copy the troubled data, each output cut after that percentage of its bytes.
cut_all() {
	local file
	rm -rf "$BATS_TEST_TMPDIR/dir"
	cp -r "$data/troubled" "$BATS_TEST_TMPDIR/dir"
	for file in "$BATS_TEST_TMPDIR"/dir/*/output; do
		truncate -s $(($(stat -c %s "$file") * $1 / 100)) "$file"
	done
}

# bats test_tags=all
@test "report: outputs truncated anywhere still give a report" {
	local share
	for share in 3 17 31 50 73 89 99; do
		cut_all "$share"
		"$report" --output "$made" "$BATS_TEST_TMPDIR/dir" >"$out" 2>"$err"
		expect 0 "$(wc -c <"$err")" "bytes on stderr at $share %"
		expect 24 "$(jq '.collectors | length' "$made/report.json")"
	done
	expect "$(jq '.findings | length' "$data/troubled.json")" "$(jq '.findings | length' "$made/report.json")"
}

# same EXPECTED ACTUAL: compare two files; print the first lines that differ.
same() {
	diff -U0 --label "${1#"$root/"}" --label actual "$1" "$2" >"$made/differences" && return
	cut -c 1-300 "$made/differences" | head -n 12
	echo "$(grep -c '^[-+]' "$made/differences") lines differ; if they are right: tests/report/update"
	return 1
}

@test "report: the same data give the same bytes as before" {
	local bundle
	for bundle in quiet troubled hostile; do
		render "$bundle"
		same "$data/$bundle.json" "$made/report.json"
		same "$data/$bundle.txt" "$out"
		same "$data/$bundle.page" "$made/report.html"
	done
}

# in_report MODULE PROGRAM OPTION...: run a program with the definitions of a module of the report.
in_report() {
	jq -L "$root/scripts/checklist/report" --arg mark '' --arg prefix '' --arg suffix '' --argjson site '{}' \
		--argjson view null --argjson raw '[]' --argjson flame '[{"frames": []}]' \
		--argjson context '{"own": {}, "start": 0, "seconds": 10, "cpus": 4}' "include \"$1\"; $2" "${@:3}"
}

@test "report: a late sample leaves no second empty" {
	# The fifth sample is late, two disks are printed at once, and the eighth second has no
	# request.
	in_report histograms '[sampled[] | "\(.at)\(.label // "")"] | join(" ")' -r >"$out" <<-'JSON'
	[{"t":1.48},{"t":2.49},{"t":3.52},{"t":4.5},{"t":6.1},{"t":6.51},{"t":7.5},{"t":9.49},{"t":10.5}]
	[{"t":1.9,"label":"a"},{"t":1.901,"label":"b"},{"t":2.9,"label":"b"},{"t":3.9,"label":"a"}]
	JSON
	expect "0 1 2 3 4 5 6 8 9,1a 1b 2b 3a" "$(paste -sd , "$out")"
}

@test "report: findings link to charts, tables and raw output, and each link leads somewhere" {
	expect "" "$(in_report html_links '[shown_in[].of[]] | unique - [rules[].id] | .[]' -rn)" "unknown rules"
	render troubled
	expect "" "$(jq -r '.findings[].id' "$made/report.json" | sort -u | while read -r id; do
		in_report html_links 'any(shown_in[]; .of | index($id)) | not | select(.) | $id' -rn --arg id "$id"
	done | xargs)" "findings that no part of the page shows"
	grep -q '<article class="finding is-critical" id="finding-1">.*href="#raw-[0-9]*"' <(tr -d '\n' <"$made/report.html")
	for link in chart-run-queue latency-2 table-processes flame raw-0; do
		grep -q "href=\"#$link\"" "$made/report.html"
		grep -q " id=\"$link\"" "$made/report.html"
	done
	render quiet --redact
	expect 0 "$(grep -c 'href="#raw-' "$made/report.html")" "links to raw output that is left out"
}

@test "report: the flame graph is part of the page, and a click zooms without a script" {
	render troubled
	grep -qF '<title>matrix_multiply (/opt/app/crunch): 420 samples, 73.68 %</title>' "$made/report.html"
	grep -qF '<title>std::vector&lt;int&gt;::push_back(int&amp;&amp;) (/opt/app/batch): 60 samples' "$made/report.html"
	# The frame of "my batch job" has 150 of 570 samples and starts at 420.
	grep -qF '#zoom-profile-2:target~.clip>svg{width:379.9' "$made/report.html"
	grep -q '<svg class="fw" x="73.68.*%".*<a href="#zoom-profile-2">' "$made/report.html"
	render hostile
	grep -qF '&lt;script&gt;document.title=&quot;owned&quot;&lt;/script&gt;: 2 samples, 100.00 %</title>' "$made/report.html"
	grep -qF '<title>half &amp;lt;b&amp;gt;: 1 samples, 50.00 %</title>' "$made/report.html"
	expect 0 "$(grep -cE 'onload|canary.invalid/[yz]|no frame|display:none.*width:' "$made/report.html")"
}

@test "report: each column of a table has one unit" {
	in_report html '{key: "v", title: "T", kind: "number", unit: .[0]} as $column
		| (.[1] | map({v: .})) as $rows | ($column | collected_column($rows)) as $column
		| "\($column.title): \([.[1][] | in_unit($column.scale)] | join(" "))"' -r >"$out" <<-'JSON'
	["bytes", [1024, 5368709120, 0]]
	["bytes", [42949672960, 1048576]]
	["ns", [1200000, 300000, 10000000]]
	["ns", [900]]
	["s", [7200, 60]]
	["%", [12.345, 100]]
	JSON
	expect "T (MiB): <0.01 5120 0,T (GiB): 40 <0.01,T (ms): 1.2 0.3 10,T (ns): 900,T (min): 120 1,T (%): 12.3 100" \
		"$(paste -sd , "$out")"
}

@test "report: report.json matches its schema" {
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || skip "no python3-jsonschema"
	local bundle instances=()
	for bundle in quiet troubled hostile; do
		render "$bundle"
		cp "$made/report.json" "$bundle.json"
		instances+=(-i "$bundle.json")
	done
	/usr/bin/python3 -W ignore -m jsonschema "${instances[@]}" "$root/docs/schema/report.schema.json"
	jq '.findings[0].severity = "bad"' "$made/report.json" >"$made/bad.json"
	run /usr/bin/python3 -W ignore -m jsonschema -i "$made/bad.json" "$root/docs/schema/report.schema.json"
	expect 1 "$status"
}

@test "report: --exit-code distinguishes warnings and critical findings" {
	render quiet
	expect 0 "$status"
	render troubled
	expect 3 "$status"
	cp -r "$data/quiet" "$BATS_TEST_TMPDIR/dir"
	cp "$data/troubled/tcpconnect/output" "$BATS_TEST_TMPDIR/dir/tcpconnect/output"
	status=0
	"$report" --json --exit-code "$BATS_TEST_TMPDIR/dir" >"$out" || status=$?
	expect 2 "$status"
}

@test "report: every finding can be explained, with the reasons for its thresholds" {
	jq -r '.findings[].id, .exonerated[].id' "$data/quiet.json" "$data/troubled.json" | sort -u >ids
	jq -nr -L "$root/scripts/checklist/report" --rawfile ids ids --arg prefix '' --arg suffix '' --arg mark '' \
		--argjson site '{}' --argjson context null --argjson fold false --argjson width 80 'include "explain";
		$ids | rtrimstr("\n") / "\n" | .[] as $id | [explain($id)] | select((any(test("^What it means  .")) and
			any(test("^Limits  .*[0-9]")) and any(test("^Why these  ."))) | not) | $id' | none "not explained"
	"$report" --explain slow-dns >"$out"
	grep -q '^What it means  .' "$out"
	run "$report" --explain nothing
	expect 64 "$status"
	[[ $output == *slow-dns* ]]
}

@test "report: --redact leaves no name, address or private path" {
	local word
	render troubled --redact
	for word in db1 10.0.0. fd00: postgresql settings.yaml metrics.corp no-such 'run me.sh' 4711; do
		if grep -F "$word" "$made/report.json" "$made/report.html" "$out"; then return 1; fi
	done
	expect "$(jq -c '[.findings[].id]' "$data/troubled.json")" "$(jq -c '[.findings[].id]' "$made/report.json")"
	# One address has the same pseudonym in two tables.
	expect true "$(jq '([.tables[] | select(.id == "connects").rows[].address]) as $a |
		[.tables[] | select(.id == "retransmits").rows[].remote] | all(. as $r | $a | index($r) != null)' \
		"$made/report.json")"
}

# no_secrets FILE...: expect no word of plant-secrets in the files, unchanged or encoded.
no_secrets() {
	python3 - "$@" <<-'PY'
	import base64, html, json, re, sys, urllib.parse
	for path in sys.argv[1:]:
	    text = open(path, encoding="utf-8").read()
	    texts = [text, html.unescape(text), urllib.parse.unquote(text), re.sub(r"\\\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)]
	    texts += [base64.b64decode(part + "==").decode("latin1") for part in re.findall(r"[A-Za-z0-9+/]{40,}", text)]
	    for words in texts:
	        found = re.search(r".{0,60}s3cret.{0,30}", words, re.S)
	        if found:
	            sys.exit(f"{path}: {found[0]!r}")
	PY
}

@test "report: --redact leaves no private path in any field" {
	needs python3
	"$root/tests/report/plant-secrets" "$data/troubled" secrets
	grep -q 's3cret' secrets/profile/output
	"$report" --redact --output "$made" secrets >"$out" 2>"$err"
	no_secrets "$out" "$err" "$made/report.json" "$made/report.html"
	echo /srv/s3cret-user >seen
	run no_secrets seen
	expect 1 "$status" "the check sees a secret"
}

@test "report: --diff shows new findings and findings that are gone" {
	"$report" --diff "$data/quiet.json" "$data/troubled.json" >"$out"
	grep -qx '  new      critical Disk sdb is slow' "$out"
	grep -q '^  usestat user: .* -> ' "$out"
	grep -q '^  Wait for a CPU p99: .* (of [0-9]* and [0-9]*)$' "$out"
	# 417 requests are too few for the 99th percentile.
	expect 0 "$(grep -c 'Disk latency.*p99' "$out")"
	"$report" --json --diff "$data/quiet.json" "$data/troubled.json" |
		jq -e '[.findings[] | select(.change == "new").id] | contains(["cpu-throttled"])'
	jq '.machine.swappiness = 1' "$data/quiet.json" >"$made/b.json"
	"$report" --diff "$data/quiet.json" "$made/b.json" >"$out"
	grep -qx '  swappiness: 60 -> 1' "$out"
	"$report" --diff "$data/troubled.json" "$data/quiet.json" >"$out"
	grep -qx '  gone     critical Disk sdb is slow' "$out"
	render troubled --redact
	mv "$made/report.json" "$made/a.json"
	render quiet --redact
	"$report" --diff "$made/report.json" "$made/a.json" >"$out"
	grep -qx '  new      critical Disk sdb is slow' "$out"
	"$report" --diff "$data/troubled.json" "$data/troubled.json" >"$out"
	if grep -E '^  (new|gone|changed)| -> ' "$out"; then return 1; fi
}

@test "report: --diff --html is one page, with nothing hostile in its markup" {
	"$report" --html --diff "$data/quiet.json" "$data/troubled.json" >"$out"
	grep -q '<title>sixty: db1 and db1</title>' "$out"
	grep -qF '>new</td><td data-label="Finding">Disk sdb is slow</td>' "$out"
	grep -qF '<th scope="row">Wait for a CPU</th><td data-label="Percentile"' "$out"
	expect 0 "$(grep -c '<script\|http:\|https:' "$out")" "scripts and links"
	"$root/tests/report/plant" "$data/troubled" planted
	"$report" --json planted >planted.json 2>"$err"
	"$report" --html --diff "$data/hostile.json" planted.json >"$out"
	if misleading "$out" || grep -iE '<script|onerror="|<i>' "$out"; then return 1; fi
	grep -q 'FORGED &lt;script&gt;' "$out"
	run "$report" --html --json --diff "$data/quiet.json" "$data/quiet.json"
	expect 64 "$status"
}

@test "report: nothing hostile reaches the terminal or the page's markup" {
	render hostile
	expect 0 "$(LC_ALL=C tr -d '\n -~\200-\377' <"$out" | wc -c)" "control characters on the terminal"
	expect 0 "$(LC_ALL=C tr -d '\n\t -~\200-\377' <"$made/report.html" | wc -c)" "control characters in the page"
	iconv -f UTF-8 -t UTF-8 "$made/report.html" >/dev/null
	expect 0 "$(grep -ciE '<script|onerror="|src="http|<i>' "$made/report.html")"
	# The string is present as text.
	grep -q '&lt;script&gt;document.title=&quot;owned&quot;&lt;/script&gt;' "$made/report.html"
}

# misleading FILE: print its lines with characters that control a terminal, or hide or reverse text, and
# forged lines of text.
misleading() {
	LC_ALL=C.UTF-8 grep -nP '[\x00-\x08\x0b-\x1f\x7f-\x9f\x{61c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}\x{feff}]' "$@"
}

# no_plant BUNDLE OPTION...: expect no planted character in the outputs of the bundle's report.
no_plant() {
	"$report" --output "$made" "${@:2}" "$1" >"$out" 2>"$err"
	if misleading "$out" "$err" "$made/report.html" "$made/report.json" || grep -n '^FORGED' "$out" "$err"; then return 1; fi
}

@test "report: no string of a bundle controls the terminal, forges a line, or reverses text" {
	"$root/tests/report/plant" "$data/troubled" planted
	no_plant planted --all
	grep -q '<svg class="fu".*FORGED' "$made/report.html"
	if grep '&#' "$made/report.html"; then return 1; fi
	cp "$made/report.json" planted.json
	"$report" --diff "$data/quiet.json" planted.json >"$out" 2>"$err"
	if misleading "$out" "$err" || grep -n '^FORGED' "$out"; then return 1; fi
}

# bats test_tags=all
@test "report: nor in its other views" {
	local bundle option
	for bundle in quiet troubled hostile; do
		"$root/tests/report/plant" "$data/$bundle" "planted-$bundle"
		no_plant "planted-$bundle"
		for option in --markdown --redact --json; do no_plant "planted-$bundle" "$option"; done
		"$report" --json --diff "$made/report.json" "$data/quiet.json" >"$out"
		if misleading "$out"; then return 1; fi
	done
}

@test "report: files that are no reports, FIFOs and devices are refused with one message" {
	local bad
	mkfifo fifo
	head -c 20000 "$data/quiet.json" >damaged.json
	echo '{"schema": 1, "findings": {}}' >strange.json
	jq '.series[0].values = ["x"]' "$data/quiet.json" >wrong.json
	mkdir with-fifo
	mkdir with-fifo/opensnoop
	mkfifo with-fifo/opensnoop/output
	for bad in fifo /dev/zero /dev/null /etc/passwd damaged.json strange.json wrong.json nothing with-fifo . \
		$'no\nsuch\e[2Jfile'; do
		status=0
		timeout 10 "$report" --diff "$bad" "$data/quiet.json" >"$out" 2>"$err" || status=$?
		expect 1 "$status" "exit status of $bad"
		expect_lines 1 "$err" "messages about $bad"
		if misleading "$err"; then return 1; fi
		[ ! -s "$out" ]
	done
}

# The numbers of a bundle are bounded as in a run: they drive loops.
@test "report: a bad collector or meta.json costs neither the report nor minutes" {
	local from=$SECONDS
	cp -r "$data/troubled" bad
	jq '.seconds = 3000000 | .cpus = {} | .uptime_s = "x" | .host = []' "$data/troubled/meta.json" >bad/meta.json
	sed -i '2,9s/"daddr":"[^"]*"/"daddr":[]/; 2,9s/"sport":[0-9]*/"sport":{}/; 3,20s/"pid":[0-9]*/"pid":[[]]/' bad/tcpconnect/output
	sed -i '3s/"interval_ns":[0-9]*/"interval_ns":1e300/; 4s/"interval_ns":[0-9]*/"interval_ns":-1/' bad/usestat/output
	head -c 100000 /dev/zero >>bad/vmstat/output
	head -c 100000 /dev/zero >bad/iostat/status
	head -c 100000 /dev/zero | tr '\0' '\33' >>bad/opensnoop/output
	"$report" --output "$made" bad >"$out"
	[ $((SECONDS - from)) -le 40 ]	# took 4 s on an idle machine; 3,000,000 s and the NULs took minutes
	jq -e 'any(.findings[]; .id == "block-latency")' "$made/report.json"
	"$report" --output "$made" --json bad >"$out"
}

# bats test_tags=all
@test "report: the page is valid HTML" {
	needs tidy
	local bundle
	for bundle in quiet troubled hostile; do
		render "$bundle"
		# tidy does not know that an <svg> may be inside another one: the frames of the flame graph.
		sed '/^<svg class="f[kujw]" /d' "$made/report.html" >"$made/frameless.html"
		tidy -q -e "$made/frameless.html" >"$err" 2>&1 || { cat "$err"; return 1; }
	done
}

# accessible PAGE: check the needs of screen readers, keyboard users and people with weak eyesight.
accessible() { "$root/tests/report/accessible.py" "$1" "$root/scripts/checklist/report/style.css"; }

@test "report: the page is accessible by screen reader, keyboard and contrast" {
	local bundle
	for bundle in quiet troubled hostile; do
		render "$bundle"
		accessible "$made/report.html"
	done
	grep -q 'summary:focus-visible, a:focus-visible, .* { outline: 2px solid' "$root/scripts/checklist/report/style.css"
}

# bats test_tags=all
@test "report: the accessibility test detects an inaccessible page" {
	local change
	render troubled
	for change in 's/<caption>/<p>/' 's/ scope="col"//' 's/ role="img"//' 's/<h3/<h5/' 's/ id="fine"//' \
		's/<main>/<div>/' 's/ lang="en"//' 's/<h2/<h1/'; do
		sed "$change" "$made/report.html" >"$made/changed.html"
		run accessible "$made/changed.html"
		expect 1 "$status" "exit status after $change"
	done
	sed 's/--soft: #5b6570/--soft: #8b95a0/' "$root/scripts/checklist/report/style.css" >"$made/pale.css"
	run "$root/tests/report/accessible.py" "$made/report.html" "$made/pale.css"
	expect 1 "$status"
}

# The Content-Security-Policy would block scripts that got through: test also without it.
# bats test_tags=all
@test "report: a browser runs no script and sends no network request" {
	needs chromium
	local page
	render hostile
	grep -v Content-Security-Policy "$made/report.html" >"$made/unprotected.html"
	expect 1 "$(grep -c Content-Security-Policy "$made/report.html")"
	for page in report unprotected; do
		browse "$made/$page.html"
		expect 'sixty: db1&lt;script&gt;document.title="owned"&lt;/script&gt;' "$(title)"
		grep -q 'canary.invalid' "$BATS_TEST_TMPDIR/dom"	# as text
		expect 0 "$(grep -c 'canary\.invalid' "$BATS_TEST_TMPDIR/net")"
	done
}

# bats test_tags=all
@test "report: the browser test detects a page that runs a script" {
	needs chromium
	echo '<!DOCTYPE html><title>x</title><img src="http://canary.invalid/x"
		onerror="document.title='"'owned'"'">' >"$made/bad.html"
	browse "$made/bad.html"
	expect owned "$(title)"
	[ "$(grep -c 'canary\.invalid' "$BATS_TEST_TMPDIR/net")" -gt 0 ]
}

# bats test_tags=all
@test "report: 8 MB of events are read in seconds" {
	mkdir -p "$BATS_TEST_TMPDIR/dir/opensnoop"
	yes "$(sed -n 9p "$data/troubled/opensnoop/output")" | head -c 8388608 |
		cat <(head -n 1 "$data/troubled/opensnoop/output") - >"$BATS_TEST_TMPDIR/dir/opensnoop/output"
	local start=$SECONDS
	"$report" --json "$BATS_TEST_TMPDIR/dir" >"$out"
	[ $((SECONDS - start)) -le 20 ]	# takes a second or two on an idle machine
	[ "$(jq '.tables[0].rows[0].count' "$out")" -gt 20000 ]
}

@test "report: a connect that its client gave up after 200 ms is unanswered" {
	mkdir -p "$BATS_TEST_TMPDIR/dir/tcpconnect"
	cp "$data/troubled/meta.json" "$BATS_TEST_TMPDIR/dir"
	printf 'ok\t\n' >"$BATS_TEST_TMPDIR/dir/tcpconnect/status"
	{
		head -n 1 "$data/troubled/tcpconnect/output"
		printf '{"type":"event","mono_ns":100200000000%d,"comm":"app","pid":7,"tid":%d,"saddr":"10.0.0.1","sport":%d,"daddr":"10.9.9.9","dport":80,"result":"waiting"}\n' 1 1 1 2 2 2
		printf '{"type":"event","mono_ns":100200000000%d,"comm":"app","pid":7,"tid":%d,"saddr":"10.0.0.1","sport":%d,"daddr":"10.9.9.9","dport":80,"result":"aborted","latency_ns":1200000000}\n' 1 1 1 2 2 2
		echo '{"type":"event","mono_ns":1002000000009,"comm":"app","pid":7,"tid":3,"saddr":"10.0.0.1","sport":3,"daddr":"10.9.9.9","dport":80,"result":"aborted","latency_ns":1000000}'
	} >"$BATS_TEST_TMPDIR/dir/tcpconnect/output"
	"$report" --json "$BATS_TEST_TMPDIR/dir" >"$out"
	expect '2 connects by "app" (7): no answer, after at most 1.2 s' \
		"$(jq -r '.findings[] | select(.id == "connects-unanswered").evidence[0].text' "$out")"
	expect "nc -vz -w 3 10.9.9.9 80" "$(jq -r '.findings[] | select(.id == "connects-unanswered").next' "$out")"
}

@test "report: in a storm, the rows of --count-by are exact, and events show who and where" {
	local at=$BATS_TEST_TMPDIR/dir/opensnoop
	mkdir -p "$at"
	printf 'ok\t\n' >"$at/status"
	head -n 1 "$data/troubled/opensnoop/output" >"$at/output"
	cp "$data/troubled/meta.json" "$BATS_TEST_TMPDIR/dir"
	# Of 20000 opens 5 are printed; one of sixty itself is among them.
	echo 99 >"$at/pid"
	printf '{"type":"event","mono_ns":100200000000%d,"comm":"loop","pid":7,"path":"/srv/x","err":2,"cgroup":"/a.service"}\n' \
		1 2 3 4 >>"$at/output"
	echo '{"type":"event","mono_ns":1002000000005,"comm":"top","pid":99,"path":"/own","err":2}' >>"$at/output"
	printf '{"type":"count","mono_ns":100%d000000000,"path":"/srv/x","err":2,"comm":"loop","count":10000}\n' 3 4 >>"$at/output"
	echo '{"type":"count","mono_ns":1004000000000,"path":"/own","err":2,"comm":"top","count":600}' >>"$at/output"
	echo '{"type":"count","mono_ns":1004000000000,"count":50,"others":9}' >>"$at/output"
	"$report" --json "$BATS_TEST_TMPDIR/dir" >"$out"
	expect "/srv/x ENOENT 20000 loop" \
		"$(jq -r '.tables[] | select(.id == "opens").rows[] | "\(.path) \(.error) \(.count) \(.comm)"' "$out")"
	jq -e '.findings[] | select(.id == "failing-opens").evidence[0].text | contains("20000 times")' "$out"
	jq -e '[.series[] | select(.id == "opens.failed").values[]] | add == 20050' "$out"
}

@test "report: bad arguments are refused" {
	local bad
	for bad in "" "--bad x" "--diff x" "--output"; do
		status=0
		# shellcheck disable=SC2086
		"$report" $bad >"$out" 2>"$err" || status=$?
		expect 64 "$status" "exit status of $bad"
		expect 1 "$(wc -l <"$err")" "lines on stderr"
	done
	run "$report" "$BATS_TEST_TMPDIR"
	expect 1 "$status"
}
