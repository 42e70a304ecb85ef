#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# monitor: logs, drops and flows as they happen, to several readers; nothing is lost without being counted.
. "$(dirname "$0")/lib.sh"

pair
check "attach" fw "$S" -q attach s0
# Quiet hosts: nothing but what the test sends.
rules "$S" <<'END'
default in drop
option timeout udp-unreplied 1s
pass in inet proto icmp icmp-type echo-request log label "ping"
drop in inet proto udp to port 5000 log label "five \"k\""
drop in inet proto udp to port 5001
pass in inet proto udp to port 5002
pass in inet proto tcp to port 80
END

readers() { [ "$(fw "$S" -j status | jq .events.readers)" = "$1" ]; }

# watch NAME READERS OPTION...: a monitor in the background, its output in $tmp/NAME; returns when so many read.
watch()
{
	local name=$1 n=$2

	shift 2
	ip netns exec "$S" "$fwctl" monitor "$@" >"$tmp/$name" 2>"$tmp/$name.err" &
	eval "$name=$!"
	until_true readers "$n"
}

# ended NAME PROCESS SIGNAL: it ends by the signal, with status 0.
ended()
{
	local rc=0

	kill "-$3" "$2"
	wait "$2" || rc=$?
	check "$1" same $rc 0
}

lines() { grep -c . "$tmp/$1"; }
has_lines() { [ "$(lines "$1")" -ge "$2" ]; }
# of NAME EXPRESSION: events of a JSON stream that the expression is true of.
of() { jq -s "[.[] | select($2)] | length" "$tmp/$1"; }

# datagrams PORT N: N of them, of 100 bytes each, as fast as they go.
datagrams()
{
	truncate -s $(($2 * 100)) "$tmp/bytes"
	in_ns "$C" socat -u -b100 "OPEN:$tmp/bytes" "UDP4-DATAGRAM:10.9.0.2:$1"
}

# --- what is told, to whom -------------------------------------------------------------------------

watch text 1
watch json 2 -j
watch all 3 -j --drops --flows --pcap "$tmp/all.pcap"
watch flows 4 --flows
watch tcp 5 --drops
check "ping passes" ping_to "$C" 10.9.0.2
datagrams 5000 3
datagrams 5001 2
datagrams 5002 4
serve "$S" 80
check "tcp passes" tcp "$C" 10.9.0.2 80
in_ns "$C" bash -c 'echo >/dev/tcp/10.9.0.2/81' 2>/dev/null &
syn=$!
until_true grep -q ' port 81 ' "$tmp/tcp"
kill $syn
until_true eval '[ "$(of all ".event == \"flow-end\" and .proto == \"tcp\"")" -ge 1 ]'
until_true eval '[ "$(of all ".event == \"flow-end\" and .proto == \"udp\"")" -ge 1 ]'
ended "SIGINT ends it" "$text" INT
ended "and SIGTERM" "$json" TERM
ended "also with all options" "$all" HUP
ended "and with flows as text" "$flows" INT
ended "and with drops as text" "$tcp" INT
check "with flags" grep -q ' to port 81 flags S ttl' <(sed 's/to 10.9.0.2 port/to port/' "$tmp/tcp")

