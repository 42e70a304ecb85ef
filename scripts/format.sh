#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Lays out the C sources by .clang-format; with --check says what is not, a line each, and exits with 1 when anything is.
# Versions of clang-format differ in details: it is 14 (Debian 12's) that counts; with another one --check only says so.
cd "$(dirname "$0")/.." || exit 1
format=$(command -v clang-format-14 || command -v clang-format) || { echo "format: clang-format is not there" >&2; exit 1; }
# Without the tables of names: macros of pages, on which clang-format takes minutes.
files=$(find shared xdp tc ctl tests -name '*.[ch]' ! -name 'names_*.c' | sort)
case ${1:-} in
'') $format -i --style=file $files ;;
--check)
	case $($format --version) in
	*' 14.'*) ;;
	*) echo "format: not checked, $($format --version) is not 14" >&2; exit 0 ;;
	esac
	said=$($format --dry-run --style=file $files 2>&1 | sed -n 's/^\([^ ]*:[0-9]*:[0-9]*\): .*/\1: not as .clang-format says (make format)/p')
	[ -z "$said" ] || { echo "$said" | sort -u -t: -k1,1 >&2; exit 1; }
	;;
*) echo "usage: format.sh [--check]" >&2; exit 2 ;;
esac
