# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Functions that several modules of the report use: numbers for people, times, arrays.
# Written for jq 1.6, where `.[$key] += 1` copies the whole object each time: use group_by,
# or setpath in a reduce.

# plain_numbers: jq 1.7 and later print a number as it was read, for example "2.00", but not
# the result of a sum.
def plain_numbers: walk(if type == "number" then . + 0 else . end);

def finite: if . == null or isnan or isinfinite then null else . end;

def round_to(digits): if . == null then null else pow(10; digits) as $p | . * $p | round / $p end;

def average: if length == 0 then null else add / length end;

def percent(whole): if . != null and whole > 0 then 100 * . / whole else null end;

# number: for people: about three significant digits, no exponent.
def number:
	if . == null then "-"
	elif fabs >= 100 then round | tostring
	elif fabs >= 10 then round_to(1) | tostring
	else round_to(2) | tostring end;

def in_time: # nanoseconds
	if . == null then "-"
	elif . >= 5400e9 then "\(. / 3600e9 | number) h"
	elif . >= 120e9 then "\(. / 60e9 | number) min"
	elif . >= 1e9 then "\(. / 1e9 | number) s"
	elif . >= 1e6 then "\(. / 1e6 | number) ms"
	elif . >= 1e3 then "\(. / 1e3 | number) us"
	else "\(number) ns" end;

def in_bytes:
	if . == null then "-"
	elif . >= 1073741824 then "\(. / 1073741824 | number) GiB"
	elif . >= 1048576 then "\(. / 1048576 | number) MiB"
	elif . >= 1024 then "\(. / 1024 | number) KiB"
	else "\(number) B" end;

def unit_ns(unit): . * {usecs: 1e3, msecs: 1e6, nsecs: 1}[unit];

# with_unit(unit): a value of a series or of a table, formatted for people.
def with_unit(unit):
	if unit == "ns" then in_time
	elif unit == "bytes" then in_bytes
	elif . == null then "-"
	elif unit == "%" then "\(number) %"
	elif unit == "" or unit == null then number
	else "\(number) \(unit)" end;

def times: if . == 1 then "once" else "\(.) times" end;

# plural(noun): "1 lookup", "2 lookups".
def plural(noun): "\(.) \(noun)\(if . == 1 then "" elif noun | endswith("s") then "es" else "s" end)";

def rfc3339: "^(?<whole>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8})(?<part>\\.[0-9]+)?"
	+ "(?<zone>Z|[+-][0-9]{2}:?[0-9]{2})$";

# epoch: the seconds since 1970 of an RFC 3339 time in UTC or with an offset; null for other strings.
def epoch:
	(capture(rfc3339) // null) as $t
	| if $t == null then null else
		(try ($t.whole + "Z" | fromdate) catch null | values) + ("0" + ($t.part // ".0") | tonumber)
		- (if $t.zone == "Z" then 0 else
			($t.zone | gsub(":"; "")) as $z
			| (if $z[0:1] == "-" then -1 else 1 end)
				* (($z[1:3] | tonumber) * 3600 + ($z[3:5] | tonumber) * 60)
		end)
	end // null;

# words: the words of a line.
def words: [splits("[ \t]+") | select(length > 0)];

# quoted: a string for people, on one line and in quotes.
def quoted: tojson;

# misleading: ranges of characters that could control a terminal, forge a line, or hide or reverse text.
# common/core/put.c escapes the same ones.
def misleading: [[0, 31], [127, 159], [1564, 1564], [8206, 8207], [8232, 8238], [8294, 8297], [65279, 65279]];

# without(ranges; code): each character in these ranges is replaced by the one of that code.  Not with gsub,
# whose time grows with the square of their number.
def without($ranges; $code):
	if test("[" + ($ranges | map("\([.[0]] | implode)-\([.[1]] | implode)") | add) + "]") then
		explode | map(. as $c | if any($ranges[]; .[0] <= $c and $c <= .[1]) then $code else . end) | implode
	else . end;

# printable: without those characters.
def printable: if test("[^ -~]") then without(misleading; 63) else . end;

# all_printable: the same for every string in a value.
def all_printable: walk(if type == "string" then printable else . end);

# cut_to(n): truncated to n characters.
def cut_to(n): if length > n then .[0:n - 3] + "..." else . end;

# shell_word: as a word of a shell command, quoted only if necessary.
def shell_word:
	tostring | if test("^[A-Za-z0-9_@%+=:,./-]+$") then . else @sh end;

# installed: a command in which each {NAME} is replaced by the name under which that tool of
# this project is installed.
def installed: gsub("(?<before>^|[^%])\\{(?<tool>[a-z0-9]+)\\}"; .before + $prefix + .tool + $suffix);

# worst: the worst of these severities; null for an empty list.
def worst: . as $all | first(("critical", "warning", "info") | select(. as $one | $all | index($one))) // null;

# lost: how many events a collector has lost, apart from a few that began before it.
def BEGUN_MAX: 20;
def lost: (.lost // 0) - ([.no_start // 0, BEGUN_MAX] | min);

# class_title: the heading of a class of findings.
def class_title:
	{errors: "Errors", saturation: "Saturation", utilisation: "Utilisation", signals: "Seen by tracing"}[.];