check "a line for each packet that a log rule decided" same "$(lines text)" 5
check "in words of the rules" grep -q 'drop (rule 2 "five \\"k\\"") in on s0 proto udp from 10.9.0.1 port [0-9]* to 10.9.0.2 port 5000 ttl 64 length 128$' "$tmp/text"
# What is told of a packet, asked of explain: the same rule passes or drops it.
explained()
{
	local line words rule

	while read -r line; do
		words=$(sed 's/^[^)]*") //; s/^[^)]*) //' <<<"$line")
		rule=$(sed -n 's/^[^ ]* [a-z]* (rule \([0-9]*\).*/\1/p' <<<"$line")
		# shellcheck disable=SC2086
		fw "$S" -j explain $words >"$tmp/explained" 2>&1 || { echo "$words: $(cat "$tmp/explained")"; return 1; }
		same "${rule:-0}" "$(jq .rule "$tmp/explained")" || { echo "$words"; return 1; }
	done < <(grep -v ', state) ' "$tmp/$1")
}
check "explain takes these words" explained text
check "also those of TCP" explained tcp
check "replies too" grep -q 'pass (rule 1 "ping", state) out on s0 proto icmp from 10.9.0.2 to 10.9.0.1 icmp-type echo-reply code 0' "$tmp/text"
check "it tells what was lost" grep -q '^fwctl: 5 events, 0 lost$' "$tmp/text.err"
check "the same to another reader" same "$(lines json)" 5
check "with what was decided, and bytes" same 3 "$(of json '.event == "log" and .verdict == "drop" and .rule == 2 and
	.label == "five \"k\"" and .reason == "rule" and .interface == "s0" and .direction == "in" and .dport == 5000 and
	.packets == 1 and .bytes == 128 and .frame == 142 and (.data | length) == 256')"
check "drops, where asked for" same 2 "$(of all '.event == "drop" and .rule == 3 and .dport == 5001')"
check "logged drops once" same 3 "$(of all '.dport == 5000')"
check "flows start" same "1 1 1" "$(of all '.event == "flow-start" and .proto == "tcp"') $(of all \
	'.event == "flow-start" and .dport == 5002') $(of all '.event == "flow-start" and .proto == "icmp"')"
check "and end, closed" same 1 "$(of all '.event == "flow-end" and .proto == "tcp" and .end_reason == "closed" and .state == "closed"')"
check "or idle" same 1 "$(of all '.event == "flow-end" and .dport == 5002 and .end_reason == "idle" and .packets == [4, 0] and .rule == 4')"
check "the pings' flow is not over" same 0 "$(of all '.event == "flow-end" and .proto == "icmp"')"
check "times ascend" same "$(jq -r .time "$tmp/all")" "$(jq -r .time "$tmp/all" | LC_ALL=C sort)"
check "a flow's first packet is not later than its start" same 0 "$(of all '.event == "flow-start" and .first > .time')"
check "an idle end is told when it is seen, not as of the last packet" same true "$(jq -s '.[] | select(.event == "flow-end" and .dport == 5002) |
	(.time | sub("\\.[0-9]+"; "") | fromdate) - (.last | sub("\\.[0-9]+"; "") | fromdate) | . >= 1 and . <= 20' "$tmp/all")"
check "what the end counts is what was told" grep -q "^fwctl: $(lines all) events, 0 lost\$" "$tmp/all.err"
check "in words too" grep -q "^fwctl: $(lines flows) events, 0 lost\$" "$tmp/flows.err"
check "what a flow of ICMP asks" grep -q 'flow start (rule 1 "ping") in proto icmp from 10.9.0.1 to 10.9.0.2 icmp-type echo-request code 0 id [0-9]*$' "$tmp/flows"
check "tcpdump reads the capture" same 5 "$(tcpdump -nr "$tmp/all.pcap" 2>/dev/null | grep -c .)"
check "with lengths of the wire" same 3 "$(tcpdump -nr "$tmp/all.pcap" 2>/dev/null | grep -c 'UDP, length 100')"
check_json "and so does test" '.[-1].summary.packets == 5' fw "$S" -j test - "$tmp/all.pcap" <<<'default in pass'

# --- as many as there may be -----------------------------------------------------------------------

until_true readers 0
for i in 1 2 3 4 5 6 7 8; do watch "reader$i" "$i" --drops; done
check_status 1 "a ninth is refused" fw "$S" monitor
check_says "with what is to be done, also about one that was killed" \
	"8 processes read them already (end a fwctl monitor or export; a killed one counts for 10 s)" printf %s "$said"
for i in 1 2 3 4 5 6 7 8; do
	pid=reader$i
	kill "${!pid}" && wait "${!pid}"
done

# --- who stops reading -----------------------------------------------------------------------------

