#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Captures replayed over a link: what the collector exports is what was sent, by 5-tuple and direction, as counted by a script of its own.
. "$(dirname "$0")/lib.sh"

count=$(dirname "$0")/replay_count.py
command -v python3 >/dev/null || { echo "not ok captures (python3 is not installed)"; exit 1; }
captures=$(dirname "$0")/../../pcaps
[ -z "${FWCTL_SHARED:-}" ] || captures=$FWCTL_SHARED/pcaps
mapfile -t files < <(find "$captures" -name '*.pcap' | sort)

pair
for end in "$C c0" "$S s0"; do
	ip -n ${end% *} link set "${end#* }" mtu 9000
done
fw "$S" -q attach s0 --flows 262144
rules "$S" <<<'default in pass'
"$fwctl" -n "$S" export --idle 2 --active 5 --json "$tmp/records" 2>"$tmp/collector.err" &
collector=$!
until_true grep -q '^NoNewPrivs:.1' "/proc/$collector/status"
judged() { fw "$S" -j metrics | jq '[.metrics[] | select(.name == "fwctl_verdicts_total") | .samples[] | select(.labels.direction == "in") | .value] | add'; }
before=$(judged)
in_ns "$C" python3 "$count" send c0 "$tmp/sent" "${files[@]}"
sent=$(jq .sent "$tmp/sent")
arrived() { [ $(($(judged) - before)) -ge "$sent" ]; }
check "enough was sent" test "$sent" -gt 100
check "all frames arrived" until_true arrived
sleep 1
kill -TERM "$collector"
wait "$collector"
check "the collector ends well" same "$?$(cat "$tmp/collector.err")" 0
check "sums of the records are what was sent ($sent frames of ${#files[@]} captures)" python3 "$count" compare "$tmp/sent" "$tmp/records"
python3 "$count" compare "$tmp/sent" "$tmp/records" | tail -n 1 | sed 's/^/# /'
# The comparison does see what is missing, and what is too much.
grep -n '"proto":"udp"' "$tmp/records" | tail -n 1 >"$tmp/one"
sed "$(cut -d: -f1 "$tmp/one")d" "$tmp/records" >"$tmp/less"
cut -d: -f2- "$tmp/one" >"$tmp/more"
check_not "a record less is seen" python3 "$count" compare "$tmp/sent" "$tmp/less"
check_not "a record twice is seen" python3 "$count" compare "$tmp/sent" "$tmp/records" "$tmp/more"
check_json "nothing is lost" '.export.json.lost.records == 0 and .export.unseen.records == 0' fw "$S" -j status
finish
