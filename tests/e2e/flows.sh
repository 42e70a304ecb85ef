#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Sets of addresses in rules, and what `flows` tells of the connections.
. "$(dirname "$0")/lib.sh"

pair
s=10.9.0.2 s6=fd09:0::2
serve "$S" 80
cd "$tmp" || exit 1
ip -n "$C" addr add 10.9.0.7/24 dev c0
ip -n "$C" addr add fd09:0::7/64 dev c0 nodad
from() { in_ns "$1" timeout $wait_s socat -u /dev/null "$(proto TCP "$3"):$(host "$3"):80,bind=$(host "$2"),connect-timeout=$wait_s"; }
refused() { fw "$S" -j flows --dropped from "$1" to "$2" port 80 | jq '[.flows[].packets[0]] | add // 0'; }
refused_more() { [ "$(refused "$1" "$2")" -gt "$3" ]; }
# Its SYN is seen to be dropped, and it has not connected.
from_dropped()
{
	local before try

	before=$(refused "$2" "$3")
	from "$1" "$2" "$3" >/dev/null 2>&1 &
	try=$!
	until_true refused_more "$2" "$3" "$before" || return 1
	kill $try || { echo "it connected"; return 1; }
	! wait $try
}

# --- sets -------------------------------------------------------------------------------------------

fw "$S" -q attach s0
printf '# bad ones\n10.9.0.7\nfd09::7/128\n192.0.2.0/24\n' >bad.netset
printf 'default in drop\nset bad { type net; file "bad.netset"; }\nset good { type addr; 10.9.0.1, fd09::1 }\n%s\n%s\n' \
	"drop in from @bad label \"bad\"" "pass in proto tcp from any to any port 80" >sets.fw
check "apply of sets" fw "$S" -q apply sets.fw
check "an address outside of the set" from "$C" 10.9.0.1 $s
check "an address of the set" from_dropped "$C" 10.9.0.7 $s
check "IPv6: outside" from "$C" fd09:0::1 $s6
check "IPv6: of the set" from_dropped "$C" fd09:0::7 $s6
check_json "its rule counts" '.packets >= 2' fw "$S" -j rule show 1
check_json "list -j counts the elements" '.sets == [{name: "bad", type: "net", elements: 3}, {name: "good", type: "addr", elements: 2}]' \
	fw "$S" -j list
sed -i 's/^drop in from @bad.*/drop in from ! @good/' sets.fw
check "negated, type addr" fw "$S" -q apply sets.fw
check "an address of the set" from "$C" 10.9.0.1 $s
check "one that is not in it" from_dropped "$C" 10.9.0.7 $s
check "IPv6: of the set" from "$C" fd09:0::1 $s6
check "IPv6: not in it" from_dropped "$C" fd09:0::7 $s6
{ echo "default in drop"; echo "set good { type addr; 10.9.0.7 }"; echo "pass in from @good"; } | rules "$S"
check "apply of other elements" from "$C" 10.9.0.7 $s
check "the old ones are gone" from_dropped "$C" 10.9.0.1 $s
{ echo "default in drop"; echo "set good { type addr; }"; echo "pass in from @good label \"kept\""; } | rules "$S"
check "a set declared without elements keeps its own" from "$C" 10.9.0.7 $s
fw "$S" -q rule add pass in proto udp
check "so does rule add" from "$C" 10.9.0.7 $s
fw "$S" -q detach --all --purge

# --- flows ------------------------------------------------------------------------------------------

