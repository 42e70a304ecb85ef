#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A collector that starts where another was killed: what waits for it in the ring buffer outlives starts that fail, and what was on its way to
# sinks that it has not is counted as lost.
. "$(dirname "$0")/lib.sh"

pair
s=10.9.0.2
receive=$(cd "$(dirname "$0")" && pwd)/ipfix_receive.py
mac=$(ip -n "$S" -j link show dev s0 | jq -r '.[0].address')
cd "$tmp" || exit 1
# Places for 1,024 flows: of more, each ends an older one.
rules "$S" <<'END'
option flows 1024
default in pass
END
fw "$S" -q attach s0
collector=

collect()
{
	ip netns exec "$C" "$fwctl" -n "$S" export --idle 1 "$@" 2>collector.err &
	collector=$!
	until_true grep -q '^NoNewPrivs:.1' "/proc/$collector/status"
}
stop()
{
	kill "-${1:-TERM}" "$collector"
	wait "$collector" 2>/dev/null
}
datagrams() { in_ns "$C" bash -c "for i in \$(seq $1); do echo \$i >/dev/udp/$s/$2; done"; }
# told FILE PORT: packets to that port in its records.
told() { jq -s "[.[] | select(.proto == \"udp\" and .dport == $2) | .packets[0]] | add // 0" "$1"; }
status() { fw "$S" -j status | jq -c ".export.$1"; }

flood() { in_ns "$C" "$traffic" flood c0 "$mac" udp $s 7001 "$1"; }
collect --json first.json
flood 1000 >/dev/null
until_true eval '[ "$(told first.json 7001)" = 1000 ]'
stop KILL
flood 4000 >/dev/null
for _ in 1 2; do
	check_status 1 "a start that fails: no such directory" fw "$S" export --json /no/such/directory/x.json
done
check_says "it says which" "/no/such/directory/x.json" fw "$S" export --json /no/such/directory/x.json
collect --json first.json
stop
check "what ended before is told by the next one" same "$(told first.json 7001)" 5000
check_json "nothing lost" '.lost.records == 0' status json

# --- a queue that nobody will empty -----------------------------------------------------------------

new_ns D d
link_pair "$C" c1 "$D" d0 1
ip netns exec "$D" python3 "$receive" tcp 10.9.1.2 4739 d.received &
receiver=$!
until_true listens "$D" tcp 4739
for next in "--json next.json" "--ipfix udp:10.9.1.2:4740 --json next.json"; do
	fw "$S" -q detach --all --purge
	fw "$S" -q attach s0
	rm -f all.json next.json
	ip -n "$D" link set d0 up
	collect --ipfix tcp:10.9.1.2:4739 --json all.json
	datagrams 3 7002
	until_true eval '[ "$(told all.json 7002)" = 3 ]'
	until_true eval '[ "$(status ipfix.sent.packets)" -ge 3 ]'
	ip -n "$D" link set d0 down
	datagrams 6 7003
	until_true eval '[ "$(told all.json 7003)" = 6 ]'
	sleep 0.1
	before=$(status ipfix)
	stop KILL
	# shellcheck disable=SC2086 # words
	collect $next
	check_json "on its way to a sink that is not there any more ($next): lost" ".lost.packets == $(jq -n "$before.lost.packets + 6") and
		.sent.packets == $(jq -n "$before.sent.packets")" status ipfix
	stop
done
kill "$receiver"
wait "$receiver" 2>/dev/null

# --- an instance that goes ---------------------------------------------------------------------------

collect --json gone.json
datagrams 2 7004
fw "$S" -q detach --all --purge
check "it ends when the instance is purged" until_true eval '! kill -0 $collector'
wait "$collector"
check "that is a failure, which it says" same "$? $(cat collector.err)" \
	"1 fwctl: export: fwctl has been detached with --purge here: there is nothing more to tell of"
check "what there was is told before" same "$(told gone.json 7004)" 2
fw "$S" -q attach s0

# --- who reads the rules ------------------------------------------------------------------------------

helper() { pgrep -P "$collector" -f export; }
labelled() { rules "$S" <<<"option flows 1024
pass in inet proto udp to port 7005-7009 label \"$1\"
default in pass"; }
# of FILE PORT: what its record says of the rules.
of() { jq -r "select(.dport == $2) | \"\(.rule) \(.label) \(.ruleset > 0)\"" "$1"; }

labelled old
collect --json stuck.json
kill -STOP "$(helper)"
labelled new
sleep 0.2
datagrams 2 7005
check "a helper that does not answer does not keep it" until_true eval '[ "$(told stuck.json 7005)" = 2 ]'
check "nor are records those of other rules" same "$(of stuck.json 7005 | sort -u)" "1  false"
kill -CONT "$(helper)"
sleep 0.5
datagrams 1 7006
until_true eval '[ "$(told stuck.json 7006)" = 1 ]'
check "when it answers, they are the right ones again" same "$(of stuck.json 7006)" "1 new true"
kill -STOP "$(helper)"
stop
check "nor from ending" test -e stuck.json
collect --json ended.json
kill -KILL "$(helper)"
datagrams 1 7007
until_true eval '[ "$(told ended.json 7007)" = 1 ]'
check "without it, the rules that are known are" same "$(of ended.json 7007)" "1 new true"
for label in newer newest; do
	labelled $label
done
datagrams 1 7008
until_true eval '[ "$(told ended.json 7008)" = 1 ]'
check "others are not taken for them" same "$(of ended.json 7008)" "1  false"
check "it says so, once" same "$(grep -c 'reads the rules has ended' collector.err)" 1
stop
finish
