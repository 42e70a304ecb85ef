#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Rules as text: list and apply agree byte by byte, sets and their files, wrong rules and command lines, JSON.
. "$(dirname "$0")/lib.sh"

new_ns N n
readme=$(cd "$(dirname "$0")/../.." && pwd)/README.md
cd "$tmp" || exit 1

# --- a ruleset with everything in it, and some hundred rules ---------------------------------------

printf '192.0.2.0/24\n# a comment\n\n2001:db8::/32\n198.51.100.7\n' >drop.netset
cat >all.fw <<END
# everything that the language has
default in drop
default out pass
default malformed drop
default nonip drop
default nd rules
option flows 4096
option timeout tcp-established 1d
option timeout udp-unreplied 20s
option state if-bound
define web = { 10.0.0.10, 10.0.0.11 }
define ports = { 80 https 8000-8099 }
set blocklist { type net; 192.0.2.0/24, 2001:db8::/32 }
set trusted { type addr; 10.0.0.1 }
set live { type net; }
set drop4 { type net; file "$tmp/drop.netset"; }
drop in from @blocklist label "listed \"here\" \\\\"
drop in from @drop4
pass in from ! @trusted to @live
pass in on eth0 proto tcp from any to \$web port \$ports
pass in on { eth0 wg0 } proto { tcp udp } from { 10.0.0.0/8, 2001:db8::/32 } port 1024-65535 to ! 10.1.1.1-10.1.1.9 port ! 53
pass in inet6 proto icmp6 icmp-type { echo-request nd-neighbor-solicit }
pass in icmp-type destination-unreachable code ! { 0 1-3 }
drop in proto tcp flags SF/SF
drop in flags none/FSRPAU
pass in from ! 10.0.0.0/8 to 203.0.113.7 vlan 100 inner-vlan 1-10 dscp ef ttl 1-5 length 0-1500 stateless
pass in proto ! { tcp udp icmp } frag mac-from 00:11:22:33:44:55 mac-to ! { ff:ff:ff:ff:ff:ff 00:00:00:00:00:01 }
pass out on ! eth0 proto sctp to port 5000 stateless label "sctp"
END
for i in {1..400}; do
	echo "pass in proto tcp from 10.$((i / 256)).$((i % 256)).0/24 to 172.16.0.$((i % 250)) port $((1000 + i)) label \"rule $i\""
done >>all.fw
check_says "check" "all.fw: 412 rules, no errors" "$fwctl" check all.fw
check "apply" fw "$N" -q apply all.fw
fw "$N" list >list1
check_says "apply of what list says" "unchanged: 412 rules are live already" fw "$N" apply list1
check_says "from standard input" "unchanged" bash -c "'$fwctl' -n $N list | '$fwctl' -n $N apply -"
fw "$N" list >list2
check "list is the same, byte by byte" cmp list1 list2
check_says "its text goes through check" "412 rules, no errors" "$fwctl" check list1
check_status 0 "check -q" "$fwctl" -q check list1
check "prints nothing where there is nothing to find" same "$said" ""
check_status 3 "check -q of a rule that can never match" "$fwctl" -q check - <<<$'pass in\ndrop in proto udp'
check "prints that and no more" same "${said%%:*} $(wc -l <<<"$said") ${said:0:29}" "- 1 -:2:1: rule 2 can never match"
id=$(fw "$N" -j status | jq .ruleset.id)
fw "$N" -q apply all.fw
check "apply of the file again changes nothing" same "$(fw "$N" -j status | jq .ruleset.id)" "$id"
fw "$N" -q apply - <<<"pass in"
fw "$N" -q apply list1
fw "$N" list >list2
check "applied over another ruleset it lists the same" cmp list1 list2
check "list expands definitions" grep -qx 'pass in on eth0 proto tcp to { 10.0.0.10 10.0.0.11 } port { 80 443 8000-8099 }' list1
echo 203.0.113.0/24 >>drop.netset
check_says "apply reads set files anew" "412 rules are live" fw "$N" apply list1
check_json "and the sets hold their elements" '[.sets[] | {(.name): .elements}] | add ==
	{blocklist: 2, trusted: 1, live: 0, drop4: 4}' fw "$N" -j list
