#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Counters under load: floods from both ends at once while the rules change under them, and every packet is counted,
# once, for the rule or default that decided it.
. "$(dirname "$0")/lib.sh"

pair
n=20000
check "attach" fw "$S" -q attach s0
rules "$S" <<'END'
default in drop
default out pass
pass in inet proto icmp icmp-type echo-request
END

in_ns "$C" ping -f -q -c $n 10.9.0.2 >"$tmp/in" &
in=$!
in_ns "$S" ping -f -q -c $n 10.9.0.1 >"$tmp/out" &
out=$!
changes=0
while kill -0 $in 2>/dev/null && [ $changes -lt 20 ]; do
	fw "$S" -q rule add drop in from "192.0.2.$changes" || break
	changes=$((changes + 1))
done
wait $in $out

check "rules changed under load" [ $changes -gt 1 ]
check "no ping was lost on the way in" grep -q " $n received" "$tmp/in"
check "no ping was lost on the way out" grep -q " $n received" "$tmp/out"
check_json "the flow from outside has each packet" \
	"[.flows[] | select(.proto == \"icmp\" and .src == \"10.9.0.1\" and .packets == [$n, $n])] | length == 1" fw "$S" -j flows
check_json "and the flow from inside" \
	"[.flows[] | select(.proto == \"icmp\" and .src == \"10.9.0.2\" and .packets == [$n, $n])] | length == 1" fw "$S" -j flows
check_json "the rule counts requests and replies, over all changes" \
	".rules[0].packets == 2 * $n" fw "$S" -j list
# The hosts say a little by themselves (multicast listener reports).
default_out() { fw "$S" list --counters | awk '/^default out/ { print $6 }'; }
counted=$(default_out)
check "the default of the way out counts the replies that come in" \
	[ "$counted" -ge $((2 * n)) -a "$counted" -le $((2 * n + 100)) ]
check_json "nothing was lost or contended" \
	'.flows | .evicted + ."table-full" + .contended == 0' fw "$S" -j status
finish
