/* SPDX-License-Identifier: GPL-2.0 */
/* Sets: their files and elements. (What a declaration may be is in tests/rules/declarations.t.) */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "../ctl/parse.h"
#include "diag_help.h"

/* A set whose file holds `content`: the result of the parse, and the rulesets and messages it leaves. */
static int parse_with_file(const char *content, const char *type, struct ruleset *rs, struct diag *d)
{
	char path[] = "/tmp/fwctl-unit-XXXXXX";
	_cleanup_free_ char *text = NULL;
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
	close(fd);
	text = xasprintf("pass in from @s\nset s { type %s; file \"%s\"; 192.0.2.1 }\n", type, path);
	rc = ruleset_parse("t", text, strlen(text), rs, d);
	unlink(path);
	return rc;
}

static void test_set_files(void **state)
{
	struct diag d = { .io_error = 0 };
	struct ruleset rs;

	(void)state;
	assert_int_equal(parse_with_file("# list\r\n10.0.0.1/8 ; x\n2001:db8::/32,192.0.2.7\n10.0.0.0/8", "net", &rs, &d), 0);
	assert_int_equal(rs.sets[0].file_n, 3);
	assert_int_equal(rs.sets[0].n, 1);
	assert_int_equal(d.warnings.n, 1);
	assert_int_equal(d.warnings.v[0].loc.line, 2);
	assert_non_null(strstr(d.warnings.v[0].msg, "taken as 10.0.0.0/8"));
	ruleset_free(&rs);
	diag_free(&d);
	assert_int_equal(parse_with_file("10.0.0.1\n10.0.0.0/8\n 1.2.3\n", "addr", &rs, &d), -EINVAL);
	assert_int_equal(d.errors.n, 2);
	assert_true(error_is(&d.errors.v[0], "2:1", "holds no prefixes"));
	assert_true(error_is(&d.errors.v[1], "3:2", "'1.2.3' is not an address"));
	assert_non_null(strstr(d.errors.v[0].file, "/tmp/fwctl-unit-"));
	diag_free(&d);
	assert_int_equal(parse_with_file("", "addr", &rs, &d), 0);
	ruleset_free(&rs);
	diag_free(&d);
}

/* In a working directory of this name, below a fresh one, a set whose file is called `path`, which is there as "x". */
static int parse_in(const char *name, const char *path, struct ruleset *rs, struct diag *d, char **dir)
{
	char top[] = "/tmp/fwctl-unit-XXXXXX";
	_cleanup_free_ char *text = xasprintf("set s { type net; file \"%s\" }\n", path), *file = NULL;
	_cleanup_close_ int was = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc, fd;

	assert_true(was >= 0);
	assert_non_null(mkdtemp(top));
	*dir = xasprintf("%s/%s", top, name);
	file = xasprintf("%s/x", *dir);
	assert_int_equal(mkdir(*dir, 0700), 0);
	assert_int_equal(chdir(*dir), 0);
	fd = open("x", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "10.0.0.1/8", 10), 10);
	close(fd);
	rc = ruleset_parse("t", text, strlen(text), rs, d);
	assert_int_equal(fchdir(was), 0);
	assert_int_equal(unlink(file) | rmdir(*dir) | rmdir(top), 0);
	return rc;
}

static void test_relative_paths(void **state)
{
	static const char *const same[][2] = { { "x", "x" }, { ".//./x", "x" }, { "../a \"b/x", "../a \"b/x" } };
	struct diag d = { .io_error = 0 };
	struct ruleset rs;
	char *dir;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(same); i++) {
		_cleanup_strbuf_ struct strbuf typed = { NULL, 0, 0 };
		_cleanup_free_ char *whole = NULL;

		for (const char *p = same[i][0]; *p; p++)
			strbuf_add(&typed, *p == '"' ? "\\%c" : "%c", *p);
		assert_int_equal(parse_in("a \"b", typed.str, &rs, &d, &dir), 0);
		whole = xasprintf("%s/%s", dir, same[i][1]);
		assert_string_equal(rs.sets[0].file, whole);
		assert_int_equal(d.warnings.n, 1);
		assert_string_equal(d.warnings.v[0].file, same[i][0]); /* as it was typed */
		ruleset_free(&rs);
		diag_free(&d);
		free(dir);
	}
	assert_int_equal(parse_in("a\nb", "x", &rs, &d, &dir), -EIO);
	expect_error(&d, "24", "cannot read 'x': the working directory's path has a line break");
	free(dir);
}

