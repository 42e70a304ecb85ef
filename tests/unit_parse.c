/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parser and printer. tests/rules/ *.t hold lines
 *	INPUT ;; ok ;; CANONICAL            (- : the same as the input)
 *	INPUT ;; error ;; [LINE:]COL ;; PART OF MESSAGE [;; [LINE:]COL ;; PART ...]   (all errors, in order)
 * where <nl> stands for a newline, <nul> for a NUL byte. CANONICAL is without the default lines where those
 * are pass.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/parse.h"
#include "../ctl/print.h"
#include "diag_help.h"
#include "gen_rules.h"

#ifndef TESTS_DIR
#define TESTS_DIR "tests"
#endif
#define DEFAULTS "default in pass\ndefault out pass\n"

struct test_case {
	char *field[16];
	size_t n;
};

/* Splits at " ;; " in place. */
static void split(char *line, struct test_case *t)
{
	t->n = 0;
	while (line && t->n < 16) {
		char *end = strstr(line, " ;; ");

		t->field[t->n++] = line;
		if (end)
			*end = '\0';
		line = end ? end + 4 : NULL;
	}
}

/* Undoes <nl> and <nul>; returns the length. */
static size_t decode(char *s)
{
	char *to = s;

	for (const char *from = s; *from;) {
		if (!strncmp(from, "<nl>", 4)) {
			*to++ = '\n';
			from += 4;
		} else if (!strncmp(from, "<nul>", 5)) {
			*to++ = '\0';
			from += 5;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return (size_t)(to - s);
}

/* Parses the print of rs again: the same model, the same text. */
static void check_round_trip(const struct ruleset *rs, const char *where)
{
	_cleanup_strbuf_ struct strbuf once = { NULL, 0, 0 }, twice = { NULL, 0, 0 };
	struct diag d = { .io_error = 0 };
	struct ruleset again;

	ruleset_print(rs, &once);
	if (ruleset_parse("again", once.str, once.len, &again, &d)) {
		dump_errors(&d);
		fail_msg("%s: what was printed does not parse:\n%s", where, once.str);
	}
	ruleset_print(&again, &twice);
	assert_string_equal(once.str, twice.str);
	if (!ruleset_equal(rs, &again))
		fail_msg("%s: another model after printing:\n%s", where, once.str);
	assert_int_equal(d.warnings.n, 0);
	ruleset_free(&again);
	diag_free(&d);
}

static bool case_ok(const char *where, const char *input, size_t len, char *want)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	struct diag d = { .io_error = 0 };
	struct ruleset rs;
	const char *got;
	bool same;

	if (ruleset_parse("t", input, len, &rs, &d)) {
		print_error("%s: refused: %s\n", where, input);
		dump_errors(&d);
		diag_free(&d);
		return false;
	}
	ruleset_print(&rs, &text);
	got = text.str;
	if (!strncmp(got, DEFAULTS, strlen(DEFAULTS)))
		got += strlen(DEFAULTS);
	decode(want);
	want = (char *)(strcmp(want, "-") ? want : input);
	same = strlen(got) == strlen(want) + (*got != '\0') && !strncmp(got, want, strlen(want));
	if (!same)
		print_error("%s: %s\n  printed as %s  wanted     %s\n", where, input, got, want);
	check_round_trip(&rs, where);
	ruleset_free(&rs);
	diag_free(&d);
	return same;
}

static bool case_error(const char *where, const char *input, size_t len, const struct test_case *t)
{
	struct diag d = { .io_error = 0 };
	size_t wanted = (t->n - 2) / 2;
	struct ruleset rs;
	int rc = ruleset_parse("t", input, len, &rs, &d);
	bool good = rc == -EINVAL && d.errors.n == wanted && wanted;

	for (size_t i = 0; good && i < wanted; i++)
		good = error_is(&d.errors.v[i], t->field[2 + 2 * i], t->field[3 + 2 * i]);
	if (!good) {
		print_error("%s: %s\n  gives %zu errors:\n", where, input, d.errors.n);
		dump_errors(&d);
	}
	ruleset_free(&rs);
	diag_free(&d);
	return good;
}

static bool run_line(const char *where, char *line)
{
	struct test_case t;
	size_t len;

	split(line, &t);
	if (t.n < 3) {
		print_error("%s: not a test\n", where);
		return false;
	}
	len = decode(t.field[0]);
	if (!strcmp(t.field[1], "ok"))
		return case_ok(where, t.field[0], len, t.field[2]);
	return case_error(where, t.field[0], len, &t);
}

static void run_file(const char *path, unsigned *count, unsigned *bad)
{
	_cleanup_free_ char *text = NULL;
	unsigned number = 0;
	size_t len;

	assert_int_equal(read_file(path, 1 << 24, &text, &len), 0);
	for (char *line = text; line && *line; number++) {
		_cleanup_free_ char *where = xasprintf("%s:%u", path, number + 1);
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		if (*line && *line != '#') {
			++*count;
			*bad += !run_line(where, line);
		}
		line = end ? end + 1 : NULL;
	}
}

static void test_files(void **state)
{
	DIR *dir = opendir(TESTS_DIR "/rules");
	unsigned count = 0, bad = 0;
	struct dirent *e;

	(void)state;
	assert_non_null(dir);
	while ((e = readdir(dir))) {
		_cleanup_free_ char *path = xasprintf("%s/rules/%s", TESTS_DIR, e->d_name);
		size_t n = strlen(e->d_name);

		if (n > 2 && !strcmp(e->d_name + n - 2, ".t"))
			run_file(path, &count, &bad);
	}
	closedir(dir);
	print_message("%u lines\n", count);
	assert_true(count > 100);
	assert_int_equal(bad, 0);
}

static void test_random(void **state)
{
	uint64_t seed = 20240601;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
		unsigned fields = round % 3 ? GENR_ALL : (unsigned)genr_random(&seed) & GENR_ALL;
		struct diag d = { .io_error = 0 };
		struct ruleset rs;

		gen_ruleset_fields(&seed, 1 + genr_below(&seed, 40), fields, &text);
		if (ruleset_parse("random", text.str, text.len, &rs, &d)) {
			dump_errors(&d);
			fail_msg("round %u is refused:\n%s", round, text.str);
		}
		check_round_trip(&rs, "random");
		ruleset_free(&rs);
		diag_free(&d);
	}
}

