#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# make install puts files in their places, the result works there, and make uninstall removes it.

load ../lib

own_setup() {
	dest=$BATS_TEST_TMPDIR/dest
	names=(PROGRAM_PREFIX=bpf- PROGRAM_SUFFIX=.x)
	mapfile -t tools < <(make -s -C "$root" list-tools)
	[ "${#tools[@]}" -ge 15 ]
}

# quiet_make ARGUMENT...: run make on the built tree, under the path at which it was built.
quiet_make() {
	make -C "$root" O="${build#"$root/"}" DESTDIR="$dest" "$@" >log 2>&1 || { tail -n 20 log; return 1; }
}

files() { (cd "$dest" && find . ! -type d | sort); }

# has FILE...: expect each file to exist below $dest and not to be empty.
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
	expect "$(cd "$root" && find contrib -type f ! -name sixty-fleet | sort)" \
		"$(cd "$dest/usr/share/doc/sixty" && find contrib -type f | sort)" "files of contrib"
	[ -x "$dest/usr/sbin/sixty-fleet" ]
}

@test "make install: nothing outside prefix, nothing unreadable for other users" {
	umask 077
	quiet_make install prefix=/opt/s "${names[@]}"
	expect "" "$(files | grep -v '^\./opt/s/')" "files outside prefix"
	expect "" "$(find "$dest" ! -perm -444)" "files that not everyone can read"
	expect "" "$(grep -rlIE '@(PREFIX|SUFFIX|sbindir)@' "$dest")" "files with an unfilled placeholder"
}

