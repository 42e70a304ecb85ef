#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP throughput over a veth pair with fwctl attached, as a ratio of the same without, taken in turn: medians and quartiles.
#   scripts/bench-throughput.sh BUILD_DIR [ROUNDS [MEGABYTES]]       (root; make bench-throughput; 2 to 5 minutes)
# One end has fwctl on both hooks and a connection that its rules pass; data goes towards it (in) and from it (out). Beside
# the modes of attach an empty XDP program in the driver: what that mode of veth costs by itself.
# Exit status: 0, 1 it could not be measured, 3 the best mode came below 0.9.
set -eu

build=$(cd "${1:?usage: bench-throughput.sh BUILD_DIR [ROUNDS [MEGABYTES]]}" && pwd)
rounds=${2:-9} bytes=$((${3:-500} * 1000000))
fwctl=$build/fwctl traffic=$build/tests/traffic empty=$build/bpf/foreign.bpf.o
C=fwtput$$c S=fwtput$$s
tmp=$(mktemp -d)

clean_up()
{
	trap - EXIT INT TERM HUP
	for ns in $C $S; do
		"$fwctl" -q -n $ns detach --all --purge || :
		ip netns pids $ns | xargs -r kill -9
		ip netns delete $ns
	done 2>/dev/null
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

[ "$(id -u)" = 0 ] || { echo "bench-throughput: needs root" >&2; exit 1; }
[ -x "$traffic" ] || { echo "bench-throughput: $traffic is not there (make tests)" >&2; exit 1; }
ip netns add $C
ip netns add $S
ip -n $C link add c0 type veth peer name s0 netns $S
ip -n $C addr add 10.9.0.1/24 dev c0
ip -n $S addr add 10.9.0.2/24 dev s0
ip -n $C link set c0 up
ip -n $S link set s0 up
ip netns exec $S "$traffic" sink 90 3600 >/dev/null &
ip netns exec $C "$traffic" sink 91 3600 >/dev/null &
until ip netns exec $C ping -q -c1 -W1 10.9.0.2 >/dev/null 2>&1; do sleep 0.1; done
sleep 0.5

with()
{
	case $1 in
	nothing) ;;
	empty) ip -n $S link set s0 xdpdrv obj "$empty" sec xdp ;;
	*)
		"$fwctl" -q -n $S attach --mode "$1" s0
		printf 'default in drop\npass in proto tcp to port 90\n' | "$fwctl" -q -n $S apply -
		;;
	esac
}
without()
{
	case $1 in
	nothing) ;;
	empty) ip -n $S link set s0 xdpdrv off ;;
	*) "$fwctl" -q -n $S detach --all --purge ;;
	esac
}
send() { ip netns exec "$1" "$traffic" send "$2" "$3" $bytes 120 | cut -d' ' -f2; }

subjects="nothing empty native generic tc"
for _ in $(seq "$rounds"); do
	for subject in $subjects; do
		with "$subject" >/dev/null
		echo "$subject in $(send $C 10.9.0.2 90)"
		echo "$subject out $(send $S 10.9.0.1 91)"
		without "$subject"
	done
done >"$tmp/all"

# quantile P: of numbers on standard input.
quantile() { sort -g | awk -v p="$1" '{ v[NR] = $1 } END { i = 1 + p * (NR - 1); k = int(i); printf "%.2f", v[k] + (i - k) * (v[k < NR ? k + 1 : k] - v[k]) }'; }
# Each measurement over that without anything of the same round.
ratios() { awk -v s="$1" -v d="$2" '$1 == "nothing" && $2 == d { n = $3 } $1 == s && $2 == d { print $3 / n }' "$tmp/all"; }

printf '%-34s %24s %24s\n' "over nothing attached" "in" "out"
missed=0
for subject in $subjects; do
	case $subject in
	nothing) continue ;;
	empty) name="an empty XDP program, native" ;;
	*) name="fwctl attach --mode $subject" ;;
	esac
	printf '%-34s' "$name"
	for d in in out; do
		r=$(ratios $subject $d | quantile 0.5)
		printf ' %24s' "$r ($(ratios $subject $d | quantile 0.25) to $(ratios $subject $d | quantile 0.75))"
		[ $subject != tc ] || awk -v r="$r" 'BEGIN { exit r < 0.9 }' || missed=3
	done
	echo
done
echo "(nothing attached: in $(awk '$1 == "nothing" && $2 == "in" { print $3 }' "$tmp/all" | quantile 0.5) MB/s," \
	"out $(awk '$1 == "nothing" && $2 == "out" { print $3 }' "$tmp/all" | quantile 0.5) MB/s; medians of $rounds rounds)"
exit $missed
