#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fuzzing: fuzz.sh BUILD_DIR [TARGET...], a target being a tests/fuzz_TARGET.c; all where none is named.
#
# Builds the targets with clang's address and undefined-behaviour sanitizers and runs each for FUZZ_TIME seconds (600), as an
# ordinary user in a network namespace of its own. Begins with tests/corpus/TARGET and what earlier runs found (BUILD_DIR/fuzz/
# found.TARGET). An input that ends a target is kept as BUILD_DIR/fuzz/fault.TARGET-*; status 1 then.
#   FUZZ_MERGE=1   instead: make tests/corpus of what is there and what earlier runs found: few and small files, at most 120 a target
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/.." && pwd)
build=$(cd "${1:?usage: fuzz.sh BUILD_DIR [TARGET...]}" && pwd)
shift
seconds=${FUZZ_TIME:-600}
nobody=65534
corpus_files=120
log=$build/fuzz/install.log
work=
mkdir -p "$build/fuzz"
: >"$log"
# shellcheck source=scripts/apt-private.sh
. "$here/apt-private.sh"

die()
{
	echo "fuzz: $*" >&2
	exit 1
}

# The runtime libraries of the clang that is there.
need_runtime()
{
	local major

	major=$(clang --version | sed -nE 's/.*version ([0-9]+).*/\1/p' | head -n 1)
	[ -e "$(clang -print-resource-dir)/lib/linux/libclang_rt.fuzzer-$(uname -m).a" ] && return 0
	[ "$(id -u)" = 0 ] || die "missing: libclang-rt-$major-dev (run as root: apt-get install libclang-rt-$major-dev)"
	echo "fuzz: installing libclang-rt-$major-dev" >&2
	apt_install_fresh "libclang-rt-$major-dev" || die "apt-get could not install libclang-rt-$major-dev (see $log)"
}

targets()
{
	local source

	for source in "$tree"/tests/fuzz_*.c; do
		basename "$source" .c | sed 's/^fuzz_//'
	done
}

# What a target starts with, folders: the first is added to.
corpora()
{
	echo "$build/fuzz/found.$1"
	[ ! -d "$tree/tests/corpus/$1" ] || echo "$tree/tests/corpus/$1"
	[ "$1" != capture ] || echo "$tree/pcaps"
}

# run TARGET ARGUMENT...: in $work, the program and the folders being the user's.
run()
{
	local program=$work/fuzz_$1

	shift
	(cd "$work/here" && timeout -k 10 $((seconds + 120)) nice -n 19 unshare -n setpriv --reuid=$nobody --regid=$nobody \
		--clear-groups --no-new-privs "$program" "$@")
}

# Copies what an ordinary user has to read: the tree may be out of reach for it.
prepare()
{
	local folder n=0

	work=$(mktemp -d)
	chmod 755 "$work"
	mkdir "$work/here" "$work/faults"
	cp "$build/fuzz/fuzz_$1" "$work/"
	printf 'pass in proto tcp to port 80\ndrop out to 10.0.0.0/8\n' >"$work/here/rules"
	cp "$tree/pcaps/tcp4.pcap" "$work/here/capture"
	folders=()
	for folder in $(corpora "$1"); do
		mkdir -p "$folder" "$work/corpus.$n"
		find "$folder" -maxdepth 1 -type f -exec cp -t "$work/corpus.$n" {} +
		folders+=("$work/corpus.$n")
		n=$((n + 1))
	done
	chown -R $nobody:$nobody "$work/corpus.0" "$work/faults"
	chmod -R a+rX "$work"
}

# What was found is kept, whatever became of the run.
keep()
{
	local fault

	cp -n "$work/corpus.0"/* "$build/fuzz/found.$1/" 2>/dev/null || :
	for fault in "$work/faults"/*; do
		[ ! -e "$fault" ] || cp "$fault" "$build/fuzz/fault.$1-$(basename "$fault")"
	done
	rm -rf "$work"
	work=
}

fuzz()
{
	local status=0 said=$build/fuzz/log.$1

	prepare "$1"
	run "$1" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -max_len="${FUZZ_LENGTH:-4096}" -close_fd_mask=3 \
		-print_final_stats=1 -artifact_prefix="$work/faults/" "${folders[@]}" >"$said" 2>&1 || status=$?
	keep "$1"
	printf '%-10s %12s runs, %s features, %s inputs: %s\n' "$1" \
		"$(sed -n 's/^stat::number_of_executed_units: *//p' "$said")" \
		"$(sed -nE 's/.* ft: ([0-9]+) .*/\1/p' "$said" | tail -n 1)" \
		"$(find "$build/fuzz/found.$1" -type f | wc -l)" "$([ $status = 0 ] && echo clean || echo "status $status, see $said")"
	return $status
}

merge()
{
	mkdir -p "$tree/tests/corpus/$1"
	prepare "$1"
	mkdir "$work/merged"
	chown $nobody:$nobody "$work/merged"
	run "$1" -merge=1 -max_len=256 -close_fd_mask=3 "$work/merged" "${folders[@]:1}" "${folders[0]}" >"$build/fuzz/log.$1" 2>&1 ||
		die "$1: could not be merged (see $build/fuzz/log.$1)"
	find "$tree/tests/corpus/$1" -type f ! -name 'found-*' -delete
	find "$work/merged" -type f | sort | head -n $corpus_files | xargs -r cp -t "$tree/tests/corpus/$1"
	keep "$1"
}

trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
[ "$(id -u)" = 0 ] || die "needs root, to run the targets as another user in a network namespace of their own"
need_runtime
make --no-print-directory -C "$tree" B="$build" fuzzers
[ $# -gt 0 ] || mapfile -t all < <(targets)
[ $# -gt 0 ] || set -- "${all[@]}"
bad=0
for target; do
	if [ -n "${FUZZ_MERGE:-}" ]; then
		merge "$target"
	else
		fuzz "$target" || bad=1
	fi
done
exit $bad
