#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Install what the build and the tests need on Debian 12 or later; nothing happens where all is there.
#   scripts/deps.sh BUILD_DIR
# Packages come by apt-get (that takes root). Debian 12's libmnl-dev has no static archive: the one of the next release is
# unpacked, not installed, below BUILD_DIR/libmnl. It comes from the mirror that this machine already uses, over a private
# apt configuration with signature checks on.
set -eu

packages="gcc libc6-dev make clang llvm libbpf-dev libelf-dev zlib1g-dev bpftool libmnl-dev libpcap-dev libcmocka-dev
	pkgconf iproute2 iputils-ping socat ethtool jq"
next=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
next_key=/usr/share/keyrings/debian-archive-$next-stable.gpg

die()
{
	echo "deps: $*" >&2
	exit 1
}

[ $# -eq 1 ] || die "usage: deps.sh BUILD_DIR"
mkdir -p "$1"
build=$(cd "$1" && pwd)
log=$build/deps.log

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

# Run quietly; what was said is in the log.
logged()
{
	"$@" >>"$log" 2>&1
}

fail_with_log()
{
	tail -n 15 "$log" >&2
	die "$*"
}

apt_install()
{
	logged env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o DPkg::Lock::Timeout=120 install \
		--no-install-recommends "$@"
}

apt_update()
{
	logged apt-get -qq -o DPkg::Lock::Timeout=120 update
}

install_missing()
{
	[ "$(id -u)" = 0 ] || die "missing: $1 (run as root: apt-get install $1)"
	echo "deps: installing $1" >&2
	# Package lists may be absent or too old for what the mirror has: then fetch them and try again.
	apt_install $1 || { apt_update && apt_install $1; } || fail_with_log "apt-get could not install: $1"
}

# URIs of the machine's Debian archives, one a line: those that carry its own release.
mirrors()
{
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	apt-get indextargets --format '$(IDENTIFIER) $(COMPONENT) $(RELEASE) $(REPO_URI)' 2>>"$log" |
		while read -r id component release uri; do
			case "$id/$component/$uri" in
			Packages/main/cdrom:*) continue ;;
			Packages/main/*) ;;
			*) continue ;;
			esac
			case $release in
			"$codename" | stable | oldstable) echo "$uri" ;;
			esac
		done | sort -u
}

# apt with lists, cache and sources of its own; insecure archives stay refused whatever the machine's configuration says.
private_apt()
{
	logged env APT_CONFIG="$apt/apt.conf" apt-get -q -o APT::Update::Error-Mode=any \
		-o APT::Get::AllowUnauthenticated=false -o Acquire::AllowInsecureRepositories=false \
		-o Acquire::AllowWeakRepositories=false -o Acquire::AllowDowngradeToInsecureRepositories=false "$@"
}

# libmnl-dev of the next release from mirror $1, unpacked.
fetch_libmnl()
{
	apt=$build/libmnl.apt
	rm -rf "$apt"
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/deb" "$apt/root"
	: >"$apt/status"
	signed=
	[ -r $keyring ] && signed=" signed-by=$keyring"
	echo "deb [arch=$(dpkg --print-architecture)$signed] $1 $next main" >"$apt/sources.list"
	cat >"$apt/apt.conf" <<-END
	Dir::State "$apt/state";
	Dir::State::status "$apt/status";
	Dir::Cache "$apt/cache";
	Dir::Etc::SourceList "$apt/sources.list";
	Dir::Etc::SourceParts "/dev/null";
	Dir::Etc::Preferences "/dev/null";
	Dir::Etc::PreferencesParts "/dev/null";
	APT::Sandbox::User "root";
	Acquire::Languages "none";
	Acquire::GzipIndexes "true";
	END
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

renew_keyring()
{
	[ ! -e $next_key ] && [ "$(id -u)" = 0 ] && apt_update && apt_install debian-archive-keyring
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
	fetch_from_any || { renew_keyring && fetch_from_any; } ||
		fail_with_log "no libmnl.a: the mirror in this machine's apt sources did not give $next's libmnl-dev"
	static_libmnl || fail_with_log "no libmnl.a in $next's libmnl-dev"
fi
