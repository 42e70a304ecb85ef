#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Floods of packets with random sources against a host with open ports: connections stay, transfers finish, new connections open.
. "$(dirname "$0")/lib.sh"

[ -x "$traffic" ] || { fail "floods" "$traffic is not there: make tests"; finish; }
held=300 flows=65536
pair
s=10.9.0.2
mac=$(ip -n "$S" -j link show s0 | jq -r '.[0].address')
# What the host answers to addresses that nobody has goes out to the client, which takes no notice of it.
ip -n "$S" route add default via 10.9.0.1
in_ns "$S" "$traffic" sink 80 500 >"$tmp/sink80" &
in_ns "$S" "$traffic" sink 81 500 >>"$tmp/sink" &
until_true listens "$S" tcp 80
until_true listens "$S" tcp 81
serve "$S" 82
fw "$S" -q attach --flows $flows s0
{ patient; printf '%s\n' "default in drop" "pass in proto { tcp udp } to port 80" "pass in proto { tcp udp } to port 81-82"; } | rules "$S"

in_ns "$C" "$traffic" hold $s 80 $held 500 >"$tmp/held" &
until_true [ -s "$tmp/held" ]
status() { fw "$S" -j status | jq ".flows.$1"; }
confirmed() { same "$(status confirmed)" "$1"; }
check "connections that are open" until_true confirmed $held
check_json "each has its flow" ".flows | length == $held" fw "$S" -j flows to port 80

# keep_on KIND PACKETS: packets of one kind, until its rule has counted so many: a cable drops what its other end has no time for.
keep_on()
{
	local from

	from=$(packets "$S" 1)
	for _ in {1..100}; do
		ip netns exec "$C" "$traffic" flood c0 "$mac" "$1" $s 80 100000 >"$tmp/rate" 2>&1 || return 1
		[ $(($(packets "$S" 1) - from)) -lt "$2" ] || return 0
	done
	return 1
}

# flood KIND PACKETS WORDS: that to port 80, while a transfer runs and connections are opened.
flood()
{
	local packets=$2 opened=0 tried=0 transfer flood evicted rc

	evicted=$(status evicted)
	: >"$tmp/sink"
	ip netns exec "$C" "$traffic" send $s 81 0 300 >"$tmp/sent" 2>&1 &
	transfer=$!
	keep_on "$1" "$packets" &
	flood=$!
	while [ $tried = 0 ] || kill -0 $flood 2>/dev/null; do
		tried=$((tried + 1))
		tcp "$C" $s 82 >/dev/null && opened=$((opened + 1))
		sleep 0.2
	done
	wait $flood
	rc=$?
	check "$3: $packets packets, $(cat "$tmp/rate") a second" [ $rc = 0 ]
	check "connections were opened meanwhile ($opened)" [ $opened = $tried ]
	check "a transfer runs" kill -TERM $transfer
	wait $transfer
	rc=$?
	check "and finishes ($(cut -d' ' -f2 "$tmp/sent") MB/s)" [ $rc = 0 ]
	until_true [ -s "$tmp/sink" ]
	check "with each byte that was sent" same "$(head -n1 "$tmp/sink")" "$(cut -d' ' -f1 "$tmp/sent")"
	check_json "the flood's flows evicted each other" ".flows.evicted - $evicted > $packets / 5 and .flows.unconfirmed > $flows / 2" fw "$S" -j status
	check_json "no connection lost its flow" "[.flows[] | select(.state == \"established\")] | length == $held" \
		fw "$S" -j flows from 10.9.0.1 to port 80
	check_json "and the flood has confirmed none" '[.flows[] | select(.state == "established" or .state == "replied")] | length == 0' \
		fw "$S" -j flows from ! 10.0.0.0/8
	check_json "nothing was without state" '.flows | ."table-full" == 0' fw "$S" -j status
	check "a new connection" tcp "$C" $s 82
}
flood udp 1000000 "datagrams of random sources"
flood syn 1000000 "SYNs of random sources"
check_json "those were answered, and are half-open" '[.flows[] | select(.state == "syn-received")] | length > 1000' fw "$S" -j flows from ! 10.0.0.0/8
flood ack 300000 "SYNs, and acknowledgements that guess what was answered"
check_json "which complete no handshake" '[.flows[] | select(.state == "syn-received")] | length > 1000' fw "$S" -j flows from ! 10.0.0.0/8
check "a new connection to the port that was flooded" in_ns "$C" timeout $wait_s socat -u /dev/null "TCP:$s:80"
check_json "the connections that were open are there as they were" "[.flows[] | select(.state == \"established\")] | length >= $held" \
	fw "$S" -j flows from 10.9.0.1 to port 80
finish
