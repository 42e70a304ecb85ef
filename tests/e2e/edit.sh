#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `rule add` and `rule delete` act at once, on live connections too; counters of rules that stay go on.
. "$(dirname "$0")/lib.sh"

pair
s=10.9.0.2 s6=fd09:0::2

for port in 90 91; do
	serve "$S" $port
done
# Session $1 is cut, and $2, beside it, is not.
is_cut_beside() { is_cut "$1" && goes_on "$2"; }

check "attach" fw "$S" -q attach s0
rules "$S" <<'END'
default in drop
pass in proto tcp to port 90
pass in proto tcp to port 91
pass in proto icmp
END
session cut "$C" tcp $s 90
session cut6 "$C" tcp $s6 90
session kept "$C" tcp $s 91
check "connections that rules pass" goes_on cut cut6 kept

check_says "rule add" "rule 4 added; 4 rules are live" fw "$S" rule add pass in proto udp to port 53
check "an unrelated rule cuts nothing" goes_on cut cut6 kept
check "rule add at 1" fw "$S" -q rule add at 1 drop in proto tcp from 10.9.0.1 to port 90
check "a drop rule cuts the live connection at once" is_cut_beside cut kept
check "and not one of another address" goes_on cut6
check "rule delete" fw "$S" -q rule delete 1
check "without the drop rule the connection goes on" goes_on cut
check "deleting the pass rule" fw "$S" -q rule delete 1
check "a revoked pass rule cuts the live connection" is_cut_beside cut kept
check "over IPv6 too" is_cut_beside cut6 kept
check "adding it again" fw "$S" -q rule add pass in proto tcp to port 90
check "and they go on" goes_on cut cut6 kept
check "a drop rule behind the pass rule" fw "$S" -q rule add drop in proto tcp to port 90
check "changes nothing" goes_on cut cut6
check "a rule on outgoing packets" fw "$S" -q rule add at 1 drop out proto tcp from port 91
check "does not stop replies to what a rule passes" goes_on kept
check "adding a pair of rules that block both directions" fw "$S" -q rule add at 1 drop in proto tcp to port 91
check "cuts it" is_cut_beside kept cut
check "rule delete takes several numbers, those before the command" fw "$S" -q rule delete 2 1
check "which cuts nothing" goes_on cut kept
check_says "the rest stands in its order" "$(printf '%s\n' "default in drop" "default out pass" "pass in proto tcp to port 91" \
	"pass in proto icmp" "pass in proto udp to port 53" "pass in proto tcp to port 90" "drop in proto tcp to port 90")" fw "$S" list

# Counters: of rules that have nothing to do with those sessions, so that the numbers stand still.
rules "$S" <<'END'
default in drop
pass in proto icmp label "ping"
END
in_ns "$C" ping -q -c7 -i0.01 -w$wait_s $s >/dev/null
before=$(packets "$S" 1)
check "a rule counts packets of both directions" same "$before" 14
bytes=$(fw "$S" -j rule show 1 | jq .bytes)
check "and their layer-3 bytes" same "$bytes" $((14 * 84))
fw "$S" -q rule add at 1 pass in proto udp
check "rule add carries the counters over, to the new number" same "$(packets "$S" 2)" "$before"
check "a new rule begins at 0" same "$(packets "$S" 1)" 0
fw "$S" -q rule delete 1
check "rule delete too" same "$(packets "$S" 1)" "$before"
check_says "list --counters shows them" "pass in proto icmp label \"ping\"  # packets 14 bytes 1176" fw "$S" list --counters
{ echo "default in drop"; echo "drop in proto udp"; echo 'pass in proto icmp label "ping"'; } | rules "$S"
check "apply too, for a rule that stands in both" same "$(packets "$S" 2)" "$before"
{ echo "default in drop"; echo 'pass in proto icmp label "pong"'; } | rules "$S"
check "a rule that changed begins at 0" same "$(packets "$S" 1)" 0
in_ns "$C" ping -q -c1 $s >/dev/null
check "and counts" same "$(packets "$S" 1)" 2

check_status 1 "rule delete of a number that is not there" fw "$S" rule delete 2
check_status 1 "rule add at a number that is not there" fw "$S" rule add at 3 pass in
check_says "and which are" "there is no rule 3 (they are 1 to 1: fwctl list)" printf %s "$said"
check_status 2 "rule add of a wrong rule" fw "$S" rule add pass in proto tpc
check_says "is told by column" "rule:1:15: unknown protocol 'tpc' (did you mean 'tcp'?)" printf '%s' "$said"
check_status 2 "rule show without a number" fw "$S" rule show
check_says "none of that changed the rules" "pong" fw "$S" list
finish
