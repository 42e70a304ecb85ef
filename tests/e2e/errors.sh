#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMP errors and fragments as the kernel makes them: errors about a known flow come back, path MTU discovery works, and
# fragments follow their first one, on hosts and on a router that drop by default.
. "$(dirname "$0")/lib.sh"

# A client, a router whose link to the server is narrower than the client knows, a server.
new_ns C c
new_ns R r
new_ns S s
link_pair "$C" c0 "$R" r0 1
link_pair "$R" r1 "$S" s0 2
ip -n "$R" link set r1 mtu 1300
ip -n "$S" link set s0 mtu 1300
s=10.9.2.2 s6=fd09:2::2
in_ns "$R" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n "$C" route add default via 10.9.1.2
ip -n "$C" route add default via fd09:1::2
# The server asks for larger segments than its link takes, so that the client has to learn of that.
ip -n "$S" route add default via 10.9.2.1 advmss 1460
ip -n "$S" route add default via fd09:2::1 advmss 1440
ip -n "$R" route add unreachable 10.9.77.0/24
ip -n "$R" route add unreachable fd09:77::/64
for ns in "$C" "$R" "$S"; do # each is told, however many there are
	in_ns "$ns" sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
done
serve "$S" 80
in_ns "$S" "$traffic" sink 90 300 >"$tmp/sink" &
until_true listens "$S" tcp 90

# asked NS ADDRESS PORT WORDS: a datagram brings this error, not silence.
asked()
{
	local got

	got=$(in_ns "$1" bash -c "exec 3<>/dev/udp/$2/$3; echo x >&3; timeout 1 head -c1 <&3" 2>&1)
	case $got in *"$4"*) ;; *) echo "$got"; return 1 ;; esac
}
refused() { until_true asked "$1" "$2" "$3" "Connection refused"; }
# no_route NS ADDRESS: the router's word about an echo.
no_route()
{
	local got

	got=$(in_ns "$1" ping -c1 -W1 "$2")
	case $got in *"nreachable"*) ;; *) echo "$got"; return 1 ;; esac
}
# big NS ADDRESS BYTES: an echo of that size, in fragments.
big() { in_ns "$1" ping -q -c2 -i0.01 -W$wait_s -s "$3" -M dont "$2"; }
# What the client knows of the path.
forget() { ip -n "$C" route flush cache; ip -n "$C" -6 route flush cache; }
path_mtu() { ip -n "$C" route get "$1" | grep -q "mtu 1300"; }
transfer() { in_ns "$C" "$traffic" send "$1" 90 3000000 $wait_s; }
datagram_back()
{
	local got

	got=$(in_ns "$1" bash -c "exec 3<>/dev/udp/$2/80; printf '%4000s' x >&3; timeout 2 head -c4000 <&3 | wc -c")
	same "$got" 4000
}

# all WHERE: what has to work.
all()
{
	local a

	for a in $s $s6; do
		forget
		check "$1: a transfer to $a finds the path's MTU" transfer $a
		check "$1: which is known then ($a)" path_mtu $a
		check "$1: an echo of 4,000 bytes to $a, in fragments" big "$C" $a 4000
		check "$1: a datagram of 4,000 bytes to $a and back" until_true datagram_back "$C" $a
		check "$1: a closed UDP port of $a is told" refused "$C" $a 81
	done
	check "$1: the router's word that it has no route" until_true no_route "$C" 10.9.77.1
	check "$1: over IPv6" until_true no_route "$C" fd09:77::1
}

all "nothing attached"

fw "$C" -q attach c0
printf 'default in drop\ndefault out pass\n' | rules "$C"
all "a client behind default in drop"
fw "$C" -q detach --all --purge

fw "$S" -q attach s0
printf '%s\n' "default in drop" "default out drop" "pass in proto { tcp udp }" "pass in icmp-type echo-request" | rules "$S"
all "a server behind default drop in both directions"
fw "$S" -q detach --all --purge

fw "$R" -q attach r0 r1
printf '%s\n' "default in drop" "default out drop" "pass in on r0 from { 10.9.1.0/24 fd09:1::/64 }" \
	"pass out on r1 to { 10.9.2.0/24 fd09:2::/64 }" | rules "$R"
all "a router behind default drop in both directions"
check "and nothing but that: from the server to the client" ping_dropped "$S" 10.9.1.1
finish
