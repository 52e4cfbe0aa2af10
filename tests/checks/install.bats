#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What make install puts where, that it works there, and that make uninstall takes it away.

load ../lib

own_setup() {
	dest=$BATS_TEST_TMPDIR/dest
	names=(PROGRAM_PREFIX=bpf- PROGRAM_SUFFIX=.x)
	mapfile -t tools < <(make -s -C "$root" list-tools)
	[ "${#tools[@]}" -ge 15 ]
}

# quiet_make ARGUMENT...: of the tree as it is built, by the name that it was built under.
quiet_make() {
	make -C "$root" O="${build#"$root/"}" DESTDIR="$dest" "$@" >log 2>&1 || { tail -n 20 log; return 1; }
}

files() { (cd "$dest" && find . ! -type d | sort); }

# has FILE...: below $dest, not empty.
has() {
	local file
	for file; do
		[ -s "$dest/$file" ] || { echo "not installed: $file"; return 1; }
	done
}

@test "make install: each tool has its program, page, example and completions" {
	local tool name
	quiet_make install prefix=/usr "${names[@]}"
	for tool in "${tools[@]}"; do
		name=bpf-$tool.x
		has "usr/sbin/$name" "usr/share/man/man8/$name.8" \
			"usr/share/doc/sixty/examples/${tool}_example.txt" \
			"usr/share/bash-completion/completions/$name" \
			"usr/share/zsh/site-functions/_$name" \
			"usr/share/fish/vendor_completions.d/$name.fish"
	done
	has usr/sbin/sixty usr/share/man/man8/sixty.8 usr/share/man/man7/sixty.7 \
		usr/share/sixty/sixty-report usr/share/bash-completion/completions/sixty usr/lib/systemd/system/sixty.timer
	expect "$(cd "$root" && find contrib -type f | sort)" \
		"$(cd "$dest/usr/share/doc/sixty" && find contrib -type f | sort)" "files of contrib"
	[ -x "$dest/usr/share/doc/sixty/contrib/sixty-fleet" ]
}

@test "make install: nothing outside prefix, nothing that others cannot read" {
	umask 077
	quiet_make install prefix=/opt/s "${names[@]}"
	expect "" "$(files | grep -v '^\./opt/s/')" "files outside prefix"
	expect "" "$(find "$dest" ! -perm -444)" "files that not everyone can read"
	expect "" "$(grep -rlIE '@(PREFIX|SUFFIX|sbindir)@' "$dest")" "files with a place that was not filled"
}

@test "make uninstall leaves nothing, whatever the names" {
	local set
	for set in "prefix=/usr" "prefix=/usr PROGRAM_PREFIX=bpf-" \
		"prefix=/opt/s PROGRAM_SUFFIX=-sixty mandir=/m unitdir=/u docdir=/d"; do
		# shellcheck disable=SC2086 # words
		quiet_make install $set
		[ "$(files | wc -l)" -gt 100 ]
		: >"$dest/not-ours"
		# shellcheck disable=SC2086
		quiet_make uninstall $set
		expect "./not-ours" "$(files)" "files after uninstall ($set)"
		expect "" "$(find "$dest" -name '*sixty*')" "directories of ours after uninstall ($set)"
	done
}

@test "manual pages and examples speak of the programs by the names that they have" {
	local any
	needs mandoc
	quiet_make install prefix=/usr "${names[@]}"
	any=$(tr ' ' '|' <<<"${tools[*]}")
	expect "" "$(grep -rE "^\\.(Nm|Xr|Dl|Dl sudo) ($any)( |\$)" "$dest/usr/share/man")" "old names"
	expect "" "$(grep -rE "^ *# ($any)( |\$)" "$dest/usr/share/doc/sixty/examples")" "old names"
	grep -q '^\.Xr bpf-fsslower\.x 8 ,$' "$dest/usr/share/man/man8/sixty.8"
	grep -q '^\.Dt BPF-FSSLOWER\.X 8$' "$dest/usr/share/man/man8/bpf-fsslower.x.8"
	grep -q '^\.Dl bpf-fsslower\.x 1$' "$dest/usr/share/man/man8/bpf-fsslower.x.8"
	# References were in alphabetical order by their first names.
	mandoc -T lint -W warning "$dest"/usr/share/man/man[78]/* >"$out" || true
	expect "" "$(grep -v 'unusual Xr order' "$out")" "what mandoc says"
}

@test "make install: the documents, and the schemas where they say" {
	quiet_make install DESTDIR= prefix="$dest/a" sharedir="$dest/parts"
	cd "$dest/a/share/doc/sixty"
	[ -s numbers.md ] && [ -s security.md ]
	grep -qF "]($dest/parts/schema)" fields.md
	diff -r "$root/docs/schema" "$dest/parts/schema"
	expect "" "$(links_to_nothing ./*.md)" "links to nothing"
}

@test "sixty finds the tools beside it, under any prefix and suffix" {
	local tool
	needs jq
	quiet_make install prefix=/usr "${names[@]}"
	"$dest/usr/sbin/sixty" --seconds 5 --output report >"$out" 2>"$err"
	for tool in execsnoop fsslower profile runqlat; do
		grep -qv '^missing' "report/$tool/status" || { cat "report/$tool/status"; return 1; }
	done
	expect 1 "$(cat report/*/status | grep -c '^missing.*not beside' | sed 's/^0$/1/')" "tools that are missing"
}