/* Rules with bytes changed, left out and put in: whatever comes of it, no fault, and what is accepted makes a
 * round trip. */
static void test_mutated(void **state)
{
	static const char bytes[] = "{}!,;\"\\#\n\r\t @$-/:.=019azSA";
	uint64_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 4000; round++) {
		_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
		struct diag d = { .io_error = 0 };
		struct ruleset rs;
		char *exact;

		gen_ruleset_fields(&seed, 1 + genr_below(&seed, 4), GENR_ALL, &text);
		for (unsigned i = 0, n = 1 + genr_below(&seed, 4); i < n; i++)
			text.str[genr_below(&seed, (unsigned)text.len)] = bytes[genr_below(&seed, sizeof(bytes))];
		text.len -= genr_below(&seed, 3) ? 0 : genr_below(&seed, (unsigned)text.len);
		/* A copy of exactly that size, so that reading behind it is noticed. */
		exact = (char *)xmalloc(text.len);
		memcpy(exact, text.str, text.len);
		if (!ruleset_parse("mutated", exact, text.len, &rs, &d))
			check_round_trip(&rs, "mutated");
		else
			assert_true(d.errors.n > 0);
		for (size_t i = 1; i < d.errors.n; i++)
			assert_false(srcloc_before(d.errors.v[i].at, d.errors.v[i - 1].at));
		free(exact);
		ruleset_free(&rs);
		diag_free(&d);
	}
}

static int one(const char *text, const struct ruleset *context, struct rule *r, struct diag *d)
{
	return rule_parse("rule", text, strlen(text), context, r, d);
}

static void expect_text(const struct ruleset *rs, const struct rule *r, const char *want)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };

	rule_print(rs, r, &text);
	assert_string_equal(text.str, want);
}

static void test_single(void **state)
{
	static const char sets[] = "set bad { type net; }\nset good { type addr; }\n";
	struct diag d = { .io_error = 0 };
	struct ruleset rs;
	struct rule r;

	(void)state;
	assert_int_equal(ruleset_parse("t", sets, strlen(sets), &rs, &d), 0);
	assert_int_equal(one("drop in from @bad to ! @good label \"x\"\n", &rs, &r, &d), 0);
	assert_int_equal(r.from.addr.set, 0);
	assert_int_equal(r.to.addr.set, 1);
	expect_text(&rs, &r, "drop in from @bad to ! @good label \"x\"");
	rule_free(&r);
	assert_int_equal(one("drop in from @bda", &rs, &r, &d), -EINVAL);
	expect_error(&d, "14", "unknown set '@bda' (did you mean '@bad'?)");
	assert_int_equal(one("drop in from @bad", NULL, &r, &d), -EINVAL);
	expect_error(&d, "14", "unknown set '@bad'");
	assert_int_equal(one("drop in from $web", &rs, &r, &d), -EINVAL);
	expect_error(&d, "14", "unknown name '$web'");
	assert_int_equal(one("pass in\npass out", &rs, &r, &d), -EINVAL);
	expect_error(&d, "2:1", "unexpected 'pass'");
	assert_int_equal(one("", &rs, &r, &d), -EINVAL);
	expect_error(&d, "1", "a rule is missing");
	assert_int_equal(one("default in drop", &rs, &r, &d), -EINVAL);
	expect_error(&d, "1", "unknown verdict 'default'");
	assert_int_equal(one("pass in proto { tcp udp", &rs, &r, &d), -EINVAL);
	expect_error(&d, "15", "no closing '}'");
	ruleset_free(&rs);
}

