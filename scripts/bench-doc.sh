#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What `make bench` has measured, all of it, into the documentation: doc/bench.md and doc/bench.svg, and the part of the README between its
# two `bench` marks.
#   scripts/bench-doc.sh BUILD_DIR      (make bench-doc)
set -eu
cd "$(dirname "$0")/.."
from=$1/bench
for part in 'ns a packet' 'packets dropped' '| ms,'; do
	grep -q "$part" "$from/bench.md" || { echo "bench-doc: $from/bench.md lacks '$part': run all of make bench first" >&2; exit 1; }
done
mkdir -p doc
{
	printf '# make bench\n\nHow it is measured: README, "What a packet costs".\n\n'
	cat "$from/bench.md"
} >doc/bench.md
cp "$from/bench.svg" doc/bench.svg

# The machine; of the tables on packets and on apply the rows that users ask about.
short=$(mktemp)
trap 'rm -f "$short"' EXIT
awk '
	/^fwctl / { print }
	/^\| .*, at rules/ { table = $0; print "" }
	/^!/ { exit }
	/^\|/ {
		head = /, at rules/ || /^\| ---/
		if (table ~ /^\| ns a packet/ && (head || !/^\| (acl1|fw1|ipc1), (new|known)/)) print
		if (table ~ /^\| packets dropped/) print
		if (table ~ /^\| ms/ && (head || /fwctl /)) print
	}' "$from/bench.md" | cat -s >"$short"
awk -v short="$short" '
	/^<!-- bench -->$/ { print; print ""; while ((getline line < short) > 0) print line; print ""; inside = 1; next }
	/^<!-- \/bench -->$/ { inside = 0 }
	!inside' README.md >README.md.new
mv README.md.new README.md
