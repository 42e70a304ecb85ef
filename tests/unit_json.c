/* SPDX-License-Identifier: GPL-2.0 */
/* The JSON writer, and times as text. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "../ctl/json.h"
#include "../ctl/timefmt.h"
#include "../ctl/util.h"

static void test_structure(void **state)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };
	struct json j;

	(void)state;
	json_init(&j, &b);
	json_object(&j);
	json_key_uint(&j, "max", UINT64_MAX);
	json_key_int(&j, "min", INT64_MIN);
	json_key_bool(&j, "yes", true);
	json_key_bool(&j, "no", false);
	json_key(&j, "none");
	json_null(&j);
	json_key_string(&j, "text", "a\"b");
	json_key_string(&j, "null", NULL);
	json_key(&j, "list");
	json_array(&j);
	json_uint(&j, 1);
	json_array(&j);
	json_end_array(&j);
	json_object(&j);
	json_end_object(&j);
	json_string(&j, "");
	json_raw(&j, "[2,3]");
	json_end_array(&j);
	json_key(&j, "in\"ner");
	json_object(&j);
	json_key_int(&j, "n", -1);
	json_end_object(&j);
	json_end_object(&j);
	json_done(&j);
	assert_string_equal(b.str, "{\"max\":18446744073709551615,\"min\":-9223372036854775808,"
				   "\"yes\":true,\"no\":false,"
				   "\"none\":null,\"text\":\"a\\\"b\",\"null\":null,\"list\":[1,[],{},\"\",[2,3]],"
				   "\"in\\\"ner\":{\"n\":-1}}");
}

/* A stream: one document after the other, with what the caller puts between them. */
static void test_stream(void **state)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };
	struct json j;

	(void)state;
	json_init(&j, &b);
	for (int i = 0; i < 2; i++) {
		json_object(&j);
		json_key_int(&j, "i", i);
		json_end_object(&j);
		json_done(&j);
		strbuf_add(&b, "\n");
	}
	json_uint(&j, 7);
	json_done(&j);
	assert_string_equal(b.str, "{\"i\":0}\n{\"i\":1}\n7");
}

static void assert_quoted(const char *in, size_t n, const char *want)
{
	_cleanup_strbuf_ struct strbuf b = { 0 };
	_cleanup_free_ char *exact = (char *)xmalloc(n); /* for the sanitizers */
	struct json j;

	memcpy(exact, in, n);
	json_init(&j, &b);
	json_bytes(&j, exact, n);
	json_done(&j);
	assert_string_equal(b.str, want);
}

#define FFFD             "\xef\xbf\xbd"
#define QUOTED(in, want) assert_quoted(in, sizeof(in) - 1, "\"" want "\"")

static void test_escapes(void **state)
{
	(void)state;
	QUOTED("", "");
	QUOTED("plain / text", "plain / text");
	QUOTED("\"\\\b\f\n\r\t", "\\\"\\\\\\b\\f\\n\\r\\t");
	QUOTED("\0\1\x1b\x1f\x7f", "\\u0000\\u0001\\u001b\\u001f\\u007f");
	QUOTED("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\xa5", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\xa5");
	QUOTED("\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
	       "\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
	QUOTED("a\x80z", "a" FFFD "z");
	QUOTED("\xc0\x80", FFFD FFFD);                   /* overlong NUL */
	QUOTED("\xe0\x9f\xbf", FFFD FFFD FFFD);          /* overlong */
	QUOTED("\xed\xa0\x80", FFFD FFFD FFFD);          /* a surrogate */
	QUOTED("\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD); /* over U+10FFFF */
	QUOTED("\xf5\xff", FFFD FFFD);
	QUOTED("\xe2\x82", FFFD); /* cut: one maximal part */
	QUOTED("\xe2\x82\"", FFFD "\\\"");
	QUOTED("\xf0\x9f\x94\n", FFFD "\\n");
	QUOTED("\xf0\x9f\xe2\x82\xac", FFFD "\xe2\x82\xac");
}

/* A wrong use ends the process: in a child here. */
static void assert_aborts(void (*use)(struct json *))
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		_cleanup_strbuf_ struct strbuf b = { 0 };
		struct json j;

		signal(SIGABRT, SIG_DFL);
		if (!freopen("/dev/null", "w", stderr))
			_exit(9);
		json_init(&j, &b);
		use(&j);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void value_without_key(struct json *j)
{
	json_object(j);
	json_uint(j, 1);
}

static void key_in_array(struct json *j)
{
	json_array(j);
	json_key(j, "k");
}

static void key_at_top(struct json *j) { json_key(j, "k"); }

static void key_without_value(struct json *j)
{
	json_object(j);
	json_key(j, "k");
	json_end_object(j);
}

static void two_keys(struct json *j)
{
	json_object(j);
	json_key(j, "k");
	json_key(j, "k");
}

static void wrong_end(struct json *j)
{
	json_object(j);
	json_end_array(j);
}

static void end_too_many(struct json *j)
{
	json_array(j);
	json_end_array(j);
	json_end_array(j);
}

static void two_values(struct json *j)
{
	json_uint(j, 1);
	json_uint(j, 2);
}

static void too_deep(struct json *j)
{
	for (int i = 0; i <= JSON_DEPTH; i++)
		json_array(j);
}

static void not_done(struct json *j)
{
	json_array(j);
	json_done(j);
}

static void nothing_done(struct json *j) { json_done(j); }

static void test_wrong_use(void **state)
{
	(void)state;
	assert_aborts(value_without_key);
	assert_aborts(key_in_array);
	assert_aborts(key_at_top);
	assert_aborts(key_without_value);
	assert_aborts(two_keys);
	assert_aborts(wrong_end);
	assert_aborts(end_too_many);
	assert_aborts(two_values);
	assert_aborts(too_deep);
	assert_aborts(not_done);
	assert_aborts(nothing_done);
}

static void test_time(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} t[] = {
		{ 0, "1970-01-01T00:00:00.000000Z" },
		{ 1, "1970-01-01T00:00:00.000000001Z" },
		{ 1795411764123456000ull, "2026-11-23T05:29:24.123456Z" },
		{ 1795411764123456789ull, "2026-11-23T05:29:24.123456789Z" },
		{ 951782400000000000ull, "2000-02-29T00:00:00.000000Z" },
		{ UINT64_MAX, "2554-07-21T23:34:33.709551615Z" },
	};
	char buf[TIME_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_string_equal(time_text(t[i].ns, buf), t[i].text);
}

static void test_duration(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} t[] = {
		{ 0, "0s" },
		{ 999, "999ns" },
		{ 80999, "80us" },
		{ 350000000, "350ms" },
		{ 999999999, "999ms" },
		{ 12000000000, "12s" },
		{ 59999999999, "59s" },
		{ 60000000000, "1m" },
		{ 125000000000, "2m 5s" },
		{ 3600000000000, "1h" },
		{ 3659000000000, "1h" },
		{ 3900000000000, "1h 5m" },
		{ 76 * 3600000000000, "3d 4h" },
		{ 72 * 3600000000000 + 1, "3d" },
		{ UINT64_MAX, "213503d 23h" },
	};
	char buf[DURATION_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_string_equal(duration_text(t[i].ns, buf), t[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_structure), cmocka_unit_test(test_stream), cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_wrong_use), cmocka_unit_test(test_time),   cmocka_unit_test(test_duration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
