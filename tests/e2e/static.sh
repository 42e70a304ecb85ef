#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# One file is enough: the binary is static, small, and works in a root directory that holds nothing else.
. "$(dirname "$0")/lib.sh"

pcaps=$(cd "$(dirname "$0")/../../pcaps" && pwd) || exit 1
root=$tmp/root
mkdir -p "$root/proc" "$root/sys" "$root/in"
cp "$fwctl" "$root/fwctl"
cp "$pcaps/tcp4.pcap" "$pcaps/ng.pcapng" "$root/in/"
cat >"$root/in/rules.fw" <<'END'
default in drop
set s { type net; file "/in/drop.netset"; }
drop in from @s
pass in proto tcp to port 80 label "web"
END
echo 203.0.113.0/24 >"$root/in/drop.netset"

size=$(stat -c %s "$fwctl")
check "under 3 MB" test "$size" -lt 3000000
check "no interpreter" same "$(readelf -lW "$fwctl" | grep -c INTERP)" 0
check "no shared library" same "$(readelf -dW "$fwctl" | grep -c NEEDED)" 0
check "stripped" same "$(readelf -SW "$fwctl" | grep -c '\.symtab\|\.debug_')" 0
if command -v file >/dev/null; then
	check_says "file(1) says so" "statically linked" file "$fwctl"
else
	skip "file(1) says so" "no file(1)"
fi

# In a root with this binary, its input, /proc and /sys; the mounts end with the process.
jailed()
{
	unshare --mount bash -c 'mount --bind /proc "$1/proc" && mount --rbind /sys "$1/sys" && shift &&
		exec chroot "$@"' jailed "$root" "$root" "$@"
}
check_says "version" "fwctl $(cat "$(dirname "$0")/../../VERSION"), contract " jailed /fwctl version
check_says "check" "/in/rules.fw: 2 rules, no errors" jailed /fwctl check /in/rules.fw
check_says "names of protocols, services and ICMP types" "3 rules, no errors" jailed /fwctl check - <<'END'
pass in proto sctp to port { ssh https }
pass in icmp-type echo-request
pass in dscp ef
END
check_says "test" "8 packets: " jailed /fwctl test /in/rules.fw /in/tcp4.pcap
check_json "test -j of pcapng" '.[-1].summary.packets == 7' jailed /fwctl -j test /in/rules.fw /in/ng.pcapng
check_status 1 "a capture that is not there" jailed /fwctl test /in/rules.fw /in/none.pcap

# --- test: options, expectations, exit status --------------------------------------------------------

rules=$tmp/web.fw
{ echo "default in drop"; echo 'pass in proto tcp to port { 80 443 } label "web"'; } >"$rules"
new_ns N n
check "test in a namespace with nothing attached" fw "$N" -q test "$rules" "$pcaps/tcp4.pcap"
check_status 1 "makes no instance there" fw "$N" list
check "test --write-expect" "$fwctl" -q test "$rules" "$pcaps/tcp4.pcap" --write-expect "$tmp/expect"
check "test --expect of the same" "$fwctl" -q test "$rules" "$pcaps/tcp4.pcap" --expect "$tmp/expect"
check_status 3 "test --expect of other rules" "$fwctl" -q test - "$pcaps/tcp4.pcap" --expect "$tmp/expect" <<<"drop in"
check_says "tells each packet" "packet 1: expected " printf %s "$said"
echo "* pass" >"$tmp/all"
check_status 0 "* pass" "$fwctl" -q test - "$pcaps/tcp4.pcap" --expect "$tmp/all" <<<"pass in"
check_json "test --flows -j" '[.[] | select(.flow)] | length == 1 and .[0].flow.proto == "tcp"' \
	"$fwctl" -j test - "$pcaps/tcp4.pcap" --flows <<<"pass in"
check_status 1 "a capture that ends inside a record" "$fwctl" test - "$pcaps/cut.pcap" <<<"pass in"
check_says "the packets before it are judged" "2 packets" printf %s "$said"
check_status 2 "--in and --out" "$fwctl" test --in --out "$rules" "$pcaps/tcp4.pcap"
cp "$tmp/expect" "$tmp/kept"
check_status 1 "--write-expect and no such capture" "$fwctl" test "$rules" "$tmp/none.pcap" --write-expect "$tmp/kept"
check "leaves the file as it was" cmp "$tmp/expect" "$tmp/kept"
check_says "-q --flows" "PROTO" "$fwctl" -q test "$rules" "$pcaps/tcp4.pcap" --flows
check "begins with them" same "${said%%PROTO*}" ""
printf '%s\n' "pass in on eth0" "drop in on ! eth1" "pass in on { eth1 eth2 }" >"$tmp/on.fw"
check_says "rules for interfaces and no --on" "2 rules are for an interface (rule 1 is the first), which match no packet here (--on IFACE)" \
	"$fwctl" test "$tmp/on.fw" "$pcaps/tcp4.pcap"
check "with --on nothing is said" same "$("$fwctl" -q test "$tmp/on.fw" "$pcaps/tcp4.pcap" --on eth0)" \
	"$("$fwctl" test "$tmp/on.fw" "$pcaps/tcp4.pcap" --on eth0 2>&1 | tail -n1)"
check_says "--host of another host" "no packet is from 203.0.113.99: all were taken as incoming" \
	"$fwctl" test "$rules" "$pcaps/tcp4.pcap" --host 203.0.113.99
check "-q leaves that out" same "$("$fwctl" -q test "$rules" "$pcaps/tcp4.pcap" --host 203.0.113.99 2>&1 | wc -l)" 1
finish
