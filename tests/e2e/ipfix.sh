#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `export --ipfix`: what collectors receive over UDP and TCP is what the JSON lines beside it say; a collector that is away misses what is
# counted as lost, and no more. The sockets are in the caller's namespace: here $C's, while $S is watched.
. "$(dirname "$0")/lib.sh"

receive=$(cd "$(dirname "$0")" && pwd)/ipfix_receive.py
pair
s=10.9.0.2
serve "$S" 80
cd "$tmp" || exit 1
fw "$S" -q attach s0
rules "$S" <<'END'
default in pass
pass in proto tcp to any port 80 label "web \"80\""
pass in proto icmp
END

# collect TO FILE: a collector that sends to TO, and JSON lines to FILE.
collect()
{
	ip netns exec "$C" "$fwctl" -n "$S" export --idle 1 --ipfix "$1" --json "$2" 2>collector.err &
	collector=$!
	until_true grep -q '^NoNewPrivs:.1' "/proc/$collector/status"
}
stop()
{
	kill -TERM "$collector"
	wait "$collector"
	ended=$?
}
# receiver KIND ADDRESS PORT FILE: a collector's other end, in $C.
receiver()
{
	ip netns exec "$C" python3 "$receive" "$@" &
	receiver=$!
	until_true listens "$C" "$1" "$3"
}
gone() { ! listens "$C" "$1" "$2"; }
lost() { fw "$S" -j status | jq -c '.export.ipfix.lost | [.packets // 0, .bytes // 0]'; }
sent() { fw "$S" -j status | jq -c '.export.ipfix.sent | [.packets // 0, .bytes // 0]'; }
json_sum() { jq -s -c '[(map(.packets | add) | add // 0), (map(.bytes | add) | add // 0)]' "$1"; }
ipfix_sum() { jq -s -c '[.[] | select(has("packets"))] | [(map(.packets + .reverse_packets) | add // 0), (map(.bytes + .reverse_bytes) | add // 0)]' "$1"; }
sum() { jq -n -c '[$ARGS.positional[] | fromjson] | transpose | map(add)' --args "$@"; }
minus() { jq -n -c "[$1, $2] | [.[0][0] - .[1][0], .[0][1] - .[1][1]]"; }
records() { jq -s -c . "$1"; }
datagrams() { in_ns "$C" bash -c "for i in \$(seq $1); do echo \$i >/dev/udp/$s/$2; done"; }
traffic()
{
	in_ns "$C" ping -q -c3 -i0.01 $s >/dev/null
	in_ns "$C" ping -q -c2 -i0.01 fd09:0::2 >/dev/null
	tcp "$C" $s 80 >/dev/null
	head -c 300000 /dev/zero | in_ns "$C" timeout $wait_s socat -t$wait_s - "TCP6:[fd09:0::2]:80" >/dev/null
	udp "$C" $s 80 >/dev/null
	datagrams 5 81
}
has_lines() { [ "$(wc -l <"$1")" -ge "$2" ]; }
is_up() { [ "$(sent)" != "$1" ]; }

# --- what is said -----------------------------------------------------------------------------------

