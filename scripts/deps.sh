#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Install what the build and the tests need on Debian 12 or later; nothing happens where all is there.
#   scripts/deps.sh BUILD_DIR [lint]     with lint: what `make lint` needs beside
# Packages come by apt-get (that takes root). Debian 12's libmnl-dev has no static archive: the one of the next release is
# unpacked, not installed, below BUILD_DIR/libmnl. It comes from the mirror that this machine already uses, over a private
# apt configuration with signature checks on.
set -eu

packages="gcc libc6-dev make clang llvm libbpf-dev libelf-dev zlib1g-dev bpftool libmnl-dev libpcap-dev libcmocka-dev
	pkgconf iproute2 iputils-ping socat ethtool jq tcpdump python3 valgrind"
next=trixie

die()
{
	echo "deps: $*" >&2
	exit 1
}

case $#/${2:-} in
1/) ;;
2/lint) packages="$packages clang-tidy clang-format cppcheck" ;;
*) die "usage: deps.sh BUILD_DIR [lint]" ;;
esac
mkdir -p "$1"
build=$(cd "$1" && pwd)
log=$build/deps.log
. "$(dirname "$0")/apt-private.sh"

missing()
{
	have=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' $packages 2>/dev/null || :)"
	for p in $packages; do
		case $have in
		*" installed:$p "*) ;;
		*) printf '%s ' "$p" ;;
		esac
	done
}

static_libmnl()
{
	for a in "$build"/libmnl/usr/lib/*/libmnl.a; do
		[ -s "$a" ] && return 0
	done
	case $(gcc -print-file-name=libmnl.a) in
	/*) return 0 ;;
	esac
	return 1
}

fail_with_log()
{
	tail -n 15 "$log" >&2
	die "$*"
}

install_missing()
{
	[ "$(id -u)" = 0 ] || die "missing: $1 (run as root: apt-get install $1)"
	echo "deps: installing $1" >&2
	apt_install_fresh $1 || fail_with_log "apt-get could not install: $1"
}

# libmnl-dev of the next release from mirror $1, unpacked.
fetch_libmnl()
{
	rm -rf "$build/libmnl.apt"
	private_apt_start "$build/libmnl.apt" <<-END
	$1 $next
	END
	mkdir "$apt/deb" "$apt/root"
	private_apt update && (cd "$apt/deb" && private_apt download libmnl-dev) &&
		logged dpkg -x "$apt"/deb/libmnl-dev_*.deb "$apt/root" || return 1
	rm -rf "$build/libmnl"
	mv "$apt/root" "$build/libmnl"
	rm -rf "$apt"
}

fetch_from_any()
{
	for m in $(mirrors); do
		fetch_libmnl "$m" && return 0
	done
	return 1
}

want=$(missing)
[ -z "$want" ] && static_libmnl && exit 0

exec 9>"$build/deps.lock"
flock 9
: >"$log"
want=$(missing)
[ -z "$want" ] || install_missing "${want% }"
if ! static_libmnl; then
	echo "deps: fetching the static libmnl" >&2
	fetch_from_any || { renew_keyring $next && fetch_from_any; } ||
		fail_with_log "no libmnl.a: the mirror in this machine's apt sources did not give $next's libmnl-dev"
	static_libmnl || fail_with_log "no libmnl.a in $next's libmnl-dev"
fi
