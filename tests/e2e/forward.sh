#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A router with both of its interfaces attached: packets are judged where they come in and where they go out.
. "$(dirname "$0")/lib.sh"

new_ns A a
new_ns R r
new_ns B b
link_pair "$A" a0 "$R" r0 0
link_pair "$B" b0 "$R" r1 1
in_ns "$R" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
for ns in "$A 0" "$B 1"; do
	set -- $ns
	ip -n "$1" route add default via "10.9.$2.2"
	ip -n "$1" route add default via "fd09:$2::2"
done
a=10.9.0.1 b=10.9.1.1 b6=fd09:1::1
serve "$B" 80
serve "$B" 81
serve "$A" 80
check "routes" until_true tcp "$A" $b6 80
check "attach both" fw "$R" -q attach r0 r1

rules "$R" <<END
$(patient)
default in drop
default out drop
pass in on r0 proto tcp from 10.9.0.0/24 to port 80
pass out on r1 proto tcp to port 80
pass in on r0 inet6 proto tcp to port 81
pass in on r0 proto icmp
END
check "passed in and out" tcp "$A" $b 80
check "replies need no rule at either hook" tcp "$A" $b 80
check "passed by neither" tcp_dropped "$A" $b 81
check "passed in, stopped on the way out" tcp_dropped "$A" $b6 81
check "passed out, stopped on the way in" tcp_dropped "$A" $b6 80
check "not the other way round" tcp_dropped "$B" $a 80
check "ping is stopped on the way out" ping_dropped "$A" $b
check "both rules count it" same "$(($(packets "$R" 1) > 5)) $(($(packets "$R" 2) > 5))" "1 1"
check_json "what is stopped on the way out is dropped traffic" '[.flows[] | select(.proto == "icmp")] | length >= 1 and
	all(.verdict == "drop" and .direction == "out" and .interface == "r1" and .reason == "default")' fw "$R" -j flows --dropped inet
check_json "and no flow" '.flows == []' fw "$R" -j flows proto icmp
check_json "a passed one has the rule of the way in" '[.flows[] | select(.dport == 80 and .family == "inet")] |
	length >= 1 and all(.verdict == "pass" and .rule == 1 and .src == "10.9.0.1")' fw "$R" -j flows
size=200000
head -c $size /dev/zero | in_ns "$A" timeout $wait_s socat -t$wait_s - TCP:$b:80 >/dev/null
check_json "its packets and bytes are counted once, not at each hook" "[.flows[] | select(.bytes[0] > 100000)] |
	length == 1 and (.[0].bytes | map(. > $size and . < $size * 1.3) | all)" fw "$R" -j flows proto tcp to port 80

# State floats over interfaces, unless it is bound to them.
rules "$R" <<'END'
default in drop
option state if-bound
pass in on r0 proto icmp
END
check "option state if-bound: forwarded" ping_to "$A" $b
# A datagram from this host to b, answered on the way it went, and as if by b from the other side. (What is dropped going out is said again,
# for that long.)
hardware() { ip -n "$1" -j link show "$2" | jq -r '.[0].address'; }
say() { in_ns "$1" timeout 2 "$traffic" flood "$2" "$3" udp "$5" "$6" 1 "$4" "$7" >/dev/null; }
asks() { say "$R" r1 "$(hardware "$B" b0)" 10.9.1.2 $b 5000 "$1"; }
asks_by_r0() { say "$R" r0 "$(hardware "$A" a0)" 10.9.1.2 $b 5000 "$1"; }
answers() { say "$B" b0 "$(hardware "$R" r1)" $b 10.9.1.2 "$1" 5000; }
answers_by_r0() { say "$A" a0 "$(hardware "$R" r0)" $b 10.9.1.2 "$1" 5000; }
has() { until_true same_packets "$1" "$2"; }
same_packets() { same "$(fw "$R" -j flows proto udp from port "$1" | jq -c '[.flows[].packets]')" "$2"; }
dropped() { fw "$R" -j status | jq '.drops.default'; }
# stopped COMMAND...: one more is dropped by a default.
stopped()
{
	local before

	before=$(dropped)
	"$@"
	until_true [ "$(dropped)" -gt "$before" ]
}
bound() { printf '%s\n' "default in drop" "default out drop" "option state $1" "pass out on r1 proto udp to port 5000" | rules "$R"; }
bound if-bound
asks 6001
answers 6001
check "if-bound: an answer on the interface of the question" has 6001 "[[1,1]]"
check "one on another is none" stopped answers_by_r0 6001
check "nor is the question one there" stopped asks_by_r0 6001
check "and neither counts" same_packets 6001 "[[1,1]]"
bound floating
asks 6002
answers_by_r0 6002
check "floating: an answer on any interface" has 6002 "[[1,1]]"
asks_by_r0 6002
check "and a question" has 6002 "[[2,1]]"

# What comes in with this host's own address is judged, and says nothing of the connection that it seems to be of: not then, nor
# when the rules change.
forges() { say "$B" b0 "$(hardware "$R" r1)" 10.9.1.2 $b 5000 "$1"; }
rules "$R" <<<"pass in on r1 proto udp from 10.9.1.2"
asks 6003
forges 6003
check "a packet that forges our address is let in" until_true [ "$(packets "$R" 1)" = 1 ]
printf 'default in drop\n' | rules "$R"
answers 6003
check "an answer comes in, also when such are not" has 6003 "[[1,1]]"
stopped forges 6003
answers 6003
check "and after one that was stopped" has 6003 "[[1,2]]"

rules "$R" <<'END'
default in drop
pass in on r0
drop out on r1 proto tcp to port 81
END
check "on r0: another ruleset acts at once" tcp "$A" $b6 80
check "a drop on the way out of one interface" tcp_dropped "$A" $b 81
check "does not hold on the other" tcp "$A" $b 80
check "replies come in on r1, where nothing is passed" udp "$A" $b 80
check "what begins on r1 does not" udp_dropped "$B" $a 80
finish