for kind in udp tcp; do
	before=$(sent)
	receiver $kind 127.0.0.1 4739 $kind.received
	collect "$kind:127.0.0.1:4739" $kind.json
	traffic
	until_true has_lines $kind.json 10
	stop
	check "$kind: it ends well" same "$ended" 0
	check "$kind: all that the JSON lines have" until_true eval "same \"\$(ipfix_sum $kind.received)\" \"\$(json_sum $kind.json)\""
	check "$kind: which is counted as sent" same "$(minus "$(sent)" "$before")" "$(json_sum $kind.json)"
	check_json "$kind: no error, no gap in the sequence" 'map(select(has("error"))) == []' records $kind.received
	key='(.start_ms, .end_ms) |= 0 | [.src, .sport // 0, .dst, .dport // 0, .packets, .bytes, .flags, .reverse_packets, .reverse_bytes, .reverse_flags, .rule, .reason]'
	bits='explode | map({"70":1,"83":2,"82":4,"80":8,"65":16,"85":32,"69":64,"87":128}[tostring]) | add // 0'
	jq -s -c "[.[] | select(has(\"packets\")) | $key] | sort" $kind.received >a
	jq -s -c "[.[] | [.src, .sport, .dst, .dport, .packets[0], .bytes[0], (.tcp_flags[0] | $bits), .packets[1], .bytes[1], (.tcp_flags[1] | $bits),
		.rule, ({idle: 1, active: 2, closed: 3, shutdown: 4, evicted: 5}[.end_reason])]] | sort" $kind.json >b
	check "$kind: each flow as in JSON" same "$(cat a)" "$(cat b)"
	check_json "$kind: times are those of the JSON lines" "[.[] | select(has(\"packets\")) | .start_ms] | sort | . == $(jq -s -c '[.[] | .first |
		(sub("\\.[0-9]+"; "") | fromdate) * 1000 + (capture("\\.(?<f>[0-9]{3})").f | tonumber)] | sort' $kind.json)" records $kind.received
	check_json "$kind: each in its ruleset" '(map(select(has("label")) | .ruleset) | unique) == (map(select(has("packets")) | .ruleset) | unique) and
		all(.ruleset != 0)' records $kind.received
	check_json "$kind: names of rules" 'map(select(has("label")) | [.rule, .label]) | unique | . == [[0,"default"],[1,"web \"80\""]]' records $kind.received
	kill "$receiver"
	wait "$receiver" 2>/dev/null
	until_true gone $kind 4739
done
check_json "ICMP types" '[.[] | select(has("icmp")) | .icmp] | sort == [2048, 32768]' records udp.received

# --- rules that change ------------------------------------------------------------------------------

receiver tcp 127.0.0.1 4739 change.received
datagrams 1 94
fw "$S" -q rule add at 1 pass in proto udp to any port 95 label '"ninety-five"'
collect tcp:127.0.0.1:4739 change.json
datagrams 1 95
fw "$S" -q rule delete 1
fw "$S" -q rule add at 1 pass in proto udp to any port 95 label '"another"'
until_true has_lines change.json 2
stop
fw "$S" -q rule delete 1
# name(PORT): what the options say of the rule of that port's flow, in its ruleset.
label_of='def name($port): (map(select(.dport == $port))[0]) as $f | [.[] | select(has("label") and .ruleset == $f.ruleset and .rule == $f.rule) | .label] | unique'
named() { jq -s -e "$label_of; name(94) == [\"default\"] and name(95) == [\"ninety-five\"]" change.received; }
check "a rule's number means what it did when it judged" until_true named
kill "$receiver"
wait "$receiver" 2>/dev/null
until_true gone tcp 4739

# --- a collector that is away ------------------------------------------------------------------------

for kind in udp tcp; do
	rm -f away.json away.received
	before_lost=$(lost)
	receiver $kind ::1 4740 away.received
	collect "$kind:[::1]:4740" away.json
	datagrams 3 90
	until_true has_lines away.json 3
	until_true eval '[ "$(jq -s "map(select(.dport == 90)) | length" away.received)" = 3 ]'
	kill -KILL "$receiver"
	wait "$receiver" 2>/dev/null
	until_true gone $kind 4740
	datagrams 20 91
	until_true has_lines away.json 23
	until_true eval '[ "$(jq -n "$(lost)[0] - ${before_lost}[0]")" -ge 20 ]'
	receiver $kind ::1 4740 away.received
	mark=$(sent)
	for _ in 1 2 3 4 5 6 7 8; do
		datagrams 2 92
		sleep 1
		is_up "$mark" && break
	done
	datagrams 4 93
	stop
	lost=$(minus "$(lost)" "$before_lost")
	check "$kind: received and lost are all" until_true eval "same \"\$(sum \"\$(ipfix_sum away.received)\" '$lost')\" \"\$(json_sum away.json)\""
	check "$kind: what was sent meanwhile is lost" test "$(jq -n "${lost}[0]")" -ge 20
	check_json "$kind: from before, and from after" '[.[] | select(has("packets")) | .dport] | (map(select(. == 90)) | length) == 3 and
		(map(select(. == 93)) | length) >= 3 and all(. != 91)' records away.received
	check_says "$kind: it says so" "lost" cat collector.err
	check_json "$kind: and tells the collector" '[.[] | select(has("unsent_packets")) | .unsent_packets] | max >= 20' records away.received
	kill "$receiver"
	wait "$receiver" 2>/dev/null
	until_true gone $kind 4740
