#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Connections that are older than the firewall: attach takes them over, so that `default in drop` cuts none of them, and a
# rule that drops does.
. "$(dirname "$0")/lib.sh"

pair
c=10.9.0.1 s=10.9.0.2 c6=fd09:0::1 s6=fd09:0::2
serve "$S" 80
serve "$C" 82

all=(in4 in6 out4 out6 udp_in udp_out mapped)

session in4 "$C" tcp $s 80
session in6 "$C" tcp $s6 80
session out4 "$S" tcp $c 82
session out6 "$S" tcp $c6 82
session udp_in "$C" udp $s 80
session udp_out "$S" udp $c 82
session mapped "$S" tcp "::ffff:$c" 82 # an IPv6 socket that speaks IPv4
check "all sessions run with nothing attached" goes_on "${all[@]}"

# --- the rules are there first ---------------------------------------------------------------------

printf 'default in drop\ndefault out pass\n' | rules "$S"
check_says "attach tells of them" "connections of this host taken over" fw "$S" attach s0
check "attach under default in drop cuts none of them" goes_on "${all[@]}"
check "a new connection is stopped" tcp_dropped "$C" $s 80
check "one from here is not" tcp "$S" $c 82
flow() { fw "$S" -j flows "$@"; }
check_json "the incoming one was begun by its client" '.flows | length == 1 and (.[0] | .src == "10.9.0.1" and .direction == "in" and
	.state == "established" and .verdict == "pass" and .rule == 0 and .seeded and .packets[0] > 0 and .packets[1] > 0)' flow proto tcp to $s port 80
check_json "over IPv6 too" '.flows | length == 1 and .[0].src == "fd09::1" and .[0].direction == "in"' flow proto tcp to $s6 port 80
check_json "the outgoing ones from here, the mapped one is IPv4" '[.flows[] | select(.direction == "out" and .src == "10.9.0.2" and
	.family == "inet" and .state == "established")] | length == 2' flow proto tcp to $c port 82
check_json "UDP" '.flows | length == 1 and .[0].state == "replied" and .[0].direction == "out"' flow proto udp to $c port 82
check_json "all are confirmed" '.flows.confirmed >= 7 and .flows.evicted == 0' fw "$S" -j status

# --- a rule, not a default, ends them --------------------------------------------------------------

check "a change of other rules" fw "$S" -q rule add pass in proto icmp
check "does not matter to them" goes_on "${all[@]}"
fw "$S" -q rule add drop in from $c to port 80
check "drop in: the incoming sessions are cut, TCP and UDP" is_cut in4 udp_in
check "outgoing ones and the other family go on" goes_on out4 in6
fw "$S" -q rule add drop out proto tcp to port 82
check "drop out: the outgoing sessions are cut, also of a mapped address" is_cut out4 out6 mapped
check "what no rule names goes on" goes_on udp_out
check_json "flows lists those no more" '[.flows[] | select(.state == "established")] == []' flow proto tcp to port 82
printf 'default in drop\ndefault out drop\n' | rules "$S"
check "without those rules they go on, whatever the defaults" goes_on "${all[@]}"
rules "$S" <<<'pass in proto tcp to port 80'
check "a rule that passes takes a session as its own" goes_on in4
check_json "flows names it" '.flows | length == 1 and .[0].rule == 1 and .[0].state == "established"' flow proto tcp to $s port 80

# The guard of apply knows: the session this is typed in is one of those.
client=$(in_ns "$S" ss -Htn state established "sport = :80" src $s dst $c | awk '{ sub(/.*:/, "", $4); print $4 }' | head -n1)
over_ssh() { SSH_CONNECTION="$c $client $s 80" fw "$S" "$@"; }
check_says "apply in such a session warns" "default in drop\` stops new ones" over_ssh apply - <<<"default in drop"
check "and does not cut it" goes_on in4
check_status 1 "apply of a rule that drops it is refused" over_ssh apply - <<<"drop in from $c"

