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
pings() { [ "$(fw "$S" -j flows proto icmp | jq '.flows[0].packets[0] // 0')" -gt 0 ] && [ "$(packets "$S" 2)" -gt 0 ]; }
until_true pings
# All of them look at the same second.
fw "$S" -j top >"$tmp/all" &
all=$!
fw "$S" -j top proto tcp >"$tmp/filter" &
filter=$!
fw "$S" -j top --sort age >"$tmp/age" &
age=$!
fw "$S" top >"$tmp/frame" &
frame=$!
COLUMNS=200 LINES=50 fw "$S" top proto tcp >"$tmp/empty" &
empty=$!
wait $all $filter $age $frame $empty
# 50 pings a second of 84 bytes, and as many replies; the machine may be busy.
check_json "rates" '(.flows | length) >= 1 and (.flows[0] | .proto == "icmp" and .label == "ping" and .rate.packets > 8 and .rate.packets < 200 and
	(.rate.bits / .rate.packets | . > 600 and . < 760))' cat "$tmp/all"
check_json "hosts" '[.hosts[] | select(.address == "10.9.0.1")][0] | .sent.packets > 3 and .received.packets > 3' cat "$tmp/all"
check_json "rules" '[.rules[] | select(.label == "noise")][0] | .number == 2 and .rate.packets > 0 and (.text | startswith("drop in proto udp"))' cat "$tmp/all"
check_json "drops" '.drops.rule.packets > 0 and .in.dropped.packets > 0 and .out.dropped.packets == 0' cat "$tmp/all"
check_json "the table" '.table.confirmed == 1 and .table.capacity == 262144' cat "$tmp/all"
check_json "a filter" '.flows == [] and .hosts == []' cat "$tmp/filter"
check_json "an order" '.sort == "age" and (.flows | length) >= 1' cat "$tmp/age"
check "without a terminal: one frame" grep -q ' 1 ping$' "$tmp/frame"
check "which tells what pings are" grep -q '10\.9\.0\.1 id [0-9]*  *10\.9\.0\.2 echo-request ' "$tmp/frame"
check "as wide as it may be" grep -q 'STATE  *FROM' "$tmp/empty"
check_not "and has no empty lines" grep -n '^ *$' "$tmp/frame" "$tmp/empty"
check "keys, a resize, and the terminal as it was" python3 "$terminal" keys "$fwctl" -n "$S" top
# Each on a terminal of its own.
for how in SIGTERM SIGINT SIGHUP SIGSEGV; do
	python3 "$terminal" $how "$fwctl" -n "$S" top >"$tmp/$how" 2>&1 &
	eval "$how=$!"
done
for how in SIGTERM SIGINT SIGHUP SIGSEGV; do
	if wait "${!how}"; then
		pass "$how: the terminal as it was"
	else
		fail "$how: the terminal as it was" "$(cat "$tmp/$how")"
	fi
done

# Names and labels that a terminal would act upon, or take for the end of a quote, where they are allowed.
evil=$'s\x9b31m'
ip -n "$S" link set s0 down
ip -n "$S" link set s0 name "$evil"
ip -n "$S" link set "$evil" up
fw "$S" -q attach "$evil"
fw "$S" -q rule add at 1 drop in on "$evil" proto udp to port 9 log label '"\"a\\b\""' >"$tmp/said"
ip netns exec "$S" "$fwctl" -q monitor >"$tmp/monitor" &
monitor=$!
until_true test -s "$tmp/monitor"
kill $monitor
fw "$S" top >"$tmp/frame"
fw "$S" flows --dropped >"$tmp/dropped"
check "names of interfaces, harmless" grep -qF 'on s\x9b31m proto udp' "$tmp/monitor"
check "in rules too" grep -qF 'drop in on s\x9b31m proto udp' "$tmp/frame"
check "quoted labels" grep -qF '(rule 1 "\"a\\b\"") in' "$tmp/monitor"
check "in lists too" grep -qF ' 1 "\"a\\b\""' "$tmp/dropped"
check_not "nothing that a terminal acts upon" env LC_ALL=C grep -n '[^ -~]' "$tmp/monitor" "$tmp/frame" "$tmp/dropped"
kill "$ping" "$noise"
"$fwctl" -n "$S" top >"$tmp/frame" 2>"$tmp/said" &
top=$!
until_true grep -q bpf-map "/proc/$top/maps"
fw "$S" -q detach --all --purge
wait $top
check "what is gone is not looked at" same "$? $(cat "$tmp/said")" \
	"1 fwctl: top: fwctl has been detached with --purge here: there is nothing more to see"
finish
