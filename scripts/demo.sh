#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The main job of fwctl, as a story: a server in a network namespace of its own, a client in another one, a cable between them.
#   scripts/demo.sh FWCTL       (root; about 10 s; everything it makes goes away with it)
set -u

fwctl=$(realpath "${1:?usage: demo.sh FWCTL}") || exit 1
pcaps=$(cd "$(dirname "$0")/../pcaps" && pwd) || exit 1
[ "$(id -u)" = 0 ] || { echo "demo: needs root" >&2; exit 1; }
unset SSH_CONNECTION # apply refuses rules that would cut the session it is typed in: the rules here are not for this machine
server=server-$$ client=client-$$ step=0 stories=0
tmp=$(mktemp -d) || exit 1
cd "$tmp" || exit 1
PATH=$tmp/bin:$PATH
bold='' plain='' dim=''
if [ -t 1 ]; then
	bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi

clean_up()
{
	trap - EXIT INT TERM HUP PIPE
	exec 2>/dev/null
	for ns in $server $client; do
		"$fwctl" -q -n $ns detach --all --purge
		ip netns pids $ns | xargs -r kill -9
		ip netns delete $ns
	done
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP PIPE

# A new step: what it is about.
tell()
{
	step=$((step + 1))
	printf '\n%s%d. %s%s\n' "$bold" $step "$1" "$plain"
	shift
	[ $# = 0 ] || printf '   %s\n' "$@"
	echo
}

# Shows a command as it is typed, runs it, and shows what it says.
run()
{
	printf '   %s# %s%s\n' "$bold" "$*" "$plain"
	bash -c "$*" 2>&1 | sed 's/^/   /'
}

# The story has to come out as it is told.
expect()
{
	local want=$1 what=$2

	shift 2
	if "$@" >/dev/null 2>&1; then
		[ "$want" = yes ] || stories=$((stories + 1))
		printf '   %-58s %sit connects%s\n' "$what" "$dim" "$plain"
	else
		[ "$want" = no ] || stories=$((stories + 1))
		printf '   %-58s %sno answer%s\n' "$what" "$dim" "$plain"
	fi
}

connect() { ip netns exec "$1" socat -u /dev/null "TCP:$2:$3,connect-timeout=${4:-5}"; }

# listen NS PORT: a server that sends back what it gets; with a FILE, that keeps it there.
listen()
{
	if [ $# -gt 2 ]; then
		ip netns exec "$1" socat -u "TCP6-LISTEN:$2,ipv6only=0,reuseaddr" "OPEN:$3,creat,append" 2>/dev/null &
	else
		ip netns exec "$1" socat "TCP6-LISTEN:$2,ipv6only=0,fork,reuseaddr" EXEC:cat 2>/dev/null &
	fi
	for _ in {1..200}; do
		ip netns exec "$1" ss -Hltn "sport = :$2" | grep -q . && return
		sleep 0.05
	done
}

set_up()
{
	mkdir bin && ln -s "$fwctl" bin/fwctl && ln -s "$pcaps" pcaps
	ip netns add $server && ip netns add $client &&
		ip -n $server link add eth0 type veth peer name eth0 netns $client || exit 1
	ip netns exec $server ethtool -K eth0 rxvlan off >/dev/null 2>&1
	for end in "$server 10.0.0.2" "$client 10.0.0.1"; do
		set -- $end
		ip -n "$1" addr add "$2/24" dev eth0
		ip -n "$1" link set lo up
		ip -n "$1" link set eth0 up
	done
	listen $server 80
	listen $server 8080
	listen $client 443
	listen $server 22 "$tmp/session"
}

# A session that goes on: a line every 50 ms over one connection to port 22.
session()
{
	: >session
	while echo x; do sleep 0.05; done 2>/dev/null | ip netns exec $client socat -u - TCP:10.0.0.2:22 2>/dev/null &
}
# Whether lines arrive: waited for where they have to, looked at for a second where not.
progress()
{
	local before end=$((SECONDS + 10))

	sleep 0.2
	before=$(wc -l <session)
	[ "$1" = yes ] || sleep 1
	while [ "$1" = yes ] && [ "$(wc -l <session)" -le $((before + 3)) ] && [ $SECONDS -le $end ]; do
		sleep 0.1
	done
	if [ "$(wc -l <session)" -gt $((before + 3)) ]; then
		[ "$1" = yes ] || stories=$((stories + 1))
		printf '   the session on port 22: %sit goes on%s\n' "$dim" "$plain"
	else
		[ "$1" = no ] || stories=$((stories + 1))
		printf '   the session on port 22: %sit stands still%s\n' "$dim" "$plain"
	fi
}

set_up
echo "fwctl: a firewall and flow monitor in the kernel's packet path."
echo "Here: a server (10.0.0.2, namespace $server) and a client (10.0.0.1, namespace $client)."

tell "Attach to the server's interface" \
	"From now on each packet in and out of eth0 is judged. There are no rules yet: all passes, and every" \
	"connection is seen."
run fwctl -n $server attach eth0
expect yes "client to the server's port 8080:" connect $client 10.0.0.2 8080
run fwctl -n $server flows

tell "Write rules" "First match wins. What is allowed in brings its replies along; so does what the server asks for."
cat >rules.fw <<'END'
default in drop
pass in proto icmp icmp-type echo-request
pass in proto tcp to port { 80 443 } label "web"
pass in proto tcp from 10.0.0.0/24 to port ssh label "admin"
END
run cat rules.fw
echo
echo "   A slip of the pen is told by place, before anything is changed:"
run "sed s/tcp/tpc/ rules.fw | fwctl check -"

tell "Try the rules on recorded traffic" \
	"The packets of a capture go through the very kernel programs that would judge them live. Nothing live is touched."
run fwctl test rules.fw pcaps/icmp.pcap
run fwctl -q test rules.fw pcaps/tcp4.pcap --flows

tell "Make them live" "All of them at once, or none."
run fwctl -n $server apply rules.fw
session
expect yes "client to the server's web port 80:" connect $client 10.0.0.2 80
expect no "client to the server's port 8080:" connect $client 10.0.0.2 8080 1
expect yes "server to the client's port 443 (replies come in):" connect $server 10.0.0.1 443

tell "Change a rule while traffic flows" "A session runs on port 22. A new rule acts on it at once; no other connection notices."
progress yes
run fwctl -n $server rule add at 1 drop in from 10.0.0.1 to port 22
progress no
run fwctl -n $server rule delete 1
progress yes

tell "See what happens" "Each rule's packets, each connection, each reason for a drop."
run fwctl -n $server list --counters
echo
run fwctl -n $server flows to port 22
echo
run fwctl -n $server status

tell "Leave" "Nothing stays behind: no program, no process, no file."
run fwctl -n $server detach --all --purge
expect yes "client to the server's port 8080:" connect $client 10.0.0.2 8080

echo
if [ $stories -gt 0 ]; then
	echo "demo: $stories of these came out otherwise than they should" >&2
	exit 1
fi
echo "README.md has the rule language on one page, and how to begin on a real network card."