# --- silent, while someone guesses its ports -------------------------------------------------------

fw "$S" -q detach --all --purge
# Says something, is silent until $tmp/on is there, and says something again.
in_ns "$C" bash -c 'exec 3<>"/dev/tcp/$1/80"; echo a >&3; read -r x <&3; touch "$2/off"; until [ -e "$2/on" ]; do sleep 0.05; done
	echo b >&3; read -rt "$3" x <&3 && echo "$x" >"$2/answer"' - $s "$tmp" $wait_s &
until_true [ -e "$tmp/off" ]
silent=$(in_ns "$C" ss -Htn -o state established "dport = :80" src $c dst $s | awk '$NF !~ /timer/ { sub(/.*:/, "", $3); print $3 }')
printf 'default in drop\ndefault out drop\noption timeout tcp-closed 1\n' | rules "$S"
fw "$S" -q attach s0
for port in $silent; do
	in_ns "$C" "$traffic" flood c0 "$(ip -n "$S" -j link show s0 | jq -r '.[0].address')" rst $s 80 1 $c "$port" >/dev/null
done
until_true [ "$(fw "$S" -j flows proto tcp to $s port 80 | jq '[.flows[] | select(.packets[0] > 0)] | length')" -ge 1 ]
sleep 1.2 # the timeout of one that was reset
touch "$tmp/on"
check "a reset that guesses does not end a silent session" until_true [ -s "$tmp/answer" ]
fw "$S" -q detach --all --purge
printf 'default in drop\ndefault out pass\n' | rules "$S"
fw "$S" -q attach s0

# --- transfers, as fast as they go -----------------------------------------------------------------

fw "$S" -q detach --all --purge
transfers=("$S $c" "$S $c6" "$C $s" "$C $s6")
for ns in "$S" "$C"; do
	in_ns "$ns" "$traffic" sink 90 500 >>"$tmp/sunk" &
done
until_true listens "$S" tcp 90
until_true listens "$C" tcp 90
senders=()
for way in "${transfers[@]}"; do
	# shellcheck disable=SC2086
	set -- $way
	ip netns exec "$1" "$traffic" send "$2" 90 0 300 >>"$tmp/sent" &
	senders+=($!)
done
# received: bytes that arrived, as the kernel counts them, of each of the four.
received()
{
	local ns

	for ns in "$S" "$C"; do
		in_ns "$ns" ss -Htin state established "sport = :90" | grep -o 'bytes_received:[0-9]*'
	done
}
# grown COUNT...: all four go on from there.
grown() { paste -d: <(printf '%s\n' "$@") <(received) | awk -F: '$4 > $2 + 1000000 { n++ } END { exit n != 4 }'; }
all_four() { [ "$(received | wc -l)" = 4 ]; }
goes_on_all()
{
	local from

	mapfile -t from < <(received)
	until_true grown "${from[@]}"
}
until_true all_four
check "transfers of both directions and families run with nothing attached" goes_on_all
fw "$S" -q attach s0
printf 'default in drop\ndefault out pass\n' | rules "$S"
check "attach, and default in drop: they go on" goes_on_all
check_json "as flows that were there before" '[.flows[] | select(.seeded and .state == "established" and .packets[0] > 0)] | length == 4' flow to port 90
kill -TERM "${senders[0]}" "${senders[2]}"
wait "${senders[0]}" "${senders[2]}"
check "one of each direction ends, each byte has arrived" until_true same "$(cut -d' ' -f1 "$tmp/sent" | sort)" "$(sort "$tmp/sunk")"
fw "$S" -q rule add drop in proto tcp to port 90
fw "$S" -q rule add drop out proto tcp to port 90
still() { [ "$(received)" = "$1" ]; }
stopped() { local is; is=$(received); sleep 0.3; still "$is"; }
check "rules that drop stop the others" until_true stopped
kill -KILL "${senders[1]}" "${senders[3]}"
fw "$S" -q detach --all --purge
printf 'default in drop\ndefault out pass\n' | rules "$S"
fw "$S" -q attach s0