# next_commands: those that the report can suggest, one a line, without words in quotes, which may
# hold what separates commands, and with a disk of this machine where there is to be one.
next_commands() {
	local id disk
	disk=$(lsblk -dno NAME | grep -vE '^(loop|zram|ram)' | head -n 1)
	for id in $(jq -rn -f <(cat "$root/scripts/checklist/report/thresholds.jq" && echo 'rules[].id')); do
		"$dest/usr/sbin/sixty" --explain "$id" | sed -n 's/^Next  *//p'
	done | sed -E "s/'[^']*'//g; s/(-d |dev\/)\.\.\./\1$disk/g" | sed -E 's/;|\|\|?/\n/g' |
		sed -E 's/^ +//; s/^time //' | sort -u
}

@test "what the report says to type next runs, under any prefix and suffix" {
	local command words ran=0
	needs jq lsblk
	quiet_make install prefix=/usr "${names[@]}"
	next_commands >commands
	while read -r command; do
		read -ra words <<<"$command"
		case ${words[0]} in
		bpf-*.x)
			echo "runs: $command"
			(cd "$BATS_TEST_TMPDIR" && timeout --preserve-status -s INT 2 \
				"$dest/usr/sbin/${words[0]}" "${words[@]:1}" >"$out" 2>"$err" </dev/null)
			ran=$((ran + 1)) ;;
		*) grep -qwF -- "${words[0]}" \
			<(sed -n '/^\.Sh NEXT COMMANDS/,/^\.Sh OVERHEAD/p' "$root/scripts/checklist/sixty.8") ||
			{ echo "not in NEXT COMMANDS of sixty.8: ${words[0]}"; return 1; } ;;
		esac
	done <commands
	[ "$ran" -ge 12 ]
}

@test "the examples of --help have the names that the programs have" {
	local tool example
	quiet_make install prefix=/usr "${names[@]}"
	for tool in "${tools[@]}"; do
		"$dest/usr/sbin/bpf-$tool.x" --help | sed '1,/^Examples:/d; /^$/,$d' >examples
		expect "" "$(grep -v "^  bpf-$tool\.x " examples)" "examples of $tool by another name"
	done
}

@test "sixty finds its parts where they were put" {
	quiet_make install DESTDIR= prefix="$dest/a" sharedir="$dest/parts"
	[ ! -e "$dest/a/share/sixty" ]
	"$dest/a/sbin/sixty" --explain kernel-errors >"$out"
	grep -q . "$out"
}

# help_options: from --help on standard input, its options, one a line.
help_options() {
	sed '/^Examples:/,$d' | grep -E '^ +-' | sed -E 's/   +[A-Za-z0-9].*//' |
		grep -oE '(^|[ ,])--?[A-Za-z0-9][a-z0-9-]*' | tr -d ' ,' | sort -u
}

# completions SHELL NAME: of that program, under a name that a package could give it.
completions() {
	"$root/scripts/build/completions" "$1" "bpf-$2.x" <"$build/$2.help"
}

# bash_offers NAME WORD...: what the function for bash completes the last word to.
bash_offers() {
	bash --norc --noprofile -c '. "$1" && COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2)) &&
		$(complete -p "$2" | sed "s/.* -F \([^ ]*\) .*/\1/") && printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$BATS_TEST_TMPDIR/completions" "$@"
}

@test "completions: bash is offered every option of --help, and values" {
	local tool
	for tool in sixty "${tools[@]}"; do
		completions bash "$tool" >completions
		diff --label --help --label bash -U0 <(help_options <"$build/$tool.help") \
			<(bash_offers "bpf-$tool.x" - | sort -u)
	done
	completions bash profile >completions
	expect "iso local mono utc" "$(bash_offers bpf-profile.x --time = '' | sort | paste -sd ' ')"
	expect "mono" "$(bash_offers bpf-profile.x --time = m)"
	expect "--duration" "$(bash_offers bpf-profile.x 5 --dur)"
	bash_offers bpf-profile.x --pid '' | grep -qx "$$"
	bash_offers bpf-profile.x -u ro | grep -qx root
	[ -z "$(bash_offers bpf-profile.x --max-events '')" ]
}

