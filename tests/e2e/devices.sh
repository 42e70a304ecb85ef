#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Devices that differ from plain Ethernet: VLAN tags, large packets and frames, loopback, tunnels without Ethernet headers.
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
check "no warning with rxvlan off" same "$(fw "$S" attach s0 2>&1 >/dev/null | grep -c rxvlan)" 0
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
	# TC finds the tag beside the packet, also where the NIC takes it off.
	in_ns "$S" ethtool -K s0 rxvlan on >/dev/null 2>&1
	check "attach --mode tc does not warn of rxvlan" same "$(fw "$S" attach --mode tc s0 2>&1 >/dev/null)" ""
	tagged 100
	tagged 101
	check "a rule with vlan matches at TC" until_true has_packets 1 3
	check "another tag, another rule" same "$(packets "$S" 3)" 2
	check "nor does apply warn" same "$(fw "$S" -q list | fw "$S" apply - 2>&1 >/dev/null)" ""
	in_ns "$S" ethtool -K s0 rxvlan off >/dev/null 2>&1
	fw "$S" -q attach s0
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

# --- large packets and large frames -----------------------------------------------------------------

# counted NS: TCP segments that its stack sent (also again), and got.
counted() { in_ns "$1" awk '$1 == "Tcp:" && $2 ~ /^[0-9]/ { print $12 + $13, $11 }' /proc/net/snmp; }
flow_at() { fw "$1" -j flows proto tcp to port 90 | jq -r '.flows[0].packets | "\(.[0]) \(.[1])"'; }
in_ns "$S" "$traffic" sink 90 300 >/dev/null &
until_true listens "$S" tcp 90
drops() { echo "$(in_ns "$C" cat /sys/class/net/c0/statistics/tx_dropped) $(in_ns "$S" cat /sys/class/net/s0/statistics/tx_dropped)"; }
# transfer NAME: its flow has as many packets, at both ends, as the client's stack sent and got segments.
transfer()
{
	local before after dropped want

	for _ in {1..10}; do # until the cable drops nothing between the two
		fw "$C" -q detach --all --purge
		fw "$S" -q detach --all --purge
		fw "$C" -q attach $mode c0
		fw "$S" -q attach $mode s0
		before=$(counted "$C")
		dropped=$(drops)
		in_ns "$C" "$traffic" send $s 90 20000000 60 >/dev/null || { fail "$1" "the transfer"; return; }
		sleep 0.2
		after=$(counted "$C")
		same "$(drops)" "$dropped" >/dev/null && break
	done
	want=$(echo "$before $after" | awk '{ print $3 - $1, $4 - $2 }')
	check "$1: the client's flow has its segments ($want)" same "$(flow_at "$C")" "$want"
	check "$1: and so has the server's" same "$(flow_at "$S")" "$want"
}
mode="--mode tc"
transfer "large packets at TC"
mode=
transfer "XDP on both ends"
fw "$S" -q detach --all --purge
fw "$C" -q detach --all --purge
ip -n "$C" link set c0 mtu 9000
ip -n "$S" link set s0 mtu 9000
check "attach at an MTU of 9,000" fw "$S" -q attach s0
echo "default in drop
pass in proto icmp length 8000-9000
pass in proto tcp" | rules "$S"
check "an echo of 8,028 bytes" in_ns "$C" ping -q -c1 -W$wait_s -M "do" -s 8000 $s
check_json "has its length" '.packets == 2' fw "$S" -j rule show 1
check_json "and its bytes" '.flows | length == 1 and .[0].bytes == [8028, 8028]' fw "$S" -j flows proto icmp
check "an echo of 100 is stopped" ping_dropped "$C" $s
transfer "an MTU of 9,000"
fw "$S" -q detach --all --purge
fw "$C" -q detach --all --purge
ip -n "$C" link set c0 mtu 1500
ip -n "$S" link set s0 mtu 1500

# --- loopback: packets go out and come in on one device ---------------------------------------------

serve "$S" 83
session old "$S" tcp 127.0.0.1 83
session old6 "$S" tcp ::1 83
check_says "attach lo" "xdp-generic" fw "$S" attach lo
printf 'default in drop\ndefault out drop\n' | rules "$S"
check "what was there goes on" goes_on old old6
check "a new connection is stopped" tcp_dropped "$S" 127.0.0.1 83
printf '%s\n' "default in drop" "default out drop" "pass out proto icmp" | rules "$S"
check "an echo that goes out, but does not come in" ping_dropped "$S" 127.0.0.1
fw "$S" -q rule add pass in proto icmp
for a in 127.0.0.1 ::1; do
	[ $a = ::1 ] && fw "$S" -q rule add pass out inet6 proto icmp6 && fw "$S" -q rule add pass in inet6 proto icmp6
	check "an echo of $a with rules for both ways" in_ns "$S" ping -q -c3 -i0.05 -W$wait_s $a
	check_json "its packets are counted once" '[.flows[] | select(.packets[0] > 1) | .packets] == [[3, 3]]' fw "$S" -j flows to $a \
		proto $([ $a = ::1 ] && echo icmp6 || echo icmp)
done
fw "$S" -q detach --all --purge

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

# A virtual machine's: buffers to be segmented, without their number.
if coproc guest { ip netns exec "$S" python3 "$(dirname "$0")/tun_gso.py" t2 10.9.51.2 10.9.51.1 2>"$tmp/t2"; } &&
	read -r -t "$wait_s" -u "${guest[0]}"; then
	ip -n "$S" addr add 10.9.51.1/24 dev t2
	ip -n "$S" link set t2 up
	fw "$S" -q attach t2
	printf 'default in drop\npass in length 1040\n' | rules "$S"
	echo >&"${guest[1]}"
	sent_all() { fw "$S" -j flows from 10.9.51.2 | jq -e '.flows == [] | not'; }
	until_true sent_all
	check_json "segments that nobody has counted" '[.flows[] | [.packets[0], .bytes[0]]] == [[5, 5200]]' fw "$S" -j flows from 10.9.51.2
	fw "$S" -q detach --all --purge
	kill "$guest_PID"
else
	skip "a tun device of a virtual machine" "$(cat "$tmp/t2")"
fi

# --- WireGuard: no Ethernet headers either ----------------------------------------------------------

if ip -n "$S" link add wg0 type wireguard 2>"$tmp/wg"; then
	ip -n "$S" addr add 10.9.60.1/24 dev wg0
	ip -n "$S" link set wg0 up
	check_says "attach to a WireGuard device" "wg0: takes no XDP" fw "$S" attach wg0
	printf 'default out drop\npass out proto udp to port 53\n' | rules "$S"
	in_ns "$S" bash -c 'echo x >/dev/udp/10.9.60.2/53; echo x >/dev/udp/10.9.60.2/54' 2>/dev/null
	check "its packets are judged" has_packets 1 1
	check_json "as IP from the first byte" '.flows | length == 1 and .[0].dst == "10.9.60.2" and .[0].bytes == [30, 0]' fw "$S" -j flows
	fw "$S" -q detach --all --purge
else
	skip "a WireGuard device" "$(cat "$tmp/wg")"
fi
finish
