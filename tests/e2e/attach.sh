#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Attach, detach, status: interfaces, modes, other people's programs, and that nothing stays behind.
. "$(dirname "$0")/lib.sh"

pair
link_pair "$C" c1 "$S" s1 1
s=10.9.0.2
foreign=$build/bpf/foreign.bpf.o

interfaces() { fw "$S" -j status | jq -c '[.interfaces[] | [.name, .ingress, .egress]]'; }
attached() { same "$(interfaces)" "$1"; }
xdp_id() { ip -n "$S" -j link show "$1" | jq '.[0].xdp.prog.id // empty'; }
# Nothing of anyone's is on the namespace's hooks that ip, tc and bpftool know of.
bare()
{
	same "$(in_ns "$S" bpftool -j net | jq -c '.[0] | [.xdp, .tc] | flatten')" "[]" &&
		same "$(ip -n "$S" -j -d link | jq -c '[.[] | select(.xdp) | .ifname]')" "[]" &&
		same "$(tc -n "$S" -j qdisc show | jq -c '[.[] | select(.kind == "clsact" or .kind == "ingress")]')" "[]"
}
# The egress hook: UDP to the outside, which `default out drop` stops where something is attached.
serve "$C" 82
goes_out() { udp "$S" 10.9.0.1 82; }
stays_in() { udp_dropped "$S" 10.9.0.1 82; }
tcx=tcx
fw "$S" -j version | jq -e .features.tcx >/dev/null || tcx=clsact

# --- several interfaces -----------------------------------------------------------------------------

check_says "status of nothing" "no interface is attached" fw "$S" status
check_json "status -j of nothing" '.interfaces == []' fw "$S" -j status
check "detach --all of nothing" fw "$S" detach --all
check_says "attach two interfaces" "s1: in by xdp-native, out by $tcx" fw "$S" attach s0 s1
check_says "on a veth what that costs is told" "s0: on a veth" fw "$S" attach s0
check "but not where the mode is asked for" same "$(fw "$S" attach --mode native s0 2>&1 | grep -c 'on a veth')" 0
check "status has both" attached "[[\"s0\",\"xdp-native\",\"$tcx\"],[\"s1\",\"xdp-native\",\"$tcx\"]]"
check_says "in words too" "interface s0: in xdp-native, out $tcx" fw "$S" status
check "ip link shows the program" test -n "$(xdp_id s1)"
id=$(xdp_id s0)
check "attach again" fw "$S" -q attach s0
check "changes nothing that shows" attached "[[\"s0\",\"xdp-native\",\"$tcx\"],[\"s1\",\"xdp-native\",\"$tcx\"]]"
echo "default in drop" | rules "$S"
check "rules act on the one interface" ping_dropped "$C" $s
check "and on the other" ping_dropped "$C" 10.9.1.2
check_status 1 "attach of one that is there and one that is not" fw "$S" -q attach s0 s9
check "leaves what was there" attached "[[\"s0\",\"xdp-native\",\"$tcx\"],[\"s1\",\"xdp-native\",\"$tcx\"]]"
check_status 1 "detach of one that is there and one that is not" fw "$S" -q detach s0 s9
check_status 1 "or that has nothing attached" fw "$S" -q detach s0 lo
check "leaves both" attached "[[\"s0\",\"xdp-native\",\"$tcx\"],[\"s1\",\"xdp-native\",\"$tcx\"]]"
check_says "detach one, named twice" "s1: in detached" fw "$S" detach s1 s1
check "status has the other" attached "[[\"s0\",\"xdp-native\",\"$tcx\"]]"
check "the detached one passes all" ping_to "$C" 10.9.1.2
check "the other one still judges" ping_dropped "$C" $s
check_status 1 "attach of two, one of them wrong" fw "$S" -q attach s1 s9
check "takes back what it made" attached "[[\"s0\",\"xdp-native\",\"$tcx\"]]"
check "detach --all" fw "$S" -q detach --all
check "leaves nothing attached" bare
check "nor does status show anything" attached "[]"
check "all passes" ping_to "$C" $s
check_says "rules stay over detach" "default in drop" fw "$S" list
check "and act again after attach" fw "$S" -q attach s0
check "apply came before attach" ping_dropped "$C" $s
check "no process runs" same "$(for n in "$C" "$S"; do ip netns pids "$n"; done |
	while read -r pid; do readlink "/proc/$pid/exe"; done | grep fwctl)" ""

