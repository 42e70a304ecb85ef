#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `export`: what was sent is what the records say; a collector that is killed and started again, or whose sink is down, tells nothing twice
# and counts what it could not tell.
. "$(dirname "$0")/lib.sh"

pair
s=10.9.0.2
serve "$S" 80
cd "$tmp" || exit 1
collector=

# collect [FAST] ARGS...: starts a collector on $S in the background, and waits until it is there.
collect()
{
	[[ " $* " == *" --idle "* ]] || set -- --idle 1 "$@"
	"$fwctl" -n "$S" export "$@" 2>collector.err &
	collector=$!
	until_true ready
}
ready() { ! alive || grep -q '^NoNewPrivs:.1' "/proc/$collector/status"; }
alive() { kill -0 "$collector" 2>/dev/null; }
# stop [SIGNAL]: ends it; $ended is its exit status.
stop()
{
	kill "-${1:-TERM}" "$collector"
	wait "$collector" 2>/dev/null
	ended=$?
}
records() { jq -s -c . "$1"; }
# exported FILE...: packets and bytes of all its records.
exported() { cat "$@" | jq -s -c '[(map(.packets | add) | add // 0), (map(.bytes | add) | add // 0)]'; }
# counted WHAT SINK: packets and bytes that the collectors count as sent or lost.
counted() { fw "$S" -j status | jq -c ".export.$2.$1 | [.packets, .bytes]"; }
# table: packets and bytes of all flows in the table.
table() { fw "$S" -j flows | jq -c '[(.flows | map(.packets | add) | add // 0), (.flows | map(.bytes | add) | add // 0)]'; }
sum() { jq -n -c "[\$ARGS.positional[] | fromjson] | transpose | map(add)" --args "$@"; }
lines() { wc -l <"$1"; }
has_lines() { [ "$(lines "$1")" -ge "$2" ]; }
datagrams() { in_ns "$C" bash -c "for i in \$(seq $1); do echo \$i >/dev/udp/$s/$2; done"; }

check_status 1 "nothing to watch" fw "$S" export --json x
check_status 2 "nowhere to send to" fw "$S" export
check_status 2 "two places for JSON" fw "$S" -j export --json x
check_status 2 "the same option twice" fw "$S" export --json x --json y
check_status 2 "a name is no address" fw "$S" export --ipfix udp:collector.example:4739
check_says "which it says" "names are not looked up" fw "$S" export --ipfix udp:collector.example:4739
check_status 2 "a time that is none" fw "$S" export --json x --active 1m
fw "$S" -q attach s0
rules "$S" <<END
$(patient)
default in pass
pass in proto tcp to any port 80 label "web"
pass in proto icmp
END

# --- records --------------------------------------------------------------------------------------

collect --json first.json
check "it starts" alive
status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$collector/status"; }
check "it has no capabilities" same "$(status CapEff)$(status CapPrm)$(status CapBnd)" "$(printf '%048d' 0)"
check_status 1 "one collector at a time" fw "$S" export --json other.json
check_says "which it says" "another collector" fw "$S" export --json other.json
in_ns "$C" ping -q -c3 -i0.01 $s >/dev/null
tcp "$C" $s 80 >/dev/null
tcp "$C" fd09:0::2 80 >/dev/null
udp "$C" $s 80 >/dev/null
check "records come by themselves" until_true has_lines first.json 4
stop
check "SIGTERM ends it" same "$ended" 0
check "it says nothing" same "$(cat collector.err)" ""
check_json "all flows" 'length == 4' records first.json
check_json "ICMP" '[.[] | select(.proto == "icmp")] | length == 1 and (.[0] | .packets == [3,3] and .bytes == [252,252] and
	.rule == 2 and .icmp_type == 8 and .end_reason == "idle" and .src == "10.9.0.1" and (has("since") | not))' records first.json
check_json "TCP over IPv6, with its label" '[.[] | select(.family == "inet6")] | length == 1 and (.[0] | .label == "web" and .rule == 1 and
	.dport == 80 and .tcp_flags == ["FSPA","FSPA"] and (.end_reason == "closed" or .end_reason == "idle"))' records first.json
times() { jq -c '[.proto, .family, .sport, .first]' | sort; }
check "times are those of flows" same "$(fw "$S" -j flows | jq -c '.flows[]' | times)" "$(times <first.json)"
same_as_table() { same "$(exported "$1")" "$(table)"; }
check "sums are those of the table" same_as_table first.json
check "and those that status counts as sent" same "$(counted sent json)" "$(exported first.json)"
check_says "in words, with what is queued" "json 4 records sent, 0 queued, 0 lost" fw "$S" status
check_says "and as a metric" 'fwctl_export_queued_records{sink="json"} 0' fw "$S" metrics

# --- again ------------------------------------------------------------------------------------------

