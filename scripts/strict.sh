#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Reads a source file as gcc's -Wc++-compat does: a void * is no other pointer, a number no enum (clang has nothing like it
# before 21). What it says of names that are words of C++ is not meant. Exit status 1, and the warnings, where there are any.
#   scripts/strict.sh GCC FLAG... FILE
set -u
out=$(LC_ALL=C "$@" -Wc++-compat -fsyntax-only 2>&1) && [ -z "$out" ] && exit 0
status=$?
out=$(printf '%s\n' "$out" | grep -E ': (warning|error|fatal error): ' | grep -vE 'C\+\+ keyword|operator name in C\+\+')
[ -z "$out" ] && [ $status -le 1 ] && exit 0
printf '%s\n' "$out" >&2
exit 1
