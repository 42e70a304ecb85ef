#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Do the architecture tests see a breach? A copy of the sources, one breach planted at a time: arch_breaches.sh [BUILD_DIR]
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${1:+$(cd "$1" && pwd)}
copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy"' EXIT
bad=0
(cd "$here/.." && tar -cf - --exclude='*.pcap*' shared xdp tc ctl tests scripts .ci Makefile README.md) | tar -xf - -C "$copy" || exit 1

# breach CHECK FILE WHAT SED...: FILE with the edit is seen by CHECK.
breach()
{
	local check=$1 file=$2 what=$3

	shift 3
	cp "$copy/$file" "$copy/saved"
	sed -i "$@" "$copy/$file"
	if cmp -s "$copy/$file" "$copy/saved"; then
		echo "not ok breach of $check: $what: the edit changes nothing"
		bad=1
	elif ARCH_ROOT=$copy ARCH_CHECKS=$check bash "$here/arch.sh" ${build:+"$build"} >"$copy/out"; then
		echo "not ok breach of $check: $what: not seen"
		bad=1
	else
		echo "ok breach of $check: $what"
	fi
	mv "$copy/saved" "$copy/$file"
}

tab=$'\t'
breach maps ctl/live.c "a raw look-up in user space" "\$a int x(int m, int k);\nint x(int m, int k) { return bpf_map_lookup_elem(m, \&k, \&k); }"
breach maps shared/program.h "a raw update in a program" "s/^static __always_inline generation_t generation_now/static int x(void *m) { return bpf_map_update_elem(m, 0, 0, 0); }\n&/"
breach maps ctl/sets.c "keys walked past the accessors" "\$a int y(int m) { return bpf_map_get_next_key(m, NULL, \&m); }"
breach maps ctl/apply.c "memory of a map mapped by hand" "\$a void *z(int m) { return mmap(NULL, 8, 1, 1, m, 0); }"
breach packet_bytes shared/policy.h "the policy reads a header" "s/^static __always_inline void decide(/static int x(struct cursor *c) { return cursor_take(c, struct wire_ether) != NULL; }\n&/"
breach packet_bytes xdp/fw_xdp.bpf.c "an adapter looks into the packet" "s/^${tab}struct scratch \*s = fw_scratch_mine();/${tab}const char *first = (void *)(long)ctx->data;\n&/"
breach packet_bytes tc/fw_tc.bpf.c "bytes fetched by a helper" "s/^static __always_inline int filter/static int x(void *c, void *to) { return bpf_skb_load_bytes(c, 0, to, 8); }\n&/"
breach packet_bytes shared/hook.h "a header's shape from the system" "1a #include <linux/ip.h>"
breach printing ctl/parse.c "a parser prints" "\$a void x(void) { printf(\"%d\", 1); }"
breach printing ctl/object.c "a loader complains on its own" "\$a void x(void) { fputs(\"no\", stderr); }"
breach printing ctl/hook.c "an exit in the middle" "\$a void x(void) { exit(1); }"
breach sizes ctl/util.c "a file that has grown" "\$r $here/unit_analyze.c"
breach switches Makefile "missing cases are no error" "s/ -Wswitch-enum//"
breach switches Makefile "clang does not look for defaults" "s/ -Wcovered-switch-default//"
breach switches ctl/hook.c "a warning is turned off" "1a #pragma GCC diagnostic ignored \"-Wswitch-enum\""
breach reasons shared/types.h "a reason that is not explained" "s/^${tab}X(REASON_ND, \"nd\") /${tab}X(REASON_ND, \"nd-other\")/"
breach reasons shared/types.h "a reason that nothing gives" "s/^${tab}X(REASON_FAULT,/${tab}X(REASON_MOOD, \"rule\") \\\\\n&/"
breach reasons ctl/cmd_status.c "status leaves reasons out" "s/r < REASON_COUNT/r < REASON_ND/"
breach vocabulary shared/config.h "an enum that no map's type has" "/^${tab}enum flow_side flow_side/d"
breach vocabulary shared/types.h "a new one" "s/^FW_ENUM(link,/FW_ENUM(mood, FW_LINKS, MOOD_COUNT)\n&/"
breach places scripts/demo.sh "a path of one machine" "\$a cd /home/me"
[ -z "$build" ] || breach help README.md "an option that is not in the README" "s/--write-expect/--write/g"
[ -z "$build" ] || breach help ctl/cmd_flows.c "an option without help" "s/{ \"limit\", NULL/{ \"bound\", NULL/"
exit $bad