collect --json second.json
sleep 0.5
stop
check "what was told is not told again" same "$(lines second.json)" 0
datagrams 3 81
collect -j >stdout.json
stop
check_json "-j to standard output, the last look" 'length == 3 and all(.end_reason == "shutdown" and .dport == 81 and .packets == [1,0])' records stdout.json
collect --json active.json --active 1
in_ns "$C" ping -q -c50 -i0.1 $s >/dev/null
stop
check_json "a long flow, in parts" 'length >= 3 and (map(.packets[0]) | add) == 50 and ([.[] | select(.end_reason == "active")] | length) >= 2 and
	([.[] | select(has("since"))] | length) == length - 1 and ([.[].first] | unique | length) == 1' records active.json
collect --json rotated.json
datagrams 1 82
check "a file" until_true has_lines rotated.json 1
mv rotated.json rotated.old
kill -HUP "$collector"
check "SIGHUP: a new one" until_true test -e rotated.json
datagrams 1 83
stop
check_json "no line in both" '[.[].dport] == [82]' records rotated.old
check_json "or none" '[.[].dport] == [83]' records rotated.json
rules "$S" <<<'pass in proto udp label "new"'
collect --json rules.json
datagrams 1 84
rules "$S" <<<'pass in proto udp label "newer"'
datagrams 1 85
stop
check_json "labels are those of the rules that decided" '[.[] | select(.dport > 83) | [.dport, .label]] | sort == [[84,"new"],[85,"newer"]]' records rules.json

# The collector comes when the rules that judged are gone, and misses changes that follow each other at once.
rules "$S" <<'END'
pass in proto icmp
pass in proto udp label "past"
END
datagrams 1 184
for i in 1 2 3 4 5; do
	fw "$S" -q rule add at 1 "drop in proto tcp to any port $i label \"$i\""
done
collect --json past.json
fw "$S" -q rule add at 1 pass in proto udp to any port 185 label '"between"'
datagrams 1 185
fw "$S" -q rule delete 1
fw "$S" -q rule delete 1
until_true eval '[ $(grep -cE "\"dport\":18[45]" past.json) = 2 ]'
stop
check_json "labels are those of rules that are gone" 'map(select(.dport == 184 or .dport == 185)) | map({(.dport | tostring): [.rule, .label, .verdict]}) | add ==
	{"184": [2, "past", "pass"], "185": [1, "between", "pass"]}' records past.json
# However often they change, so many are kept.
for i in $(seq 40); do
	fw "$S" -q rule add pass in proto udp to any port "$i"
done
cookie=$(in_ns "$S" python3 -c 'import socket; print(int.from_bytes(socket.socket().getsockopt(socket.SOL_SOCKET, 71, 8), "little"))') # SO_NETNS_COOKIE
kept() { find "/sys/fs/bpf/fwctl/net-$cookie/past" -name '*[0-9]' | wc -l; }
check "some rulesets are kept" test "$(kept)" -gt 1 -a "$(kept)" -le 32

# --- cut by a rule ----------------------------------------------------------------------------------

rules "$S" <<'END'
pass in proto icmp
pass in proto tcp to any port 80 label "web"
END
session talk "$C" tcp $s 80
collect --json cut.json
sleep 1.5
fw "$S" -q rule add at 1 drop in proto tcp to any port 80
check "a rule cuts a session" is_cut talk
check "it is told at once" until_true has_lines cut.json 1
stop
check_json "as closed, with the rule that passed it" 'length == 1 and (.[0] | .end_reason == "closed" and .verdict == "pass" and
	.rule == 2 and .label == "web" and .packets[1] > 0)' records cut.json
check_json "flows lists it no more" '[.flows[] | select(.dport == 80 and .verdict != "pass")] == []' fw "$S" -j flows

# --- killed, and sinks that are down ----------------------------------------------------------------

before=$(sum "$(counted sent json)" "$(counted lost json)")
lost_before=$(counted lost json)
for round in 1 2 3 4 5 6; do
	collect --json killed.json
	datagrams 60 "$((9000 + round))" &
	sender=$!
	sleep "0.$round"
	stop KILL
	wait "$sender"
done
collect --json killed.json
check "killed in the middle: the next one starts" alive
stop
check_json "killed in the middle: whole lines" 'length > 0' records killed.json
# What a batch had that was not written yet is lost, and counted.
lost=$(jq -n "$(counted lost json)[0] - ${lost_before}[0]")
check_json "no packet twice, none missing but those counted as lost ($lost)" "[.[] | select(.dport > 9000) | .packets[0]] | add == 360 - $lost" records killed.json
check "sent, lost and sent before add up" same "$(sum "$before" "$(exported killed.json)")" "$(sum "$(counted sent json)" "$(counted lost json)")"
# A file on a device that is full takes nothing.
before=$(counted lost json)
collect --json /dev/full
datagrams 7 86
stop
check "a sink that takes nothing: it is counted" same "$(counted lost json)" "$(sum "$before" '[7,210]')"
check_says "and said" "No space left" cat collector.err
collect -j > >(head -n 1 >head.json)
datagrams 2 87
until_true has_lines head.json 1
datagrams 2 88
gone() { ! alive; }
check "a reader that goes ends it" until_true gone
collect -j > >(exit 0)
check "also while there is nothing to tell" until_true gone
finish