check_json "list -j" '(.rules | length) == 412 and .rules[0].number == 1 and .rules[11].packets == 0 and
	.defaults == {in: "drop", out: "pass", malformed: "drop", nonip: "drop", nd: "rules"}' fw "$N" -j list

# What the README shows of the language is accepted.
sed -n '/^default in  drop/,/^```/p' "$readme" | grep -v '^```' | sed "s,/etc/fwctl/,$tmp/," >readme.fw
check_says "the rules of README.md" "5 rules, no errors" "$fwctl" check readme.fw
sed -n '/^# cat rules.fw/,/^```/p' "$readme" | grep -v '^```\|^# cat' >readme.fw
check_says "its quick start" "3 rules, no errors" "$fwctl" check readme.fw

# --- what is wrong ----------------------------------------------------------------------------------

fw "$N" list >before
printf 'default in drop\npass in proto tpc\n\npass in to port 99999\npas in\r\npass in from 10.0.0.1/8' >wrong.fw
for command in check apply "apply --dry-run" "test"; do
	pcap=
	[ "$command" = test ] && pcap=$tmp/none.pcap
	# shellcheck disable=SC2086
	check_status 2 "$command of wrong rules" fw "$N" $command wrong.fw $pcap
	check "$command tells all wrong lines at once" same "$said" "$(cat <<-END
		wrong.fw:2:15: unknown protocol 'tpc' (did you mean 'tcp'?)
		wrong.fw:4:17: port 99999 is out of range (0 to 65535)
		wrong.fw:5:1: unknown statement 'pas' (did you mean 'pass'?)
		wrong.fw:6:14: host bits set in '10.0.0.1/8' (did you mean 10.0.0.0/8?)
	END
	)"
done
check_status 2 "apply of wrong rules from standard input" fw "$N" apply - <wrong.fw
check "names it -" same "${said%%:*}" -
check_status 2 "a wrong element in a set" fw "$N" apply - <<<'set s { type net; 10.0.0.1/33 }'
# More than the tables hold is a fault of the rules, whoever finds it.
{
	echo 'set many { type addr;'
	for ((i = 0; i < 131073; i++)); do echo "10.$((i >> 16)).$((i >> 8 & 255)).$((i & 255))"; done
	echo '}'
} >many.fw
check_status 2 "apply of too many elements" fw "$N" apply many.fw
check_says "names the set, and how many there may be" "set many: too many elements (all sets of type addr hold 131072" printf %s "$said"
check_status 2 "test of them" "$fwctl" test many.fw "$(dirname "$readme")/pcaps/udp.pcap"
check_says "says the same" "set many: too many elements (all sets of type addr hold 131072)" printf %s "$said"
check_status 1 "apply of a file that is not there" fw "$N" apply none.fw
check_status 1 "apply of a directory" fw "$N" apply .
check_status 1 "a set file that is not there" fw "$N" apply - <<<'set s { type net; file "/none/of/that" }'
echo 10.0.0.300 >bad.netset
check_status 2 "a set file with a wrong line" fw "$N" apply - <<<"set s { type net; file \"$tmp/bad.netset\" }"
check_says "which is told by its place" "bad.netset:1:1: " printf %s "$said"
for statement in 'reject in' 'pass in limit 10/s' 'set s { type addr; timeout 1h; }'; do
	check_status 2 "not there yet: $statement" fw "$N" apply - <<<"$statement"
	check_says "is refused by name" "is not available in this version yet" printf %s "$said"
done
check "apply --dry-run" fw "$N" -q apply --dry-run - <<<"pass in"
fw "$N" list >after
check "the live rules are what they were" cmp before after