done

# --- other people's ----------------------------------------------------------------------------------

if command -v nfcapd >/dev/null && command -v nfdump >/dev/null; then
	mkdir nf
	ip netns exec "$C" nfcapd -p 4741 -w nf -b 127.0.0.1 -t 300 >nfcapd.log 2>&1 &
	nfcapd=$!
	until_true listens "$C" udp 4741
	collect udp:127.0.0.1:4741 nf.json
	traffic
	until_true has_lines nf.json 10
	stop
	sleep 0.5
	kill -TERM "$nfcapd"
	wait "$nfcapd" 2>/dev/null
	nfdump -q -R nf -o 'fmt:%sa|%da|%pr|%pkt|%byt|%opkt|%obyt|%flg|%ts|%te' 6>/dev/null | tr -d ' ' | sort >nf.text
	jq -r '(.tcp_flags[0] | if . == "" then "........" else . end) as $f | [.src, .dst, (.proto | ascii_upcase), .packets[0], .bytes[0], .packets[1], .bytes[1]] |
		map(tostring) | join("|")' nf.json | sort >nf.wanted
	check "nfdump: the same flows, packets and bytes, both ways" same "$(cut -d'|' -f1-7 nf.text | sort)" "$(cat nf.wanted)"
	check "nfdump: the same TCP flags" same "$(grep -c '|...AP.SF|' nf.text)" "$(jq -s '[.[] | select(.proto == "tcp")] | length' nf.json)"
	check_says "nfcapd: no errors of sequence" "Sequence Errors: 0, Bad Packets: 0" cat nfcapd.log
	stamp() { jq -r "$1"' | sub("T"; "") | .[0:22]' nf.json | sort; }
	check "nfdump: the same times" same "$(cut -d'|' -f9,10 nf.text | tr '|' '\n' | sort)" "$({ stamp .first; stamp .last; } | sort)"
else
	skip "nfcapd reads it" "nfcapd (Debian: nfdump) is not installed"
fi
if command -v tshark >/dev/null; then
	ip netns exec "$C" tcpdump -i lo -U -w wire.pcap udp port 4742 2>tcpdump.err &
	tcpdump=$!
	until_true grep -q listening tcpdump.err
	receiver udp 127.0.0.1 4742 wire.received
	collect udp:127.0.0.1:4742 wire.json
	traffic
	until_true has_lines wire.json 10
	stop
	dissected() { tshark -r wire.pcap -d udp.port==4742,cflow "$@" 2>/dev/null; }
	all_dissected() { same "$(dissected -T fields -e cflow.srcaddr -e cflow.srcaddrv6 | tr '\t,' '\n\n' | grep -c .)" "$(wc -l <wire.json)"; }
	check "tshark: all records" until_true all_dissected
	kill -INT "$tcpdump" "$receiver"
	wait "$tcpdump"
	check "tshark: nothing malformed" same "$(dissected -Y '_ws.malformed || _ws.expert.severity == "Error" || _ws.expert.severity == "Warning"')" ""
else
	skip "tshark dissects it" "tshark is not installed"
fi
finish
