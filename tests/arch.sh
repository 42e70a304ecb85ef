#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Architecture tests: what belongs where, as far as the sources show it.
#   tests/arch.sh              the checks that need no build (part of make lint)
#   tests/arch.sh BUILD_DIR    those, the ones that ask the binary, and that each check sees a breach (tests/arch_breaches.sh)
# Prints `ok NAME` or `not ok NAME: what`; exit status 1 when a check failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "${ARCH_ROOT:-$here/..}" || exit 1
build=${1:+$(cd "$OLDPWD" && cd "$1" && pwd)}
lines_max=420
# Reasons of verdicts that no program gives yet.
reasons_to_come="REASON_LIMIT"
bad=0

# verdict NAME: standard input has the breaches, a line each.
verdict()
{
	local what

	what=$(head -n 20)
	if [ -z "$what" ]; then
		echo "ok $1"
		return
	fi
	while IFS= read -r line; do
		echo "not ok $1: $line"
	done <<<"$what"
	return 1
}

# Sources of the product; sources of all.
product() { find shared xdp tc ctl -name '*.[ch]' | sort; }
everything() { find shared xdp tc ctl tests -name '*.[ch]' | sort; }

# Element calls go through the typed accessors: ctl/maps.h and shared/maps.bpf.h. Program arrays and maps of tests' own programs
# have no accessors: the benchmark's are listed, and net_pins.c makes maps that are wrong on purpose.
check_maps()
{
	grep -nE '\bbpf_map_([a-z]+_)*(elem|batch|next_key)\b|\bbpf_(ringbuf|perf_event)_[a-z_]+ *\(|\bbpf_for_each_map_elem\b' $(everything) |
		grep -vE '^(ctl/maps\.h|shared/maps\.bpf\.h|tests/bench_measure\.c|tests/bpf/bench\.bpf\.c):'
	# Maps are made from the embedded object, with their types; program arrays can have none.
	grep -nE '\bbpf_map_create *\(' $(product) | grep -vE '^ctl/(maps\.h|basis\.c):'
	# Memory of maps is mapped by the accessors.
	grep -nE '\bmmap *\(' $(product) | grep -vE '^ctl/maps\.h:'
}

# Bytes of packets are read by shared/parse*.h through the cursor, and nowhere else: neither its operations nor the shapes of
# headers appear elsewhere. The adapters hand on where the packet begins and ends, and ask how long it is; fw_seed's packet is none.
check_packet_bytes()
{
	grep -nE '\bcursor_(take|bytes|has|skip|forget_path) *\(|"(\.\./shared/)?(cursor|wire)\.h"|\bstruct wire_(ether|vlan|ip|tcp|udp|icmp|fragment|ext)[a-z0-9_]*' $(product) |
		grep -vE '^shared/(cursor|wire|parse[a-z_]*)\.h:'
	grep -nE '\bctx->data\b' $(product) | grep -vE '^xdp/fw_seed\.bpf\.c:' |
		grep -vE '\(void \*\)\(long\)ctx->data, \(void \*\)\(long\)ctx->data_end|ctx->data_end - ctx->data\b'
	grep -nE '\bbpf_(xdp|skb)_load_bytes[a-z_]* *\(' $(product) | grep -vE '^shared/send\.h:'
	grep -nE '<linux/(if_ether|ip|ipv6|tcp|udp|icmp|icmpv6)\.h>|<netinet/(ip|ip6|tcp|udp|ip_icmp|icmp6)\.h>' $(find shared xdp tc -name '*.[ch]')
}

# Only commands print. (The libbpf messages of -v go through a callback of their own, vfprintf in ctl/object.c.)
check_printing()
{
	grep -nE '\b(f?printf|vf?printf|dprintf|f?puts|f?putc|putchar|perror|fwrite)\b *\(|\b(errx?|warnx?)\((EXIT|[0-9]|\")' $(find ctl shared -name '*.[ch]') |
		grep -vE '^ctl/(cmd_[a-z_]*|main|cli)\.c:' | grep -vE '^ctl/object\.c:[0-9]+:.*\bvfprintf\(stderr, fmt, ap\)'
	grep -nE '\bexit *\(' $(product) | grep -vE '^ctl/(main|cli|util|cmd_[a-z_]*)\.c:'
}

check_sizes()
{
	local f n

	for f in $(everything) $(find scripts tests .ci -name '*.sh' -o -name '*.py' -o -path .ci/run) Makefile tests/tests.mk; do
		n=$(wc -l <"$f")
		[ "$n" -le $lines_max ] || echo "$f: $n lines, more than $lines_max"
	done
}

