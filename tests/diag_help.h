/* SPDX-License-Identifier: GPL-2.0 */
/* What tests of the parser ask about errors: where, and a part of what is said. Included behind cmocka.h. */
#ifndef FW_DIAG_HELP_H
#define FW_DIAG_HELP_H

#include <stdio.h>
#include <string.h>
#include "../ctl/diag.h"

static void dump_errors(const struct diag *d)
{
	for (size_t i = 0; i < d->errors.n; i++) {
		_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };

		diag_render(&d->errors.v[i], &text);
		print_error("  %s\n", text.str);
	}
}

/* loc is "LINE:COL", or "COL" on line 1. */
static bool error_is(const struct diag_entry *e, const char *loc, const char *part)
{
	unsigned line = 1, col = 0;

	if (strchr(loc, ':'))
		sscanf(loc, "%u:%u", &line, &col);
	else
		sscanf(loc, "%u", &col);
	return e->loc.line == line && e->loc.col == col && strstr(e->msg, part);
}

/* There is this error and no other; the messages are freed. */
static void expect_error(struct diag *d, const char *loc, const char *part)
{
	if (d->errors.n != 1 || !error_is(&d->errors.v[0], loc, part)) {
		dump_errors(d);
		fail_msg("wanted %s %s", loc, part);
	}
	diag_free(d);
}

#endif
