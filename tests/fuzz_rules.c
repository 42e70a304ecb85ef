/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libFuzzer on rule text: no fault; what is accepted prints to a text that parses to the same model, and compiles to tables by
 * which packets aimed at the rules get the rule that the scan of the rules gives them.
 */
#include <string.h>
#include "../ctl/parse.h"
#include "../ctl/print.h"
#include "fuzz.h"
#include "gen_packet.h"
#include "native_rules.h"

enum { PROBES = 20 };

static void round_trip(const struct ruleset *rs)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	struct diag d = { .io_error = 0 };
	struct ruleset again;

	ruleset_print(rs, &text);
	MUST(!ruleset_parse_nofiles("again", text.str, text.len, &again, &d) && ruleset_equal(rs, &again));
	ruleset_free(&again);
	diag_free(&d);
}

static void classify(const struct ruleset *rs, const uint8_t *data, size_t size)
{
	struct random g = { 0x9e3779b97f4a7c15ull };
	struct native_rules n;
	char *err = NULL;

	for (size_t i = 0; i < size; i++)
		g.state = (g.state ^ data[i]) * 0x100000001b3ull | 1;
	if (native_rules_open(&n, rs, &err)) { /* more than the tables hold */
		MUST(err);
		free(err);
		return;
	}
	for (int i = 0; i < PROBES; i++) {
		struct gen_probe probe;
		rule_id_t rule, scanned;

		gen_probe(&g, rs, &probe);
		MUST(native_rules_agree(&n, &probe.packet, probe.direction, probe.iface, &rule, &scanned));
	}
	native_rules_close(&n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct diag d = { .io_error = 0 };
	struct ruleset rs;
	struct rule r;

	if (!ruleset_parse_nofiles("fuzz", text, size, &rs, &d)) {
		round_trip(&rs);
		classify(&rs, data, size);
	} else {
		MUST(d.errors.n);
	}
	ruleset_free(&rs);
	if (!rule_parse("fuzz", text, size, NULL, &r, &d))
		rule_free(&r);
	if (!match_parse("fuzz", text, size, NULL, &r, &d))
		rule_free(&r);
	if (!rulelike_parse("fuzz", text, size, NULL, &r, &d))
		rule_free(&r);
	diag_free(&d);
	return 0;
}