@test "make uninstall leaves nothing, whatever prefix and suffix" {
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

@test "manual pages and examples use the installed names of the programs" {
	local any
	needs mandoc
	quiet_make install prefix=/usr "${names[@]}"
	any=$(tr ' ' '|' <<<"${tools[*]}")
	expect "" "$(grep -rE "^\\.(Nm|Xr|Dl|Dl sudo) ($any)( |\$)" "$dest/usr/share/man")" "old names"
	expect "" "$(grep -rE "^ *# ($any)( |\$)" "$dest/usr/share/doc/sixty/examples")" "old names"
	grep -q '^\.Xr bpf-fsslower\.x 8 ,$' "$dest/usr/share/man/man8/sixty.8"
	grep -q '^\.Dt BPF-FSSLOWER\.X 8$' "$dest/usr/share/man/man8/bpf-fsslower.x.8"
	grep -q '^\.Dl bpf-fsslower\.x 1$' "$dest/usr/share/man/man8/bpf-fsslower.x.8"
	# References are in the alphabetical order of the original names.
	mandoc -T lint -W warning "$dest"/usr/share/man/man[78]/* >"$out" || true
	expect "" "$(grep -v 'unusual Xr order' "$out")" "messages of mandoc"
}

@test "make install: the documents, and the schemas where the documents say" {
	quiet_make install DESTDIR= prefix="$dest/a" sharedir="$dest/parts"
	cd "$dest/a/share/doc/sixty"
	[ -s numbers.md ] && [ -s security.md ]
	grep -qF "]($dest/parts/schema)" fields.md
	diff -r "$root/docs/schema" "$dest/parts/schema"
	expect "" "$(links_to_nothing ./*.md)" "broken links"
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

# next_commands: print the commands that the report can suggest, one per line, without quoted words, which
# may contain command separators, and with a disk and a process of this machine for the placeholders.
next_commands() {
	local id disk
	disk=$(lsblk -dno NAME | grep -vE '^(loop|zram|ram)' | head -n 1)
	for id in $(jq -L "$root/scripts/checklist/report" -rn --argjson site '{}' 'include "thresholds"; rules[].id'); do
		"$dest/usr/sbin/sixty" --explain "$id" | sed -n 's/^Next  *//p'
	done | sed -E "s/'[^']*'//g; s/\<DISK\>/$disk/g; s/\<PID\>/$$/g; s/\<COMM\>/bash/g" | sed -E 's/;|\|\|?/\n/g' |
		sed -E 's/^ +//; s/^time //' | sort -u
}

@test "the commands that the report suggests run, under any prefix and suffix" {
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

@test "the examples of --help use the installed names" {
	local tool example
	quiet_make install prefix=/usr "${names[@]}"
	for tool in "${tools[@]}"; do
		"$dest/usr/sbin/bpf-$tool.x" --help | sed '1,/^Examples:/d; /^$/,$d' >examples
		expect "" "$(grep -v "^  bpf-$tool\.x " examples)" "examples of $tool by another name"
	done
}

@test "sixty finds its parts where they are installed" {
	quiet_make install DESTDIR= prefix="$dest/a" sharedir="$dest/parts"
	[ ! -e "$dest/a/share/sixty" ]
	"$dest/a/sbin/sixty" --explain kernel-errors >"$out"
	grep -q . "$out"
}

# help_options: read --help from standard input and print its options, one per line.
help_options() {
	sed '/^Examples:/,/^$/d' | grep -E '^ +-' | sed -E 's/   +[A-Za-z0-9].*//' |
		grep -oE '(^|[ ,])--?[A-Za-z0-9][a-z0-9-]*' | tr -d ' ,' | sort -u
}

# completions SHELL NAME: print the completions of that program, under a name that a package could use.
completions() {
	"$root/scripts/build/completions" "$1" "bpf-$2.x" <"$build/$2.help"
}

# bash_offers NAME WORD...: print the completions of the last word by the bash function.
bash_offers() {
	bash --norc --noprofile -c '. "$1" && COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2)) &&
		$(complete -p "$2" | sed "s/.* -F \([^ ]*\) .*/\1/") && printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$BATS_TEST_TMPDIR/completions" "$@"
}

@test "completions: bash offers every option of --help, and values" {
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
	completions bash sixty >completions
	bash_offers bpf-sixty.x --explain cpu- >offered
	grep -qx cpu-pressure offered
}

# types EXPECTED SHELL... <LINES: type LINES into the shell, on its own terminal, and expect it
# to print EXPECTED as the typed arguments.  @ is the Tab key.
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
	cp "$build/sixty.8" "$build/sixty-fleet.8" built
	: >built/sixty.help
	# A cross build's Makefile runs this, on the files that it has built.
	(cd "$root" && TOOLS=${tools[*]} O=$BATS_TEST_TMPDIR/built DESTDIR=$dest PROGRAM_PREFIX='' \
		PROGRAM_SUFFIX='' sbindir=/sbin mandir=/man docdir=/doc sharedir=/share unitdir=/units \
		tmpfilesdir=/tmpfiles sysusersdir=/sysusers bashdir=/bash zshdir=/zsh fishdir=/fish scripts/build/install install) >"$out"
	grep -q '^No completions' "$out"
	has sbin/execsnoop sbin/sixty man/man8/execsnoop.8
	[ ! -e "$dest/bash" ] && [ ! -e "$dest/zsh" ] && [ ! -e "$dest/fish" ]
}

@test "units: systemd reports nothing, and little exposure" {
	local unit
	needs systemd-analyze
	quiet_make install prefix=/usr
	cp -r /usr/lib/systemd/system/*.target "$dest/usr/lib/systemd/system" 2>/dev/null ||
		skip "systemd's own units are missing"
	cp "$dest/usr/sbin/execsnoop" "$dest/usr/sbin/i"	# the instance name that verify uses
	for unit in sixty-tool@.service sixty.service sixty.timer; do
		systemd-analyze verify --man=no --root="$dest" "$unit" >"$err" 2>&1
		expect "" "$(cat "$err")" "messages of systemd about $unit"
	done
	for unit in sixty-tool@execsnoop.service sixty.service; do
		systemd-analyze security --offline=yes --threshold=19 --root="$dest" "$unit" >"$out"
	done
}
