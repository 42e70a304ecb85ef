#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `top`: rates that are those of the traffic, and a terminal that is as it was, however it ends.
. "$(dirname "$0")/lib.sh"

terminal=$(dirname "$0")/top_pty.py
pair
fw "$S" -q attach s0
rules "$S" <<'END'
default in pass
pass in proto icmp label "ping"
drop in proto udp to port 9 label "noise"
END
check_status 2 "an order that is none" fw "$S" top --sort size
check_status 2 "a filter that is none" fw "$S" top nonsense
ip netns exec "$C" ping -q -i 0.02 10.9.0.2 >/dev/null &
ping=$!
ip netns exec "$C" bash -c "while sleep 0.05; do echo x >/dev/udp/10.9.0.2/9; done" &
noise=$!
sleep 0.5
# 50 pings a second of 84 bytes, and as many replies; the machine may be busy.
check_json "rates" '(.flows | length) >= 1 and (.flows[0] | .proto == "icmp" and .label == "ping" and .rate.packets > 20 and .rate.packets < 200 and
	(.rate.bits / .rate.packets | . > 600 and . < 760))' fw "$S" -j top
check_json "hosts" '[.hosts[] | select(.address == "10.9.0.1")][0] | .sent.packets > 10 and .received.packets > 10' fw "$S" -j top
check_json "rules" '[.rules[] | select(.label == "noise")][0] | .number == 2 and .rate.packets > 2 and (.text | startswith("drop in proto udp"))' fw "$S" -j top
check_json "drops" '.drops.rule.packets > 2 and .in.dropped.packets > 2 and .out.dropped.packets == 0' fw "$S" -j top
check_json "the table" '.table.confirmed == 1 and .table.capacity == 262144' fw "$S" -j top
check_json "a filter" '.flows == [] and .hosts == []' fw "$S" -j top proto tcp
check_json "an order" '.sort == "age" and (.flows | length) >= 1' fw "$S" -j top --sort age
check_says "without a terminal: one frame" "1 ping" fw "$S" top
check "keys, a resize, and the terminal as it was" python3 "$terminal" keys "$fwctl" -n "$S" top
for how in SIGTERM SIGINT SIGHUP SIGSEGV; do
	check "$how: the terminal as it was" python3 "$terminal" $how "$fwctl" -n "$S" top
done
kill "$ping" "$noise"
finish