static void test_matches(void **state)
{
	struct diag d = { .io_error = 0 };
	struct rule r;

	(void)state;
	assert_int_equal(match_parse("m", "", 0, NULL, &r, &d), 0);
	expect_text(NULL, &r, "pass in");
	assert_int_equal(match_parse("m", "proto tcp to port 22", 20, NULL, &r, &d), 0);
	expect_text(NULL, &r, "pass in proto tcp to port 22");
	rule_free(&r);
	assert_int_equal(match_parse("m", "proto tcp stateless", 19, NULL, &r, &d), -EINVAL);
	expect_error(&d, "11", "unknown match 'stateless'");
	assert_int_equal(match_parse("m", "label x", 7, NULL, &r, &d), -EINVAL);
	expect_error(&d, "1",
		     "unknown match 'label' (inet, inet6, proto, from, to, icmp-type, flags, vlan, inner-vlan, dscp, ttl, "
		     "length, frag, "
		     "mac-from or mac-to)");
	assert_int_equal(match_parse("m", "from 10.0.0.1 to fd01::1", 24, NULL, &r, &d), -EINVAL);
	expect_error(&d, "18", "what stands before it makes what is asked about one of inet");
	assert_int_equal(match_parse("m", "on eth0", 7, NULL, &r, &d), -EINVAL);
	expect_error(&d, "1", "'on' stands right behind the direction");
	assert_int_equal(rulelike_parse("m", "out on eth0 proto tcp", 21, NULL, &r, &d), 0);
	expect_text(NULL, &r, "pass out on eth0 proto tcp");
	rule_free(&r);
	assert_int_equal(match_parse("m", "flags SA", 8, NULL, &r, &d), 0); /* of a packet, which has these and no others */
	expect_text(NULL, &r, "pass in flags SA/FSRPAUEW");
	rule_free(&r);
	assert_int_equal(rulelike_parse("m", "in flags none", 13, NULL, &r, &d), 0);
	expect_text(NULL, &r, "pass in flags none/FSRPAUEW");
	rule_free(&r);
	assert_int_equal(match_parse("m", "flags SX", 8, NULL, &r, &d), -EINVAL);
	expect_error(&d, "7", "is not SET/MASK");
	assert_int_equal(rulelike_parse("m", "in", 2, NULL, &r, &d), 0);
	assert_int_equal(rulelike_parse("m", "proto tcp", 9, NULL, &r, &d), -EINVAL);
	expect_error(&d, "1", "unknown direction 'proto'");
}

static void test_args(void **state)
{
	char *const argv[] = { (char *)"pass",  (char *)"in", (char *)"label", (char *)"no \"x\" \\", (char *)"label",
			       (char *)"\"y\"", NULL };
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };

	(void)state;
	args_text(6, argv, &text);
	assert_string_equal(text.str, "pass in label \"no \\\"x\\\" \\\\\" label \"y\"");
}

/* A text of nothing, which may have no address: a ruleset without rules, but no rule. */
static void test_nothing(void **state)
{
	struct diag d = { .io_error = 0 };
	struct ruleset rs;
	struct rule r;

	(void)state;
	assert_int_equal(ruleset_parse("t", NULL, 0, &rs, &d), 0);
	assert_int_equal(rs.nrules, 0);
	assert_int_equal(match_parse("t", NULL, 0, NULL, &r, &d), 0);
	rule_free(&r);
	assert_int_equal(d.errors.n, 0);
	assert_int_equal(rule_parse("t", NULL, 0, NULL, &r, &d), -EINVAL);
	assert_int_equal(rulelike_parse("t", NULL, 0, NULL, &r, &d), -EINVAL);
	assert_int_equal(d.errors.n, 2);
	ruleset_free(&rs);
	diag_free(&d);
}

/* RULE_MAX is a limit of the tables: one rule more is an error, said once. */
static void test_too_many(void **state)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	struct diag d = { .io_error = 0 };
	struct ruleset rs;

	(void)state;
	for (unsigned i = 0; i < RULE_MAX; i++)
		strbuf_add_bytes(&text, "pass in\n", 8);
	assert_int_equal(ruleset_parse("t", text.str, text.len, &rs, &d), 0);
	assert_int_equal(rs.nrules, RULE_MAX);
	ruleset_free(&rs);
	strbuf_add_bytes(&text, "pass in\npass in\n", 16);
	assert_int_equal(ruleset_parse("t", text.str, text.len, &rs, &d), -EINVAL);
	expect_error(&d, "262145:1", "more than 262144 rules");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),    cmocka_unit_test(test_random),  cmocka_unit_test(test_mutated),
		cmocka_unit_test(test_single),   cmocka_unit_test(test_matches), cmocka_unit_test(test_args),
		cmocka_unit_test(test_too_many), cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
