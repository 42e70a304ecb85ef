#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An hour of the collector (unit_export_hour, in accelerated time) leaks nothing and touches nothing that is not its own.
. "$(dirname "$0")/lib.sh"

if ! command -v valgrind >/dev/null; then
	skip "an hour of export under valgrind" "valgrind is not installed"
	finish
fi
check "an hour of export under valgrind" valgrind -q --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all \
	--track-fds=yes --error-exitcode=9 "$build/tests/unit_export_hour"
finish
