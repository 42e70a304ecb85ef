# SPDX-License-Identifier: GPL-2.0
# The logs of scripts/kernels.sh, one a kernel, as a table of a column each. Status 1 when a test failed, or none passed, on any; and with
# -v verifies=1 when the verifier's counts are not among them.

function row(group, name, value)
{
	if (!((group, name) in known)) {
		known[group, name] = 1
		order[group, ++rows[group]] = name
		if (length(name) > width)
			width = length(name)
	}
	cell[group, name, kernels] = value
}

function print_group(group, title,    i, k, name, value)
{
	printf "| %-*s |", width, title
	for (k = 1; k <= kernels; k++)
		printf " %-*s |", column, ""
	printf "\n"
	for (i = 1; i <= rows[group]; i++) {
		name = order[group, i]
		printf "| %-*s |", width, name
		for (k = 1; k <= kernels; k++) {
			value = (group, name, k) in cell ? cell[group, name, k] : "absent"
			printf " %-*s |", column, value
		}
		printf "\n"
	}
}

BEGIN { column = 14; width = 20 }
FNR == 1 { release[++kernels] = "?"; passed[kernels] = 0 }

/^FW kernel / { sub(/(\+deb.*|-cloud.*)/, "", $3); release[kernels] = $3 }

/^FW features / {
	if (!match($0, /"features":\{[^}]*\}/))
		next
	n = split(substr($0, RSTART + 12, RLENGTH - 13), pair, ",")
	for (i = 1; i <= n; i++) {
		split(pair[i], kv, ":")
		gsub(/["{}]/, "", kv[1])
		row("feature", kv[1], kv[2] == "true" ? "yes" : kv[2] == "false" ? "no" : kv[2])
	}
}

/^FW module|^FW dmesg|^FW run .*(FAILED|not ok|skip )/ { notes[++nnotes] = release[kernels] ": " substr($0, 4) }
/FAILED|^FW run did not|^FW dmesg/ { bad = 1 }

# `NAME   N passed[, M FAILED][, K skipped] (T s)`
/^FW run [a-z0-9_\/]+ +[0-9]+ passed/ {
	value = $4
	if (match($0, /[0-9]+ FAILED/))
		value = value ", " substr($0, RSTART, RLENGTH)
	if (match($0, /[0-9]+ skipped/))
		value = value ", " substr($0, RSTART, RLENGTH - 3)
	row("test", $3, value)
	passed[kernels] += $4
}

# `RULESET, live|replay: PROGRAM N`: the most of all rulesets
/^FW verified / {
	name = $0
	sub(/^FW verified .*, /, "", name)
	sub(/ [0-9]+$/, "", name)
	if (!((name, kernels) in most) || $NF > most[name, kernels]) {
		most[name, kernels] = $NF
		row("verified", name, $NF)
	}
	verified[kernels] = 1
}

END {
	printf "| %-*s |", width, "Linux"
	for (k = 1; k <= kernels; k++)
		printf " %-*s |", column, release[k]
	printf "\n| --- |"
	for (k = 1; k <= kernels; k++)
		printf " --- |"
	printf "\n"
	print_group("feature", "offers")
	print_group("test", "tests passed")
	print_group("verified", "verified instructions")
	for (i = 1; i <= nnotes; i++)
		print notes[i] > "/dev/stderr"
	for (k = 1; k <= kernels; k++)
		if (!passed[k] || (verifies && !verified[k]))
			bad = 1
	exit bad
}
