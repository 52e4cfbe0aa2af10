#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# --help, the columns and the man page of each tool agree.

load ../lib

own_setup() { cd "$root" || return; }

# All tools, or the one that scripts/test TOOL is testing.
tools=("$root"/tools/*/)
tools=("${tools[@]%/}")
tools=("${tools[@]##*/}")
[ -z "${SIXTY_TOOL-}" ] || tools=("$SIXTY_TOOL")
slower=(ext4slower xfsslower btrfsslower)	# fsslower by other names

# in_files COMMAND... ENDING NAME...: run the command with the file NAME.ENDING of each program: .help is what
# make got from --help, .8 the man page.  Awk programs begin with program_awk.
in_files() {
	local command=()
	while [[ $1 != .* ]]; do
		command+=("$1")
		shift
	done
	local files=("${@:2}")
	files=("${files[@]/#/$build/}")
	"${command[@]}" "${files[@]/%/$1}"
}
program_awk='FNR == 1 { program = FILENAME; gsub(/.*\/|\.[a-z0-9]*$/, "", program); on = 0; part = "" }'

# help_options NAME...: print "PROGRAM OPTION" for each option in the list of --help.
help_options() {
	in_files awk "$program_awk"'
		FNR == 1 { on = 1 }
		/^Examples:/ { on = 0 }
		/^$/ { on = 1 }
		on && /^ +-/ {
			sub(/   +[A-Z0-9].*/, "")
			while (match($0, /(^|[ ,])--?[A-Za-z0-9][a-z0-9-]*/)) {
				option = substr($0, RSTART, RLENGTH)
				gsub(/[ ,]/, "", option)
				print program, option
				$0 = substr($0, RSTART + RLENGTH)
			}
		}' .help "$@" | sort -u
}

# man_options NAME...: print "PROGRAM OPTION" for each option in the man page's list.
man_options() {
	in_files awk "$program_awk"'
		/^\.Sh / { on = $0 == ".Sh OPTIONS" }
		on && /^\.It Fl/ {
			while (match($0, /(Fl|,) -?[A-Za-z0-9][a-z0-9-]*/)) {
				option = substr($0, RSTART, RLENGTH)
				sub(/(Fl|,) /, "-", option)
				print program, option
				$0 = substr($0, RSTART + RLENGTH)
			}
		}' .8 "$@" | sort -u
}

same_options() {
	diff --label --help --label "man page" -U0 <(help_options "$@") <(man_options "$@")
}

# has_examples NAME...: expect the program in the first line after "Examples:".
has_examples() {
	in_files awk "$program_awk"'
		FNR == 1 { missing[program] }
		on && /^ / && (" " $0 " ") ~ ("[^a-z0-9]" program "[^a-z0-9]") { delete missing[program] }
		{ on = /^Examples:/ }
		END { for (program in missing) print program }' .help "$@" | none "no examples"
}

has_sections() {
	in_files awk "$program_awk"'
		BEGIN {
			n = split("NAME,SYNOPSIS,DESCRIPTION,OPTIONS,FIELDS,OVERHEAD,CAVEATS,EXIT STATUS," \
				  "EXAMPLES,SEE ALSO", wanted, ",")
		}
		FNR == 1 { programs[program] }
		/^\.Sh / { part = substr($0, 5); next }
		{ lines[program, part]++ }
		END {
			for (program in programs)
				for (i = 1; i <= n; i++)
					if (!lines[program, wanted[i]])
						print program ": " wanted[i]
		}' .8 "$@" | none "sections missing"
}