# Compilers refuse a default that covers nothing (-Wcovered-switch-default, BPF and ctl/ by clang) and a case that is missing
# (-Wswitch-enum, all). That these are on is what is left to check.
check_switches()
{
	grep -qE '^WARN .*-Wswitch-enum.*-Werror' Makefile || echo "Makefile: -Wswitch-enum and -Werror are not on"
	grep -qE '^CLANG_WARN .*-Wcovered-switch-default' Makefile || echo "Makefile: -Wcovered-switch-default is not on"
	[ "$(grep -cE '^BPF_CFLAGS .*\$\(WARN\) \$\(CLANG_WARN\)|\$\(CLANG\) \$\(ALL_CFLAGS\) \$\(CLANG_WARN\)' Makefile)" = 2 ] ||
		echo "Makefile: BPF and ctl/ are not both built by clang with its warnings"
	grep -rnE 'pragma (GCC|clang) diagnostic' $(product)
}

# Words of an X-list: list FILE LIST prints "ID word" a line.
words() { sed -n "/^#define $2(X)/,/[^\\\\]\$/p" "$1" | grep -oE 'X\([A-Z_0-9]+, "[a-z-]+"\)' | sed -E 's/X\(([A-Z_0-9]+), "([a-z-]+)"\)/\1 \2/'; }

# Each reason of a verdict, each loss: given or counted by a program, and explained in README.md. (Counters, JSON and metrics go
# over the X-lists themselves.)
check_reasons()
{
	local id word

	[ "$(words shared/types.h FW_REASONS | wc -l)" -ge 10 ] || echo "shared/types.h: FW_REASONS was not read"
	{ words shared/types.h FW_REASONS; words shared/config.h FW_LOSSES; } | while read -r id word; do
		case " $reasons_to_come " in *" $id "*) continue ;; esac
		grep -qE "\b$id\b" $(find shared xdp tc -name '*.h' ! -name types.h ! -name config.h) $(find xdp tc -name '*.c') ||
			echo "$id: no program gives it"
		grep -qE "(^|[^a-z-])$word([^a-z-]|\$)" README.md || echo "$id: README.md does not name '$word'"
	done
	grep -q 'for (int r = 0; r < REASON_COUNT; r++)' ctl/cmd_status.c || echo "ctl/cmd_status.c: status does not list all reasons"
}

# Each enum that both sides know is part of a pinned map's type (struct vocabulary), so that programs that number it otherwise are told apart. Not those
# whose numbers lie in no map, or in maps that come and go with the programs that read them; sink_kind is in a map of its own.
check_vocabulary()
{
	local passing="datagram_class account_how way_class known usual by_flow dim image seeding sink_kind" name

	for name in $(sed -nE 's/^enum ([a-z_]+) \{.*/\1/p; s/^FW_ENUM\(([a-z_]+),.*/\1/p' shared/*.h); do
		case " $passing " in *" $name "*) continue ;; esac
		sed -n '/^struct vocabulary {/,/^};/p' shared/config.h | grep -qE "^	enum $name $name\[0\];" ||
			echo "shared/config.h: struct vocabulary does not have enum $name"
	done
}

# Where this was built and by whom is nobody's business.
check_places()
{
	grep -rnIE '(^|[^A-Za-z0-9_.~$}/-])/(work|home|root|Users)(/|\b)|/tmp/[a-z]*_jobs' \
		$(find shared xdp tc ctl tests scripts .ci -type f ! -name 'arch*.sh' ! -name '*.pcap*') Makefile README.md
}

# Options that commands take: those of ctl/cmd_NAME.c, with --, a line each.
options_of() { grep -ohE '\{ "[a-z-]+", (NULL|&[a-z_.]+), (NULL|&[a-z_.]+) \}' "$@" | sed -E 's/\{ "([a-z-]+)".*/--\1/' | sort -u; }

# Each option is in the help of a command and in README.md, each command in both.
check_help()
{
	local help option command

	help=$("$build/fwctl" -h 2>&1)
	for command in $(sed -n 's/^  \([a-z]*\)  .*/\1/p' <<<"$help"); do
		grep -qE "^fwctl $command\b" README.md || echo "README.md: does not have command $command"
		help+=$("$build/fwctl" "$command" -h 2>&1)
	done
	[ "$(options_of ctl/cmd_*.c | wc -l)" -ge 10 ] || echo "ctl/cmd_*.c: options were not read"
	for option in $(options_of ctl/cmd_*.c) --json --netns --quiet --verbose --help; do
		grep -qE -- "$option\b" <<<"$help" || echo "$option: in no help text"
		case $option in --json | --netns | --quiet | --verbose | --help) continue ;; esac
		grep -qE -- "$option\b" README.md || echo "$option: not in README.md"
	done
	for command in $(sed -n 's/^int cmd_\([a-z]*\)(.*/\1/p' ctl/cmd.h); do
		grep -qE "^  $command +[A-Z]" <<<"$help" || echo "$command: not in fwctl -h"
	done
}

checks="maps packet_bytes printing sizes switches reasons vocabulary places"
[ -z "$build" ] || checks+=" help"
for name in ${ARCH_CHECKS:-$checks}; do
	"check_$name" </dev/null | verdict "$name" || bad=1
done
if [ -n "$build" ] && [ -z "${ARCH_ROOT:-}" ]; then
	bash "$here/arch_breaches.sh" "$build" || bad=1
fi
exit $bad
