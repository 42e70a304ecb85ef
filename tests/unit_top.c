/* SPDX-License-Identifier: GPL-2.0 */
/* What `top` is made of: short numbers, the largest of many, hosts. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/flowfilter.h"
#include "../ctl/parse.h"
#include "../ctl/shortnum.h"
#include "../ctl/top_heap.h"
#include "../ctl/top_hosts.h"
#include "random.h"

static void test_numbers(void **state)
{
	static const struct {
		double v;
		const char *text;
	} t[] = {
		{ 0, "0" },
		{ 0.04, "0" },
		{ 0.05, "0.1" },
		{ 1, "1" },
		{ 1.25, "1.3" },
		{ 9.94, "9.9" },
		{ 9.96, "10" },
		{ 99.4, "99" },
		{ 999, "999" },
		{ 999.4, "999" },
		{ 999.6, "1.00k" },
		{ 1000, "1.00k" },
		{ 1234, "1.23k" },
		{ 9994, "9.99k" },
		{ 9996, "10.0k" },
		{ 12345, "12.3k" },
		{ 99949, "99.9k" },
		{ 99951, "100k" },
		{ 123456, "123k" },
		{ 999499, "999k" },
		{ 999501, "1.00M" },
		{ 3400000000.0, "3.40G" },
		{ 1.5e12, "1.50T" },
		{ 2e15, "2.00P" },
		{ 18446744073709551615.0, "18.4E" },
	};
	char buf[SHORT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_string_equal(short_text(t[i].v, buf), t[i].text);
	for (double v = 1; v < 9e17; v *= 1.0007)
		assert_in_range(strlen(short_text(v, buf)), 1, 5);
}

static int descending(const void *a, const void *b)
{
	const __u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return (x < y) - (x > y);
}

static void test_largest(void **state)
{
	static __u64 values[3000];
	struct random r = { 7 };

	(void)state;
	for (int round = 0; round < 200; round++) {
		size_t n = random_below(&r, 3000), max = random_below(&r, HEAP_MAX + 50);
		uint32_t range = round % 2 ? 10 : 1000000000;
		struct heap h;

		heap_init(&h, max);
		for (size_t i = 0; i < n; i++) {
			values[i] = random_below(&r, range);
			heap_offer(&h, values[i], (__u32)i, values[i] + 1, values[i] + 2);
		}
		heap_sort(&h);
		qsort(values, n, sizeof(values[0]), descending);
		max = max < HEAP_MAX ? max : HEAP_MAX;
		assert_int_equal(h.n, n < max ? n : max);
		for (size_t i = 0; i < h.n; i++) {
			assert_int_equal(h.v[i].value, values[i]);
			assert_int_equal(h.v[i].packets, values[i] + 1);
			assert_int_equal(h.v[i].bytes, values[i] + 2);
			assert_true(!i || h.v[i - 1].value > h.v[i].value || h.v[i - 1].what < h.v[i].what);
		}
	}
}

enum { HOSTS = 5000 };

static void test_hosts(void **state)
{
	static __u64 sent[2 * HOSTS], received[2 * HOSTS];
	static struct top_host top[TOP_MAX];
	struct hosts h = { NULL, 0, 0 };
	struct random r = { 11 };

	(void)state;
	for (int pass = 0; pass < 2; pass++) { /* the second in memory that the first has used */
		memset(sent, 0, sizeof(sent));
		memset(received, 0, sizeof(received));
		hosts_clear(&h);
		for (int i = 0; i < 100000; i++) {
			uint32_t who = random_below(&r, 2 * HOSTS), family = who % 2; /* the same address in both families */
			const __u64 packets[2] = { 1, 2 }, bytes[2] = { random_below(&r, 1500), random_below(&r, 100) };
			addr_t a = { .w = { 0, 0, htonl(0xffff), htonl(0x0a000000 + who / 2) } };

			hosts_add(&h, (enum family)family, &a, packets, bytes);
			sent[who] += bytes[0];
			received[who] += bytes[1];
		}
		assert_int_equal(hosts_top(&h, false, 2.0, top, TOP_MAX), TOP_MAX);
		for (int i = 0; i < TOP_MAX; i++) {
			uint32_t who = 2 * (ntohl(top[i].addr.w[3]) - 0x0a000000) + top[i].family, more = 0;

			assert_true(top[i].sent.bits == (double)sent[who] * 4 &&
				    top[i].received.bits == (double)received[who] * 4);
			for (uint32_t k = 0; k < 2 * HOSTS; k++)
				more += sent[k] + received[k] > sent[who] + received[who];
			assert_in_range(more, 0, i);
		}
	}
	hosts_free(&h);
}

static void rules_of(const char *text, struct ruleset *rs)
{
	struct diag d = { .io_error = 0 };

	ruleset_free(rs);
	assert_int_equal(ruleset_parse("r", text, strlen(text), rs, &d), 0);
	diag_free(&d);
}

/* A filter outlives a change of the rules, but for one whose set is gone. */
static void test_filter(void **state)
{
	static const char with[] = "set a { type addr; 10.0.0.1 }", without[] = "pass in";
	struct ruleset rs = { .nrules = 0 };
	struct flow_filter f = { .rs = &rs };
	struct diag d = { .io_error = 0 };

	(void)state;
	rules_of(with, &rs);
	assert_int_equal(flow_filter_parse(&f, "in on eth0 from @a", &d), 0);
	assert_true(f.given && f.one_way && f.match.on.n == 1);
	assert_int_equal(flow_filter_parse(&f, "from @b", &d), -EINVAL);
	assert_true(f.given && f.one_way);
	rules_of(with, &rs);
	flow_filter_renew(&f);
	assert_true(f.given && f.one_way && !strcmp(f.text, "in on eth0 from @a"));
	rules_of(without, &rs);
	flow_filter_renew(&f);
	assert_true(!f.given && !f.one_way && !f.text);
	assert_int_equal(flow_filter_parse(&f, "proto tcp", &d), 0);
	rules_of(with, &rs);
	flow_filter_renew(&f);
	assert_true(f.given && !f.one_way);
	flow_filter_clear(&f);
	ruleset_free(&rs);
	diag_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