# json_keys NAME...: print "PROGRAM KEY" for each key of its column tables.
json_keys() {
	local name
	for name; do
		"$build/$name" --list-columns >"$BATS_TEST_TMPDIR/$name.columns"
	done
	jq -r '(input_filename | sub(".*/"; "") | sub("\\.columns$"; "")) as $program
		| "\($program) \(.tables[].columns[].key)"' "$BATS_TEST_TMPDIR"/*.columns | sort -u
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

# help_examples NAME...: print the examples of --help without their comments.
help_examples() {
	in_files awk "$program_awk"'
		/^Examples:/ { on = 1; next }
		/^$/ { on = 0 }
		on {
			sub(/#.*/, ""); sub(/^ */, ""); sub(/   .*/, "")
			if ($1 == program) print
		}' .help "$@"
}

# run_help_examples NAME...: run them eight at a time; most of the time they sleep.
run_help_examples() {
	local line ended
	local -A running
	while read -r line; do
		if ((${#running[@]} >= 8)); then
			wait -n -p ended "${!running[@]}" || true
			unset "running[$ended]"
		fi
		run_example "$line" 3>&- &
		running[$!]=1
	done < <(help_examples "$@") | none "examples that fail"
}

# Without this line the mdoc macros of groff print "BSD System Manager's Manual".
@test "the headers of the man pages do not name BSD" {
	expect "" "$(grep -L '^\.ds doc-volume-operating-system$' tools/*/*.8 scripts/checklist/*.8 docs/*.7)"
}

@test "every tool has a man page" {
	local tool
	for tool in "${tools[@]}"; do
		[ -s "$build/$tool.8" ] || echo "$tool"
	done | none "no man page"
}

@test "the options of --help and of the man page are the same" {
	[ "$(help_options "${tools[@]}" | wc -l)" -gt "${#tools[@]}" ]
	same_options "${tools[@]}"
}

@test "every JSON key is in FIELDS" {
	needs jq
	json_keys "${tools[@]}" >"$BATS_TEST_TMPDIR/keys"
	for tool in "${tools[@]}"; do grep -q "^$tool " "$BATS_TEST_TMPDIR/keys"; done
	in_files awk "$program_awk"'
		/^\.Sh / { on = $0 == ".Sh FIELDS" }
		on && /^\.(It|Va) / {
			gsub(/[^A-Za-z0-9_]+/, " ")
			for (i = 1; i <= NF; i++) print program, $i
		}' .8 "${tools[@]}" | sort -u | comm -23 "$BATS_TEST_TMPDIR/keys" - | none "not in FIELDS"
}

@test "every --help has examples" { has_examples "${tools[@]}"; }

@test "every --help fits a terminal of 80 columns" {
	local program
	{
		in_files awk "$program_awk"'length > 80 { print program ": " $0 }' .help "${tools[@]}" "${slower[@]}" sixty
		for program in contrib/sixty-fleet scripts/{deps,quickstart,test} scripts/build/install-caps; do
			"$root/$program" --help | awk -v program="$program" 'length > 80 { print program ": " $0 }'
		done
	} | none "longer than 80"
}

@test "the examples of --help run" {
	[ "$(id -u)" = 0 ] || skip "not root"
	run_help_examples "${tools[@]}"
}

@test "every man page has all sections" { has_sections "${tools[@]}"; }

@test "sixty: the options of --help and of the man page are the same" {
	same_options sixty
	has_examples sixty
}

@test "every tool has an example session with explanations" {
	local tool
	for tool in "${tools[@]}"; do
		compgen -G "tools/*/${tool}_example.txt" >/dev/null || echo "${tool}_example.txt"
	done | none "missing"
}

@test "ext4slower, xfsslower and btrfsslower have their own pages, with the options of --help" {
	same_options "${slower[@]}"
	has_examples "${slower[@]}"
	has_sections "${slower[@]}"
	in_files awk "$program_awk"'
		/^\.Sh / { part = $0 }
		part == ".Sh NAME" && $0 == ".Nm " program { named[program] = 1 }
		END { print length(named) }' .8 "${slower[@]}" | grep -qx 3
	{ in_files grep -H '@only-fsslower@\|-type' .8 "${slower[@]}" || true; } | none "parts that only fsslower has"
}

@test "sixty, the tools and the packages have the same version" {
	local version
	version=$(sed -n 's/^VERSION=//p' scripts/sixty)
	scripts/sixty --version | grep -qx "sixty $version"
	"$build/execsnoop" --version | grep -q "(sixty) $version,"
	head -n 1 packaging/debian/changelog | grep -q "^sixty ($version-[0-9]*) "
	grep -qx "Version: *$version" packaging/rpm/sixty.spec
	grep -qx "pkgver=$version" packaging/arch/PKGBUILD
	grep -qF "image.version=\"$version\"" Containerfile
	expect "sixty:$version" "$(grep -ohE 'sixty:[0-9.]+[0-9]' docs/containers.md contrib/kubernetes/* | sort -u)" image
}

@test "set-site writes the address and the contacts everywhere, also a second time" {
	local old='sixty[.]example' site
	git archive HEAD | tar -x -C "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	for site in one.test/project two.test; do
		scripts/dev/set-site "https://$site" "m@${site%/*}" "s@${site%/*}"
		expect "" "$(grep -rlE --exclude-dir=tests "$old" . | xargs)" "files with the old address"
		old='one[.]test'
	done
	grep -qx 'Homepage: https://two.test/' packaging/debian/control
	grep -qx 'Maintainer: sixty maintainers <m@two.test>' packaging/debian/control
	grep -q '<s@two.test>' SECURITY.md
	run scripts/dev/set-site two.test m@two.test s@two.test
	expect 64 "$status"
}

@test "set-version writes the version and the date everywhere" {
	git archive HEAD | tar -x -C "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR"
	sed -i '0,/^## \[.*/s//## [9.8.7] - soon/' CHANGELOG.md
	scripts/dev/set-version 9.8.7 2030-12-31
	grep -qx '## \[9.8.7\] - 2030-12-31' CHANGELOG.md
	expect "VERSION=9.8.7 image.version=\"9.8.7\" Version: 9.8.7 pkgver=9.8.7" "$(
		grep -ohE '^VERSION=.*|image.version=[^ ]*|^Version: *.*|^pkgver=.*' scripts/sixty Containerfile \
			packaging/rpm/sixty.spec packaging/arch/PKGBUILD | xargs -d '\n' | tr -s ' ')"
	expect "sixty (9.8.7-1) unstable; urgency=medium" "$(head -n 1 packaging/debian/changelog)"
	grep -q '^ -- .*>  Tue, 31 Dec 2030 00:00:00 +0000$' packaging/debian/changelog
	expect "sixty:9.8.7" "$(grep -ohE 'sixty:[0-9.]+[0-9]' docs/containers.md contrib/kubernetes/* | sort -u)" image
	run scripts/dev/set-version 1.2.3 2030-12-31
	expect 1 "$status"
	[[ $output == *"CHANGELOG.md has no section [1.2.3]"* ]]
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
	for file in ext4slower xfsslower btrfsslower; do
		expect fsslower.schema.json "$(readlink "$root/docs/schema/$file.schema.json")" "the link of $file"
	done
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

# bcc_options: print "TOOL OPTION yes" or "TOOL OPTION no" from the tables in docs/migrating-from-bcc.md.
bcc_options() {
	awk -F ' *[|] *' '
		/^## / { tools = substr($0, 4) }
		$2 ~ /^--?[A-Za-z0-9]/ {
			n = split($2, option, ", ")
			count = split(tools, tool, /, | and /)
			for (t = 1; t <= count; t++)
				for (i = 1; i <= n; i++)
					print tool[t], option[i], $4 ~ /^not offered/ ? "no" : "yes"
		}' docs/migrating-from-bcc.md
}

@test "migrating-from-bcc.md: the options listed as offered are those in --help" {
	local tool
	bcc_options >"$BATS_TEST_TMPDIR/table"
	for tool in "${tools[@]}"; do
		grep -q "^$tool " "$BATS_TEST_TMPDIR/table" || echo "$tool"
	done | none "no table"
	help_options "${tools[@]}" | awk -v tools=" ${tools[*]} " '
		NR == FNR { offered[$1, $2]; next }
		!index(tools, " " $1 " ") { next }
		$3 == "yes" { yes[$1, $2]; if (!(($1, $2) in offered)) print $1 ": " $2 " is not offered" }
		$3 == "no" && ($1, $2) in offered { no[$1 ": " $2] = $1 SUBSEP $2 }
		END { for (name in no) if (!(no[name] in yes)) print name " is offered" }' - "$BATS_TEST_TMPDIR/table" |
		none "wrongly listed"
}
