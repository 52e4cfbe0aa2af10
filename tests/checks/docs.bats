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
	help "$1" | sed '/^Examples:/,/^$/d' | grep -E '^ +-' | sed -E 's/   +[A-Z0-9].*//' |
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
	json_keys "$1" >"$BATS_TEST_TMPDIR/keys"
	[ -s "$BATS_TEST_TMPDIR/keys" ] || { echo "no columns found"; return 1; }
	section "$1" FIELDS | grep -E '^\.(It|Va) ' | grep -oE '[A-Za-z0-9_]+' | sort -u |
		comm -23 "$BATS_TEST_TMPDIR/keys" - | none "not in FIELDS"
}

has_examples() {
	help "$1" | grep -A1 '^Examples:' | grep -qE "^ .*\\b$1\\b" || { echo "no examples"; return 1; }
}

has_sections() {
	printf '%s\n' NAME SYNOPSIS DESCRIPTION OPTIONS FIELDS OVERHEAD CAVEATS "EXIT STATUS" EXAMPLES "SEE ALSO" |
		awk 'NR == FNR { wanted[$0]; next } /^\.Sh / { name = substr($0, 5); next } { lines[name]++ }
			END { for (name in wanted) if (!lines[name]) print name }' - "$build/$1.8" | none "sections missing"
}

# run_example LINE: run it and send Ctrl-C after a second; print what failed.  An example may
# name a user, process or disk that does not exist on this machine.
run_example() {
	local messages status=0
	messages=$(PATH=$build:$PATH timeout -s INT -k 5 1 bash -c "exec $1" 2>&1 >/dev/null) || status=$?
	case $status:$messages in
	0:* | 124:* | 64:*"there is no"* | 64:*"invalid user"*) ;;
	*) echo "exit status $status of: $1: $messages" ;;
	esac
}

# run_help_examples TOOL: run each example of --help without its comment, all at once.
run_help_examples() {
	local line
	while read -r line; do
		run_example "$line" 3>&- &
	done < <(help "$1" | sed '1,/^Examples:/d; s/^ *//; s/#.*//; s/   *.*//' | grep "^$1\b") |
		none "examples that fail"
}

@test "every tool has a man page" { per_tool has_man_page; }

# Without this line the mdoc macros of groff print "BSD System Manager's Manual".
@test "the headers of the man pages do not name BSD" {
	expect "" "$(grep -L '^\.ds doc-volume-operating-system$' tools/*/*.8 scripts/checklist/*.8 docs/*.7)"
}

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

# wrongly_listed TABLE OPTIONS: print the options that the table gets wrong; true if none.
wrongly_listed() {
	diff <(awk '$2 == "yes" { print $1 }' "$1" | sort -u) \
		<(awk '{ print $1 }' "$1" | sort -u | comm -12 - "$2")
}

@test "migrating-from-bcc.md: the options listed as offered are those in --help" {
	local tool bad=0
	for tool in $(tools); do
		bcc_options "$tool" >"$BATS_TEST_TMPDIR/table"
		[ -s "$BATS_TEST_TMPDIR/table" ] || { echo "no table: $tool"; bad=1; }
		help_options "$tool" >"$BATS_TEST_TMPDIR/help"
		wrongly_listed "$BATS_TEST_TMPDIR/table" "$BATS_TEST_TMPDIR/help" || { echo "$tool: offered or not?"; bad=1; }
	done
	return "$bad"
}