# A ruleset that would cut the ssh session in which it is typed.
over_ssh() { SSH_CONNECTION="192.0.2.9 40000 192.0.2.1 22" fw "$N" "$@"; }
ip -n "$N" addr add 192.0.2.1/32 dev lo
check_status 1 "apply of rules that would cut the ssh session" over_ssh apply - <<<"default in drop"
check_says "tells what decides" "default in drop" printf %s "$said"
check_status 1 "by a rule" over_ssh apply - <<<"drop in proto tcp from 192.0.2.0/24"
check_says "tells which rule" "rule 1 decides it" printf %s "$said"
fw "$N" list >after
check "nothing was changed" cmp before after
check "rules that pass it" over_ssh -q apply - <<<$'default in drop\npass in proto tcp from 192.0.2.9 to port 22'
check_status 1 "rule delete of the rule that passes it" over_ssh rule delete 1
check_status 1 "rule add of one that drops it" over_ssh rule add at 1 drop in proto tcp to port 22
check_says "names the rule" "rule 1 decides it" printf %s "$said"
check "rule add of another one" over_ssh -q rule add drop in proto udp
check_status 1 "rules that pass its packets without state, and not the answers" over_ssh apply - <<-'END'
	default in drop
	default out drop
	pass in proto tcp to port 22 stateless
END
check_says "tell what stops those" "default out drop" printf %s "$said"
check "rules without state for both ways" over_ssh -q apply - <<-'END'
	default in drop
	default out drop
	pass in proto tcp to port 22 stateless
	pass out proto tcp from any port 22 stateless
END
check "a set whose element passes it" over_ssh -q apply - <<<$'default in drop\nset admins { type addr; 192.0.2.9 }\npass in from @admins'
check "the guard knows them" over_ssh -q apply - <<<$'default in drop\nset admins { type addr; }\npass in from @admins label "x"'
check "so it does for rule add" over_ssh -q rule add pass in proto udp
check "rule delete --force" over_ssh -q rule delete --force 1
check "rules for another namespace than the session's" bash -c "
	SSH_CONNECTION='203.0.113.9 40000 203.0.113.1 22' '$fwctl' -q -n $N apply - <<<'default in drop'"
check_status 1 "a session of IPv4 by an IPv6 socket" \
	env SSH_CONNECTION='::ffff:192.0.2.9 40000 ::FFFF:192.0.2.1 22' "$fwctl" -n "$N" apply - <<<"default in drop"
ip -n "$N" link add t0 type veth peer name t1
ip -n "$N" addr add 2001:db8::9/64 dev t0 # which is down: the address is tentative
check_status 1 "one at an address that cannot be bound to" \
	env SSH_CONNECTION='2001:db8::1 40000 2001:db8::9 22' "$fwctl" -n "$N" apply - <<<"default in drop"
ip -n "$N" link delete t0
check_status 1 "where the variable is empty, that of the process before counts" env SSH_CONNECTION='192.0.2.9 40000 192.0.2.1 22' \
	bash -c "echo 'default in drop' | SSH_CONNECTION= '$fwctl' -n $N apply -; exit \$?"
check "apply --force" over_ssh -q apply --force - <<<"default out drop"

# Where fwctl is called is not where a set's file is looked for ever after.
mkdir elsewhere
echo 203.0.113.0/24 >elsewhere/here.netset
echo 192.0.2.0/24 >here.netset
check "apply of a set with a relative path" fw "$N" -q apply - <<<$'set s { type net; file "here.netset"; }\npass in from @s'
check_says "list prints it whole" "set s { type net; file \"$(pwd -P)/here.netset\"; }" fw "$N" list
check_says "list | apply in another directory changes nothing" "unchanged: 1 rule is live already" \
	bash -c "cd elsewhere && '$fwctl' -n $N list | '$fwctl' -n $N apply -"
fw "$N" list >list1
fw "$N" -q apply - <<<"pass in"
(cd elsewhere && fw "$N" -q apply ../list1)
check_says "applied there over other rules it reads the same file" "rule 1" fw "$N" explain in from 192.0.2.1 to 10.0.0.1
rules "$N" <<<"default out drop"

