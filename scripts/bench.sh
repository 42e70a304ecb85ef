#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What a packet costs, beside xdp-filter on the same packet: a table, and BUILD_DIR/bench/bench.json.
#   scripts/bench.sh BUILD_DIR       (root; make bench)
# All of it happens in network and mount namespaces that end with this process, however it ends: the veth, xdp-filter's
# program and its pins go with them. fwctl's own maps and programs are pinned nowhere.
# Exit status: 0, 1 it could not be measured, 3 a required result was missed.
set -eu

package=xdp-tools # for the comparison only
source=10.0.0.0   # of the packet that the benchmark sends with one rule (tests/bench_rules.c)

die()
{
	echo "bench: $*" >&2
	exit 1
}

[ $# -ge 1 ] || die "usage: bench.sh BUILD_DIR"
[ "$(id -u)" = 0 ] || die "needs root"
build=$(cd "$1" && pwd)
mkdir -p "$build/bench"
log=$build/bench/bench.log

install_peer()
{
	command -v xdp-filter >/dev/null && return 0
	echo "bench: installing $package" >&2
	for attempt in 1 2; do
		DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=120 install --no-install-recommends \
			$package >>"$log" 2>&1 && return 0
		apt-get -qq -o DPkg::Lock::Timeout=120 update >>"$log" 2>&1 || :
	done
	return 1
}

# Sets $peer to the id of xdp-filter's program, or of libxdp's dispatcher that calls it, as it is attached.
load_peer()
{
	ip link add fwbench0 type veth peer name fwbench1 || return 1
	{ xdp-filter load -f ipv4 fwbench0 && xdp-filter ip -m src $source; } >>"$log" 2>&1 || return 1
	peer=$(ip -d link show dev fwbench0 | sed -n 's/.*prog\/xdp id \([0-9]*\).*/\1/p')
	[ -n "$peer" ]
}

if [ -z "${FWCTL_BENCH_INSIDE:-}" ]; then
	: >"$log"
	install_peer || echo "bench: $package cannot be installed (see $log): no comparison" >&2
	exec env FWCTL_BENCH_INSIDE=1 unshare --net --mount "$0" "$build"
fi

mount -t bpf bpf /sys/fs/bpf || die "no BPF file system"
ip link set lo up
peer=
if command -v xdp-filter >/dev/null && ! load_peer; then
	echo "bench: xdp-filter does not load here (see $log): no comparison" >&2
	peer=
fi
exec "$build/tests/bench_run" $peer "$build/bench/bench.json"
