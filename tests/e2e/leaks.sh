#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An hour of the collector (unit_export_hour, in accelerated time) leaks nothing and touches nothing that is not its own; nor does a live
# one, with a ring buffer of events, a process that reads changing rules, a file that is rotated, and a TCP peer that comes and goes.
. "$(dirname "$0")/lib.sh"

if ! command -v valgrind >/dev/null; then
	skip "an hour of export under valgrind" "valgrind is not installed"
	finish
fi
check "an hour of export under valgrind" valgrind -q --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all \
	--track-fds=yes --error-exitcode=9 "$build/tests/unit_export_hour"

receive=$(cd "$(dirname "$0")" && pwd)/ipfix_receive.py
pair
mac=$(ip -n "$S" -j link show dev s0 | jq -r '.[0].address')
cd "$tmp" || exit 1
rules "$S" <<'END'
option flows 1024
pass in proto udp label "first"
END
fw "$S" -q attach s0
receiver()
{
	ip netns exec "$C" python3 "$receive" tcp 127.0.0.1 4739 received &
	receiver=$!
	until_true listens "$C" tcp 4739
}
# What bpf(2) writes is not known to valgrind as written; objects that a process opens once stay open until it ends.
live()
{
	ip netns exec "$C" valgrind -q --leak-check=full --undef-value-errors=no --show-leak-kinds=definite,indirect,possible \
		--errors-for-leak-kinds=definite,indirect,possible --error-exitcode=9 --log-file="$tmp/valgrind.%p" \
		"$build/tests/fwctl_dynamic" -n "$S" export --idle 1 --active 1 --ipfix tcp:127.0.0.1:4739 --json live.json 2>live.err &
	collector=$!
	until_true grep -q '^NoNewPrivs:.1' "/proc/$collector/status"
}
has_lines() { [ "$(cat live.json* | wc -l)" -ge "$1" ]; }
receiver
live
for i in 1 2 3; do
	in_ns "$C" "$traffic" flood c0 "$mac" udp 10.9.0.2 7001 2000 >/dev/null
	fw "$S" -q rule add at 1 pass in proto udp to any port "$i" label "$i"
	mv live.json "live.json.$i"
	kill -HUP "$collector"
	until_true has_lines $((2000 * i))
	kill "$receiver"
	wait "$receiver" 2>/dev/null
	receiver
done
kill -TERM "$collector"
wait "$collector"
check "a live one" same "$? $(cat valgrind.* | head -n 20)" "0 "
check "which told all" same "$(cat live.json* | wc -l)" 6000
kill "$receiver"
wait "$receiver" 2>/dev/null
finish
