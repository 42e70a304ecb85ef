/* SPDX-License-Identifier: GPL-2.0 */
/* The --expect file of `fwctl test`. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/diag.h"
#include "../ctl/expect.h"
#include "../ctl/util.h"

static void parse_ok(const char *text, struct expect *e)
{
	struct diag d = { .io_error = 0 };

	assert_int_equal(expect_parse("x.expect", text, strlen(text), e, &d), 0);
	assert_int_equal(d.errors.n + d.warnings.n, 0);
	diag_free(&d);
}

/* `want` has a line an error. */
static void assert_errors_n(const char *text, size_t n, const char *want)
{
	_cleanup_strbuf_ struct strbuf got = { 0 };
	_cleanup_free_ char *exact = (char *)xmalloc(n); /* for the sanitizers */
	struct diag d = { .io_error = 0 };
	struct expect e;

	memcpy(exact, text, n);
	assert_int_equal(expect_parse("x", exact, n, &e, &d), -EINVAL);
	for (size_t i = 0; i < d.errors.n; i++) {
		diag_render(&d.errors.v[i], &got);
		strbuf_add(&got, "\n");
	}
	assert_string_equal(got.str, want);
	assert_null(e.v);
	assert_int_equal(e.n, 0);
	diag_free(&d);
}

#define assert_errors(text, want) assert_errors_n(text, sizeof(text) - 1, want)

static void test_parse(void **state)
{
	_cleanup_expect_ struct expect e;
	const struct expectation *x, *first;

	(void)state;
	parse_ok("# all of it\n\n  5 drop 3 # bad one\r\n1 pass\n*\tdrop\n3 reject 0#x\n2 pass 262144", &e);
	assert_int_equal(e.n, 4);
	x = expect_for(&e, 1);
	assert_true(x && x->verdict == VERDICT_PASS && !x->rule_given && x->loc.line == 4 && x->loc.col == 1);
	x = expect_for(&e, 5);
	assert_true(x && x->verdict == VERDICT_DROP && x->rule_given && x->rule == 3);
	assert_true(x->loc.line == 3 && x->loc.col == 3);
	x = expect_for(&e, 3);
	assert_true(x && x->verdict == VERDICT_REJECT && x->rule_given && !x->rule);
	assert_true(expect_met(x, VERDICT_REJECT, 0));
	assert_false(expect_met(x, VERDICT_REJECT, 1));
	assert_false(expect_met(x, VERDICT_DROP, 0));
	x = expect_for(&e, 4);
	assert_true(x == &e.others && x->verdict == VERDICT_DROP && !x->packet);
	assert_true(expect_met(x, VERDICT_DROP, 77));
	assert_int_equal(expect_beyond(&e, 5, &first), 0);
	assert_null(first);
	assert_int_equal(expect_beyond(&e, 2, &first), 2);
	assert_int_equal(first->packet, 3);
	assert_int_equal(expect_beyond(&e, 0, &first), 4);
}

static void test_nothing_said(void **state)
{
	_cleanup_expect_ struct expect e;
	const struct expectation *first;

	(void)state;
	parse_ok("", &e);
	assert_null(expect_for(&e, 1));
	assert_true(expect_met(NULL, VERDICT_DROP, 1));
	assert_int_equal(expect_beyond(&e, 0, &first), 0);
	expect_free(&e);
	parse_ok("7 pass\n", &e);
	assert_null(expect_for(&e, 6));
	assert_non_null(expect_for(&e, 7));
	assert_null(expect_for(&e, 8));
}

static void test_errors(void **state)
{
	(void)state;
	assert_errors("x pass", "x:1:1: not a packet's number 'x' (1 or more, or '*' for all others)\n");
	assert_errors(" 0 pass", "x:1:2: not a packet's number '0' (1 or more, or '*' for all others)\n");
	assert_errors("99999999999999999999999 pass", "x:1:1: not a packet's number '99999999999999999999999'"
						      " (1 or more, or '*' for all others)\n");
	assert_errors("1 dorp", "x:1:3: unknown verdict 'dorp' (pass, drop or reject)\n");
	assert_errors("1 Pass", "x:1:3: unknown verdict 'Pass' (pass, drop or reject)\n");
	assert_errors("1  # drop", "x:1:2: a verdict is missing ('N verdict [rule]')\n");
	assert_errors("1 drop -1", "x:1:8: not a rule's number '-1' (0 for a default)\n");
	assert_errors("1 drop 262145", "x:1:8: not a rule's number '262145' (0 for a default)\n");
	assert_errors("1 drop 2 3 4", "x:1:10: unexpected '3' ('N verdict [rule]')\n");
	assert_errors("* drop 2", "x:1:8: a rule with '*': '2'; only a packet's line can name one\n");
	assert_errors("* drop\n\n\t* pass", "x:3:2: a second '*' line\n");
	assert_errors("1 drop\n1 \0drop", "x:2:3: a NUL byte (not a text file?)\n");
	assert_errors("1 \x1b[31m", "x:1:3: unknown verdict '\\x1b[31m' (pass, drop or reject)\n");
	/* All wrong lines at once; double entries are found wherever they stand. */
	assert_errors("9 pass\n1 drop\nfoo\n9 drop\n9 pass 1\n", "x:3:4: a verdict is missing ('N verdict [rule]')\n"
								 "x:4:1: packet 9 was listed in line 1 already\n"
								 "x:5:1: packet 9 was listed in line 4 already\n");
}

/* What is written is read again. */
static void test_print(void **state)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };
	_cleanup_expect_ struct expect e;

	(void)state;
	for (uint64_t i = 1; i <= 300; i++)
		expect_print(&b, i, (enum verdict)(i % VERDICT_COUNT), (uint32_t)(i * 7));
	parse_ok(b.str, &e);
	assert_int_equal(e.n, 300);
	for (uint64_t i = 1; i <= 300; i++)
		assert_true(expect_met(expect_for(&e, i), (enum verdict)(i % VERDICT_COUNT), (uint32_t)(i * 7)));
	assert_memory_equal(b.str, "1 drop 7\n2 reject 14\n3 pass 21\n", 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_nothing_said),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