# --- interfaces that come later --------------------------------------------------------------------

link_pair "$C" c1 "$S" s1 1
session second "$C" tcp 10.9.1.2 80
printf 'default in drop\ndefault out drop\npass in on s0 from 10.9.0.7\n' | rules "$S"
ip -n "$C" addr add 10.9.0.7/24 dev c0
session younger "$C" tcp $s 80 10.9.0.7
fw "$S" -q rule delete 1
check "a session that is younger than the firewall is the default's" is_cut younger
check_json "attach of a second interface" '.seeded.made == 1 and ."interfaces"[0].name == "s1"' fw "$S" -j attach s1
check "takes over what goes over it" goes_on second
check "and revives nothing elsewhere" is_cut younger
check_json "attached again, it takes over nothing" '.seeded.made + .seeded.known == 0' fw "$S" -j attach s0 s1
check "nor so" is_cut younger
fw "$S" -q detach s1
session meanwhile "$C" tcp 10.9.1.2 80
fw "$S" -q attach s1
check "what began while it was detached goes on" goes_on meanwhile
check "and so does what was there before" goes_on second

# --- half-closed, and without seeding --------------------------------------------------------------

fw "$S" -q detach --all --purge
in_ns "$S" socat -t300 TCP6-LISTEN:84,ipv6only=0,fork SYSTEM:'cat >/dev/null; while echo x; do sleep 0.02; done' 2>/dev/null &
until_true listens "$S" tcp 84
: >"$tmp/half"
in_ns "$C" socat -t300 - "TCP:$s:84" </dev/null >>"$tmp/half" 2>/dev/null &
check "a connection of which one end has said FIN" goes_on half
printf 'default in drop\ndefault out drop\n' | rules "$S"
fw "$S" -q attach s0
check "goes on as well" goes_on half
check_json "and is closing" '.flows | length == 1 and .[0].state == "closing" and .[0].direction == "in"' flow to port 84
check "so does the rest" goes_on "${all[@]}"
fw "$S" -q detach --all --purge
printf 'default in drop\ndefault out drop\n' | rules "$S"
check_json "attach --no-seed" '[.seeded[]] | add == 0' fw "$S" -j attach --no-seed s0
check "cuts the sessions of both directions" is_cut in4 out4

# --- in an ssh session that the live rules would cut ------------------------------------------------

fw "$S" -q detach --all --purge
printf 'default in drop\ndefault out drop\n' | rules "$S"
check_says "attach under defaults that drop warns" "\`default in drop\` stops new ones" over_ssh attach s0
check_json "and attaches" '[.interfaces[].name] == ["s0"]' fw "$S" -j status
fw "$S" -q detach --all
check "another interface, which the session does not go over" over_ssh -q attach --no-seed s1
rules "$S" <<<"drop in from $c"
check_status 1 "attach where a rule drops its flow of before" over_ssh attach s0
fw "$S" -q detach --all --purge
rules "$S" <<<"drop in from $c"
check_status 1 "attach where a rule drops it" over_ssh attach s0
check_says "tells which rule" "the live rules would cut the ssh session this is typed in: rule 1 decides it" printf %s "$said"
check_status 1 "on the way in alone" over_ssh attach --ingress-only s0
check_status 1 "also in TC" over_ssh attach --mode tc s1 s0
check_json "nothing was attached" '.interfaces == []' fw "$S" -j status
check_json "and no flow is left behind" '.flows == []' flow
check_status 0 "attach without a session" fw "$S" -q attach s0
fw "$S" -q detach --all --purge
rules "$S" <<<"drop in on s1 from $c"
check "a rule for another interface" over_ssh -q attach s0
fw "$S" -q detach --all --purge
printf 'default in drop\n' | rules "$S"
check_status 1 "--no-seed under a default that drops it" over_ssh attach --no-seed s0
check_says "names the default" "\`default in drop\` decides it" printf %s "$said"
printf 'option tcp-loose off\npass in\n' | rules "$S"
check_status 1 "--no-seed where nothing is picked up in the middle" over_ssh attach --no-seed s0
check_says "names the option" "tcp-loose off" printf %s "$said"
check "with seeding that is no matter" over_ssh -q attach s0
fw "$S" -q detach --all --purge
printf 'pass in proto tcp to port 80 stateless\ndefault out drop\n' | rules "$S"
check_status 1 "--no-seed where the answers are dropped" over_ssh attach --no-seed s0
check "unless they are not judged" over_ssh -q attach --no-seed --ingress-only s0
check_status 1 "and then they are to be, too" over_ssh attach s0
check_says "names the default of that direction" "\`default out drop\` decides it" printf %s "$said"
check_json "which changes nothing" '.interfaces | length == 1 and .[0].egress == null' fw "$S" -j status
check "apply knows that they are not judged" over_ssh -q apply - <<<$'pass in proto tcp to port { 80 81 } stateless\ndefault out drop'
check "attached for good, the session goes on" goes_on in4
check_status 0 "--force, of the way out" over_ssh -q attach --force s0
check_status 1 "apply knows that they are judged now" over_ssh apply - <<<$'pass in proto tcp to port 80 stateless\ndefault out drop'
fw "$S" -q detach --all --purge
rules "$S" <<<"drop in from $c"
check "--force" over_ssh -q attach --force s0

