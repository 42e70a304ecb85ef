# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the end-to-end tests share. A test is `NAME.sh BUILD_DIR`, run as root; it sources this file, which makes a directory
# $tmp, and ends with `finish`. Each check prints a line: `ok NAME`, `not ok NAME (why)` or `skip NAME: why`; the exit status
# is 1 when any failed. Namespaces, links, pins and processes go away with the test, however it ends.
set -u

build=$(cd "${1:?usage: $0 BUILD_DIR}" && pwd) || exit 1
fwctl=$build/fwctl
tmp=$(mktemp -d) || exit 1
failed=0
namespaces=()
unset SSH_CONNECTION # apply refuses rules that would cut the session it is typed in: not this one
wait_s=30 # how long to wait for what must happen, on a machine that is busy; what must not happen is never waited for that long

[ -x "$fwctl" ] || { echo "not ok $(basename "$0" .sh) ($fwctl is not there: make)"; exit 1; }
[ "$(id -u)" = 0 ] || { echo "skip $(basename "$0" .sh): needs root"; exit 0; }

# --- results --------------------------------------------------------------------------------------

pass() { printf 'ok %s\n' "$1"; }
skip() { printf 'skip %s: %s\n' "$1" "$2"; }
fail()
{
	failed=1
	printf 'not ok %s (%s)\n' "$1" "$(printf '%s' "${2:-}" | tr '\n' ';' | cut -c1-400)"
}

# check NAME COMMAND...: ok when the command succeeds; its output tells why it did not.
check()
{
	local name=$1 said

	shift
	if said=$("$@" 2>&1); then
		pass "$name"
	else
		fail "$name" "${said:-$*}"
	fi
}

# check_not NAME COMMAND...: ok when the command fails.
check_not()
{
	local name=$1 said

	shift
	if said=$("$@" 2>&1); then
		fail "$name" "it succeeded: ${said:-$*}"
	else
		pass "$name"
	fi
}

# check_status N NAME COMMAND...: ok with this exit status. What it said is in $said.
check_status()
{
	local want=$1 name=$2 rc=0

	shift 2
	said=$("$@" 2>&1) || rc=$?
	if [ "$rc" = "$want" ]; then
		pass "$name"
	else
		fail "$name" "exit status $rc, not $want: $said"
	fi
}

# check_says NAME WORDS COMMAND...: ok when the output (either stream) has these words in it, whatever the exit status.
check_says()
{
	local name=$1 words=$2

	shift 2
	said=$("$@" 2>&1) || :
	case $said in
	*"$words"*) pass "$name" ;;
	*) fail "$name" "lacks '$words': $said" ;;
	esac
}

# check_json NAME JQ-EXPRESSION COMMAND...: ok when the output is valid JSON of which the expression is true.
check_json()
{
	local name=$1 expression=$2

	shift 2
	if ! said=$("$@" 2>"$tmp/stderr"); then
		fail "$name" "it failed: $(cat "$tmp/stderr")"
	elif [ -n "$said" ] && printf '%s' "$said" | jq -s -e "if length == 1 then .[0] else . end | $expression" >/dev/null 2>"$tmp/jq"; then
		pass "$name"
	else
		fail "$name" "not so: $expression: $(cat "$tmp/jq") $said"
	fi
}

same() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'"; return 1; }; }

# until_true COMMAND...: waits, bounded, for the command to succeed.
until_true()
{
	local end=$((SECONDS + wait_s))

	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -le $end ] || { echo "waited ${wait_s} s: $*"; return 1; }
		sleep 0.02
	done
}

# --- namespaces, links, processes -----------------------------------------------------------------

