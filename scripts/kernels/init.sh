#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The first process of a kernel that scripts/kernels.sh boots: runs the tests named in $FW_TESTS, says on the console how it went
# in lines that begin with `FW `, and powers off.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LANG=C

/bin/busybox --install -s /bin 2>/dev/null # what is there stays
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
ln -sf /proc/self/fd /dev/fd
ln -sf /proc/self/fd/0 /dev/stdin
mkdir -p /dev/pts /tmp /run
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
mount -t bpf bpf /sys/fs/bpf
while read -r module; do
	[ ! -e "/modules/$module.ko" ] || insmod "/modules/$module.ko" || echo "FW module $module does not load"
done </modules/modules
ip link set lo up

. /tree # tree=, its place
cd "$tree" || exit 1
tests=$(echo "$FW_TESTS" | tr , ' ')
echo
echo "FW kernel $(uname -r)"
echo "FW features $(build/fwctl version -j)"
case $tests in
*net_verifier*) build/tests/net_verifier 2>&1 | sed -n 's/^.*verified: /FW verified /p' ;;
esac
# shellcheck disable=SC2086
FWCTL_TEST_JOBS=1 tests/run.sh build $tests </dev/null 2>&1 | sed 's/^/FW run /'
dmesg | grep -E 'BUG|WARNING|Oops|Call Trace' | sed 's/^/FW dmesg /'
echo "FW end"
sync
poweroff -f
