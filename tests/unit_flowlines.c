/* SPDX-License-Identifier: GPL-2.0 */
/* The table of flows at the widths of terminals: no line is longer, and IPv4 endpoints are whole from 80 columns on. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/addr.h"
#include "../ctl/flowlines.h"
#include "../ctl/util.h"

static addr_t addr(enum family family, const char *text)
{
	enum family found;
	addr_t a;

	assert_int_equal(addr_parse(text, strlen(text), &found, &a), ADDR_OK);
	assert_int_equal(found, family);
	return a;
}

static struct flow flow(enum family family, const char *a, const char *b, __u64 packets, __u64 bytes)
{
	struct flow f;

	memset(&f, 0, sizeof(f));
	f.key.family = (__u8)family;
	f.key.proto = PROTO_TCP;
	f.key.a = addr(family, a);
	f.key.b = addr(family, b);
	f.key.aport.raw = htons(50000);
	f.key.bport.raw = htons(443);
	f.packets[0] = packets;
	f.bytes[0] = bytes;
	f.bytes[1] = 1;
	f.state = FLOW_ESTABLISHED;
	f.ruling[0].judged = judged_make(DIRECTION_IN, VERDICT_PASS, (rule_id_t){ 0 }, false);
	return f;
}

static const char *line(struct strbuf *b, const struct flow *f, const struct flow_columns *c)
{
	struct rule rules[1] = { { .label = "a label that is of some length, as labels may be" } };
	const struct ruleset rs = { .rules = rules, .nrules = 1 };
	struct flow_context x;

	flow_context_replay(&x, &rs);
	b->len = 0;
	flow_line(b, &x, c, &(struct flow_row){ .flow = f });
	return b->str;
}

static void test_widths(void **state)
{
	struct flow v4 = flow(FAMILY_INET, "192.168.100.200", "192.168.100.201", 12345678, 98765432109);
	struct flow v6 = flow(FAMILY_INET6, "2001:db8:1111:2222:3333:4444:5555:6666", "2001:db8::1", 1, 40);
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };

	(void)state;
	for (unsigned int width = 1; width <= 300; width++) {
		struct flow_columns c = flow_columns_fit(width);
		size_t most = (width < 60 ? 60 : width) + 1; /* and the line's end */

		b.len = 0;
		flow_heading(&b, &c, "STATE");
		assert_true(b.len <= most);
		assert_true(strlen(line(&b, &v6, &c)) <= most);
		assert_true(strlen(line(&b, &v4, &c)) <= most);
		if (width >= 80) {
			assert_non_null(strstr(b.str, "192.168.100.200:50000 "));
			assert_non_null(strstr(b.str, "192.168.100.201:443 "));
		}
	}
}

static void test_lines(void **state)
{
	struct flow v4 = flow(FAMILY_INET, "192.168.100.200", "192.168.100.201", 12345678, 98765432109);
	struct flow v6 = flow(FAMILY_INET6, "2001:db8:1111:2222:3333:4444:5555:6666", "2001:db8::1", 1, 40);
	struct flow_columns c = flow_columns_wide();
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };

	(void)state;
	assert_string_equal(line(&b, &v4, &c),
			    "tcp   in  established  192.168.100.200:50000       192.168.100.201:443                12345678/0 "
			    "        98765432109/1 1 \"a label that is of some length, as labels may be\"\n");
	/* Not cut, where there is no bound. */
	assert_non_null(strstr(line(&b, &v6, &c), "[2001:db8:1111:2222:3333:4444:5555:6666]:50000 [2001:db8::1]:443"));
	c = flow_columns_fit(80);
	assert_string_equal(line(&b, &v4, &c),
			    "tcp   in  established  192.168.100.200:50000 192.168.100.201:443   98.7G 1 \"a l~\n");
	assert_string_equal(line(&b, &v6, &c),
			    "tcp   in  established  [2001:db8:1111:2222:~ [2001:db8::1]:443        41 1 \"a l~\n");
	c = flow_columns_fit(120);
	assert_non_null(strstr(line(&b, &v4, &c), " 12.3M/0     98.7G/1 1 \"a label"));
	v4.key.vlan = 7;
	v4.key.inner_vlan = 4094;
	c = flow_columns_wide();
	assert_non_null(strstr(line(&b, &v4, &c), "may be\" vlan 7 inner-vlan 4094\n"));
}

static void test_numbers(void **state)
{
	static const struct {
		__u64 n;
		const char *text;
	} cases[] = {
		{ 0, "0/1" },           { 999, "999/1" },          { 1000, "1.00k/1" },       { 9999, "9.99k/1" },
		{ 10000, "10.0k/1" },   { 99999, "99.9k/1" },      { 100000, "100k/1" },      { 999999, "999k/1" },
		{ 1000000, "1.00M/1" }, { 1234567890, "1.23G/1" }, { UINT64_MAX, "18.4E/1" },
	};
	struct flow_columns c = flow_columns_fit(120);
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flow f = flow(FAMILY_INET, "10.0.0.1", "10.0.0.2", 7, cases[i].n);
		char want[32];

		snprintf(want, sizeof(want), " %s 1 ", cases[i].text);
		if (!strstr(line(&b, &f, &c), want))
			fail_msg("'%s' lacks '%s'", b.str, want);
	}
}

static void test_icmp(void **state)
{
	static const struct {
		enum family family;
		unsigned int proto, type, code;
		const char *want[2];
	} cases[] = {
		{ FAMILY_INET, PROTO_ICMP, 8, 0, { "10.0.0.1 id 443", "10.0.0.2 echo-request" } },
		{ FAMILY_INET, PROTO_ICMP, 13, 2, { "10.0.0.1 id 443", "10.0.0.2 timestamp code 2" } },
		{ FAMILY_INET, PROTO_ICMP, 0, 0, { "10.0.0.1 id 443", "10.0.0.2 echo-reply" } },
		{ FAMILY_INET,
		  PROTO_ICMP,
		  3,
		  1,
		  { "10.0.0.1", "10.0.0.2 destination-unreachable code 1" } }, /* as dropped ones are */
		{ FAMILY_INET, PROTO_ICMP, 250, 0, { "10.0.0.1", "10.0.0.2 type 250" } },
		{ FAMILY_INET6, PROTO_ICMP6, 128, 0, { "2001:db8::1 id 443", "2001:db8::2 echo-request" } },
	};
	char buf[ENDPOINT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool six = cases[i].family == FAMILY_INET6;
		struct flow f = flow(cases[i].family, six ? "2001:db8::1" : "10.0.0.1", six ? "2001:db8::2" : "10.0.0.2", 1, 1);

		f.key.proto = (__u8)cases[i].proto;
		f.key.aport.raw = (__u16)(cases[i].type << 8 | cases[i].code);
		assert_string_equal(flow_source_text(&f, buf), cases[i].want[0]);
		assert_string_equal(flow_destination_text(&f, buf), cases[i].want[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_icmp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
