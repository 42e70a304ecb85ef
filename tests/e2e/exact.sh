#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every packet is counted, once: what fwctl counts under parallel traffic from both ends is what the devices count.
. "$(dirname "$0")/lib.sh"

[ -x "$traffic" ] || { fail "exact counters" "$traffic is not there: make tests"; finish; }
count=200000 random=50000 bytes=50000000
pair
c=10.9.0.1 s=10.9.0.2
mac() { ip -n "$1" -j link show "$2" | jq -r '.[0].address'; }
device() { in_ns "$1" cat "/sys/class/net/$2/statistics/$3"; }
# What fwctl has judged in a direction, whatever came of it.
judged()
{
	fw "$1" metrics | awk -v d="direction=\"$2\"" '/^fwctl_verdicts_total/ && index($0, d) { n += $2 } END { printf "%d\n", n }'
}
# numbers NS DEVICE: packets that the device got, sent and dropped, and that fwctl judged in and out.
numbers() { echo "$(device "$1" "$2" rx_packets) $(device "$1" "$2" tx_packets) $(device "$1" "$2" tx_dropped) $(judged "$1" in) $(judged "$1" out)"; }
# counted NS DEVICE: those, at a moment when nothing comes between them: hosts say a little by themselves.
counted()
{
	local now before=

	for _ in {1..100}; do
		now=$(numbers "$1" "$2")
		[ "$now" != "$before" ] || break
		before=$now
	done
	echo "$now"
}
# After the last packet: neither end says anything any more.
quiet()
{
	local before

	before="$(numbers "$C" c0) $(numbers "$S" s0)"
	sleep 0.3
	same "$(numbers "$C" c0) $(numbers "$S" s0)" "$before"
}

# With XDP on both ends no device takes apart what the stack sends, so that devices count what is on the wire. The way out is
# judged before the stack takes it apart: there large packets are counted as what they will be.
for end in "$C c0" "$S s0"; do
	# shellcheck disable=SC2086
	set -- $end
	fw "$1" -q attach "$2"
	printf "%s\n" "default in drop" "default out pass" "option timeout udp-unreplied 1h" "pass in proto udp to port 5000" "pass in proto udp to port 5001 stateless" \
		"pass in proto tcp to port 90" "pass in proto icmp" | rules "$1"
	for port in 90 5000 5001; do # open, so that no ICMP errors come and go
		in_ns "$1" "$traffic" sink $port 300 >/dev/null &
		until_true listens "$1" tcp $port
	done
done
before_c=$(counted "$C" c0)
before_s=$(counted "$S" s0)

jobs=()
run()
{
	ip netns exec "$@" >>"$tmp/out" 2>&1 &
	jobs+=($!)
}
# One flow from both ends at once; flows of one packet; packets without state; transfers both ways.
run "$C" "$traffic" flood c0 "$(mac "$S" s0)" udp $s 5000 $count $c 5000
run "$S" "$traffic" flood s0 "$(mac "$C" c0)" udp $c 5000 $count $s 5000
run "$C" "$traffic" flood c0 "$(mac "$S" s0)" udp $s 5000 $random
run "$C" "$traffic" flood c0 "$(mac "$S" s0)" udp $s 5001 $random
run "$C" "$traffic" send $s 90 $bytes 60
run "$S" "$traffic" send fd09:0::1 90 $bytes 60
rc=0
for job in "${jobs[@]}"; do wait "$job" || rc=1; done
check "floods and transfers from both ends" [ $rc = 0 ]
check "are over" until_true quiet

# agree NS DEVICE BEFORE...: how much more each side counted.
agree()
{
	local ns=$1 dev=$2 in sent

	# shellcheck disable=SC2046
	set -- $(counted "$ns" "$dev") "${@:3}"
	in=$(($1 - $6)) sent=$(($2 + $3 - $7 - $8))
	check "$dev: each of $in packets that came in was judged once" same $(($4 - $9)) $in
	check "$dev: each of $sent that went out" same $(($5 - ${10})) $sent
}
# shellcheck disable=SC2086
agree "$C" c0 $before_c
# shellcheck disable=SC2086
agree "$S" s0 $before_s

# The server's flows and its rule agree, and so do the flow that both ends spoke on and what they sent.
fw "$S" -j flows proto udp >"$tmp/flows"
fw "$S" -j status >"$tmp/status"
kept=$(($(jq '[.flows[].packets | add] | add' "$tmp/flows") + $(jq .flows.evicted "$tmp/status"))) # evicted: of one packet, all of them
# Without a flow is a packet whose bucket's lock was not to be had: its holder's CPU may be taken away by a hypervisor. It is counted.
without=$(jq .flows.contended "$tmp/status")
check "the rule's counter is the sum of its flows, $without packets had none" \
	test $kept -le "$(packets "$S" 1)" -a "$(packets "$S" 1)" -le $((kept + without)) -a "$without" -lt $((random / 100))
check_json "no packet was without a flow for want of room" '.flows."table-full" == 0' cat "$tmp/status"
both=$(jq -c '.flows[] | select(.sport == 5000 and .dport == 5000 and (.src | startswith("10.9.0."))) |
	if .src == "10.9.0.1" then .packets else .packets | reverse end' "$tmp/flows")
dropped=$(device "$S" s0 tx_dropped) # judged, then sent once more
check "the flow of both ends has what the server sent ($both, $dropped dropped behind it)" \
	jq -ne "$both | .[1] >= $count and .[1] <= $count + $dropped and .[0] <= $count and .[0] > $count / 100"
finish