printf 'default in drop\npass in proto tcp to port 80\npass in from 192.0.2.0/24\npass in proto udp from 192.0.2.9 to port 80 ttl 3\n' >close.fw
asked=(--rules close.fw in proto tcp from 10.0.0.1 port 7 to 10.0.0.2 port 81)
check_says "explain -v tells which rules came close" "close: rule 1 fails by destination port: pass in proto tcp to port 80" "$fwctl" -v explain "${asked[@]}"
check_json "and by what" '[.close[] | [.rule, .field, .fields]] == [[1, "destination port", 1], [2, "source address", 1]]' "$fwctl" -v -j explain "${asked[@]}"
check_json "without -v it does not" '.close == null' "$fwctl" -j explain "${asked[@]}"

check_status 2 "wrong lines count before a file that cannot be read" fw "$N" check - <<<$'pass inn\nset x { type addr; file "/nonexistent" }'
check_status 1 "which alone is another matter" fw "$N" check - <<<'set x { type addr; file "/nonexistent" }'

check_status 2 "unknown command" "$fwctl" aply rules.fw
check_says "with a suggestion" "did you mean 'apply'?" printf %s "$said"
check_status 2 "no command" "$fwctl"
check_status 2 "unknown option" fw "$N" list --color
check_status 2 "apply without a file" fw "$N" apply
check_status 2 "attach without an interface" fw "$N" attach
check_status 2 "attach --mode with a wrong word" fw "$N" attach --mode fast lo
check_status 2 "detach without an interface" fw "$N" detach
check_status 2 "detach --purge without --all" fw "$N" detach --purge lo
check_status 2 "flows with a wrong match" fw "$N" flows proto tpc
check_status 2 "flows --sort with a wrong word" fw "$N" flows --sort size
check_status 1 "attach to an interface that is not there" fw "$N" attach eth99
check_says "tells which there are" "eth99: no such interface in this network namespace (have: lo)" printf %s "$said"
check_status 1 "a network namespace that is not there" fw "fwe2e$$none" status
check_status 2 "test with one file" "$fwctl" test all.fw
check_status 0 "-h" "$fwctl" -h
check_status 1 "-h that cannot be written" bash -c "'$fwctl' -h >/dev/full"
check_status 1 "nor can help" bash -c "'$fwctl' help >/dev/full"
check_status 0 "help on a command" "$fwctl" apply -h
check "help COMMAND tells the same" cmp <("$fwctl" apply -h) <("$fwctl" help apply)
check "of each that there is" same "$("$fwctl" help | awk '/^  [a-z]/ { print $1 }' | while read -r name; do
	cmp <("$fwctl" "$name" -h) <("$fwctl" help "$name") 2>&1
done)" ""
check_status 2 "help on a command that is none" "$fwctl" help aply
check_says "has a guess" "did you mean 'apply'?" printf %s "$said"
check_status 2 "help on two commands" "$fwctl" help apply list
new_ns E e
check_status 1 "list where nothing is attached or applied" fw "$E" list
check_says "which it says" "this network namespace: nothing is attached or applied here (fwctl attach, fwctl apply)" printf %s "$said"
check_status 1 "detach of an interface that is not attached" fw "$N" detach lo

# --- too few descriptors ----------------------------------------------------------------------------

few() { bash -c 'ulimit -n 12; exec "$0" "$@"' "$fwctl" -n "$N" "$@"; }
check_status 1 "twelve descriptors are too few" few status
check_says "which is told with what would do" "Too many open files (ulimit -n 256 is enough)" printf %s "$said"
check "and that does" bash -c 'ulimit -n 256; exec "$0" "$@"' "$fwctl" -n "$N" status
check "for a change too" bash -c 'ulimit -n 256; exec "$0" "$@"' "$fwctl" -n "$N" apply --dry-run list1

# --- what help and the README say ---------------------------------------------------------------------

