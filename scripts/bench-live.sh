#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Sets up what `bench_run --live FILE` measures: for each contender and number of rules a network namespace, a veth into it, and rules there of
# which the last one drops the benchmark's packet. scripts/bench.sh calls it in namespaces of its own, with a BPF file system mounted.
#   scripts/bench-live.sh BUILD_DIR      prints lines SUBJECT|RULES|DEVICE|NETNS|xdp or stack
set -eu

fwctl=$1/fwctl
sizes="1 10 100 1000 10000"
linear_max=10000 # rules that nft looks at one by one: some 25 us a packet at 1,000
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
links=0

# all_rules N FORMAT: a line a rule; %s stand for its source address and its port (tests/bench_section_live.c).
all_rules()
{
	awk -v n="$1" -v format="$2\n" 'BEGIN {
		for (i = 0; i < n; i++)
			printf format, "10." int(i / 65536) "." int(i / 256) % 256 "." i % 256, 1024 + i % 60000
	}'
}

inside() { ip netns exec "b$links" "$@"; }

# link SUBJECT RULES HOOK: the next link, and its line.
link()
{
	links=$((links + 1))
	ip netns add "b$links"
	ip link add "g$links" type veth peer name r0 netns "b$links"
	ip link set "g$links" addrgenmode none up
	ip -n "b$links" link set r0 addrgenmode none address 02:00:00:00:00:01
	ip -n "b$links" link set r0 up
	[ "$3" = xdp ] || inside ethtool -K r0 gro on # without a program veth takes XDP frames only so, and only said while it is up
	echo "$1|$2|g$links|b$links|$3"
}

fwctl()
{
	link fwctl "$1" xdp
	all_rules "$1" 'drop in proto udp from %s to 192.0.2.1 port %s' >"$tmp/rules"
	"$fwctl" -q -n "b$links" attach r0 >&2
	"$fwctl" -q -n "b$links" apply "$tmp/rules" >&2
}

# xdp-filter shares its maps between all that it is loaded on, so that each has a mount namespace of its own. Its entries are sources: the
# last one is made by itself, the others are copies, since it takes one a call.
xdp_filter()
{
	link xdp-filter "$1" xdp
	all_rules "$1" '%s' >"$tmp/sources"
	export last copies
	last=$(tail -n 1 "$tmp/sources")
	copies=$tmp/copies
	tr . ' ' <"$tmp/sources" | sed '$d; s/.*/map update pinned \/sys\/fs\/bpf\/xdp-filter\/filter_ipv4 key & value VALUE/' >"$copies"
	# shellcheck disable=SC2016
	nsenter --net="/run/netns/b$links" unshare --mount sh -eu -c '
		mount -t bpf bpf /sys/fs/bpf
		xdp-filter load r0
		xdp-filter ip -m src "$last"
		value=$(bpftool -j map dump pinned /sys/fs/bpf/xdp-filter/filter_ipv4 | jq -r ".[0].values[0].value | join(\" \")")
		sed "s/VALUE/$value/" "$copies" >"$copies.filled"
		bpftool batch file "$copies.filled" >/dev/null' >&2
}

nft_linear()
{
	link "nft, rules" "$1" stack
	{
		echo 'table netdev bench { chain in { type filter hook ingress device r0 priority 0; policy accept;'
		all_rules "$1" 'ip saddr %s ip daddr 192.0.2.1 udp dport %s drop'
		echo '}'; echo '}'
	} >"$tmp/nft"
	inside nft -f "$tmp/nft"
}

# Of the forms that say the same, the quickest here: not three fields in one key, and a map of verdicts, not a set.
nft_map()
{
	link "nft, one map" "$1" stack
	{
		echo 'table netdev bench {'
		echo 'map m { type ipv4_addr . inet_service : verdict; elements = {'
		all_rules "$1" '%s . %s : drop,'
		echo '}; }'
		echo 'chain in { type filter hook ingress device r0 priority 0; policy accept;'
		echo 'ip daddr 192.0.2.1 ip saddr . udp dport vmap @m'
		echo '}'
		echo '}'
	} >"$tmp/nft"
	inside nft -f "$tmp/nft"
}

for n in $sizes; do
	link "empty XDP program" "$n" xdp
	fwctl "$n"
	if command -v xdp-filter >/dev/null; then
		xdp_filter "$n"
	fi
	if command -v nft >/dev/null; then
		nft_map "$n"
		if [ "$n" -le "$linear_max" ]; then
			nft_linear "$n"
		fi
	fi
done
