#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# State that a fwctl with another layout pinned, and this one: a clear refusal that changes nothing, and a way on that keeps the
# rules. The other one is this binary with a field of struct flow renamed in its embedded type information.
. "$(dirname "$0")/lib.sh"

pair
s=10.9.0.2
# another_layout FIELD NAME: the other names this field so (as many letters).
another_layout()
{
	LC_ALL=C sed "s/$1/$2/g" "$fwctl" >"$tmp/made" && chmod +x "$tmp/made" && mv "$tmp/made" "$tmp/other"
}
other() { "$tmp/other" -n "$S" "$@"; }
# refuses WORDS COMMAND: exit status 1, what differs, and the way on.
refuses()
{
	# shellcheck disable=SC2086
	check_status 1 "${2% /*} refuses" fw "$S" $2
	case $said in
	*"$1"*"detach --all --purge"*) pass "${2% /*} says why" ;;
	*) fail "${2% /*} says why" "$said" ;;
	esac
}
echo "pass in" >"$tmp/rules"
all=(status "list --counters" "list -j" flows "flows --dropped" top "top -j" metrics "rule add pass in" "rule delete 1" "rule show 1"
	"explain in from 192.0.2.1 to 192.0.2.2" "monitor" "monitor --flows" "export --json -" "export --ipfix udp:127.0.0.1:9" "attach s0"
	"apply $tmp/rules" "apply --dry-run $tmp/rules")
another_layout seq_end seq_enx
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
for command in "${all[@]}"; do
	refuses "struct flow, member seq_end: is not there (in its place seq_enx)" "$command"
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
check "the mark of an instance is taken away" mv "$dir/fw_instance" "$dir/fw_instanse"
for command in status flows "attach s0" "apply $tmp/rules"; do
	# shellcheck disable=SC2086
	check_says "${command% /*} does not begin anew beside attached programs" \
		"fw_instance: made by another version of fwctl: there is no such map (fwctl list > FILE" other $command
done
check "and list gives the rules" same "$(other -q list)" "$before"
check "the mark is back" mv "$dir/fw_instanse" "$dir/fw_instance"

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

# One whose instance is as ours, but its rulesets are not: what reads them refuses, and list gives the rules.
check "detach --all --purge, again" fw "$S" -q detach --all --purge
another_layout text_length text_lengtx
check "one with other rulesets attaches" other -q attach s0
check "and applies, too" other -q apply "$tmp/kept"
for command in "${all[@]}"; do
	refuses "struct ruleset_info, member text_length: is not there (in its place text_lengtx)" "$command"
done
check "list gives these rules, too" same "$(fw "$S" -q list)" "$before"
check_says "and says what is the matter" "member text_length" fw "$S" list
check "detach" fw "$S" -q detach s0
check "and back, by the one that made it" other -q attach s0

# One whose rules have words that ours does not know.
check "detach --all --purge, for another language" fw "$S" -q detach --all --purge
another_layout udplite udplitx
other -q attach s0
other -q apply - <<<$'default in drop\npass in proto udplitx\npass in proto icmp'
worded=$(other list)
for command in status flows "list -j" "rule add pass in" "apply $tmp/rules"; do
	refuses "not understood by this version: live ruleset:3:15: unknown protocol 'udplitx'" "$command"
done
check "list gives their text" same "$(fw "$S" -q list)" "$worded"
check_says "and says that it is not understood" "not understood by this version" fw "$S" list

# One whose collector kept other books: what tells of them refuses.
check "detach --all --purge, once more" fw "$S" -q detach --all --purge
another_layout file_inode file_inodx
check "one with another collector attaches" other -q attach s0
timeout 2 "$tmp/other" -n "$S" -q export --json "$tmp/flows.json"
for command in status metrics "export --json -"; do
	refuses "struct export_state, member file_inode: is not there (in its place file_inodx)" "$command"
done
check "what does not tell of them goes on" fw "$S" -q apply "$tmp/rules"

finish