until_true readers 0
in_ns "$S" "$fwctl" monitor --drops 2>"$tmp/pipe.err" | head -n1 >"$tmp/pipe" &
pipe=$!
until_true readers 1
datagrams 5001 1
until_true has_lines pipe 1
datagrams 5001 5
wait $pipe
check "it ends when nobody reads it" same $? 0
until_true readers 0
check "and gives its place back" readers 0
check "without an error" grep -qx 'fwctl: [0-9]* events, [0-9]* lost' "$tmp/pipe.err"
# A capture's head is written at once.
in_ns "$S" "$fwctl" monitor --pcap - 2>"$tmp/pipe.err" | true
check "nobody reads a capture: it ends as well" same "${PIPESTATUS[0]}" 0
check "in the same words" grep -qx 'fwctl: 0 events, 0 lost' "$tmp/pipe.err"
check "in one line" same "$(lines pipe.err)" 1
# A reader that does not read: what fits into the pipe is told, the rest counted, and nobody waits.
mkfifo "$tmp/stuck"
exec 9<>"$tmp/stuck"
ip netns exec "$S" "$fwctl" monitor >&9 2>"$tmp/stuck.err" &
stuck=$!
until_true readers 1
datagrams 5000 3000
until_true grep -q pipe_write "/proc/$stuck/wchan"
ended "SIGTERM ends it where nobody reads" $stuck TERM
exec 9>&-
check "all is told or counted" same 3000 $(($(sed -n 's/^fwctl: \([0-9]*\) events, \([0-9]*\) lost$/\1 + \2/p' "$tmp/stuck.err")))
for option in "--pcap $tmp/no.pcap" "-j --pcap $tmp/no.pcap" "--pcap -"; do
	# shellcheck disable=SC2086
	timeout 20 "$fwctl" -q -n "$S" monitor $option >/dev/full 2>"$tmp/full.err" &
	full=$!
	until_true eval 'readers 1 || ! kill -0 $full'
	datagrams 5000 1
	wait $full
	check "a full disk ends it: $option" same "$? $(cat "$tmp/full.err")" '1 fwctl: standard output: No space left on device'
done
ip netns exec "$S" "$fwctl" -q monitor --pcap - >"$tmp/out.pcap" &
out=$!
until_true readers 1
datagrams 5000 2
until_true eval '[ "$(tcpdump -nr "$tmp/out.pcap" 2>/dev/null | grep -c .)" = 2 ]'
ended "a capture to standard output" $out INT
check "has its packets" same 2 "$(tcpdump -nr "$tmp/out.pcap" 2>/dev/null | grep -c .)"

# --- more than can be written ----------------------------------------------------------------------

# The reader stands still for a while: its ring buffer fills up.
before=$(packets "$S" 2)
lost_before=$(fw "$S" -j status | jq .events.lost)
watch slow 1 -j
datagrams 5000 10000
kill -STOP "$slow"
datagrams 5000 60000
kill -CONT "$slow"
datagrams 5000 10000
until_true grep -q '"event":"lost"' "$tmp/slow"
ended "a reader that stood still" "$slow" INT
matched=$(($(packets "$S" 2) - before))
logged=$(of slow '.event == "log"')
lost=$(jq -s '[.[] | select(.event == "lost") | .events] | add' "$tmp/slow")
check "each datagram was matched" same "$matched" 80000
check "some were lost" [ "$lost" -gt 1000 ]
check "logged + lost = matched" same $((logged + lost)) "$matched"
check "and the end says so" grep -q "^fwctl: $logged events, $lost lost\$" "$tmp/slow.err"
check_json "and status" ".events.lost == $lost_before + $lost" fw "$S" -j status
# For so long that it does not count as there any more, beside another reader that wants other events.
lost_before=$(fw "$S" -j status | jq .events.lost)
watch still 1 -j --drops
watch beside 2 -j
kill -STOP "$still"
check "a reader that stood still for long" until_true readers 1
datagrams 5001 100
check_json "what it misses is counted" ".events.lost >= $lost_before + 100" fw "$S" -j status
kill -CONT "$still"
until_true grep -q '"event":"lost"' "$tmp/still"
datagrams 5001 10
until_true eval '[ "$(of still ".dport == 5001")" = 10 ]'
ended "it goes on" "$still" INT
check "with all that came meanwhile told as lost" same "10 true" "$(of still '.dport == 5001') $(jq -s '[.[] | select(.event == "lost") | .events] | add >= 100' "$tmp/still")"
ended "and the other one" "$beside" INT
fw "$S" -q rule delete 2 >"$tmp/said"
fw "$S" -q rule add at 2 drop in inet proto udp to port 5000 log every 100 label new >"$tmp/said"
watch every 1 -j
datagrams 5000 5000
until_true has_lines every 50
ended "a log of each hundredth packet" "$every" INT
check "has every hundredth" same "50 50" "$(lines every) $(of every '.label == "new"')"