clean_up()
{
	local ns

	trap - EXIT INT TERM HUP PIPE
	exec 2>/dev/null
	for ns in "${namespaces[@]}"; do
		"$fwctl" -q -n "$ns" detach --all --purge >/dev/null
		ip netns pids "$ns" | xargs -r kill -9
		ip netns delete "$ns"
	done
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP PIPE

finish() { exit $failed; }

# new_ns VARIABLE WORD: a namespace of this test's own; its name in the variable.
new_ns()
{
	local name=fwe2e$$$2

	ip netns add "$name" || exit 1
	namespaces+=("$name")
	printf -v "$1" %s "$name"
	ip -n "$name" link set lo up
}

in_ns()
{
	local ns=$1

	shift
	ip netns exec "$ns" "$@"
}

fw()
{
	local ns=$1

	shift
	"$fwctl" -n "$ns" "$@"
}

# rules NS: makes standard input the rules of the namespace.
rules() { fw "$1" -q apply -; }

# patient: options for rules under which no flow of a test is over by itself, however slow the machine.
patient() { printf 'option timeout %s 1h\n' tcp-syn tcp-closing tcp-closed udp-unreplied udp-replied icmp; }

# link_pair NS1 DEV1 NS2 DEV2 NET: a veth pair, 10.9.NET.1 and fd09:NET::1 on the first end, .2 and ::2 on the second.
link_pair()
{
	# Of ends with one index, which they get in new namespaces, IPv6 hears only at the next second that they have a carrier.
	ip -n "$1" link add "$2" index $((10 + 2 * $5)) type veth peer name "$4" index $((11 + 2 * $5)) netns "$3" || exit 1
	set_up "$1" "$2" "$5" 1
	set_up "$3" "$4" "$5" 2
	until_true in_ns "$1" ping -q -c1 -W0.2 "10.9.$5.2" || exit 1
	until_true in_ns "$1" ping -q -c1 -W0.2 "fd09:$5::2" || exit 1
}

set_up()
{
	ip -n "$1" addr add "10.9.$3.$4/24" dev "$2"
	ip -n "$1" addr add "fd09:$3::$4/64" dev "$2" nodad
	ip -n "$1" link set "$2" up
}

# pair: namespaces $C (a client, 10.9.0.1, device c0) and $S (a server, 10.9.0.2, device s0).
pair()
{
	new_ns C c
	new_ns S s
	link_pair "$C" c0 "$S" s0 0
}

listens() { in_ns "$1" ss -H -l -n "--$2" "sport = :$3" | grep -q .; }

# serve NS PORT: TCP and UDP servers that send back what they get, for both families.
serve()
{
	ip netns exec "$1" socat "TCP6-LISTEN:$2,ipv6only=0,fork,reuseaddr" EXEC:cat 2>/dev/null &
	ip netns exec "$1" socat -T3 "UDP6-LISTEN:$2,ipv6only=0,fork,reuseaddr" EXEC:cat 2>/dev/null &
	until_true listens "$1" tcp "$2" && until_true listens "$1" udp "$2"
}

host() { case $1 in *:*) printf '[%s]' "$1" ;; *) printf '%s' "$1" ;; esac; }
proto() { case $2 in *:*) printf '%s6' "$1" ;; *) printf '%s' "$1" ;; esac; }

# tcp NS ADDRESS PORT: a line there and back.
tcp()
{
	local at got

	at=$(proto TCP "$2"):$(host "$2"):$3
	got=$(echo hello | in_ns "$1" timeout $wait_s socat -t$wait_s - "$at,connect-timeout=$wait_s" 2>&1)
	same "$got" hello
}

# udp_ask NS ADDRESS PORT SECONDS: what comes back of a datagram within that time.
udp_ask()
{
	in_ns "$1" bash -c "exec 3<>/dev/udp/$2/$3; echo hello >&3; timeout $4 head -n1 <&3"
}

udp()
{
	local got i

	for i in 5 5 10; do # a datagram may be lost on a machine that is busy
		got=$(udp_ask "$1" "$2" "$3" $i 2>&1)
		[ "$got" = hello ] && return 0
	done
	same "$got" hello
}

ping_to() { in_ns "$1" ping -q -c1 -W$wait_s "$2"; }

# Stopped by a drop: no answer of any kind. Whoever asks is listening, so that without the drop it would connect.
tcp_dropped()
{
	local got at

	at=$(proto TCP "$2"):$(host "$2"):$3
	got=$(in_ns "$1" socat -u /dev/null "$at,connect-timeout=0.5" 2>&1) && { echo "it connected"; return 1; }
	case $got in
	*"timed out"*) ;;
	*) echo "$got"; return 1 ;;
	esac
}

udp_dropped() { same "$(udp_ask "$1" "$2" "$3" 0.5 2>&1)" ""; }

ping_dropped() { ! in_ns "$1" ping -q -c1 -W0.5 "$2"; }

# --- traffic that goes on (tests/traffic.c) --------------------------------------------------------

traffic=$build/tests/traffic

# session NAME NS tcp|udp ADDRESS PORT [FROM]: a connection to an echo server that says something every 20 ms; what comes back
# grows $tmp/NAME.
session()
{
	: >"$tmp/$1"
	ip netns exec "$2" "$traffic" talk "$3" "$4" "$5" "$tmp/$1" 300 ${6:+"$6"} &
	grows "$1"
}
sizes() { (cd "$tmp" && stat -c %s "$@"); }
# Each of the files is longer than it was: beyond SIZES, a line a file.
beyond()
{
	local was=$1

	shift
	paste <(printf '%s\n' "$was") <(sizes "$@") | awk '$2 <= $1 { silent = 1 } END { exit silent }'
}
grows() { until_true beyond "$(sizes "$1")" "$1"; }
# Twice: what was on its way when it was cut may still come.
goes_on()
{
	for _ in 1 2; do
		until_true beyond "$(sizes "$@")" "$@" || { echo "nothing comes back for some of $*"; return 1; }
	done
}
# is_cut NAME...: what was under way is over after a while, then nothing comes.
is_cut() { until_true is_silent "$@"; }
is_silent()
{
	local before

	before=$(sizes "$@")
	sleep 0.4
	same "$(sizes "$@")" "$before"
}

# A counter of a rule: packets NS NUMBER.
packets() { fw "$1" -j rule show "$2" | jq .packets; }
