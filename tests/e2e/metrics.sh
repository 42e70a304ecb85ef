#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `metrics`: well-formed, and what it counts is what was sent.
. "$(dirname "$0")/lib.sh"

checker=$(dirname "$0")/openmetrics.awk
well_formed() { fw "$S" metrics | awk -f "$checker" && fw "$S" metrics --strict | awk -v strict=1 -f "$checker"; }
refused() { ! printf '%s' "$1" | awk -f "$checker"; }
# sample NAME{LABELS} VALUE: that line is in the metrics.
sample() { fw "$S" metrics | grep -qxF "$1 $2" || { fw "$S" metrics | grep -F "${1%%\{*}"; return 1; }; }

# The checker itself sees what is wrong.
h='# HELP a_total x.
# TYPE a_total counter
'
check "checker: good text" awk -f "$checker" <<<"${h}a_total{l=\"\\\\\\\"\\n\"} 1
# EOF"
check "checker: no EOF" refused "${h}a_total 1
"
check "checker: a sample twice" refused "${h}a_total 1
a_total 1
# EOF
"
check "checker: a quote that is not escaped" refused "${h}a_total{l=\"a\"b\"} 1
# EOF
"
check "checker: no type" refused "a_total 1
# EOF
"

pair
check_status 1 "without an instance" fw "$S" metrics
check_says "which it says" "nothing is attached or applied" fw "$S" metrics
check "and nothing else" same "$(fw "$S" metrics 2>/dev/null)" ""
fw "$S" -q attach s0
check "well-formed with the built-in ruleset" well_formed
rules "$S" <<'END'
default in drop
pass in proto icmp label "say \"ping\" \\o/"
drop in proto udp to port 9
END
in_ns "$C" ping -q -c5 -i0.01 10.9.0.2 >/dev/null
for _ in 1 2 3; do
	in_ns "$C" bash -c 'echo x >/dev/udp/10.9.0.2/9'
done
check "well-formed under traffic" well_formed
# A ping is 84 bytes of layer 3, a datagram of `x\n` 30.
label='say \"ping\" \\o/'
check "packets of a rule with a label" sample "fwctl_rule_packets_total{rule=\"1\",label=\"$label\"}" 10
check "bytes of it" sample "fwctl_rule_bytes_total{rule=\"1\",label=\"$label\"}" 840
check "packets of a drop" sample 'fwctl_rule_packets_total{rule="2",label=""}' 3
check "bytes of it" sample 'fwctl_rule_bytes_total{rule="2",label=""}' 90
check "verdicts" sample 'fwctl_verdicts_total{direction="in",verdict="drop",reason="rule"}' 3
check "replies" sample 'fwctl_verdicts_total{direction="out",verdict="pass",reason="state"}' 5
check "flows" sample 'fwctl_flows{table="flows",state="confirmed"}' 1
check "capacity" sample 'fwctl_flows_capacity{table="flows"}' 262144
check "events" sample fwctl_events_lost_total 0
check "attached" sample 'fwctl_interface_attached{interface="s0",direction="out",kind="'"$(fw "$S" -j status | jq -r '.interfaces[0].egress')"'"}' 1
check_json "-j says the same" '[.metrics[] | select(.name == "fwctl_rule_packets_total") | .samples[] |
	select(.labels.rule == "1") | [.value, .labels.label]] == [[10, "say \"ping\" \\o/"]]' fw "$S" -j metrics
check_json "-j has all families" '[.metrics[].name] | length > 10 and (length == (unique | length))' fw "$S" -j metrics
kernel_bytes() { in_ns "$S" cat /sys/class/net/s0/statistics/rx_bytes; }
same_bytes() { sample 'fwctl_interface_bytes_total{interface="s0",direction="in"}' "$(kernel_bytes)"; }
check "bytes of the interface" until_true same_bytes
if command -v promtool >/dev/null; then
	promtool_takes() { fw "$S" metrics | promtool check metrics; }
	check "promtool check metrics" promtool_takes
else
	skip "promtool check metrics" "promtool (Debian: prometheus) is not installed"
fi
check_status 2 "no arguments" fw "$S" metrics x
finish
