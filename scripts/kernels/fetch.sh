#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Debian's kernels for scripts/kernels.sh: fetch.sh DIR SERIES...
#
# Prints `SERIES VERSION FOLDER` a line: the newest kernel of each series (6.1, 6.12; 7: the newest 7.x) that the archives have,
# as FOLDER/vmlinuz and the modules of the list `modules`. It is the small flavour for virtual machines, unpacked below DIR and
# kept there, never installed. Without network, what DIR has from before is taken, and said so.
set -euo pipefail

[ $# -ge 2 ] || { echo "usage: fetch.sh DIR SERIES..." >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cache=$(cd "$1" && pwd)
shift
log=$cache/fetch.log
: >"$log"
# shellcheck source=scripts/apt-private.sh
. "$here/../apt-private.sh"
arch=$(dpkg --print-architecture)
flavour=cloud-$arch

die()
{
	tail -n 5 "$log" >&2
	echo "kernels: $*" >&2
	exit 1
}

# The releases that carry the series asked for, and their security archives.
sources()
{
	local uri suite

	for uri in $(mirrors); do
		for suite in bookworm trixie trixie-backports; do
			echo "$uri $suite"
		done
	done
	for uri in $(mirrors -security); do
		echo "$uri bookworm-security"
	done
}

# newest SERIES: the version in the name of its newest kernel that is signed, or nothing.
newest()
{
	private_apt_cache pkgnames linux-image- | sed -nE "s/^linux-image-(${1//./\\.}\.[0-9].*-$flavour)\$/\1/p" |
		sort -V | tail -n 1
}

# What was fetched before of a series.
newest_here()
{
	find "$cache" -mindepth 2 -maxdepth 2 -path "*/$1.*-$flavour/vmlinuz" -printf '%h\n' |
		sed 's|.*/||' | sort -V | tail -n 1
}

# From 6.19 on linux-image is a metapackage of these two; before, it holds all.
packages_of()
{
	if private_apt_cache pkgnames "linux-binary-$1" | grep -qxF "linux-binary-$1"; then
		echo "linux-binary-$1 linux-modules-$1"
	else
		echo "linux-image-$1"
	fi
}

# Modules as the kernel takes them: not compressed, in one folder.
take_modules()
{
	local root=$1 to=$2 name file

	while read -r name; do
		file=$(find "$root" -name "$name.ko" -o -name "$name.ko.xz" | head -n 1)
		case $file in
		*.xz) xz -dc "$file" >"$to/$name.ko" ;;
		?*) cp "$file" "$to/$name.ko" ;;
		esac
	done <"$here/modules"
}

# fetch VERSION: into $cache/VERSION, whole or not at all.
fetch()
{
	local work=$cache/new.$$ image

	rm -rf "$work"
	mkdir -p "$work/deb" "$work/root" "$work/kernel"
	echo "kernels: fetching $1" >&2
	# shellcheck disable=SC2046
	(cd "$work/deb" && private_apt download $(packages_of "$1")) || return 1
	for deb in "$work"/deb/*.deb; do
		logged dpkg -x "$deb" "$work/root"
	done
	image=$(find "$work/root" -name "vmlinuz*" -type f | head -n 1)
	[ -n "$image" ] || return 1
	cp "$image" "$work/kernel/vmlinuz"
	take_modules "$work/root" "$work/kernel"
	cp "$here/modules" "$work/kernel/modules"
	rm -rf "${cache:?}/$1"
	mv "$work/kernel" "$cache/$1"
	rm -rf "$work"
}

trap 'rm -rf "$cache/new.$$"' EXIT
online=1
private_apt_start "$cache/apt" < <(sources)
[ -s "$cache/apt/sources.list" ] || online=
[ -z "$online" ] || private_apt update || { renew_keyring trixie && private_apt update; } || online=
[ -n "$online" ] || echo "kernels: the archives do not answer; taking what is in $cache" >&2

for series; do
	if [ -n "$online" ]; then
		version=$(newest "$series")
	else
		version=$(newest_here "$series")
	fi
	[ -n "$version" ] || die "no kernel of series $series"
	cmp -s "$here/modules" "$cache/$version/modules" || fetch "$version" || die "$version could not be fetched"
	echo "$series $version $cache/$version"
done
