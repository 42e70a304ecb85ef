#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A host behind `default in drop`: what its rules allow comes in, nothing else does, and replies to what it asks come back.
. "$(dirname "$0")/lib.sh"

pair
c=10.9.0.1 s=10.9.0.2 c6=fd09:0::1 s6=fd09:0::2
serve "$S" 80
serve "$S" 81
serve "$C" 82

check "all comes through with nothing attached" tcp "$C" $s 81
check "attach" fw "$S" -q attach s0
for a in $s $s6; do
	check "no rules: TCP to $a" tcp "$C" $a 81
	check "no rules: UDP to $a" udp "$C" $a 81
	check "no rules: ping $a" ping_to "$C" $a
done

echo "default in drop" | rules "$S"
for a in $s $s6; do
	check "default in drop: TCP to $a is stopped" tcp_dropped "$C" $a 80
	check "default in drop: UDP to $a is stopped" udp_dropped "$C" $a 80
	check "default in drop: ping $a is stopped" ping_dropped "$C" $a
done
check_json "stopped packets are counted as drops by default" '.drops.default >= 6' fw "$S" -j status
for a in $c $c6; do
	check "default in drop: replies of a TCP connection to $a come in" tcp "$S" $a 82
	check "default in drop: replies of UDP to $a come in" udp "$S" $a 82
	check "default in drop: replies of ping $a come in" ping_to "$S" $a
done
in_ns "$S" ip neigh flush dev s0
in_ns "$C" ip neigh flush dev c0
check "ARP passes ahead of the rules" ping_to "$S" $c
check "neighbour discovery passes ahead of the rules" ping_to "$S" $c6

rules "$S" <<'END'
default in drop
default out drop
pass in proto tcp to port 80 label "web"
pass in proto udp from 10.9.0.0/24 to port 81
pass in inet6 proto icmp6 icmp-type echo-request
END
for a in $s $s6; do
	check "pass rule: TCP to $a port 80" tcp "$C" $a 80
	check "pass rule for port 80: TCP to $a port 81 is stopped" tcp_dropped "$C" $a 81
	check "pass rule for TCP: UDP to $a port 80 is stopped" udp_dropped "$C" $a 80
done
check "pass rule with an address: UDP over IPv4" udp "$C" $s 81
check "pass rule with an IPv4 address: UDP over IPv6 is stopped" udp_dropped "$C" $s6 81
check "pass rule for an ICMPv6 type: ping over IPv6" ping_to "$C" $s6
check "pass rule for an ICMPv6 type: ping over IPv4 is stopped" ping_dropped "$C" $s
check "default out drop: TCP out is stopped" tcp_dropped "$S" $c 82
check "default out drop: UDP out is stopped" udp_dropped "$S" $c 82
check_json "packets of both directions count for the rule" '.packets >= 8 and .bytes >= 8 * 40' fw "$S" -j rule show 1

# Much data: every segment is counted once, also where the stack moves them in batches.
rules "$S" <<'END'
default in drop
pass in proto tcp to port 80
END
size=3000000
check "a transfer of $size bytes there and back" bash -c "
	got=\$(head -c $size /dev/zero | ip netns exec $C timeout $wait_s socat -t$wait_s - TCP:$s:80 | wc -c)
	[ \$got = $size ] || { echo \"\$got bytes came back\"; exit 1; }"
check_json "its bytes and packets in both directions" "
	[.flows[] | select(.bytes[0] > 100000)] | length == 1 and (.[0] |
	(.bytes | map(. > $size and . < $size * 1.2) | all) and
	(.packets | map(. > $size / 1500 / 50) | all))" fw "$S" -j flows proto tcp

check "detach" fw "$S" -q detach s0
check "after detach all comes through again" tcp "$C" $s 81
finish
