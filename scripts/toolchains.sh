#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The build and the tests of the packet path with other compilers and another libbpf than those that are installed: every clang from
# 14 on that this Debian has, and the next release's libbpf. Nothing is installed: packages are unpacked below BUILD_DIR/toolchains.
#   scripts/toolchains.sh BUILD_DIR [NAME...]       (root; make toolchains; some 3 minutes a toolchain)
# NAME: clang-N, or libbpf; all where none is named. What compilers make of the programs matters as much as that they build: the
# kernel's verifier has to follow it. TOOLCHAIN_TESTS: what is run, else what is below.
# Exit status: 0, 1 one of them does not build or does not pass.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/.." && pwd)
build=$(cd "${1:?usage: toolchains.sh BUILD_DIR [NAME...]}" && pwd)
shift
dir=$build/toolchains
log=$dir/toolchains.log
next=trixie # as in deps.sh
tests=${TOOLCHAIN_TESTS:-net_verifier net_verdicts net_state net_attach net_core net_pins unit_layout unit_usual}
lib=usr/lib/$(uname -m)-linux-gnu
mkdir -p "$dir"
: >"$log"
# shellcheck source=scripts/apt-private.sh
. "$here/apt-private.sh"

die()
{
	echo "toolchains: $*" >&2
	exit 1
}

# unpacked NAME PACKAGE...: the packages' files below $dir/NAME/root. Done once.
unpacked()
{
	local name=$1 d=$dir/$1 deb
	shift

	[ ! -e "$d/root.whole" ] || return 0
	rm -rf "$d/root" "$d/deb"
	mkdir -p "$d/root" "$d/deb"
	(cd "$d/deb" && private_apt download "$@") || die "the mirror did not give $* (see $log)"
	for deb in "$d"/deb/*.deb; do
		logged dpkg -x "$deb" "$d/root"
	done
	rm -rf "$d/deb"
	touch "$d/root.whole"
}

# The compiler and its libraries, behind a command that finds them: $clang.
need_clang()
{
	local n=${1#clang-} d=$dir/$1

	unpacked "$1" {"clang-$n","libclang-cpp$n","libllvm$n","libclang-common-$n-dev","libclang1-$n"}"/$codename"
	clang=$d/clang
	cat >"$clang" <<-END
	#!/bin/sh
	LD_LIBRARY_PATH=$d/root/$lib:$d/root/usr/lib/llvm-$n/lib exec $d/root/usr/lib/llvm-$n/bin/clang "\$@"
	END
	chmod +x "$clang"
}

# The next release's libbpf, against this one's libc: it asks for names that came with glibc 2.38 and mean what the old ones do here.
need_libbpf()
{
	local d=$dir/libbpf name renames=()

	unpacked libbpf "libbpf-dev/$next"
	mkdir -p "$d/lib" "$d/include"
	cp -r "$d/root/usr/include/bpf" "$d/include"
	for name in strtol strtoul strtoll strtoull sscanf fscanf; do
		renames+=("--redefine-sym" "__isoc23_$name=$name")
	done
	objcopy "${renames[@]}" "$d/root/$lib/libbpf.a" "$d/lib/libbpf.a"
	export CPATH=$d/include LIBRARY_PATH=$d/lib
}

# Builds all, and the tests, in a folder of its own; runs them.
passes()
{
	local d=$dir/$1/build targets=(all clang tests)

	mkdir -p "$d"
	[ ! -d "$build/libmnl" ] || cp -rT "$build/libmnl" "$d/libmnl"
	make -C "$tree" --no-print-directory -j"$(nproc)" B="$d" CLANG="$clang" "${targets[@]}" >"$d.log" 2>&1 || {
		grep -E -A4 'error:|undefined' "$d.log" || tail -n 20 "$d.log"
		return 1
	}
	# shellcheck disable=SC2086
	"$tree/tests/run.sh" "$d" $tests
}

# The compilers that this release has, a name each.
compilers()
{
	local n

	for n in $(private_apt_cache pkgnames clang- | sed -nE 's/^clang-([0-9]+)$/\1/p' | sort -n); do
		[ "$n" -lt 14 ] || ! private_apt_cache madison "clang-$n" | grep -q " $codename/" || echo "clang-$n"
	done
}

[ "$(id -u)" = 0 ] || die "needs root"
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
private_apt_start "$dir/apt" < <(for mirror in $(mirrors); do printf '%s %s\n' "$mirror" "$codename" "$mirror" $next; done)
private_apt update || die "apt-get update failed (see $log)"
# shellcheck disable=SC2046
[ $# != 0 ] || set -- $(compilers) libbpf
failed=
for name in "$@"; do
	echo "== $name"
	clang=clang
	unset CPATH LIBRARY_PATH
	case $name in
	libbpf) need_libbpf ;;
	clang-*) need_clang "$name" ;;
	*) die "unknown toolchain '$name' (clang-N or libbpf)" ;;
	esac
	passes "$name" || failed="$failed $name"
done
[ -z "$failed" ] || die "not with:$failed"
