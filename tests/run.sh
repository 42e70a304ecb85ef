#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs all tests and counts them: run.sh BUILD_DIR [NAME...]
#
# The programs BUILD_DIR/tests/{unit,net}_* speak TAP as cmocka writes it; exit status 77 is a program that could not run here,
# its last line on standard error says why. Scripts (arch.sh, neg.sh, e2e/NAME.sh) get BUILD_DIR and print `ok NAME`, `not ok NAME` or
# `skip NAME: why`. A program that ends otherwise than its lines say (a crash, a test less than it planned) is a failure.
# What failed is shown; the last line is `N passed, M failed[, K skipped]`; the status is 1 when any failed.
# With NAMEs, only programs and scripts whose names hold one of them.
set -u
build=$(cd "${1:?usage: run.sh BUILD_DIR [NAME...]}" && pwd) || exit 1
shift
here=$(cd "$(dirname "$0")" && pwd)
limit=${FWCTL_TEST_SECONDS:-500} # seconds that a program may take
passed=0 failed=0 skipped=0
log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT

# Captures beyond our own, where they are there (see unit_fixtures.c, net_pcaps.c).
if [ -z "${FWCTL_SHARED:-}" ] && [ -d "$here/../../shared/pcaps" ]; then
	FWCTL_SHARED=$(cd "$here/../../shared" && pwd)
	export FWCTL_SHARED
fi

count() { grep -cE "$1" "$log/out"; }

show()
{
	sed 's/^/    | /' "$log/out" "$log/err" | tail -n 200
}

# result NAME PASSED FAILED SKIPPED STATUS SECONDS [WHY]
result()
{
	passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
	printf '%-20s %4d passed' "$1" "$2"
	[ "$3" = 0 ] || printf ', %d FAILED' "$3"
	[ "$4" = 0 ] || printf ', %d skipped' "$4"
	printf ' (%d s)%s\n' "$6" "${7:+: $7}"
	[ "$3" = 0 ] || show
}

# tally NAME STATUS SECONDS PASSED FAILED SKIPPED PLANNED: adds what the lines do not say.
tally()
{
	local good=$4 bad=$5 skips=$6 why=

	if [ "$2" = 124 ]; then
		why="did not end within $limit s" bad=$((bad + 1))
	elif [ $((good + bad + skips)) -lt "$7" ]; then
		why="ended early, with status $2" bad=$((bad + 1))
	elif [ $((good + bad + skips)) = 0 ]; then
		why="no tests; status $2" bad=1
	elif [ "$2" != 0 ] && [ "$bad" = 0 ]; then
		why="status $2" bad=1
	fi
	result "$1" "$good" "$bad" "$skips" "$2" "$3" "$why"
}

run_program()
{
	local name=$1 program=$build/tests/$1 from=$SECONDS status planned skips

	if [ ! -x "$program" ]; then
		: >"$log/out"
		: >"$log/err"
		result "$name" 0 1 0 1 0 "not built"
		return
	fi
	CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 "$limit" "$program" >"$log/out" 2>"$log/err" </dev/null
	status=$?
	planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log/out" | head -n 1)
	if [ "$status" = 77 ] && [ -z "$planned" ]; then
		result "$name" 0 0 1 77 0 "$(tail -n 1 "$log/err")"
		return
	fi
	skips=$(count '^(not )?ok [0-9]+ .*# SKIP')
	tally "$name" "$status" $((SECONDS - from)) $(($(count '^ok [0-9]+ ') - $(count '^ok [0-9]+ .*# SKIP'))) \
		$(($(count '^not ok [0-9]+ ') - $(count '^not ok [0-9]+ .*# SKIP'))) "$skips" "${planned:-1}"
}

run_script()
{
	local name from=$SECONDS status

	name=$2
	timeout -k 10 "$limit" bash "$1" "$build" >"$log/out" 2>"$log/err" </dev/null
	status=$?
	tally "$name" "$status" $((SECONDS - from)) "$(count '^ok ')" "$(count '^not ok ')" "$(count '^skip ')" 1
	[ "$(count '^not ok ')" != 0 ] || grep '^skip ' "$log/out" | sed 's/^/    | /'
}

chosen()
{
	local name=$1 word

	shift
	[ $# = 0 ] && return 0
	for word; do
		case $name in *"$word"*) return 0 ;; esac
	done
	return 1
}

for source in "$here"/unit_*.c "$here"/net_*.c; do
	name=$(basename "$source" .c)
	if chosen "$name" "$@"; then
		run_program "$name"
	fi
done
for name in arch neg $(cd "$here" && printf '%s\n' e2e/*.sh); do
	name=${name%.sh}
	if [ "$name" != e2e/lib ] && chosen "$name" "$@"; then
		run_script "$here/$name.sh" "$name"
	fi
done

if [ $((passed + failed)) = 0 ]; then
	echo "no test ran"
	failed=1
fi
printf '%d passed, %d failed' "$passed" "$failed"
[ "$skipped" = 0 ] || printf ', %d skipped' "$skipped"
printf '\n'
[ "$failed" = 0 ]
