#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Devices that differ from plain Ethernet: VLAN tags, a tunnel without Ethernet headers.
. "$(dirname "$0")/lib.sh"

pair
s=10.9.0.2
mac() { ip -n "$1" -j link show "$2" | jq -r '.[0].address'; }

# --- VLAN tags --------------------------------------------------------------------------------------

check_says "attach warns where the NIC takes tags off" "ethtool -K s0 rxvlan off" fw "$S" attach s0
check_says "so does apply of a rule with vlan" "ethtool -K s0 rxvlan off" fw "$S" apply - <<<"pass in vlan 5"
check "but not without one" same "$(fw "$S" apply - 2>&1 >/dev/null <<<"pass in")" ""
check "-q: no warning" same "$(fw "$S" -q attach s0 2>&1)" ""
in_ns "$S" ethtool -K s0 rxvlan off >/dev/null 2>&1 && in_ns "$C" ethtool -K c0 txvlan off >/dev/null 2>&1
check "no warning with rxvlan off" same "$(fw "$S" attach s0 2>&1 >/dev/null)" ""
cat >"$tmp/vlan.fw" <<'END'
default in drop
pass in vlan 100 proto udp
pass in vlan 0 proto icmp
pass in vlan ! { 0 100 } proto udp
END
check "nor from apply" same "$(fw "$S" -q apply "$tmp/vlan.fw" 2>&1)" ""

has_packets() { same "$(packets "$S" "$1")" "$2"; }
# tagged VID: sends a UDP packet in a frame with this tag.
tagged()
{
	{
		printf '%b' "$(echo ":$(mac "$S" s0):$(mac "$C" c0)" | sed 's/:/\\x/g')"
		printf '\x81\x00%b' "$(printf '\\x%02x\\x%02x' $(($1 >> 8)) $(($1 & 255)))"
		printf '\x08\x00\x45\x00\x00\x20\x00\x00\x00\x00\x40\x11\x66\xa8\x0a\x09\x00\x01\x0a\x09\x00\x02'
		printf '\x13\x88\x00\x35\x00\x0c\x00\x00data'
	} >"$tmp/frame"
	in_ns "$C" socat -u "OPEN:$tmp/frame" INTERFACE:c0
}
if tagged 100 2>"$tmp/raw"; then
	tagged 100
	tagged 101
	check "a rule with vlan matches the tag" until_true has_packets 1 2
	check "another tag, another rule" same "$(packets "$S" 3)" 1
	check_json "the flow has the tag" '[.flows[].vlan] | sort == [100, 101]' fw "$S" -j flows
	check "the untagged traffic beside it" ping_to "$C" $s
	check "has vlan 0" same "$(packets "$S" 2)" 2
else
	skip "a rule with vlan" "no raw frames: $(cat "$tmp/raw")"
fi
if ip -n "$C" link add link c0 name c0.100 type vlan id 100 2>"$tmp/vlan" &&
	ip -n "$S" link add link s0 name s0.100 type vlan id 100 2>"$tmp/vlan"; then
	set_up "$C" c0.100 100 1
	set_up "$S" s0.100 100 2
	echo "default in drop" | rules "$S"
	check "a VLAN device behind default in drop" ping_dropped "$C" 10.9.100.2
	fw "$S" -q rule add pass in vlan 100
	check "a rule with vlan lets it in" ping_to "$C" 10.9.100.2
	check "and not the untagged" ping_dropped "$C" $s
else
	skip "a VLAN device" "$(cat "$tmp/vlan")"
fi
fw "$S" -q detach --all

# --- tun: packets begin with the IP header ----------------------------------------------------------

# Two tun devices, their packets carried over a socket by socat.
tun()
{
	ip netns exec "$1" socat "TUN:10.9.50.$3/24,tun-name=$2,iff-no-pi,iff-up" "$4" 2>"$tmp/$2" &
	until_true ip -n "$1" link show "$2"
}
if tun "$C" t0 1 "UNIX-LISTEN:$tmp/tun,type=5" && tun "$S" t1 2 "UNIX-CONNECT:$tmp/tun,type=5" &&
	until_true ping_to "$C" 10.9.50.2; then
	serve "$S" 80
	serve "$C" 82
	check_says "attach to a device without Ethernet headers" "t1: takes no XDP; incoming packets are judged at TC ingress" fw "$S" attach t1
	check_json "status tells how" '.interfaces[0] | .name == "t1" and (.ingress == "tcx" or .ingress == "clsact")' fw "$S" -j status
	{ echo "default in drop"; echo "pass in proto tcp to port 80"; } | rules "$S"
	check "TCP that a rule passes" tcp "$C" 10.9.50.2 80
	check "ping is stopped" ping_dropped "$C" 10.9.50.2
	check "UDP is stopped" udp_dropped "$C" 10.9.50.2 80
	check "replies come in" udp "$S" 10.9.50.1 82
	check_json "flows over it" '[.flows[] | select(.proto == "tcp" and .dport == 80)] | length == 1' fw "$S" -j flows
	check_status 1 "--mode native" fw "$S" attach --mode native t1
	fw "$S" -q detach --all
	FWCTL_TC=clsact fw "$S" -q attach t1
	check_json "by clsact" '.interfaces == [{name: "t1", ingress: "clsact", egress: "clsact"}]' fw "$S" -j status
	check "TCP that a rule passes, by clsact" tcp "$C" 10.9.50.2 80
	check "ping is stopped, by clsact" ping_dropped "$C" 10.9.50.2
	fw "$S" -q detach --all
	check "detach leaves no qdisc" same "$(tc -n "$S" qdisc show dev t1 | grep clsact)" ""
	check "and all passes" ping_to "$C" 10.9.50.2
else
	skip "a tun device" "$(cat "$tmp/t0" "$tmp/t1" 2>/dev/null)"
fi
finish
