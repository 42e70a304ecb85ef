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
