#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Many processes at once: no change is lost, who only reads sees whole rulesets, and a collector tells each packet once while
# rulesets come and go under it. (Two apply at once and killed ones: atomic.sh.)
. "$(dirname "$0")/lib.sh"

pair
s=10.9.0.2
cd "$tmp" || exit 1
writers=8 each=2

# ends PID...: waits for all; $bad is how many failed.
ends()
{
	local pid

	bad=0
	for pid; do
		wait "$pid" || bad=$((bad + 1))
	done
}

# --- readers beside writers -------------------------------------------------------------------------

fw "$S" -q attach s0
echo "default in drop" | rules "$S"

# add N: rules of its own, one after another.
add()
{
	local i

	for ((i = 1; i <= each; i++)); do
		fw "$S" -q rule add pass in proto udp to port $(($1 * 100 + i)) label "w$1" || return 1
	done
}

# read_on N: until told to stop, each document whole.
read_on()
{
	local n=0

	while [ ! -e stop ]; do
		fw "$S" -j list | jq -e '.rules | map(.number) == [range(1; length + 1)]' || return 1
		fw "$S" -j status | jq -e '.ruleset.id > 0' || return 1
		fw "$S" -j flows | jq -e '.flows | type == "array"' || return 1
		fw "$S" metrics | tail -n 1 | grep -qx '# EOF' || return 1
		n=$((n + 1))
	done >"read.$1" 2>&1
	[ $n -gt 0 ]
}

adding=() reading=()
for n in 1 2; do
	read_on $n &
	reading+=($!)
done
for ((n = 1; n <= writers; n++)); do
	add "$n" 2>"add.$n" &
	adding+=($!)
done
ends "${adding[@]}"
check "$writers writers, $each rules each: all are added" same $bad 0
touch stop
ends "${reading[@]}"
check "readers saw whole documents all the time" same $bad 0
check_json "no rule is lost, none is there twice" ".rules | length == $((writers * each)) and (map(.text) | unique | length) == length" \
	fw "$S" -j list
# Of one writer's rules the order is that in which they were added.
check_json "each one's in order" "[.rules[].text | capture(\"port (?<p>[0-9]+)\").p | tonumber] | group_by(. / 100 | floor) |
	all(. == sort)" fw "$S" -j list

deleting=()
for ((n = 1; n <= writers; n++)); do
	fw "$S" -q rule delete 1 2>"delete.$n" &
	deleting+=($!)
done
ends "${deleting[@]}"
check "$writers delete the first rule at once" same $bad 0
check_json "as many are gone" ".rules | length == $((writers * each - writers))" fw "$S" -j list

# --- rulesets come and go under a collector ------------------------------------------------------------

rounds=6 datagrams=40
rules "$S" <<<"pass in"
# Kept by the collector alone; a flow that idles for a second is told.
"$fwctl" -n "$S" export --json records.json --idle 1 2>collector.err &
collector=$!
"$fwctl" -n "$S" -j monitor --flows >monitor.json 2>monitor.err &
monitor=$!
check "the collector watches" until_true grep -q '^NoNewPrivs:.1' "/proc/$collector/status"
for ((round = 1; round <= rounds; round++)); do
	in_ns "$C" bash -c "for i in \$(seq $datagrams); do echo \$i >/dev/udp/$s/$((9000 + round)); done" 2>/dev/null &
	sending=$!
	echo "pass in label \"round $round\"" | fw "$S" -q apply - || fail "apply in round $round"
	wait $sending
done
check "it lives" kill -0 $collector
check "so does the monitor" kill -0 $monitor
kill $collector $monitor
wait $collector $monitor 2>/dev/null

# told: packets to our ports in the collector's records, those that it told at its end included.
told() { jq -s -e '[.[] | select(.proto == "udp" and .dport > 9000 and .dport < 9100) | .packets | add] | add == '$((rounds * datagrams)) records.json; }
check "each packet is in one record" told
check "whole lines only" jq -e . monitor.json

# --- killed beside others ------------------------------------------------------------------------------

# One that is killed holds no lock: the others go on.
killed=0
for n in 1 2 3 4 5 6; do
	"$fwctl" -q -n "$S" apply - <<<"pass in label \"killed $n\"" 2>/dev/null &
	victim=$!
	fw "$S" -q rule add pass in proto tcp to port "$n" &
	other=$!
	sleep "0.0$((RANDOM % 10))"
	kill -9 $victim 2>/dev/null
	wait $victim 2>/dev/null
	wait $other || killed=$((killed + 1))
done 2>/dev/null
check "writers beside killed ones end well" same $killed 0
check "and the ruleset is whole" fw "$S" -q list
check "it takes another rule" fw "$S" -q rule add pass in proto tcp to port 7
check "which is there" bash -c "'$fwctl' -n $S list | grep -q 'port 7\$'"
finish