for command in $("$fwctl" -h | sed -n 's/^  \([a-z]*\)  *.*/\1/p'); do
	check "the README has the usage of $command" grep -qxF -- "$("$fwctl" "$command" -h | sed -n '1s/^usage: //p')" "$readme"
done
words=$(fw "$N" -j status | jq -r '(.flows | del(.capacity)), (.events | del(.readers)) | keys[]')
check "status -j has counts" test -n "$words"
"$fwctl" status -h >status.help
for word in $words; do
	check "status -h tells what $word is" grep -qw -- "$word" status.help
done

# --- without privileges -----------------------------------------------------------------------------

if command -v setpriv >/dev/null; then
	cp "$fwctl" "$tmp/fwctl" && chmod 755 "$tmp"
	nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$tmp/fwctl" "$@"; }
	check_status 1 "status needs privileges" nobody status
	check_says "and says so" "root" printf %s "$said"
	check_status 1 "apply needs privileges" nobody apply all.fw
	check_status 1 "attach needs privileges" nobody attach lo
	check_status 0 "check needs none" nobody check - <<<$'default in drop\npass in proto tcp'
	check_status 0 "version needs none" nobody version
else
	skip "without privileges" "no setpriv"
fi
if unshare -Urn true 2>/dev/null; then
	check_status 1 "root of a user namespace does not do" unshare -Urn "$fwctl" attach lo
	check_says "and it is said why" "not permitted (BPF needs its privileges in the initial user namespace" printf %s "$said"
	cookie='import socket; print(int.from_bytes(socket.socket().getsockopt(socket.SOL_SOCKET, 71, 8), "little"))' # SO_NETNS_COOKIE
	cookie=$(unshare -Urn bash -c "python3 -c '$cookie'; '$fwctl' attach lo" 2>/dev/null)
	check "and nothing is left of it" test -n "$cookie" -a ! -e "/sys/fs/bpf/fwctl/net-$cookie"
	check_status 1 "nor for test" unshare -Urn "$fwctl" test all.fw "$(dirname "$0")/../../pcaps/udp.pcap"
	check_says "for the same reason" "initial user namespace" printf %s "$said"
else
	skip "root of a user namespace" "none is to be had"
fi

# --- JSON -------------------------------------------------------------------------------------------

check_json "attach -j" '.interfaces == [{name: "lo", ingress: "xdp-generic", egress: .interfaces[0].egress}]' \
	fw "$N" -j attach --mode generic lo
check_json "status -j" '.interfaces[0].name == "lo" and .ruleset.rules == 0 and .flows.capacity >= 1024 and .drops.default >= 0 and
	.events == {sent: 0, lost: 0, unreported: 0, readers: 0}' fw "$N" -j status
check_json "check -j" '.ok and .rules == 1 and .errors == []' "$fwctl" -j check - <<<$'default in drop\npass in proto tcp'
check_json "check -j of wrong rules" '.ok == false and .errors[0] == {file: "wrong.fw", line: 2, column: 15,
	message: "unknown protocol '\''tpc'\'' (did you mean '\''tcp'\''?)"} and (.errors | length) == 4' \
	bash -c "'$fwctl' -j check wrong.fw 2>/dev/null || [ \$? = 2 ]"
check_json "apply -j" '.unchanged == false and .rules == 1 and .id > 0' fw "$N" -j apply - <<<"pass in"
check_json "apply --dry-run -j" '.dry_run and .rules == 0' fw "$N" -j apply --dry-run - <<<"default in drop"
check_json "rule add -j" '.rules == 2 and .id > 0' fw "$N" -j rule add pass in label '"x"'
check_json "rule show -j" '. == {number: 2, text: "pass in label \"x\"", packets: 0, bytes: 0}' fw "$N" -j rule show 2
check_json "rule delete -j" '.rules == 1' fw "$N" -j rule delete 2
check_json "flows -j" '.flows | type == "array"' fw "$N" -j flows
check_json "version -j" '.version and .contract and .kernel and .features.tcx != null' "$fwctl" -j version
check_json "detach -j" '.detached == 2' fw "$N" -j detach --all
finish
