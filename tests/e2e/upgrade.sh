#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# State that a fwctl with another layout pinned, and this one: a clear refusal that changes nothing, and a way on that keeps the
# rules. The other one is this binary with a field of struct flow renamed in its embedded type information.
. "$(dirname "$0")/lib.sh"

pair
s=10.9.0.2
LC_ALL=C sed 's/seq_end/seq_enx/g' "$fwctl" >"$tmp/other" && chmod +x "$tmp/other"
other() { "$tmp/other" -n "$S" "$@"; }
check_not "the other is another contract" same "$("$fwctl" version -j | jq -r .contract)" "$("$tmp/other" version -j | jq -r .contract)"

serve "$S" 80 || fail "serve"
check "the other attaches" other -q attach s0
check "and applies" other -q apply - <<'END'
default in drop
pass in proto tcp to port 80 label "kept"
pass in proto icmp
END
check "connections by its rules" tcp "$C" $s 80
check "and none beside" tcp_dropped "$C" $s 81
before=$(other list)

# Whatever needs the maps refuses, and says what is there, what was wanted, and the way on.
echo "pass in" >"$tmp/rules"
for command in status "list --counters" "list -j" flows metrics "rule add pass in" "attach s0" "apply $tmp/rules"; do
	# shellcheck disable=SC2086
	check_status 1 "${command% /*} refuses" fw "$S" $command
	case $said in
	*"struct flow, member seq_end: is not there (in its place seq_enx)"*"detach --all --purge"*) pass "${command% /*} says why" ;;
	*) fail "${command% /*} says why" "$said" ;;
	esac
done
check "nothing was changed" same "$(other list)" "$before"
check "the rules judge as before" tcp "$C" $s 80
check "and drop as before" tcp_dropped "$C" $s 81

# One that does not know a map of today.
cookie=$(in_ns "$S" python3 -c 'import socket; print(int.from_bytes(socket.socket().getsockopt(socket.SOL_SOCKET, 71, 8), "little"))') # SO_NETNS_COOKIE
dir=/sys/fs/bpf/fwctl/net-$cookie
check "a map is taken away" mv "$dir/fw_hints" "$dir/fw_hinted"
check_says "its absence is told with the way on" "fw_hints: made by another version of fwctl: there is no such map (fwctl list > FILE" other status
check "and list gives the rules" same "$(other -q list)" "$before"
check "the map is back" mv "$dir/fw_hinted" "$dir/fw_hints"

# The way on.
check "list gives the rules all the same" same "$(fw "$S" -q list)" "$before"
check_says "and says what else is not to be had" "made by another version of fwctl" fw "$S" list
fw "$S" -q list >"$tmp/kept"
check "detach --all --purge" fw "$S" -q detach --all --purge
check "attach" fw "$S" -q attach s0
check "apply what list gave" fw "$S" -q apply "$tmp/kept"
check "the same rules are live" same "$(fw "$S" list)" "$before"
check "they pass" tcp "$C" $s 80
check "they drop" tcp_dropped "$C" $s 81
check_says "and the other refuses now" "member seq_enx: is not there" other status

finish
