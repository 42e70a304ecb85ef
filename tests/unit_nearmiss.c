/* SPDX-License-Identifier: GPL-2.0 */
/* By how much a rule misses a packet: each field by its name, and what fails together with another counted once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/nearmiss.h"
#include "../ctl/parse.h"

/* A packet from 10.0.0.1 to 10.0.0.2, of TCP and UDP from port 1000 to 81, with more words; what the rule misses it by. */
static const struct {
	const char *rule, *more, *first;
	unsigned int failed;
} cases[] = {
	{ "pass in on eth0", "on eth1", "interface", 1 },
	{ "pass in inet6", "", "family", 1 },
	{ "pass in proto udp", "proto tcp", "protocol", 1 },
	{ "pass in from 192.0.2.0/24", "", "source address", 1 },
	{ "pass in from ! 10.0.0.0/8", "", "source address", 1 },
	{ "pass in proto tcp from port 1-10", "proto tcp", "source port", 1 },
	{ "pass in to { 10.0.0.3 10.0.0.4 }", "", "destination address", 1 },
	{ "pass in to @other", "", "destination address", 1 },
	{ "pass in proto tcp to port 80", "proto tcp", "destination port", 1 },
	{ "pass in proto icmp icmp-type 8", "proto icmp icmp-type 0", "icmp-type", 1 },
	{ "pass in proto icmp icmp-type 3 code 1", "proto icmp icmp-type 3 code 2", "icmp code", 1 },
	{ "pass in flags S/SA", "flags SA/SA", "flags", 1 },
	{ "pass in vlan 5", "vlan 6", "vlan", 1 },
	{ "pass in vlan 6 inner-vlan 5", "vlan 6 inner-vlan 7", "inner-vlan", 1 },
	{ "pass in dscp ef", "dscp af11", "dscp", 1 },
	{ "pass in ttl 1-5", "ttl 6", "ttl", 1 },
	{ "pass in length 0-100", "length 101", "length", 1 },
	{ "pass in frag", "proto tcp", "frag", 1 },
	{ "pass in mac-from 02:00:00:00:00:01", "mac-from 02:00:00:00:00:02", "mac-from", 1 },
	{ "pass in mac-to 02:00:00:00:00:01", "mac-to 02:00:00:00:00:02", "mac-to", 1 },
	/* Several; the first is that of the rule's text, and ports of another protocol are not a fault of their own. */
	{ "pass in inet proto udp to port 81", "proto icmp icmp-type 8", "protocol", 1 },
	{ "pass in proto tcp from 10.0.0.3 to port 80 ttl 9", "proto udp ttl 8", "protocol", 3 },
	{ "pass in from 10.0.0.2 to 10.0.0.1", "", "source address", 2 },
	{ "pass out to 10.0.0.2", "", "direction", 1 },
	{ "pass out to 10.0.0.1", "", "direction", 2 },
	/* None. */
	{ "pass in proto tcp from 10.0.0.1 port 1000 to port 81 flags S/SA ttl 64", "flags S/SA ttl 64", NULL, 0 },
	{ "pass in to @held", "", NULL, 0 },
};

static void read_packet(const struct ruleset *rs, const char *more, struct probe *out)
{
	bool ports = strstr(more, "tcp") || strstr(more, "udp") || strstr(more, "flags");
	_cleanup_free_ char *text = xasprintf("in %s from 10.0.0.1%s to 10.0.0.2%s", more, ports ? " port 1000" : "",
					      ports ? " port 81" : "");
	_cleanup_strbuf_ struct strbuf assumed = { NULL, 0, 0 };
	_cleanup_free_ char *err = NULL;
	struct diag d = { .io_error = 0 };
	struct rule r;

	if (rulelike_parse("packet", text, strlen(text), rs, &r, &d))
		fail_msg("%s: %s", text, d.errors.v[0].msg);
	if (probe_of_rule(&r, out, &assumed, &err))
		fail_msg("%s: %s", text, err);
	rule_free(&r);
	diag_free(&d);
}

static void test_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_free_ char *text = xasprintf("set held { type addr; 10.0.0.2 }\nset other { type addr; 10.0.0.9 }\n%s\n",
						      cases[i].rule);
		struct diag d = { .io_error = 0 };
		const char *first = "";
		struct ruleset rs;
		struct probe p;
		unsigned int n;

		if (ruleset_parse("rules", text, strlen(text), &rs, &d))
			fail_msg("%s: %s", cases[i].rule, d.errors.v[0].msg);
		diag_free(&d);
		read_packet(&rs, cases[i].more, &p);
		n = fields_failed(&rs, NULL, &rs.rules[0], &p, &first);
		if (n != cases[i].failed || strcmp(first ? first : "none", cases[i].first ? cases[i].first : "none"))
			fail_msg("%s | %s: %u, first %s; not %u, %s", cases[i].rule, cases[i].more, n, first ? first : "none",
				 cases[i].failed, cases[i].first ? cases[i].first : "none");
		ruleset_free(&rs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_fields) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
