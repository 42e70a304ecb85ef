/* SPDX-License-Identifier: GPL-2.0 */
/* The tables of names: order, both ways of look-up, the rule that both ICMP tables agree on what is
 * canonical. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/addr.h"
#include "../ctl/names.h"
#include "../ctl/suggest.h"

static int value_of(const struct nametab *t, const char *name) { return name_to_value(t, name, strlen(name)); }

static void check_table(const struct nametab *t, size_t at_least)
{
	assert_true(t->n >= at_least);
	for (size_t i = 0; i < t->n; i++) {
		const struct name_entry *e = &t->entries[i];

		if (i && strcmp(t->entries[i - 1].name, e->name) >= 0)
			fail_msg("'%s' is out of order", e->name);
		assert_int_equal(value_of(t, e->name), e->value);
		assert_true(strlen(e->name) > 0 && !strpbrk(e->name, " \t{},;!#\"@$"));
		if (t->nvalues)
			assert_non_null(value_to_name(t, e->value));
	}
	for (size_t v = 0; v < t->nvalues; v++)
		if (t->values[v])
			assert_int_equal(value_of(t, t->values[v]), (int)v);
	assert_int_equal(value_of(t, "no-such-name"), -ENOENT);
	assert_int_equal(value_of(t, ""), -ENOENT);
}

static void test_tables(void **state)
{
	(void)state;
	check_table(&names_protos, 140);
	check_table(&names_services, 300);
	check_table(&names_icmp, 30);
	check_table(&names_icmp6, 30);
	check_table(&names_dscp, 22);
}

/* A word that both ICMP tables know must be printed as one word, or a rule would change when it is printed. */
static void test_icmp_canonical(void **state)
{
	(void)state;
	for (size_t i = 0; i < names_icmp.n; i++) {
		int v6 = value_of(&names_icmp6, names_icmp.entries[i].name);

		if (v6 >= 0)
			assert_string_equal(value_to_name(&names_icmp, names_icmp.entries[i].value),
					    value_to_name(&names_icmp6, (unsigned)v6));
	}
	for (unsigned v = 0; v < 256; v++) {
		const char *v4 = value_to_name(&names_icmp, v);
		int v6 = v4 ? value_of(&names_icmp6, v4) : -1;

		if (v6 >= 0)
			assert_string_equal(v4, value_to_name(&names_icmp6, (unsigned)v6));
	}
}

static void test_protocols(void **state)
{
	static const struct {
		const char *name;
		int value;
		const char *canonical;
	} want[] = {
		{ "tcp", 6, "tcp" },           { "udp", 17, "udp" },         { "icmp", 1, "icmp" },
		{ "icmp6", 58, "icmp6" },      { "ipv6-icmp", 58, "icmp6" }, { "icmpv6", 58, "icmp6" },
		{ "ospfigp", 89, "ospf" },     { "sctp", 132, "sctp" },      { "udplite", 136, "udplite" },
		{ "dccp", 33, "dccp" },        { "ah", 51, "ah" },           { "esp", 50, "esp" },
		{ "hopopt", 0, "hopopt" },     { "3pc", 34, "3pc" },         { "a/n", 107, "a/n" },
		{ "bit-emu", 147, "bit-emu" },
	};
	char buf[4];

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_int_equal(value_of(&names_protos, want[i].name), want[i].value);
		assert_string_equal(proto_text((unsigned)want[i].value, buf), want[i].canonical);
	}
	assert_string_equal(proto_text(253, buf), "253");
	assert_int_equal(value_of(&names_protos, "TCP"), -ENOENT);
}

static void test_others(void **state)
{
	(void)state;
	assert_int_equal(value_of(&names_services, "ssh"), 22);
	assert_int_equal(value_of(&names_services, "http-alt"), 8080);
	assert_int_equal(value_of(&names_services, "https"), 443);
	assert_int_equal(value_of(&names_services, "domain"), 53);
	assert_int_equal(value_of(&names_services, "wireguard"), 51820);
	assert_int_equal(value_of(&names_dscp, "ef"), 46);
	assert_int_equal(value_of(&names_dscp, "voice-admit"), 44);
	assert_int_equal(value_of(&names_dscp, "default"), 0);
	assert_int_equal(value_of(&names_icmp6, "mld2-listener-report"), 143);
	assert_string_equal(value_to_name(&names_icmp6, 135), "nd-neighbor-solicit");
	assert_string_equal(value_to_name(&names_icmp, 8), "echo-request");
	assert_null(value_to_name(&names_icmp, 7));
	assert_null(value_to_name(&names_icmp, 256));
	for (size_t i = 0; i < icmp_code_names_n; i++)
		assert_int_equal(icmp_code_find(icmp_code_names[i].name, strlen(icmp_code_names[i].name)), (int)i);
	assert_int_equal(icmp_code_find("none", 4), -ENOENT);
}

