/* SPDX-License-Identifier: GPL-2.0 */
/* libFuzzer on rule text: no fault; what is accepted prints to a text that parses to the same model. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include "../ctl/parse.h"
#include "../ctl/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const struct ruleset *rs)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	struct diag d = { .io_error = 0 };
	struct ruleset again;

	ruleset_print(rs, &text);
	if (ruleset_parse_nofiles("again", text.str, text.len, &again, &d) || !ruleset_equal(rs, &again))
		abort();
	ruleset_free(&again);
	diag_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct diag d = { .io_error = 0 };
	struct addr_range *v;
	struct ruleset rs;
	struct rule r;
	size_t n;

	if (!ruleset_parse_nofiles("fuzz", text, size, &rs, &d))
		round_trip(&rs);
	else if (!d.errors.n)
		abort();
	ruleset_free(&rs);
	if (!rule_parse("fuzz", text, size, NULL, &r, &d))
		rule_free(&r);
	if (!match_parse("fuzz", text, size, NULL, &r, &d))
		rule_free(&r);
	if (!setfile_parse("fuzz", text, size, SET_NET, &v, &n, &d))
		free(v);
	diag_free(&d);
	return 0;
}