static void test_missing_file(void **state)
{
	static const char text[] = "set s { type net; file \"/nonexistent/x\" }\npass in from @s\n";
	static const char wrong[] = "set s { type net; file \"/nonexistent/x\" }\npass in from @t\n";
	struct diag d = { .io_error = 0 };
	struct ruleset rs;

	(void)state;
	assert_int_equal(ruleset_parse("t", text, strlen(text), &rs, &d), -ENOENT);
	expect_error(&d, "24", "cannot read '/nonexistent/x': No such file");
	assert_int_equal(ruleset_parse("t", wrong, strlen(wrong), &rs, &d), -EINVAL);
	assert_int_equal(d.errors.n, 2);
	diag_free(&d);
	assert_int_equal(ruleset_parse_nofiles("t", text, strlen(text), &rs, &d), 0);
	assert_string_equal(rs.sets[0].file, "/nonexistent/x");
	ruleset_free(&rs);
}

static void test_elements(void **state)
{
	_cleanup_strbuf_ struct strbuf msg = { NULL, 0, 0 };
	struct addr_range r;

	(void)state;
	assert_int_equal(setelem_parse("10.0.0.1", 8, SET_ADDR, &r, &msg), 0);
	assert_int_equal(setelem_parse("10.0.0.1/32", 11, SET_ADDR, &r, &msg), 0);
	assert_int_equal(r.form, ADDR_SINGLE);
	assert_null(msg.str);
	assert_int_equal(setelem_parse("10.0.0.1/8", 10, SET_NET, &r, &msg), 1);
	assert_int_equal(r.plen, 8);
	assert_non_null(strstr(msg.str, "taken as 10.0.0.0/8"));
	assert_int_equal(setelem_parse("10.0.0.1/8", 10, SET_ADDR, &r, &msg), -EINVAL);
	assert_int_equal(setelem_parse("10.0.0.1-10.0.0.2", 17, SET_NET, &r, &msg), -EINVAL);
	assert_int_equal(setelem_parse("x", 1, SET_NET, &r, &msg), -EINVAL);
}

/* N sets, and rules that name the first `named` of them. */
static void add_sets(struct strbuf *text, unsigned n, unsigned named, const char *rule)
{
	for (unsigned i = 1; i <= n; i++)
		strbuf_add(text, "set s%u { type net; 10.0.0.%u }\n", i, i);
	for (unsigned i = 1; i <= named; i++)
		strbuf_add(text, "%s @s%u\n", rule, i);
}

static void test_too_many(void **state)
{
	const struct {
		unsigned sets, named;
		const char *rule, *more, *at, *says;
	} cases[] = {
		{ 64, 16, "drop in from", "", NULL, NULL },
		{ 66, 0, "", "", "65:5", "more than 64 sets" },
		{ 64, 17, "drop in from", "", "81:14", "more than 16 sets in rules without per-packet fields" },
		{ 64, 16, "drop in from", "drop in from @s1\ndrop in to @s1\n", "82:12", "more than 16 sets in rules without" },
		{ 64, 16, "drop in from", "drop in ttl 1 to @s17\n", NULL, NULL },
		{ 64, 17, "drop in ttl 1 from", "", "81:20", "more than 16 sets in rules with per-packet fields" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
		struct diag d = { .io_error = 0 };
		struct ruleset rs;

		add_sets(&text, cases[i].sets, cases[i].named, cases[i].rule);
		strbuf_add(&text, "%s", cases[i].more);
		assert_int_equal(ruleset_parse("t", text.str, text.len, &rs, &d), cases[i].at ? -EINVAL : 0);
		if (cases[i].at)
			expect_error(&d, cases[i].at, cases[i].says);
		else
			ruleset_free(&rs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_files), cmocka_unit_test(test_relative_paths), cmocka_unit_test(test_missing_file),
		cmocka_unit_test(test_elements),  cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