static void test_suggest(void **state)
{
	static const struct {
		const char *word, *want;
	} tries[] = {
		{ "tpc", "tcp" },  { "TCP", "tcp" }, { "upd", "udp" }, { "icmp5", "icmp" },
		{ "xyzzy", NULL }, { "t", NULL },    { "", NULL },     { "spct", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct suggest s;

		suggest_init(&s, tries[i].word, strlen(tries[i].word));
		suggest_names(&s, &names_protos);
		if (tries[i].want)
			assert_string_equal(s.best, tries[i].want);
		else if (s.best)
			fail_msg("'%s' for '%s'", s.best, tries[i].word);
	}
}

static void check_range(const char *text, enum addr_error want, const char *printed)
{
	char buf[ADDR_TEXT_MAX];
	struct addr_range r;

	assert_int_equal(addr_range_parse(text, strlen(text), &r), want);
	if (!printed)
		return;
	assert_int_equal(addr_range_print(&r, buf), strlen(printed));
	assert_string_equal(buf, printed);
}

static void test_addresses(void **state)
{
	(void)state;
	check_range("10.0.0.1", ADDR_OK, "10.0.0.1");
	check_range("10.0.0.0/8", ADDR_OK, "10.0.0.0/8");
	check_range("0.0.0.0/0", ADDR_OK, "0.0.0.0/0");
	check_range("10.0.0.1/32", ADDR_OK, "10.0.0.1");
	check_range("10.1.2.3/8", ADDR_HOST_BITS, "10.0.0.0/8");
	check_range("2001:DB8:0:0:0:0:0:1", ADDR_OK, "2001:db8::1");
	check_range("2001:db8::/32", ADDR_OK, "2001:db8::/32");
	check_range("::/0", ADDR_OK, "::/0");
	check_range("2001:db8::1/128", ADDR_OK, "2001:db8::1");
	check_range("2001:db8::1/33", ADDR_HOST_BITS, "2001:db8::/33");
	check_range("10.0.0.1-10.0.0.9", ADDR_OK, "10.0.0.1-10.0.0.9");
	check_range("10.0.0.9-10.0.0.9", ADDR_OK, "10.0.0.9");
	check_range("2001:db8::1-2001:db8::f", ADDR_OK, "2001:db8::1-2001:db8::f");
	check_range("10.0.0.9-10.0.0.1", ADDR_ORDER, NULL);
	check_range("10.0.0.9-2001:db8::1", ADDR_MIXED, NULL);
	check_range("::ffff:1.2.3.4", ADDR_MAPPED, "1.2.3.4");
	check_range("::ffff:0:0/96", ADDR_MAPPED, "0.0.0.0/0");
	check_range("::ffff:1.2.3.4-::ffff:1.2.3.9", ADDR_MAPPED, "1.2.3.4-1.2.3.9");
	check_range("10.0.0.0/33", ADDR_BAD_PLEN, NULL);
	check_range("10.0.0.0/", ADDR_BAD_PLEN, NULL);
	check_range("10.0.0.0/8x", ADDR_BAD_PLEN, NULL);
	check_range("::/129", ADDR_BAD_PLEN, NULL);
	static const char *const bad[] = { "",  "10.0.0",  "10.0.0.256",  "10.0.0.01",           "10.0.0.1.2",
					   "1", "-",       "10.0.0.1-",   "-10.0.0.1",           "fe80::1%eth0",
					   ":", "1::2::3", "example.com", "10.0.0.0/8-10.0.0.9", "10.0.0.1-10.0.0.9-x" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_range(bad[i], ADDR_BAD, NULL);
}

static void test_contains(void **state)
{
	struct addr_range net, host, v6;

	(void)state;
	assert_int_equal(addr_range_parse("10.0.0.0/24", 11, &net), ADDR_OK);
	assert_int_equal(addr_range_parse("10.0.0.255", 10, &host), ADDR_OK);
	assert_int_equal(addr_range_parse("::/0", 4, &v6), ADDR_OK);
	assert_true(addr_range_contains(&net, FAMILY_INET, &host.lo));
	assert_true(addr_range_covers(&net, &host));
	assert_false(addr_range_covers(&host, &net));
	assert_false(addr_range_covers(&v6, &net));
	assert_true(addr_range_cmp(&net, &host) < 0 && addr_range_cmp(&net, &v6) < 0 && !addr_range_cmp(&net, &net));
}

static void test_macs(void **state)
{
	char buf[MAC_TEXT_LEN + 1];
	struct mac m;

	(void)state;
	assert_int_equal(mac_parse("00:1A:2b:ff:00:09", 17, &m), 0);
	mac_print(&m, buf);
	assert_string_equal(buf, "00:1a:2b:ff:00:09");
	assert_int_equal(mac_parse("00:1A:2b:ff:00", 14, &m), -EINVAL);
	assert_int_equal(mac_parse("00-1A-2b-ff-00-09", 17, &m), -EINVAL);
	assert_int_equal(mac_parse("00:1g:2b:ff:00:09", 17, &m), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),   cmocka_unit_test(test_icmp_canonical), cmocka_unit_test(test_protocols),
		cmocka_unit_test(test_others),   cmocka_unit_test(test_suggest),        cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_contains), cmocka_unit_test(test_macs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
