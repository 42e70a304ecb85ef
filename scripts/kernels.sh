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
# In parts, each in a boot of its own: what takes longest is the verifier.
parts=("net_verdicts" "net_verifier net_state net_mutated net_table net_events net_namespace net_attach net_hook_change net_selftest net_slots e2e/attach e2e/edit e2e/seed")
[ -z "${KERNEL_TESTS:-}" ] || parts=("$KERNEL_TESTS")
percent=${FWCTL_TEST_PERCENT:-10}
limit=${KERNEL_TIME:-600}
work=$build/kernels
log=$work/install.log
mkdir -p "$work/log"
: >"$log"
tmp=$(mktemp -d)
running=()
# shellcheck source=scripts/apt-private.sh
. "$here/apt-private.sh"

clean_up()
{
	trap - EXIT
	[ ${#running[@]} = 0 ] || kill "${running[@]}" 2>/dev/null || :
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
	for program in bash timeout jq socat ip tc bpftool ping ethtool ss; do
		file=$(readlink -f "$(command -v $program)")
		add "$file"
		[ "$file" = "/usr/bin/$program" ] || ln -sf "$file" "$tmp/root/usr/bin/$program"
	done
	cp "$here/kernels/init.sh" "$tmp/root/init"
	echo "tree=$tree" >"$tmp/root/tree"
	mkdir -p "$tmp/root$tree/build"
	add "$build/fwctl"
	add "$build/tests/traffic"
	for program in "$tree"/tests/net_*.c; do
		add "$build/tests/$(basename "$program" .c)"
	done
	[ "$build" = "$tree/build" ] || cp -r "$tmp/root$build/." "$tmp/root$tree/build"
	mkdir -p "$tmp/root$tree/build/bpf"
	cp "$build"/bpf/*.o "$tmp/root$tree/build/bpf/"
	cp -r "$tree/tests" "$tree/pcaps" "$tmp/root$tree/"
}

# The initramfs for the kernel in folder $1.
pack()
{
	rm -rf "$tmp/root/modules"
	mkdir "$tmp/root/modules"
	cp "$1"/modules "$1"/*.ko "$tmp/root/modules/"
	(cd "$tmp/root" && find . | /bin/busybox cpio -o -H newc 2>/dev/null | gzip -1 >"$tmp/initrd")
}

# boot FOLDER PART TESTS: in the background. Words of the kernel's command line that it does not know are init's environment.
boot()
{
	timeout -k 5 "$limit" qemu-system-x86_64 -M q35 -accel tcg,thread=multi -cpu max -smp 2 -m 1024 -nodefaults -nographic \
		-no-reboot -serial stdio -kernel "$1/vmlinuz" -initrd "$tmp/initrd" \
		-append "console=ttyS0 panic=-1 quiet FW_TESTS=${3// /,} FWCTL_TEST_SECONDS=$limit FWCTL_TEST_PERCENT=$percent" \
		>"$tmp/log.$2" 2>&1 </dev/null &
	running+=($!)
}

# run_kernel FOLDER LOG: its parts side by side.
run_kernel()
{
	local part=0

	pack "$1"
	for tests in "${parts[@]}"; do
		boot "$1" $part "$tests"
		part=$((part + 1))
	done
	wait "${running[@]}" || :
	running=()
	: >"$2"
	for part in "${!parts[@]}"; do
		tr -d '\r' <"$tmp/log.$part" >>"$2"
		grep -q '^FW end' "$tmp/log.$part" || echo "FW run did not come to its end (at most $limit s): ${parts[part]}" >>"$2"
	done
}

need
"$here/kernels/fetch.sh" "$work" "$@" >"$tmp/kernels"
make_root
logs=()
while read -r series version folder <&3; do
	echo "kernels: $version" >&2
	from=$SECONDS
	run_kernel "$folder" "$work/log/$series"
	echo "kernels: $version: $((SECONDS - from)) s" >&2
	logs+=("$work/log/$series")
done 3<"$tmp/kernels"
verifies=1 # counts of instructions are to be among what was said
[[ " ${parts[*]} " == *" net_verifier "* ]] || verifies=
awk -v verifies=$verifies -f "$here/kernels/table.awk" "${logs[@]}"
