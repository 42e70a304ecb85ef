# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
# To be sourced: Debian packages fetched, not installed, from the mirrors that this machine already uses, over an apt
# configuration of its own with signature checks on. The caller sets $log, a file for what apt says.

keyrings=/usr/share/keyrings

# Run quietly; what was said is in the log.
logged()
{
	"$@" >>"$log" 2>&1
}

# mirrors [SUFFIX]: URIs of the machine's Debian archives, one a line: those that carry its own release, with SUFFIX
# (`-security`) those that carry that archive of it.
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
			"$codename${1:-}" | "stable${1:-}" | "oldstable${1:-}") echo "$uri" ;;
			esac
		done | sort -u
}

# private_apt_start DIR: lists, cache and sources below DIR; standard input has the sources as `URI SUITE`, a line each.
private_apt_start()
{
	apt=$1
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
	: >"$apt/status"
	signed=
	[ -r $keyrings/debian-archive-keyring.gpg ] && signed=" signed-by=$keyrings/debian-archive-keyring.gpg"
	while read -r uri suite; do
		echo "deb [arch=$(dpkg --print-architecture)$signed] $uri $suite main"
	done >"$apt/sources.list"
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
}

# Insecure archives stay refused whatever the machine's configuration says.
private_apt()
{
	logged env APT_CONFIG="$apt/apt.conf" apt-get -q -o APT::Update::Error-Mode=any \
		-o APT::Get::AllowUnauthenticated=false -o Acquire::AllowInsecureRepositories=false \
		-o Acquire::AllowWeakRepositories=false -o Acquire::AllowDowngradeToInsecureRepositories=false "$@"
}

private_apt_cache()
{
	APT_CONFIG="$apt/apt.conf" apt-cache "$@" 2>>"$log"
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

# Package lists may be absent or too old for what the mirror has: then fetch them and try again.
apt_install_fresh()
{
	apt_install "$@" || { apt_update && apt_install "$@"; }
}

# renew_keyring RELEASE: the keys of a Debian release that this machine may be too old to know.
renew_keyring()
{
	[ ! -e "$keyrings/debian-archive-$1-stable.gpg" ] && [ "$(id -u)" = 0 ] && apt_update &&
		apt_install debian-archive-keyring
}
