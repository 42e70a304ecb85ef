#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel matrix: kernels.sh BUILD_DIR [SERIES...]
#
# Boots Debian's newest kernel of each series (scripts/kernels/fetch.sh) under QEMU, without KVM, with an initramfs that holds the
# binary and the tests of this build, and prints a table: kernel x what it offers, what each test came to, and how many
# instructions the verifier processed for each program. Status 1 when anything failed anywhere. Logs stay in BUILD_DIR/kernels/log.
#   KERNEL_TESTS   which tests (names as tests/run.sh takes them)
#   FWCTL_TEST_PERCENT  how much of those that could go on for ever; 10 where not given: the machine is emulated
#   KERNEL_TIME    seconds that a boot may take
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/.." && pwd)
build=$(cd "${1:?usage: kernels.sh BUILD_DIR [SERIES...]}" && pwd)
shift
[ $# -gt 0 ] || set -- 6.1 6.12 6.18 7
tests=${KERNEL_TESTS:-net_verdicts net_state net_mutated net_table net_events net_attach e2e/attach e2e/edit e2e/seed}
limit=${KERNEL_TIME:-300}
work=$build/kernels
log=$work/install.log
mkdir -p "$work/log"
: >"$log"
tmp=$(mktemp -d)
qemu=
# shellcheck source=scripts/apt-private.sh
. "$here/apt-private.sh"

clean_up()
{
	trap - EXIT
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || :
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

die()
{
	echo "kernels: $*" >&2
	exit 1
}

need()
{
	local missing=

	command -v qemu-system-x86_64 >/dev/null || missing="qemu-system-x86"
	[ -x /bin/busybox ] && ! ldd /bin/busybox >/dev/null 2>&1 || missing="$missing busybox-static"
	[ -n "$missing" ] || return 0
	[ "$(id -u)" = 0 ] || die "missing: $missing (run as root: apt-get install $missing)"
	echo "kernels: installing $missing" >&2
	# shellcheck disable=SC2086
	apt_install_fresh $missing || die "apt-get could not install: $missing (see $log)"
}

# add FILE...: files with the libraries that they are linked with, at the places where they are here.
add()
{
	local file

	for file; do
		[ -e "$tmp/root$file" ] && continue
		mkdir -p "$tmp/root$(dirname "$file")"
		cp -L "$file" "$tmp/root$file"
		{ ldd "$file" 2>/dev/null || :; } | sed -nE 's/^(.* => )?[[:space:]]*(\/[^ ]+) .*/\2/p' | while read -r lib; do
			[ -e "$tmp/root$lib" ] || { mkdir -p "$tmp/root$(dirname "$lib")"; cp -L "$lib" "$tmp/root$lib"; }
		done
	done
}

# What is the same for all kernels.
make_root()
{
	local dir program file

	mkdir -p "$tmp/root"/usr/{bin,sbin,lib,lib64} "$tmp/root"/{proc,sys,dev,tmp,run,modules}
	for dir in bin sbin lib lib64; do
		ln -s "usr/$dir" "$tmp/root/$dir"
	done
	cp /bin/busybox "$tmp/root/bin/busybox"
	add /bin/dash
	ln -s dash "$tmp/root/bin/sh"
	for program in bash jq socat ip tc bpftool ping ethtool ss; do
		file=$(readlink -f "$(command -v $program)")
		add "$file"
		[ "$file" = "/usr/bin/$program" ] || ln -sf "$file" "$tmp/root/usr/bin/$program"
	done
	cp "$here/kernels/init.sh" "$tmp/root/init"
	printf 'tree=%s\ntests="%s"\nexport FWCTL_TEST_PERCENT=%s\n' "$tree" "$tests" "${FWCTL_TEST_PERCENT:-10}" >"$tmp/root/tests"
	mkdir -p "$tmp/root$tree/build"
	add "$build/fwctl"
	for program in "$tree"/tests/net_*.c; do
		add "$build/tests/$(basename "$program" .c)"
	done
	[ "$build" = "$tree/build" ] || cp -r "$tmp/root$build/." "$tmp/root$tree/build"
	cp -r "$tree/tests" "$tree/pcaps" "$tmp/root$tree/"
}

# boot VERSION FOLDER LOG
boot()
{
	rm -rf "$tmp/root/modules"
	mkdir "$tmp/root/modules"
	cp "$2"/modules "$2"/*.ko "$tmp/root/modules/"
	(cd "$tmp/root" && find . | /bin/busybox cpio -o -H newc 2>/dev/null | gzip -1 >"$tmp/initrd")
	timeout -k 5 "$limit" qemu-system-x86_64 -M q35 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 -nodefaults -nographic \
		-no-reboot -serial stdio -kernel "$2/vmlinuz" -initrd "$tmp/initrd" -append "console=ttyS0 panic=-1 quiet" \
		>"$3" 2>&1 </dev/null &
	qemu=$!
	wait "$qemu" || :
	qemu=
	tr -d '\r' <"$3" >"$tmp/log" && mv "$tmp/log" "$3"
	grep -q '^FW end' "$3"
}

need
"$here/kernels/fetch.sh" "$work" "$@" >"$tmp/kernels"
make_root
logs=()
while read -r series version folder <&3; do
	echo "kernels: $version" >&2
	from=$SECONDS
	boot "$version" "$folder" "$work/log/$series" || echo "FW run did not come to its end (at most $limit s)" >>"$work/log/$series"
	echo "kernels: $version: $((SECONDS - from)) s" >&2
	logs+=("$work/log/$series")
done 3<"$tmp/kernels"
awk -f "$here/kernels/table.awk" "${logs[@]}"
