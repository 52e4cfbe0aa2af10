#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# --help, the columns and the man page of each tool agree.

load ../lib

own_setup() { cd "$root" || return; }

# tools: print all tools, or the one that scripts/test TOOL is testing.
tools() {
	if [ -n "${SIXTY_TOOL-}" ]; then
		echo "$SIXTY_TOOL"
	else
		basename -a tools/*/
	fi
}

# help PROGRAM: print its --help; sixty is a script.
help() {
	case $1 in
	sixty) scripts/sixty --help ;;
	*) "$build/$1" --help ;;
	esac
}

# help_options PROGRAM: print its options, one per line, from the list in --help.
help_options() {
	help "$1" | sed '/^Examples:/,$d' | grep -E '^ +-' | sed -E 's/   +[A-Z0-9].*//' |
		grep -oE '(^|[ ,])--?[A-Za-z0-9][a-z0-9-]*' | tr -d ' ,' | sort -u
}

# man_options PROGRAM: print the options in the man page's list.
man_options() {
	sed -n '/^\.Sh OPTIONS/,/^\.Sh [^O]/p' "$build/$1.8" | grep '^\.It Fl' |
		grep -oE '(Fl|,) -?[A-Za-z0-9][a-z0-9-]*' | sed -E 's/^(Fl|,) /-/' | sort -u
}

# section PROGRAM NAME: print that section of the man page.
section() {
	awk -v name="$2" '/^\.Sh / { on = $0 == ".Sh " name } on' "$build/$1.8"
}

# json_keys TOOL: print the keys of its column tables.
json_keys() { "$build/$1" --list-columns | jq -r '.tables[].columns[].key' | sort -u; }

# per_tool COMMAND...: run it with each tool's name appended; print the names of those that fail.
per_tool() {
	local tool bad=0
	for tool in $(tools); do
		"$@" "$tool" || { echo "  ($tool)"; bad=1; }
	done
	return "$bad"
}

has_man_page() { [ -s "$build/$1.8" ] || { echo "no man page"; return 1; }; }

same_options() {
	diff --label --help --label "man page" -U0 <(help_options "$1") <(man_options "$1")
}

keys_in_fields() {
	local key bad=0
	[ -n "$(json_keys "$1")" ] || { echo "no columns found"; return 1; }
	for key in $(json_keys "$1"); do
		section "$1" FIELDS | grep -qE "^\\.(It|Va) .*\\b$key\\b" ||
			{ echo "not in FIELDS: $key"; bad=1; }
	done
	return "$bad"
}

has_examples() {
	help "$1" | grep -A1 '^Examples:' | grep -qE "^ .*\\b$1\\b" || { echo "no examples"; return 1; }
}

has_sections() {
	local name bad=0
	for name in NAME SYNOPSIS DESCRIPTION OPTIONS FIELDS OVERHEAD CAVEATS "EXIT STATUS" \
		EXAMPLES "SEE ALSO"; do
		[ "$(section "$1" "$name" | wc -l)" -gt 1 ] || { echo "no section $name"; bad=1; }
	done
	return "$bad"
}

# run_help_examples TOOL: run each example, without its comment, and send Ctrl-C after a second.
# An example may name a user, process or disk that does not exist on this machine.
run_help_examples() {
	local line status bad=0
	while read -r line; do
		status=0
		PATH=$build:$PATH timeout -s INT -k 5 1 bash -c "exec $line" >/dev/null 2>"$err" || status=$?
		[ "$status" -ne 64 ] || ! grep -qE 'there is no|invalid user' "$err" || continue
		[ "$status" -ne 0 ] && [ "$status" -ne 124 ] || continue
		echo "exit status $status of: $line: $(cat "$err")"
		bad=1
	done < <(help "$1" | sed '1,/^Examples:/d; s/^ *//; s/#.*//; s/   *.*//' | grep "^$1\b")
	return "$bad"
}

@test "every tool has a man page" { per_tool has_man_page; }

@test "the options of --help and of the man page are the same" { per_tool same_options; }

@test "every JSON key is in FIELDS" {
	needs jq
	per_tool keys_in_fields
}

@test "every --help has examples" { per_tool has_examples; }

@test "the examples of --help run" {
	[ "$(id -u)" = 0 ] || skip "not root"
	per_tool run_help_examples
}

@test "every man page has all sections" { per_tool has_sections; }

@test "sixty: the options of --help and of the man page are the same" {
	same_options sixty
	has_examples sixty
}

