#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Changes are whole: several at once, killed in the middle, refused; and none stops packets while it happens.
. "$(dirname "$0")/lib.sh"

pair
s=10.9.0.2
serve "$S" 80
cd "$tmp" || exit 1

numbered() { echo "default in drop"; echo "set s$1 { type net; 192.0.2.$1, 198.51.100.0/24 }"; for i in {1..60}; do
	echo "pass in proto tcp from 10.$1.$i.0/24 to port $i label \"$1\""; done; echo "drop in from @s$1";
	echo "pass in proto tcp to port 80"; }
for n in 1 2 3; do
	numbered $n >$n.fw
done

# --- several writers at once ------------------------------------------------------------------------

# The instance is not there yet: one of them makes it.
fw "$S" -q apply 1.fw & one=$!
fw "$S" -q apply 2.fw & two=$!
wait $one
check "of two apply at once, one" same $? 0
wait $two
check "and the other end well" same $? 0
for n in 1 2; do
	fw "$S" -q apply $n.fw
	fw "$S" list >$n.list
done
fw "$S" -q attach s0 & one=$!
fw "$S" -q apply 1.fw & two=$!
wait $one && wait $two
check "attach and apply at once" same $? 0
check "the rules are the ones" cmp <(fw "$S" list) 1.list

echo "default in drop" | rules "$S"
adding=()
for n in {1..8}; do
	fw "$S" -q rule add pass in proto udp to port "$n" &
	adding+=($!)
done
bad=0
for n in "${adding[@]}"; do
	wait "$n" || bad=$((bad + 1))
done
check "eight rule add at once" same $bad 0
check "all eight rules are there" same "$(fw "$S" list | grep -c "^pass in proto udp to port [1-8]$")" 8

# --- killed -----------------------------------------------------------------------------------------

now_ms() { echo $(($(date +%s%N) / 1000000)); }
fw "$S" -q apply 1.fw
start=$(now_ms)
fw "$S" -q apply 2.fw
took=$(($(now_ms) - start + 1))

# Kills fwctl ARGS... of namespace $S after $1 hundredths of the time that an apply takes.
killed_after()
{
	local pid ms=$((took * $1 / 100))

	shift
	"$fwctl" -q -n "$S" "$@" 2>/dev/null &
	pid=$!
	sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
}

is_whole()
{
	fw "$S" list >list || return 1
	cmp -s list 1.list || cmp -s list 2.list || { echo "neither the old rules nor the new ones: $(head -3 list)"; return 1; }
}

# killed AT...: both rulesets applied, each killed at these hundredths.
torn=0 silent=0 changed=0 moments=0 last=
killed()
{
	local at n

	for at; do
		for n in 1 2; do
			killed_after "$at" apply $n.fw
			is_whole >>torn.txt || torn=$((torn + 1))
			[ "$(cat list)" = "$last" ] || changed=$((changed + 1))
			last=$(cat list)
			moments=$((moments + 1))
			[ $n = 2 ] || tcp "$C" $s 80 >/dev/null || silent=$((silent + 1))
		done
	done 2>/dev/null
}

killed {0..132..12}
for late in 200 400 800; do # when the machine is busier than it was
	[ $changed -gt 1 ] || killed $late
done
if [ $torn = 0 ]; then
	pass "apply killed at some moment, $moments times: the rules are the old ones or the new ones"
else
	fail "apply killed at some moment, $moments times: the rules are the old ones or the new ones" "$torn times not: $(cat torn.txt)"
fi
check "and packets find them" same $silent 0
check "some were killed before, some behind the swap" test $changed -gt 1 -a $changed -lt $moments
check "the next apply works" fw "$S" -q apply 3.fw
check_json "only the live ruleset's sets are left" '.sets == [{name: "s3", type: "net", elements: 2}]' fw "$S" -j list

fw "$S" -q rule add pass in proto udp to port 9
before=$(fw "$S" list)
for at in {5..95..30}; do
	killed_after "$at" detach s0
	fw "$S" -j status >/dev/null || fail "status after a killed detach"
	killed_after "$at" attach s0
	fw "$S" -j status >/dev/null || fail "status after a killed attach"
done 2>/dev/null
check "attach and detach, killed: attach" fw "$S" -q attach s0
check "the rules are as before" same "$(fw "$S" list)" "$before"
check "and judge" tcp "$C" $s 80
check "not only pass" ping_dropped "$C" $s

# The instance itself is in the making.
fresh=0
for at in {5..125..15}; do
	fw "$S" -q detach --all --purge || fresh=$((fresh + 1))
	killed_after "$at" apply 1.fw
	fw "$S" status >/dev/null || fresh=$((fresh + 1))
	fw "$S" -q attach s0 || fresh=$((fresh + 1))
	fw "$S" list >/dev/null || fresh=$((fresh + 1))
done 2>fresh.txt
check "the very first apply, killed: status, attach, list, purge" same "$fresh $(grep -v Killed fresh.txt)" "0 "

# --- packets while rules change ---------------------------------------------------------------------

echo "pass in proto icmp" | rules "$S"
in_ns "$C" ping -i0.002 -c1000 -w$wait_s -q $s >ping.txt 2>&1 &
ping=$!
for n in 1 2 3 4 5; do
	{ cat $((n % 3 + 1)).fw; echo "pass in proto icmp"; } | rules "$S"
done
wait $ping
check_says "no packet is lost while rules are applied" " 0% packet loss" cat ping.txt
finish
