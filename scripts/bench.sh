#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What fwctl costs, beside xdp-filter and nftables on the same packets: tables, and in BUILD_DIR/bench bench.json, bench.md, bench.svg.
#   scripts/bench.sh BUILD_DIR [PART...]       (root; make bench, make bench BENCH="live quick")
# PART: packet (the kernel's test run), live (packets dropped a second on a veth), apply (compile, load, swap; memory); all where none is
# named. quick: fewer rounds. All of it happens in network and mount namespaces that end with this process, however it ends: links,
# programs and pins go with them.
# Exit status: 0, 1 it could not be measured, 3 a required result was missed.
set -eu

packages="xdp-tools nftables" # for the comparison only
source=10.0.0.0               # of the packet that is sent with one rule (tests/bench_rules.c)

die()
{
	echo "bench: $*" >&2
	exit 1
}

[ $# -ge 1 ] || die "usage: bench.sh BUILD_DIR [PART...]"
[ "$(id -u)" = 0 ] || die "needs root"
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
shift
parts=$*
mkdir -p "$build/bench"
log=$build/bench/bench.log

install_peers()
{
	command -v xdp-filter >/dev/null && command -v nft >/dev/null && return 0
	echo "bench: installing $packages" >&2
	for _ in 1 2; do
		# shellcheck disable=SC2086
		DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=120 install --no-install-recommends \
			$packages >>"$log" 2>&1 && return 0
		apt-get -qq -o DPkg::Lock::Timeout=120 update >>"$log" 2>&1 || :
	done
	return 1
}

# load_peer DEV [OPTION...]: xdp-filter with one matching source; prints the id of the program that is then attached. In a mount
# namespace of its own, since xdp-filter shares its maps between all that it is loaded on.
load_peer()
{
	ip link add "$1" type veth peer name "$1p" || return 1
	# shellcheck disable=SC2016
	unshare --mount sh -c 'mount -t bpf bpf /sys/fs/bpf && dev=$1 source=$2 && shift 2 && xdp-filter load "$@" $dev &&
		xdp-filter ip -m src $source' sh "$1" $source "${@:2}" >>"$log" 2>&1 || return 1
	ip -d link show dev "$1" | sed -n 's/.*prog\/xdp id \([0-9]*\).*/\1/p' | grep .
}

if [ -z "${FWCTL_BENCH_INSIDE:-}" ]; then
	: >"$log"
	install_peers || echo "bench: $packages cannot be installed (see $log): no comparison" >&2
	# shellcheck disable=SC2086
	exec env FWCTL_BENCH_INSIDE=1 unshare --net --mount "$0" "$build" $parts
fi

mount -t bpf bpf /sys/fs/bpf || die "no BPF file system"
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns || die "no place for network namespaces"
ip link set lo up
args=(--fwctl "$build/fwctl" --output "$build/bench" --parts "$parts")

classbench=${FWCTL_SHARED:-$here/../../shared}/classbench
if [ -d "$classbench" ]; then
	args+=(--classbench "$classbench")
else
	echo "bench: no ClassBench sets (FWCTL_SHARED names the folder that holds classbench/): they are left out" >&2
fi
if command -v xdp-filter >/dev/null; then
	if peer=$(load_peer fwbench0) && small=$(load_peer fwbench1 -f ipv4); then
		args+=(--peer "$peer" --peer-small "$small")
	else
		echo "bench: xdp-filter does not load here (see $log): no comparison" >&2
	fi
fi
# wanted PART: whether it was named, or none was.
wanted()
{
	case " $parts " in
	*" $1 "* | *" all "* | "  " | " quick ") return 0 ;;
	esac
	return 1
}

if wanted live; then
	"$here/bench-live.sh" "$build" >"$build/bench/links" 2>>"$log" || die "the links cannot be set up (see $log)"
	args+=(--live "$build/bench/links")
fi
if wanted apply; then
	ip netns add apply
	ip link add fwbench2 type veth peer name r0 netns apply
	ip -n apply link set r0 up
	"$build/fwctl" -q -n apply attach r0 >>"$log" 2>&1 || die "fwctl does not attach (see $log)"
	args+=(--apply apply)
fi
exec "$build/tests/bench_run" "${args[@]}"