# types EXPECTED SHELL... <LINES: that is what is printed of the arguments
# that were typed into that shell, on a terminal of its own.  @ is the Tab key.
types() {
	local want=$1
	shift
	tr @ '\t' | timeout 60 script -qec "$*" /dev/null >"$out" 2>&1
	expect "$want" "$(tr -d '\r' <"$out" | grep -ao 'got:[^%]*$' | tail -n 1)" "arguments"
}

@test "completions: bash completes what is typed" {
	needs script
	completions bash execsnoop >completions
	touch a-file-for-btf
	types "got:--duration 5 --time=mono --btf a-file-for-btf" bash --norc --noprofile -i <<-'TYPED'
	. ./completions; bpf-execsnoop.x() { printf 'got:%s\n' "$*"; }
	bpf-execsnoop.x --dura@ 5 --ti@=m@ --btf a-fi@
	exit
	TYPED
}

@test "completions: zsh completes what is typed" {
	local tool
	needs script zsh
	mkdir functions
	for tool in sixty "${tools[@]}"; do
		completions zsh "$tool" >"functions/_bpf-$tool.x"
		zsh -n "functions/_bpf-$tool.x"
	done
	types "got:--duration=5 --time=mono -x" zsh -f -i <<-'TYPED'
	bpf-execsnoop.x() { printf 'got:%s\n' "$*"; }
	fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D
	bpf-execsnoop.x --dura@5 --time=m@ -x
	exit
	TYPED
}

@test "completions: fish offers every option of --help, and values" {
	local tool
	needs fish
	export HOME=$BATS_TEST_TMPDIR
	for tool in sixty "${tools[@]}"; do
		completions fish "$tool" >>all.fish
	done
	for tool in sixty execsnoop fsslower profile; do
		diff --label --help --label fish -U0 <(help_options <"$build/$tool.help") \
			<(fish --no-config -c "source all.fish; complete -C 'bpf-$tool.x -'
				complete -C 'bpf-$tool.x --'" | cut -f 1 | grep -v '=$' | sort -u)
	done
	fish --no-config -c 'source all.fish; complete -C "bpf-profile.x --time="' | cut -f 1 >"$out"
	expect "--time=iso --time=local --time=mono --time=utc" "$(sort "$out" | paste -sd ' ')"
}

@test "completions: a tool that does not run here has none, and the rest is installed" {
	local tool
	mkdir built
	for tool in "${tools[@]}"; do
		cp "$build/$tool" "$build/$tool.8" built
		: >"built/$tool.help"
	done
	cp "$build/sixty.8" built
	: >built/sixty.help
	# What a Makefile that cross builds calls, on the files as it leaves them.
	(cd "$root" && TOOLS=${tools[*]} O=$BATS_TEST_TMPDIR/built DESTDIR=$dest PROGRAM_PREFIX='' \
		PROGRAM_SUFFIX='' sbindir=/sbin mandir=/man docdir=/doc sharedir=/share unitdir=/units \
		tmpfilesdir=/tmpfiles bashdir=/bash zshdir=/zsh fishdir=/fish scripts/build/install install) >"$out"
	grep -q '^No completions' "$out"
	has sbin/execsnoop sbin/sixty man/man8/execsnoop.8
	[ ! -e "$dest/bash" ] && [ ! -e "$dest/zsh" ] && [ ! -e "$dest/fish" ]
}

@test "units: systemd finds nothing to say against them, and little exposed" {
	local unit
	needs systemd-analyze
	quiet_make install prefix=/usr
	cp -r /usr/lib/systemd/system/*.target "$dest/usr/lib/systemd/system" 2>/dev/null ||
		skip "no units of systemd itself"
	cp "$dest/usr/sbin/execsnoop" "$dest/usr/sbin/i"	# the instance that verify makes up
	for unit in sixty-tool@.service sixty.service sixty.timer; do
		systemd-analyze verify --man=no --root="$dest" "$unit" >"$err" 2>&1
		expect "" "$(cat "$err")" "what systemd says of $unit"
	done
	for unit in sixty-tool@execsnoop.service sixty.service; do
		systemd-analyze security --offline=yes --threshold=19 --root="$dest" "$unit" >"$out"
	done
}