# --- modes ------------------------------------------------------------------------------------------

check "--mode generic" fw "$S" -q attach --mode generic s0
check "takes the place of native" attached "[[\"s0\",\"xdp-generic\",\"$tcx\"]]"
check "and judges" ping_dropped "$C" $s
check "--mode native" fw "$S" -q attach --mode native s0
check "and back" attached "[[\"s0\",\"xdp-native\",\"$tcx\"]]"
check "--mode tc" fw "$S" -q attach --mode tc s0
check "takes the place of XDP" attached "[[\"s0\",\"$tcx\",\"$tcx\"]]"
check "and judges" ping_dropped "$C" $s
check "native again" fw "$S" -q attach s0
check "in the place of TC" attached "[[\"s0\",\"xdp-native\",\"$tcx\"]]"
fw "$S" -q detach --all
{ echo "default in drop"; echo "default out drop"; } | rules "$S"
check "--ingress-only" fw "$S" -q attach --ingress-only s0
check_json "status tells it" '.interfaces == [{name: "s0", ingress: "xdp-native", egress: null}]' fw "$S" -j status
ip -n "$S" neigh replace 10.9.0.1 lladdr "$(ip -n "$C" -j link show c0 | jq -r '.[0].address')" dev s0
heard=$(fw "$S" -j status | jq .drops.default)
stays_in >/dev/null 2>&1
check "outgoing packets are not judged, replies are (and dropped)" test "$(fw "$S" -j status | jq .drops.default)" -gt "$heard"
check "attach without it" fw "$S" -q attach s0
check "takes the way out as well" attached "[[\"s0\",\"xdp-native\",\"$tcx\"]]"
check "and judges it" stays_in
check_status 1 "--ingress-only of it and of one that is not there" fw "$S" attach --ingress-only s0 s9
check "leaves it" attached "[[\"s0\",\"xdp-native\",\"$tcx\"]]"
check_says "--ingress-only once more" "$(printf 's0: in by xdp-native\ns0: out detached')" fw "$S" attach --ingress-only s0
check "takes it off" attached '[["s0","xdp-native",null]]'
check_json "and so where nothing is there" '.interfaces == [{name: "s0", ingress: "xdp-native", egress: null}]' fw "$S" -j attach --ingress-only s0
fw "$S" -q detach --all

check "FWCTL_TC=clsact" env FWCTL_TC=clsact "$fwctl" -q -n "$S" attach s0
check "status tells it" attached '[["s0","xdp-native","clsact"]]'
check "tc filter shows it" same "$(tc -n "$S" -j filter show dev s0 egress | jq -r '[.[] | .options.bpf_name? // empty] | unique[0]')" fwctl
check "it judges what goes out" stays_in
check "attach leaves clsact where it is" fw "$S" -q attach s0
check "and status the same" attached '[["s0","xdp-native","clsact"]]'
if [ $tcx = tcx ]; then
	check "FWCTL_TC=tcx" env FWCTL_TC=tcx "$fwctl" -q -n "$S" attach s0
	check "takes its place" attached '[["s0","xdp-native","tcx"]]'
	check "and judges" stays_in
fi
check "detach" fw "$S" -q detach s0
check "leaves no qdisc either" bare
check "and lets packets out" goes_out

# --- all of the interfaces or none ------------------------------------------------------------------

# with_kept PIN COMMAND...: the command, in a mount namespace in which pins of this name cannot be removed: something is mounted there.
with_kept()
{
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount bash -c 'for pin in /sys/fs/bpf/fwctl/*/"$1"; do mount -o bind "$pin" "$pin"; done; shift; exec "$@"' - "$@"
}
index=$(ip -n "$S" -j link show s1 | jq '.[0].ifindex')
for kind in clsact $tcx; do
	FWCTL_TC=$kind fw "$S" -q attach s0
	FWCTL_TC=$tcx fw "$S" -q attach s1
	before="[[\"s0\",\"xdp-native\",\"$kind\"],[\"s1\",\"xdp-native\",\"$tcx\"]]"
	check_status 1 "detach of both, where the second's way in stays ($kind)" with_kept "link-xdp-$index" "$fwctl" -n "$S" detach s0 s1
	check_says "that is said" "cannot remove the pin" printf %s "$said"
	check_not "and nothing else" grep -q "detached\|stays changed\|put back" <<<"$said"
	check "both are as they were" attached "$before"
	check_status 1 "detach --all" with_kept "link-xdp-$index" "$fwctl" -n "$S" detach --all
	check "leaves both" attached "$before"
	if [ $tcx = tcx ]; then
		check_status 1 "--ingress-only of both, where the second's way out stays ($kind)" \
			with_kept "link-tc-out-$index" "$fwctl" -n "$S" attach --ingress-only s0 s1
		check_not "says only why" grep -q "detached\|stays changed\|put back" <<<"$said"
		check "leaves both" attached "$before"
	else
		skip "--ingress-only of both, where the second's way out stays ($kind)" "the kernel has no TCX, whose pins can be kept"
	fi
	check "and they judge what goes out" stays_in
	fw "$S" -q detach --all