# Hosts of their own: those above still speak of the connections that were stopped.
new_ns C c2
new_ns S s2
link_pair "$C" c0 "$S" s0 0
serve "$S" 80
fw "$S" -q attach s0
{ patient; echo "default in drop"; echo 'pass in proto { tcp udp } to port 80 label "web \"80\""'; echo "pass in proto icmp"; } | rules "$S"
check_json "no flows" '.flows == []' fw "$S" -j flows
in_ns "$C" ping -q -c3 -i0.01 $s >/dev/null
tcp "$C" $s 80 >/dev/null
tcp "$C" $s6 80 >/dev/null
udp "$C" $s 80 >/dev/null
head -c 50000 /dev/zero | in_ns "$C" timeout $wait_s socat -t$wait_s - "TCP:$s:80" >/dev/null
check_json "all flows" '.flows | length == 5' fw "$S" -j flows
check_json "flows on an interface" '.flows | length == 5' fw "$S" -j flows in on s0
check_status 1 "flows on one that is not there" fw "$S" flows in on nope
check_says "tells which there are" "fwctl: nope: no such interface in this network namespace (have: lo, s0)" printf %s "$said"
check_status 1 "also where others are there" fw "$S" -j flows in on "{ s0 nope }" proto tcp
check_status 0 "flows on one that is not attached" fw "$S" flows out on lo
check_says "tell why there are none" "lo: nothing of fwctl is attached, so it has no flows" printf %s "$said"
check "flows on any but that one need no reason" same "$(fw "$S" flows in on ! lo 2>&1 >/dev/null)" ""
check_status 1 "flows --dropped likewise" fw "$S" flows --dropped in on nope
check_status 1 "top likewise" fw "$S" -j top in on nope
check_says "with the same words" "nope: no such interface" printf %s "$said"
check_json "flow of ICMP" '.flows | length == 1 and (.[0] | .proto == "icmp" and .sport == 0 and .icmp_type == 8 and
	.packets == [3,3] and .bytes == [252,252] and .state == "replied" and .rule == 2 and .src == "10.9.0.1")' fw "$S" -j flows proto icmp
check_json "flow of UDP" '.flows | length == 1 and (.[0] | .dport == 80 and .packets == [1,1] and .bytes == [34,34] and
	.state == "replied" and .label == "web \"80\"")' fw "$S" -j flows proto udp
check_json "flow of TCP over IPv6" '.flows | length == 1 and (.[0] | .family == "inet6" and .dst == "fd09::2" and .dport == 80 and
	.rule == 1 and .verdict == "pass" and .direction == "in" and .vlan == 0 and .tcp_flags == ["FSPA","FSPA"] and
	(.state == "closed" or .state == "closing"))' fw "$S" -j flows inet6
check_json "first and last are times of now" '[.flows[] | (.first, .last) | sub("\\.[0-9]+"; "") | fromdate | (. > now - 60 and . < now + 5)] |
	length == 10 and all' fw "$S" -j flows
check_json "match by address and port" '.flows | length == 3' fw "$S" -j flows from 10.9.0.0/24 to $s port 80
check_json "match by interface" '.flows | length == 4' fw "$S" -j flows in on s0 inet
check_json "another interface" '.flows == []' fw "$S" -j flows in on lo
check_json "the other direction" '.flows == []' fw "$S" -j flows out on s0
check_says "errors are at the place where they were typed" "match:1:16: unknown protocol 'tpc'" fw "$S" flows in on s0 proto tpc
check_json "match that nothing has" '.flows == []' fw "$S" -j flows proto tcp to port 443
check_json "--sort bytes" '[.flows[] | .bytes | add] | . == (sort | reverse) and .[0] > 100000' fw "$S" -j flows --sort bytes
check_json "--sort packets" '[.flows[] | .packets | add] | . == (sort | reverse)' fw "$S" -j flows --sort packets
check_json "--sort age" '[.flows[].first] | . == sort' fw "$S" -j flows --sort age
check_json "--limit" '.flows | length == 1 and (.[0].bytes | add) > 100000' fw "$S" -j flows --sort bytes --limit 1
check_says "in words" "10.9.0.2:80" fw "$S" flows proto udp
check_json "status counts them" '.flows.confirmed == 5 and .flows.unconfirmed == 0' fw "$S" -j status

# What is stopped makes no flow; what is not answered is unconfirmed.
in_ns "$C" bash -c "echo >/dev/tcp/$s/81" 2>/dev/null &
try=$!
until_true eval '[ "$(fw "$S" -j flows --dropped to port 81 | jq ".flows | length")" = 1 ]'
kill $try
check_json "a stopped packet makes no flow" '.flows == []' fw "$S" -j flows to port 81
fw "$S" -q rule add pass in proto udp to port 5000-5999
in_ns "$C" bash -c "echo >/dev/udp/$s/5001"
check_json "an unanswered packet makes an unreplied flow" '.flows | length == 1 and .[0].state == "unreplied" and .[0].packets == [1,0]' \
	fw "$S" -j flows proto udp to port 5001
check_json "which is unconfirmed" '.flows.unconfirmed >= 1' fw "$S" -j status
fw "$S" -q detach s0
check_json "flows stay over detach" '.flows | length >= 5' fw "$S" -j flows
finish
