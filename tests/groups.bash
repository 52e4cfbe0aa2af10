# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The names that scripts/test accepts, and the test files they stand for.
#
# A test file is tests/*/*.bats, a built unit test build/test_*, or a program that prints TAP.
# FILE:PATTERN stands for the tests of a .bats file whose names match PATTERN.  A .bats file
# with a line "# Runs alone: REASON" runs while no other test does.

# describe_groups: print each NAME and its contents.
describe_groups() {
	cat <<-'TEXT'
	unit      user-space functions, with cmocka: no root, no BPF
	live      each tool and sixty on this kernel, against known workloads
	docs      --help, man pages, fields and documents agree; the examples run
	schema    what the tools print, against docs/schema
	report    the report of sixty, on recorded data
	harness   scripts/test counts correctly
	lint      linters and rules of this repository
	build     the build system, new-tool, vmlinux.h, unit tests for arm64
	packages  make install, file capabilities, the tarball, packages, units
	fleet     metrics, events and sixty-fleet through Debian's servers
	containers names of containers, and the image, with podman; Kubernetes
	fuzz      mutated input for the parsers of untrusted data
	scenarios what sixty finds on a machine with a known problem
	compilers the BPF programs as built by every clang from 14 on
	distros   quickstart, and what needs no other kernel, in other distributions
	kernels   the tests that a kernel can break, on other kernels in QEMU
	TEXT
}

groups_by_default() { echo unit harness docs report schema live; }

all_groups() { describe_groups | cut -d ' ' -f 1; }

unit_tests() {
	local file
	for file in tests/unit/test_*.c; do
		echo "build/$(basename "$file" .c)"
	done
}

# live_tests: the tests of the programs that an operator runs: the tools and sixty.
live_tests() {
	local file
	for file in tests/live/*.bats; do
		case $file in
		*/fleet*.bats | */containers.bats | */image.bats | */install-caps.bats | */scenarios.bats) ;;
		*) echo "$file" ;;
		esac
	done
}

# files_of_tool TOOL: print the tests that a change of that tool can break.
files_of_tool() {
	[ ! -e "tests/unit/test_$1.c" ] || echo "build/test_$1"
	compgen -G "tests/live/$1.bats" || true
	compgen -G "tests/live/$1-*.bats" || true
	printf 'tests/checks/%s.bats\n' schema docs lint
}

# files_of NAME: print its test files, one per line; fail if there is no such name.
files_of() {
	case $1 in
	unit) unit_tests ;;
	live) live_tests ;;
	build) printf 'tests/checks/%s.bats\n' build new-tool vmlinux arm64 ;;
	packages) printf '%s\n' tests/checks/install.bats tests/live/install-caps.bats scripts/dev/release-check ;;
	containers) printf 'tests/%s.bats\n' live/containers live/image checks/kubernetes ;;
	fuzz) echo tests/checks/fuzz.bats ;;
	fleet) printf 'tests/live/%s.bats\n' fleet fleet-ssh fleet-copy ;;
	scenarios) printf 'tests/%s.bats\n' live/scenarios scenarios/incidents ;;
	kernels) printf '%s\n' tests/checks/relocations.bats scripts/dev/test-kernels ;;
	*slower) files_of_tool fsslower ;;
	build/test_*) echo "$1" ;;
	*)
		if [ -d "tools/$1" ]; then
			files_of_tool "$1"
		elif [ -f "${1%%:*}" ]; then
			echo "$1"
		elif ! compgen -G "tests/*/$1.bats"; then
			[ -e "tests/unit/test_$1.c" ] && echo "build/test_$1"
		fi
		;;
	esac
}

# runs_alone FILE
runs_alone() {
	case $1 in
	*.bats | *.bats:*) grep -q '^# Runs alone: ' "${1%%:*}" ;;
	scripts/*) ;;
	*) return 1 ;;
	esac
}