done
fw "$S" -q attach --mode generic s0
check_status 1 "attach in another mode, and of one that takes no such" fw "$S" -q attach --mode native s0 lo
check "leaves the mode" attached "[[\"s0\",\"xdp-generic\",\"$tcx\"]]"
fw "$S" -q attach --mode tc s0
check_status 1 "attach by XDP in the place of TC, and of one that takes none" fw "$S" -q attach --mode native s0 lo
check "leaves TC" attached "[[\"s0\",\"$tcx\",\"$tcx\"]]"
check "nothing else is attached anywhere" same "$(xdp_id s0)" ""
fw "$S" -q detach --all

# --- other people's programs ------------------------------------------------------------------------

if [ -e "$foreign" ] && ip -n "$S" link set dev s0 xdp obj "$foreign" sec xdp 2>"$tmp/ip"; then
	id=$(xdp_id s0)
	check_status 1 "another's XDP program is not replaced" fw "$S" attach s0
	check_says "and named" "s0: an XDP program of someone else is attached: 'foreign_xdp', id $id" printf %s "$said"
	check "it is still there" same "$(xdp_id s0)" "$id"
	check_status 1 "--force of it, and of an interface that takes no such" fw "$S" attach --force --mode native s0 lo
	check "puts it back" same "$(xdp_id s0)" "$id"
	check "and nothing of fwctl" attached "[]"
	check_status 1 "detach does not touch it" fw "$S" detach s0
	check "attach --force" fw "$S" -q attach --force s0
	check "takes its place" attached "[[\"s0\",\"xdp-native\",\"$tcx\"]]"
	check_not "it is gone" same "$(xdp_id s0)" "$id"
	fw "$S" -q detach --all
else
	skip "another's XDP program" "$([ -e "$foreign" ] && cat "$tmp/ip" || echo "$foreign is not there (make test builds it)")"
fi
if [ -e "$foreign" ] && tc -n "$S" qdisc add dev s0 clsact 2>"$tmp/ip" &&
	tc -n "$S" filter add dev s0 egress prio 1 handle 1 bpf da obj "$foreign" sec tc 2>"$tmp/ip"; then
	FWCTL_TC=clsact fw "$S" -q attach s0
	check "beside another's TC filter" attached '[["s0","xdp-native","clsact"]]'
	check "both act" stays_in
	fw "$S" -q detach --all
	check "detach leaves that filter" same "$(tc -n "$S" -j filter show dev s0 egress | jq '[.[] | select(.options)] | length')" 1
	tc -n "$S" qdisc del dev s0 clsact
else
	skip "another's TC filter" "$([ -e "$foreign" ] && cat "$tmp/ip" || echo "$foreign is not there (make test builds it)")"
fi

# --- large frames -----------------------------------------------------------------------------------

ip -n "$C" link set c0 mtu 9000
ip -n "$S" link set s0 mtu 9000
serve "$S" 80
echo 'pass in proto { tcp icmp }' | rules "$S"
if fw "$S" -q attach s0 2>"$tmp/mtu"; then
	pass "attach at MTU 9000"
	check "a packet of 9000 bytes" in_ns "$C" ping -q -c1 -W$wait_s -M "do" -s 8972 $s
	check "a transfer" bash -c "[ \$(head -c 500000 /dev/zero |
		ip netns exec $C timeout $wait_s socat -t$wait_s - TCP:$s:80 | wc -c) = 500000 ]"
	fw "$S" -q detach --all
elif grep -q "MTU" "$tmp/mtu"; then
	skip "attach at MTU 9000" "$(cat "$tmp/mtu")"
else
	fail "attach at MTU 9000" "$(cat "$tmp/mtu")"
fi

# --- the interface goes away ------------------------------------------------------------------------

