#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs all tests and counts them: run.sh BUILD_DIR [NAME...]
#
# The programs BUILD_DIR/tests/{unit,net}_* speak TAP as cmocka writes it; exit status 77 is a program that could not run here,
# its last line on standard error says why. Scripts (arch.sh, neg.sh, e2e/NAME.sh) get BUILD_DIR and print `ok NAME`, `not ok NAME` or
# `skip NAME: why`. A program that ends otherwise than its lines say (a crash, a test less than it planned) is a failure.
# What failed is shown; the last line is `N passed, M failed[, K skipped]`; the status is 1 when any failed.
# With NAMEs, only programs and scripts whose names hold one of them.
# As many run at once as there are CPUs (FWCTL_TEST_JOBS: so many); each has names, namespaces and pins of its own. Results come in
# the order of the list whichever ends first.
set -um # jobs are process groups of their own, with the usual signals
build=$(cd "${1:?usage: run.sh BUILD_DIR [NAME...]}" && pwd) || exit 1
shift
here=$(cd "$(dirname "$0")" && pwd)
limit=${FWCTL_TEST_SECONDS:-500} # seconds that a program may take
jobs=${FWCTL_TEST_JOBS:-$(nproc)}
# What takes longest begins first, so that nothing is left to wait for at the end; what waits, beside what computes.
first="net_random e2e/ipfix e2e/export e2e/export_restart net_verdicts net_classbench e2e/monitor e2e/atomic unit_compile"
# What needs all CPUs at one time to see what it is about: at the end, one after another.
alone="net_parallel e2e/counts e2e/exact e2e/flood"
passed=0 failed=0 skipped=0
top=$(mktemp -d) || exit 1

clean_up()
{
	local job

	trap - EXIT INT TERM HUP
	for job in $(jobs -p); do
		kill -TERM -- "-$job"
	done 2>/dev/null
	wait
	rm -rf "$top"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

# Captures beyond our own, where they are there (see unit_fixtures.c, net_pcaps.c).
if [ -z "${FWCTL_SHARED:-}" ] && [ -d "$here/../../shared/pcaps" ]; then
	FWCTL_SHARED=$(cd "$here/../../shared" && pwd)
	export FWCTL_SHARED
fi

# --- one program or script, in a process of its own; $log is its directory ---------------------------

# bounded COMMAND...: with the limit, and ended with us.
bounded()
{
	timeout -k 10 "$limit" "$@" >"$log/out" 2>"$log/err" </dev/null &
	# shellcheck disable=SC2064 # this one
	trap "kill -TERM $!; wait $!; exit 1" INT TERM HUP
	wait $!
}

count() { grep -cE "$1" "$log/out"; }

show()
{
	sed 's/^/    | /' "$log/out" "$log/err" | tail -n 200
}

# result NAME PASSED FAILED SKIPPED SECONDS [WHY]
result()
{
	printf '%-20s %4d passed' "$1" "$2"
	[ "$3" = 0 ] || printf ', %d FAILED' "$3"
	[ "$4" = 0 ] || printf ', %d skipped' "$4"
	printf ' (%d s)%s\n' "$5" "${6:+: $6}"
	[ "$3" = 0 ] || show
	echo "$2 $3 $4" >"$log/counts"
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
	result "$1" "$good" "$bad" "$skips" "$3" "$why"
}

run_program()
{
	local name=$1 program=$build/tests/$1 from=$SECONDS status planned skips

	if [ ! -x "$program" ]; then
		: >"$log/out"
		: >"$log/err"
		result "$name" 0 1 0 0 "not built"
		return
	fi
	CMOCKA_MESSAGE_OUTPUT=TAP bounded "$program"
	status=$?
	planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log/out" | head -n 1)
	if [ "$status" = 77 ] && [ -z "$planned" ]; then
		result "$name" 0 0 1 0 "$(tail -n 1 "$log/err")"
		return
	fi
	skips=$(count '^(not )?ok [0-9]+ .*# SKIP')
	tally "$name" "$status" $((SECONDS - from)) $(($(count '^ok [0-9]+ ') - $(count '^ok [0-9]+ .*# SKIP'))) \
		$(($(count '^not ok [0-9]+ ') - $(count '^not ok [0-9]+ .*# SKIP'))) "$skips" "${planned:-1}"
}

run_script()
{
	local name=$1 from=$SECONDS status

	bounded bash "$here/$name.sh" "$build"
	status=$?
	tally "$name" "$status" $((SECONDS - from)) "$(count '^ok ')" "$(count '^not ok ')" "$(count '^skip ')" 1
	[ "$(count '^not ok ')" != 0 ] || grep '^skip ' "$log/out" | sed 's/^/    | /'
}

run()
{
	trap - EXIT INT TERM HUP
	case $1 in
	unit_* | net_*) run_program "$1" ;;
	*) run_script "$1" ;;
	esac
}

# --- all of them ------------------------------------------------------------------------------------

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

holds() { case " $1 " in *" $2 "*) return 0 ;; esac; return 1; }

everything()
{
	local source name

	printf '%s\n' $first
	for source in "$here"/unit_*.c "$here"/net_*.c; do
		basename "$source" .c
	done
	printf '%s\n' arch neg
	for source in "$here"/e2e/*.sh; do
		name=e2e/$(basename "$source" .sh)
		[ "$name" = e2e/lib ] || echo "$name"
	done
}

# started N NAME: in the background, its results in $top/N.
started()
{
	log=$top/$1
	mkdir "$log"
	{
		run "$2" >"$log/said"
		: >"$log/over"
	} &
}

shown=0
# Shows what is over, up to the first that is not.
show_results()
{
	local good bad skips

	while [ -e "$top/$shown/over" ]; do
		cat "$top/$shown/said"
		read -r good bad skips <"$top/$shown/counts"
		passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
		rm -rf "${top:?}/$shown"
		shown=$((shown + 1))
	done
}

# at_most N: waits until so many run.
at_most()
{
	while [ "$(jobs -rp | wc -l)" -gt "$1" ]; do
		wait -n
		show_results
	done
	show_results
}

names=() last=()
while IFS= read -r name; do
	chosen "$name" "$@" || continue
	if holds "$alone" "$name"; then
		last+=("$name")
	else
		names+=("$name")
	fi
done < <(everything | awk '!seen[$0]++')
n=0
for name in "${names[@]}" "${last[@]}"; do
	if [ $n -ge ${#names[@]} ]; then
		at_most 0
	else
		at_most $((jobs - 1))
	fi
	started $n "$name"
	n=$((n + 1))
done
at_most 0

if [ $((passed + failed)) = 0 ]; then
	echo "no test ran"
	failed=1
fi
printf '%d passed, %d failed' "$passed" "$failed"
[ "$skipped" = 0 ] || printf ', %d skipped' "$skipped"
printf '\n'
[ "$failed" = 0 ]
