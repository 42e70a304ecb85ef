#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# flows --dropped: who was refused what, and why; a flood does not grow it, and what is not listed is counted.
. "$(dirname "$0")/lib.sh"

pair
check "attach" fw "$S" -q attach s0
rules "$S" <<'END'
default in drop
pass in inet proto tcp to port 80
drop in inet proto udp to port 5000 label "five"
END

# datagrams PORT N
datagrams()
{
	truncate -s $(($2 * 100)) "$tmp/bytes"
	in_ns "$C" socat -u -b100 "OPEN:$tmp/bytes" "UDP4-DATAGRAM:10.9.0.2:$1,bind=10.9.0.1:40000"
}

serve "$S" 80
check "tcp passes" tcp "$C" 10.9.0.2 80
datagrams 5000 3
datagrams 5001 2
in_ns "$C" ping -q -c1 -W0.2 10.9.0.2 >"$tmp/said"
check_json "what a rule dropped" '.flows | length == 1 and .[0].rule == 2 and .[0].label == "five" and .[0].verdict == "drop" and
	.[0].reason == "rule" and .[0].interface == "s0" and .[0].direction == "in" and .[0].src == "10.9.0.1" and
	.[0].sport == 40000 and .[0].dport == 5000 and .[0].packets == [3, 0] and .[0].bytes == [384, 0] and
	.[0].first <= .[0].last' fw "$S" -j flows --dropped to port 5000
check_json "what the default dropped" '.flows | length == 1 and .[0].rule == 0 and .[0].reason == "default" and .[0].packets == [2, 0]' \
	fw "$S" -j flows --dropped to port 5001
in_ns "$C" bash -c 'echo >/dev/tcp/10.9.0.2/81' 2>/dev/null &
syn=$!
tried() { [ "$(fw "$S" -j flows --dropped proto tcp | jq '.flows | length')" = 1 ]; }
until_true tried
kill $syn
check_json "a connection: its state is that of its packets" '.flows | length == 1 and (.[0] | .dport == 81 and .state == "syn-sent" and
	.tcp_flags == ["S", ""])' fw "$S" -j flows --dropped proto tcp flags S/SA
check_json "a datagram has none" '.flows[0].state == "unreplied"' fw "$S" -j flows --dropped to port 5000
check_json "a ping" '.flows | length == 1 and .[0].icmp_type == 8' fw "$S" -j flows --dropped inet proto icmp
check_says "in words" 'icmp  in  default      10.9.0.1 id ' fw "$S" flows --dropped inet proto icmp
check_json "what passed is not there" '.flows == []' fw "$S" -j flows --dropped proto tcp to port 80
check_json "nor is what was dropped among the flows" '.flows == []' fw "$S" -j flows to port 5000
check_json "sorted, and so many" '.flows | length == 1 and .[0].dport == 5000' fw "$S" -j flows --dropped --sort packets --limit 1 inet proto udp
check_says "as a table" 'rule         10.9.0.1:40000              10.9.0.2:5000 ' fw "$S" flows --dropped
fw "$S" -q rule add at 1 drop out proto icmp icmp-type echo-reply >"$tmp/said"
fw "$S" -q rule add at 1 pass in inet proto icmp stateless >"$tmp/said"
in_ns "$C" ping -q -c1 -W0.2 10.9.0.2 >"$tmp/said"
check_json "a reply is one" '.flows | length == 1 and (.[0] | .src == "10.9.0.2" and .icmp_type == 0 and .rule == 2)' \
	fw "$S" -j flows --dropped out inet icmp-type echo-reply
fw "$S" -q rule delete 1 2 >"$tmp/said"
wide=$(COLUMNS=80 fw "$S" flows --dropped | awk 'length > w { w = length } END { print w }')
check "that fits a terminal" [ "$wide" -le 80 ]
fw "$S" -q rule add at 1 pass in proto sctp >"$tmp/said"
check_says "numbers of rules that are no longer live say so" '2 "five" of ruleset 2' fw "$S" flows --dropped to port 5000
check_json "with the label that it had" '.flows[0] | .rule == 2 and .label == "five" and .ruleset == 2' fw "$S" -j flows --dropped to port 5000
datagrams 5000 1
check_json "the last packet tells the rule" '.flows[0] | .rule == 3 and .label == "five" and .packets == [4, 0]' \
	fw "$S" -j flows --dropped to port 5000

# A flood to each port: many more tuples than there is room for.
before=$(packets "$S" 3)
fw "$S" -q rule add at 3 drop in inet proto udp from 10.9.0.1 label flood >"$tmp/said"
in_ns "$C" bash -c 'for p in {10000..19999}; do echo -n x >/dev/udp/10.9.0.2/$p; done'
check "each was dropped" same "$(packets "$S" 3)" 10000
sum=$(fw "$S" -j flows --dropped inet proto udp to port 10000-19999 | jq '[.flows[].packets[0]] | add')
fw "$S" -j status >"$tmp/status"
missing=$(jq '.flows."dropped-displaced" + .flows."dropped-unlisted"' "$tmp/status")
check_json "the table has its size" '.flows | length > 200 and length <= 4096' fw "$S" -j flows --dropped
# Of the six tuples from before, those that the flood displaced are in the count as well.
check "listed + counted = dropped" [ $((sum + missing)) -ge 10000 -a $((sum + missing)) -le 10020 ]
finish
