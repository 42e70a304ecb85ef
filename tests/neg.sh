#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Compile-fail tests: neg.sh BUILD_DIR [FILE...]
#
# Each tests/neg/*.c compiles as it is, and with -DBAD not, in all compilers, with the message that it names:
#   /* FACE: user|bpf|layout */  compiled as ctl/ is, or as the BPF sources are; layout: as both, and the layouts compared
#   /* EXPECT: TEXT */           part of the message; /* EXPECT gcc: TEXT */ that of one compiler
#   /* BLIND COMPILER: WHY */    this compiler cannot see it
# The flags are the build's own. gcc reads the BPF face too, by scripts/strict.sh, as it does in the build.
set -u
build=$(cd "${1:?usage: neg.sh BUILD_DIR [FILE...]}" && pwd) || exit 1
shift
cd "$(dirname "$0")/.." || exit 1
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
declare -A flags
while IFS='=' read -r key value; do
	flags[$key]=$value
done < <(make -s --no-print-directory B="$build" show-flags)

# tag FILE NAME: the text of /* NAME: TEXT */.
tag() { sed -n "s|^/\* $2: \(.*\) \*/\$|\1|p" "$1"; }

# compile FACE COMPILER FILE [-DBAD]: messages go to $out/log.
compile()
{
	local face=$1 compiler=$2 file=$3

	shift 3
	case $face/$compiler in
	user/gcc) ${flags[gcc]} ${flags[user_flags]} -fsyntax-only "$@" "$file" && scripts/strict.sh ${flags[gcc]} ${flags[strict_flags]} "$@" "$file" ;;
	user/clang) ${flags[clang]} ${flags[clang_flags]} -fsyntax-only "$@" "$file" ;;
	bpf/gcc) scripts/strict.sh ${flags[gcc]} ${flags[strict_flags]} "$@" "$file" ;;
	bpf/clang) ${flags[clang]} ${flags[bpf_flags]} -fsyntax-only "$@" "$file" ;;
	layout/gcc)
		${flags[clang]} ${flags[bpf_flags]} -c "$file" -o "$out/kernel.o" &&
			${flags[gcc]} ${flags[user_flags]} -gbtf -c "$@" "$file" -o "$out/user.o" &&
			"$build/tests/layout_compare" "$out/kernel.o" "$out/user.o" ;;
	*) echo "neg.sh: no face '$face' for $compiler" ; return 2 ;;
	esac >"$out/log" 2>&1
}

# check FILE FACE COMPILER
check()
{
	local name want blind
	name=$(basename "$1" .c)/$3
	want=$(tag "$1" "EXPECT $3")
	[ -n "$want" ] || want=$(tag "$1" EXPECT)
	blind=$(tag "$1" "BLIND $3")
	if ! compile "$2" "$3" "$1"; then
		echo "not ok $name: does not compile as it is"
	elif compile "$2" "$3" "$1" -DBAD; then
		# What no version of the compiler that we know sees is no failure, as long as the file says so.
		[ -n "$blind" ] && echo "ok $name (blind)" && return
		echo "not ok $name: compiles with -DBAD"
	elif [ -z "$want" ] && [ -n "$blind" ]; then
		echo "ok $name (sees it after all)"
	elif ! sed "s/[‘’]/'/g" "$out/log" | grep -qF -- "${want:-no EXPECT line}"; then
		echo "not ok $name: another message than '$want'"
	else
		echo "ok $name"
		return
	fi
	cat "$out/log" >&2
}

export LC_ALL=C
[ $# -gt 0 ] || set -- tests/neg/*.c
for file; do
	face=$(tag "$file" FACE)
	check "$file" "$face" gcc
	[ "$face" = layout ] || check "$file" "$face" clang
done