@test "every tool has an example session with explanations" {
	local tool bad=0
	for tool in $(tools); do
		compgen -G "tools/*/${tool}_example.txt" >/dev/null || { echo "no ${tool}_example.txt"; bad=1; }
	done
	return "$bad"
}

@test "ext4slower, xfsslower and btrfsslower have their own pages, with the options of --help" {
	local tool
	for tool in ext4slower xfsslower btrfsslower; do
		same_options "$tool"
		has_examples "$tool"
		has_sections "$tool"
		section "$tool" NAME | grep -q "^\.Nm $tool$"
		expect 0 "$(grep -c '@only-fsslower@\|-type' "$build/$tool.8")" "parts that only fsslower has"
	done
}

@test "sixty, the tools and the packages have the same version" {
	local version
	version=$(sed -n 's/^VERSION=//p' scripts/sixty)
	scripts/sixty --version | grep -qx "sixty $version"
	"$build/execsnoop" --version | grep -q "(sixty) $version,"
	head -n 1 packaging/debian/changelog | grep -q "^sixty ($version-[0-9]*) "
	grep -qx "Version: *$version" packaging/rpm/sixty.spec
	grep -qx "pkgver=$version" packaging/arch/PKGBUILD
}

@test "sixty(7): every tool is in WHICH TOOL and in SEE ALSO" {
	local tool part
	for part in "WHICH TOOL" "SEE ALSO"; do
		expect "$(make -s list-tools | sort)" \
			"$(awk -v part="$part" '/^\.Sh / { on = $0 == ".Sh " part } on && /^\.Xr/ { print $2 }' \
				docs/sixty.7 | grep -vx sixty | sort)" "tools in $part"
	done
}

@test "schemas, FIELDS and docs/fields.md match what make generate prints" {
	needs jq
	local file bad=0
	O=$build scripts/dev/generate "$BATS_TEST_TMPDIR/made"
	cd "$BATS_TEST_TMPDIR/made"
	while read -r file; do
		diff -u "$root/$file" "$file" || bad=1
	done < <(find . -type f)
	[ "$bad" = 0 ] || { echo "run make generate, and commit what it changes"; return 1; }
}

@test "every JSON field has a description" {
	needs jq
	local missing
	missing=$(jq -r '."$id" as $id | ."$defs" | to_entries[] | .key as $line
		| .value.properties // {} | to_entries[]
		| select(.key != "type" and (.value.description // "") == "")
		| "\($id): \($line): \(.key)"' docs/schema/*.schema.json)
	expect "" "$missing" "fields without one"
}

@test "every error number in JSON has its name beside it" {
	needs jq
	local records
	records=$(jq -r '."$id" as $id | ."$defs" | to_entries[] | .value.properties // {}
		| select(any(.[]; (."$ref" // "") | endswith("/errno")) or .ret.minimum == -4095)
		| "\($id) \(has("error_name"))"' docs/schema/*.schema.json | sort -u)
	expect "biosnoop execsnoop fsslower opensnoop tcpconnect" \
		"$(sed -n 's/.schema.json true$//p' <<<"$records" | xargs)" "tools with both"
	expect "" "$(grep -v "true$" <<<"$records")" "those without a name"
}

@test "all links of the documents have a target" {
	[ -n "$(links_of README.md)" ]
	expect "" "$(links_to_nothing ./*.md docs/*.md)" "broken links"
}

# bcc_options TOOL: print "OPTION yes" or "OPTION no" from its table in docs/migrating-from-bcc.md.
bcc_options() {
	awk -F ' *[|] *' -v tool="$1" '
		/^## / { on = (" " substr($0, 4) ",") ~ (" " tool ",") }
		on && $2 ~ /^--?[A-Za-z0-9]/ {
			n = split($2, option, ", ")
			for (i = 1; i <= n; i++)
				print option[i], $4 ~ /^not offered/ ? "no" : "yes"
		}' docs/migrating-from-bcc.md
}

@test "migrating-from-bcc.md: the options listed as offered are those in --help" {
	local tool option offered bad=0
	for tool in $(tools); do
		[ -n "$(bcc_options "$tool")" ] || { echo "no table: $tool"; bad=1; }
		while read -r option offered; do
			case $offered$(help_options "$tool" | grep -cx -e "$option") in
			yes1 | no0) ;;
			*) echo "$tool $option: offered or not?"; bad=1 ;;
			esac
		done < <(bcc_options "$tool")
	done
	return "$bad"
}
