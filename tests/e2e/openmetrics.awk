# SPDX-License-Identifier: GPL-2.0
# Checks a metrics text by the rules that Prometheus' text format and OpenMetrics share, stricter than either: each family is
# declared by HELP and then TYPE, once, right before its samples; names, labels and escapes are well-formed; no sample comes twice;
# counters end in _total and values are whole numbers; `# EOF` is the last line. With -v strict=1 a counter is declared without its
# _total, as OpenMetrics 1.0 has it. Says what is wrong; the exit status is 1 then.

function wrong(why) { print "line " NR ": " why ": " $0; bad = 1 }

# Label pairs of the text in `s`, up to the closing brace; what is behind it is left in `rest`.
function labels(s,    seen, name)
{
	for (;;) {
		if (!match(s, /^[a-zA-Z_][a-zA-Z0-9_]*="/)) { wrong("no label"); return }
		name = substr(s, 1, RLENGTH - 2)
		if (("," seen ",") ~ ("," name ",")) wrong("label twice")
		seen = seen "," name
		s = substr(s, RLENGTH + 1)
		while (match(s, /^([^"\\]|\\\\|\\"|\\n)/)) s = substr(s, RLENGTH + 1)
		if (substr(s, 1, 1) != "\"") { wrong("a label's value does not end"); return }
		s = substr(s, 2)
		if (substr(s, 1, 1) == ",") { s = substr(s, 2); continue }
		if (substr(s, 1, 1) != "}") wrong("no end of labels")
		rest = substr(s, 2)
		return
	}
}

ended { wrong("behind # EOF"); next }
$0 == "# EOF" { ended = 1; next }
/^# HELP / {
	if (NF < 4 || !match($3, /^[a-zA-Z_:][a-zA-Z0-9_:]*$/)) wrong("no help")
	if ($3 in declared) wrong("declared twice")
	declared[$3] = 1
	help = $3
	family = ""
	next
}
/^# TYPE / {
	if (NF != 4 || $3 != help || ($4 != "counter" && $4 != "gauge")) wrong("no type of the family before")
	family = $3
	if ($4 == "counter") {
		if (strict) {
			if (family ~ /_total$/) wrong("a counter's family ends in _total")
			family = family "_total"
		} else if (family !~ /_total$/) wrong("a counter does not end in _total")
	}
	next
}
/^#/ { wrong("no comment may stand here"); next }
{
	match($0, /^[a-zA-Z_:][a-zA-Z0-9_:]*/)
	name = substr($0, 1, RLENGTH)
	rest = substr($0, RLENGTH + 1)
	if (name == "" || name != family) wrong("a sample of another family than " family)
	if (substr(rest, 1, 1) == "{") labels(substr(rest, 2))
	if (rest !~ /^ [0-9]+$/) wrong("no value")
	key = substr($0, 1, length($0) - length(rest))
	if (key in samples) wrong("sample twice")
	samples[key] = 1
}
END {
	if (!ended) { print "no # EOF at the end"; bad = 1 }
	if (!length(samples)) { print "no samples"; bad = 1 }
	exit bad
}