fw "$S" -q attach s0 s1
FWCTL_TC=clsact fw "$S" -q attach s1
ip -n "$S" link delete s1
check_says "status names one that is gone" "interface s1: gone (fwctl attach s1" fw "$S" status
check "an interface goes: status" attached "[[\"s0\",\"xdp-native\",\"$tcx\"]]"
check_status 1 "detach of it by name" fw "$S" detach s1
ip -n "$S" link delete s0
check "another goes: status" attached "[]"
check_status 0 "detach --all" fw "$S" detach --all
link_pair "$C" c0 "$S" s0 0
check "a new interface of that name" fw "$S" -q attach s0
check "status of it" attached "[[\"s0\",\"xdp-native\",\"$tcx\"]]"

# --- another name -----------------------------------------------------------------------------------

printf 'default in drop\npass in on s0 proto icmp\n' | rules "$S"
check "a rule for the interface by its name" ping_to "$C" $s
ip -n "$S" link set s0 down
ip -n "$S" link set s0 name s7
ip -n "$S" link set s7 up
icmp=(proto icmp from 10.9.0.1 to "$s")
check "under another name the live rules go on" until_true ping_to "$C" $s
check_json "explain knows that" '.verdict == "pass" and .rule == 1 and .flow != null' fw "$S" -j explain in on s7 "${icmp[@]}"
check_says "and says so" "s7 is s0 to the live rules" fw "$S" explain in on s7 "${icmp[@]}"
check_says "so does flows" "s7: its flows are those of s0" fw "$S" flows in on s7
check_json "which are there by that name" '.flows | length >= 1' fw "$S" -j flows in on s0 proto icmp
check_json "top chooses them by it too" '.flows | length >= 1' fw "$S" -j top in on s0 proto icmp --sort age
check_status 1 "but not by one that no flow has either" fw "$S" -j top in on s8
check_says "explain on an interface that neither rules nor the namespace know says so" "there is no interface s8 now" \
	fw "$S" explain in on s8 "${icmp[@]}"
check "and on others it says nothing of the kind" same "$(fw "$S" explain in on s0 "${icmp[@]}" 2>&1 >/dev/null; fw "$S" explain in on lo "${icmp[@]}" 2>&1 >/dev/null)" ""
check_json "explain of rules of a file takes the name as it is" '.verdict == "drop" and .rule == 0' \
	"$fwctl" -n "$S" -j explain --rules /dev/stdin in on s7 "${icmp[@]}" <<<$'default in drop\npass in on s0'
printf 'default in drop\npass in on s7 proto icmp\n' | rules "$S"
check_json "behind an apply that one is asked by" '.verdict == "pass" and .rule == 1' fw "$S" -j explain in on s7 "${icmp[@]}"
check "under another name since: rules know it by that" until_true ping_to "$C" $s
printf 'default in drop\npass in on s0 proto icmp\n' | rules "$S"
check "and by the old one no longer" ping_dropped "$C" $s
ip -n "$S" link set s7 down
ip -n "$S" link set s7 name s0
ip -n "$S" link set s0 up

# --- purge ------------------------------------------------------------------------------------------

id=$(xdp_id s0)
check "detach --all --purge" fw "$S" -q detach --all --purge
check "leaves nothing attached" bare
gone() { ! bpftool prog show id "$id"; }
check "the program is unloaded" until_true gone
check_status 1 "the rules are forgotten" fw "$S" list
# In a mount namespace with a BPF file system of its own, the pins of this instance are all there are.
pins=$(unshare --mount bash -c "mount -t bpf bpf /sys/fs/bpf || exit 77
	'$fwctl' -q -n $S attach s0 && ls /sys/fs/bpf/fwctl/*/ | wc -l && stat -c %a /sys/fs/bpf/fwctl /sys/fs/bpf/fwctl/*
	'$fwctl' -q -n $S detach --all && ls /sys/fs/bpf/fwctl | wc -l
	'$fwctl' -q -n $S detach --all --purge && ls /sys/fs/bpf/fwctl | wc -l" 2>&1)
if [ $? = 77 ]; then
	skip "pins" "no BPF file system of its own: $pins"
else
	# shellcheck disable=SC2086
	set -- $pins
	check "attach makes pins" test "${1:-0}" -gt 5
	check "in directories of mode 0700" same "${2:-} ${3:-}" "700 700"
	check "detach --all keeps them" same "${4:-}" 1
	check "--purge removes them" same "${5:-}" 0
fi
finish