# --- the rules cut a flow ---------------------------------------------------------------------------

fw "$S" list | sed 's/udp-unreplied 1s/udp-unreplied 1h/' | rules "$S" # none ends by itself here
watch cut 1 -j --flows
serve "$S" 5002
session cut-udp "$C" udp 10.9.0.2 5002
until_true eval '[ "$(of cut ".event == \"flow-start\" and .dport == 5002")" = 1 ]'
fw "$S" -q rule add at 1 drop in inet proto udp to port 5002 label cut >"$tmp/said"
until_true eval '[ "$(of cut ".event == \"flow-end\" and .dport == 5002")" -ge 1 ]'
check "a flow that the rules cut has ended" same 1 "$(of cut '.event == "flow-end" and .dport == 5002 and .end_reason == "closed" and
	.verdict == "drop" and .rule == 1 and .label == "cut"')"
fw "$S" -q rule delete 1 >"$tmp/said"
until_true eval '[ "$(of cut ".event == \"flow-start\" and .dport == 5002")" = 2 ]'
check "when the rules pass it again, it starts anew" goes_on cut-udp
fw "$S" -q rule add at 1 drop in inet proto udp to port 5002 label again >"$tmp/said"
until_true eval '[ "$(of cut ".event == \"flow-end\" and .dport == 5002")" -ge 2 ]'
check "and cut it again" same '1 0' "$(of cut '.event == "flow-end" and .label == "again"') $(of cut '.event == "flow-end" and .dport == 5002 and .end_reason != "closed"')"
fw "$S" -q rule delete 1 >"$tmp/said"
ended "as its reader does" "$cut" INT
check "which has counted that" grep -q "^fwctl: $(lines cut) events, 0 lost\$" "$tmp/cut.err"

# --- the rules change, and go ----------------------------------------------------------------------

watch change 1 -j
datagrams 5000 1
until_true has_lines change 1
fw "$S" -q rule add at 1 drop in inet proto udp to port 5003 log label '"first"' >"$tmp/said"
datagrams 5003 1
datagrams 5000 99
datagrams 5000 1
until_true has_lines change 3
check "rules are told by their place of now" same '"1 first" "2 new" "3 new"' \
	"$(jq -s 'map("\(.rule) \(.label)") | unique | .[]' "$tmp/change" | tr '\n' ' ' | sed 's/ $//')"
fw "$S" -q detach --all --purge
fw "$S" -q attach s0 # what is there now is another instance
check "it ends when there is nothing to see any more" until_true eval '! kill -0 "$change"'
wait "$change"
check "as a failure" same $? 1
fw "$S" -q detach --all --purge
check "and says so" grep -q 'detached with --purge' "$tmp/change.err"
check_status 2 "no arguments" fw "$S" monitor x
for option in -j --drops --flows; do
	check_status 2 "a capture to standard output leaves no place for $option" fw "$S" monitor --pcap - $option
done
check "in one line" same "$(printf '%s' "$said" | grep -c "no place for --flows")" "$(printf '%s\n' "$said" | wc -l)"
check_status 1 "nothing attached" fw "$S" monitor
finish
