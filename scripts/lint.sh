#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The conventions that a tool can see. Says what is wrong, a line each; exit status 1 when anything is. Seconds, no build, no root.
#   scripts/lint.sh        (shellcheck is used where it is there)
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0

complain()
{
	printf '%s\n' "$1" >&2
	bad=1
}

# none WHAT: standard input, lines FILE:LINE:TEXT, has to be empty.
none()
{
	local line

	while IFS= read -r line; do
		complain "$line: $1"
	done
}

mapfile -t c_files < <(find shared xdp tc ctl tests -name '*.[ch]' | sort)
mapfile -t scripts < <(find scripts tests .ci -name '*.sh' -o -path .ci/run | sort)
mapfile -t python < <(find scripts tests -name '*.py' | sort)
sources=("${c_files[@]}" "${scripts[@]}" "${python[@]}" Makefile tests/tests.mk)

# What belongs where.
while IFS= read -r line; do
	complain "$line"
done < <(bash tests/arch.sh | sed -n 's/^not ok //p')

for f in "${sources[@]}"; do
	head -n 3 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0' || complain "$f: no SPDX line"
done
grep -nE '[[:blank:]]+$' "${sources[@]}" | none "white space at the end"
grep -nE '^ {8}' "${c_files[@]}" | grep -v '\\$' | none "indented by blanks, not tabs"
grep -nE '\b(TODO|FIXME|XXX)\b' $(find shared xdp tc ctl -name '*.[ch]') | none "an open end"

for f in "${scripts[@]}"; do
	case $(head -n 1 "$f") in
	'#!/bin/sh') sh -n "$f" || bad=1 ;;
	*) bash -n "$f" || bad=1 ;;
	esac
done
if command -v shellcheck >/dev/null; then
	# Variables cross from lib.sh to its users; lists of our own file names are split on purpose.
	shellcheck -S warning -e SC2034,SC2046,SC2154 "${scripts[@]}" || bad=1
fi
exit $bad