fw "$S" -q detach --all --purge
printf 'default out drop\n' | rules "$S"
over_lo() { SSH_CONNECTION="127.0.0.1 40000 127.0.0.1 80" fw "$S" "$@"; }
check_status 1 "on loopback, where its packets are dropped on the way out" over_lo attach --no-seed lo
check "unless that is not judged" over_lo -q attach --no-seed --ingress-only lo
check "nor to be for other rules" over_lo -q apply - <<<$'default out drop\npass in proto tcp'
check_status 0 "--force" over_lo -q attach --no-seed --force lo
check_status 1 "apply knows of loopback" over_lo apply - <<<"default out drop"

# --- more connections than the table has room for --------------------------------------------------

fw "$S" -q detach --all --purge
in_ns "$S" bash -c 'for ((i = 1; i <= 900; i++)); do exec {fd}<>/dev/udp/10.9.0.1/$((i + 5000)); done; echo >"$1"; exec sleep 300' - "$tmp/many" &
until_true [ -e "$tmp/many" ]
check_json "what a small table cannot hold is counted" '.seeded | .made + ."table-full" >= 900 and ."table-full" > 10 and .contended == 0' \
	fw "$S" -j attach --flows 1024 s0
taken=$(printf %s "$said" | jq .seeded.made)
check_json "and the rest is there" ".flows | .confirmed == $taken and .evicted == 0" fw "$S" -j status
check_says "status tells how full it is" "of 1024;" fw "$S" status
check_says "its size is settled: attach --flows" "the table has 1024 flows already" fw "$S" attach --flows 4096 s0
check_says "and option flows" "the table has 1024 flows already" fw "$S" apply - <<<"option flows 4096"
check_says "with what is to be done" "then apply ahead of attach" printf %s "$said"
check_status 2 "--flows out of range" fw "$S" attach --flows 1000 s0
check_says "tells what it may be" "'1000' is not a number from 1024 to 16777216" printf %s "$said"
fw "$S" -q detach --all --purge
fw "$S" -q apply - <<<"option flows 4096"
fw "$S" -q attach --no-seed s0
check_json "and that does it" ".flows.capacity == 4096" fw "$S" -j status
fw "$S" -q detach --all --purge
check_says "in words" "not taken over (no room in the table" fw "$S" attach --flows 1024 s0
fw "$S" -q detach --all --purge
rules "$S" <<<"option flows 2048"
check_json "option flows at the first apply" '.flows.capacity == 2048' fw "$S" -j status
finish
