#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Counters under load: floods from both ends at once while the rules change under them, and every packet is counted,
# once, for the rule or default that decided it.
. "$(dirname "$0")/lib.sh"

pair
n=5000 changes=6
check "attach" fw "$S" -q attach s0
rules "$S" <<END
$(patient)
default in drop
default out pass
pass in inet proto icmp icmp-type echo-request
END

for ((change = 1; change <= changes; change++)); do
	fw "$S" -q rule add drop in from "192.0.2.$change"
done &
changing=$!
# flood NS ADDRESS: one ping after another, in rounds of $n, as long as rules change.
flood()
{
	until [ -e "$tmp/changed" ]; do
		in_ns "$1" ping -f -q -c $n "$2"
	done
}
flood "$C" 10.9.0.2 >"$tmp/in" &
in=$!
flood "$S" 10.9.0.1 >"$tmp/out" &
out=$!
# What `list` says of the rule, again and again.
until [ -e "$tmp/changed" ]; do
	fw "$S" -j list | jq '.rules[0].packets' || echo failed
done >"$tmp/listed" 2>&1 &
listing=$!
wait $changing
: >"$tmp/changed"
wait $in $out $listing

rounds() { grep -c "packets transmitted" "$tmp/$1"; }
check_json "rules changed under load" ".rules | length == 1 + $changes" fw "$S" -j list
# For the answer to the last one ping waits twice as long as for any before, which may be microseconds.
none_lost() { awk -v n=$n '/packets transmitted/ && ($1 != n || $4 < n - 1) { print; lost = 1 } END { exit lost }' "$tmp/$1"; }
check "no ping was lost on the way in" none_lost in
check "no ping was lost on the way out" none_lost out
check_json "the flows from outside have each packet" \
	"[.flows[] | select(.proto == \"icmp\" and .src == \"10.9.0.1\") | .packets == [$n, $n]] | length == $(rounds in) and all" fw "$S" -j flows
check_json "and the flows from inside" \
	"[.flows[] | select(.proto == \"icmp\" and .src == \"10.9.0.2\") | .packets == [$n, $n]] | length == $(rounds out) and all" fw "$S" -j flows
check_json "the rule counts requests and replies, over all changes" \
	".rules[0].packets == 2 * $n * $(rounds in)" fw "$S" -j list
grows_only() { awk -v most="$1" '!/^[0-9]+$/ || $1 < last || $1 > most { print; wrong = 1 } { last = $1 } END { exit wrong || NR < 2 }' "$tmp/listed"; }
check "and never went back, however often it was read meanwhile" grows_only $((2 * n * $(rounds in)))
# The hosts say a little by themselves (multicast listener reports).
default_out() { fw "$S" list --counters | awk '/^default out/ { print $6 }'; }
counted=$(default_out)
check "the default of the way out counts the replies that come in" \
	[ "$counted" -ge $((2 * n * $(rounds out))) -a "$counted" -le $((2 * n * $(rounds out) + 100)) ]
check_json "nothing was lost or contended" \
	'.flows | .evicted + ."table-full" + .contended == 0' fw "$S" -j status
finish
