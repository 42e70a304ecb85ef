/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each field of a rule means, case by case (the rule language's settled points), for the linear scan and for
 * the compiled tables alike.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/classify.h"
#include "../ctl/compile.h"
#include "../ctl/linear.h"
#include "../ctl/ranges.h"

#define NUMBERS(negated, ...)                                                                                             \
	(struct numset)                                                                                                   \
	{                                                                                                                 \
		(struct numrange[]){ __VA_ARGS__ }, sizeof((struct numrange[]){ __VA_ARGS__ }) / sizeof(struct numrange), \
			negated,                                                                                          \
		{                                                                                                         \
			0, 0                                                                                              \
		}                                                                                                         \
	}
#define LIST(type, negated, n, ...)               \
	(struct type)                             \
	{                                         \
		__VA_ARGS__, n, negated, { 0, 0 } \
	}
/* A rule for incoming packets. Set 0 stands for none here (expect_on puts that right), 1 for the one there is. */
#define RULE(...) (&(struct rule){ __VA_ARGS__ })
#define ADDRS(negated, n, v)               \
	{                                  \
		v, n, 0, negated, { 0, 0 } \
	}

static iface_id_t iface_number(void *arg, const char *name)
{
	(void)arg;
	return (iface_id_t){ (__u8)(name[3] - '0' + 1) }; /* eth0 is 1 */
}

static __u16 set_number(void *arg, size_t index)
{
	(void)arg;
	return (__u16)index;
}

static struct addr_range addrs(const char *lo, const char *hi)
{
	struct addr_range r = { .family = strchr(lo, ':') ? FAMILY_INET6 : FAMILY_INET, .form = ADDR_RANGE };
	const char *text[2] = { lo, hi };
	addr_t *to[2] = { &r.lo, &r.hi };

	for (size_t i = 0; i < 2; i++) {
		if (r.family == FAMILY_INET)
			to[i]->w[2] = htonl(0xffff);
		assert_int_equal(inet_pton(r.family == FAMILY_INET ? AF_INET : AF_INET6, text[i],
					   r.family == FAMILY_INET ? &to[i]->w[3] : &to[i]->w[0]),
				 1);
	}
	return r;
}

/* A whole packet with everything that its protocol has. */
static struct packet packet(const char *src, const char *dst, __u8 proto)
{
	struct packet p = { .src = addrs(src, src).lo,
			    .dst = addrs(dst, dst).lo,
			    .proto = proto,
			    .length = 60,
			    .family = (__u8)addrs(src, src).family,
			    .bytes = 60,
			    .ttl = 64,
			    .segments = 1,
			    .has = HAS_MAC };

	if (proto == PROTO_TCP)
		p.has |= HAS_FLAGS;
	if (proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_UDPLITE || proto == PROTO_SCTP || proto == PROTO_DCCP)
		p.has |= HAS_PORTS;
	if (proto == PROTO_ICMP || proto == PROTO_ICMP6)
		p.has |= HAS_ICMP;
	return p;
}

static struct packet v4(__u8 proto) { return packet("10.0.0.1", "10.0.0.2", proto); }
static struct packet v6(__u8 proto) { return packet("2001:db8::1", "2001:db8::2", proto); }

static struct packet with_ports(struct packet p, __u16 sport, __u16 dport)
{
	p.sport.raw = htons(sport);
	p.dport.raw = htons(dport);
	return p;
}

static struct packet icmp(struct packet p, __u8 type, __u8 code)
{
	p.icmp_type = type;
	p.icmp_code = code;
	return p;
}

static bool member(void *arg, __u16 set, enum set_type type, enum family family, const addr_t *a)
{
	(void)family;
	const struct ruleset *rs = (const struct ruleset *)arg;

	(void)type;
	return !memcmp(a, &rs->sets[set].v[0].lo, sizeof(*a));
}

/* Both ways to judge say `match`. Set 1 holds 10.0.0.1. */
static void expect_on(const char *iface, const struct rule *r, struct packet p, bool match, int line)
{
	const struct compile_names names = { iface_number, set_number, NULL };
	struct addr_range element = addrs("10.0.0.1", "10.0.0.1");
	struct set sets[2] = { { .n = 0 }, { .type = SET_ADDR, .v = &element, .n = 1 } };
	struct rule copy = *r;
	struct ruleset rs = { .sets = sets, .nsets = 2, .rules = &copy, .nrules = 1 };
	iface_id_t id = iface ? iface_number(NULL, iface) : (iface_id_t){ IFACE_NONE };
	struct tables t;
	rule_id_t got;
	char *err = NULL;

	copy.from.addr.set = r->from.addr.set ? r->from.addr.set : -1;
	copy.to.addr.set = r->to.addr.set ? r->to.addr.set : -1;
	if (rule_matches(&rs, &copy, &p, DIRECTION_IN, iface, NULL) != match)
		fail_msg("line %d: the linear scan says %d", line, !match);
	assert_int_equal(compile(&rs, &names, &t, &err), 0);
	t.set_contains = member;
	t.set_arg = &rs;
	assert_int_equal(tables_classify(&t, &p, DIRECTION_IN, id, &got), 0);
	if (rule_is_none(got) == match)
		fail_msg("line %d: the tables say %d", line, !match);
	tables_free(&t);
}
#define EXPECT(rule, packet, match)           expect_on(NULL, rule, packet, match, __LINE__)
#define EXPECT_ON(iface, rule, packet, match) expect_on(iface, rule, packet, match, __LINE__)

static void protocols(void **state)
{
	struct rule *tcp = RULE(.proto = NUMBERS(false, { 6, 6 })), *not_tcp = RULE(.proto = NUMBERS(true, { 6, 6 }));
	struct rule *icmp4 = RULE(.proto = NUMBERS(false, { 1, 1 })), *out = RULE(.direction = DIRECTION_OUT);

	(void)state;
	EXPECT(tcp, v4(PROTO_TCP), true);
	EXPECT(tcp, v6(PROTO_TCP), true);
	EXPECT(tcp, v4(PROTO_UDP), false);
	EXPECT(not_tcp, v4(PROTO_TCP), false);
	EXPECT(not_tcp, v4(PROTO_ESP), true);
	EXPECT(not_tcp, v6(255), true);
	EXPECT(icmp4, v6(PROTO_ICMP), true); /* a protocol number, whatever the family */
	EXPECT(icmp4, v6(PROTO_ICMP6), false);
	EXPECT(out, v4(PROTO_TCP), false);
	EXPECT(RULE(.label = ""), v6(PROTO_NONE), true);
}

static void ports(void **state)
{
	struct rule *web = RULE(.to.ports = NUMBERS(false, { 80, 80 }, { 443, 443 }));
	struct rule *not_web = RULE(.to.ports = NUMBERS(true, { 80, 80 }, { 443, 443 }));
	struct rule *sctp = RULE(.proto = NUMBERS(false, { 132, 132 }), .to.ports = NUMBERS(false, { 80, 80 }));
	struct rule *not_tcp = RULE(.proto = NUMBERS(true, { 6, 6 }), .to.ports = NUMBERS(false, { 80, 80 }));
	struct rule *all = RULE(.from.ports = NUMBERS(false, { 0, 65535 }));
	struct packet later = v4(PROTO_TCP);

	(void)state;
	EXPECT(web, with_ports(v4(PROTO_TCP), 1, 80), true);
	EXPECT(web, with_ports(v6(PROTO_UDP), 1, 443), true);
	EXPECT(web, with_ports(v4(PROTO_TCP), 80, 81), false);
	EXPECT(web, with_ports(v4(PROTO_SCTP), 1, 80), false); /* no proto: tcp and udp */
	EXPECT(sctp, with_ports(v4(PROTO_SCTP), 1, 80), true);
	EXPECT(not_tcp, with_ports(v4(PROTO_UDPLITE), 1, 80), true);
	EXPECT(not_tcp, with_ports(v4(PROTO_TCP), 1, 80), false);
	EXPECT(not_tcp, v4(PROTO_ESP), false);
	EXPECT(not_web, with_ports(v4(PROTO_TCP), 80, 81), true);
	EXPECT(not_web, with_ports(v4(PROTO_TCP), 1, 443), false);
	EXPECT(not_web, v4(PROTO_ICMP), false); /* no port is not another port */
	EXPECT(not_web, with_ports(v4(PROTO_DCCP), 1, 1), false);
	EXPECT(all, with_ports(v4(PROTO_TCP), 0, 0), true);
	EXPECT(all, with_ports(v4(PROTO_TCP), 65535, 0), true);
	later.has = HAS_MAC;
	later.fragment = FRAGMENT_LATER;
	EXPECT(all, later, false);
	EXPECT(not_web, later, false);
	EXPECT(RULE(.proto = NUMBERS(false, { 6, 6 })), later, true);
}

static void icmp_types(void **state)
{
	static struct icmp_range echo = { { true, true }, { 8, 128 }, { 8, 128 }, "echo-request" };
	static struct icmp_range solicit = { { false, true }, { 0, 135 }, { 0, 135 }, "nd-neighbor-solicit" };
	struct rule *both = RULE(.icmp_type = LIST(icmpset, false, 1, &echo));
	struct rule *only6 = RULE(.icmp_type = LIST(icmpset, false, 1, &solicit));
	struct rule *not_both = RULE(.icmp_type = LIST(icmpset, true, 1, &echo));
	struct rule *not_only6 = RULE(.icmp_type = LIST(icmpset, true, 1, &solicit));
	struct rule *said = RULE(.icmp_type = LIST(icmpset, true, 1, &solicit), .proto = NUMBERS(false, { 1, 1 }, { 58, 58 }));
	struct rule *code = RULE(.icmp_type = LIST(icmpset, false, 1, &echo), .icmp_code = NUMBERS(false, { 3, 4 }));
	struct rule *not_code = RULE(.icmp_type = LIST(icmpset, false, 1, &echo), .icmp_code = NUMBERS(true, { 3, 4 }));
	struct packet later = v4(PROTO_ICMP);

	(void)state;
	EXPECT(both, icmp(v4(PROTO_ICMP), 8, 0), true);
	EXPECT(both, icmp(v6(PROTO_ICMP6), 128, 9), true);
	EXPECT(both, icmp(v4(PROTO_ICMP), 128, 0), false);
	EXPECT(both, icmp(v6(PROTO_ICMP6), 8, 0), false);
	EXPECT(both, icmp(v6(PROTO_ICMP), 8, 0), true); /* by the protocol, not by the family */
	EXPECT(both, v4(PROTO_TCP), false);
	EXPECT(only6, icmp(v6(PROTO_ICMP6), 135, 0), true);
	EXPECT(only6, icmp(v4(PROTO_ICMP), 135, 0), false);
	EXPECT(not_both, icmp(v4(PROTO_ICMP), 0, 0), true);
	EXPECT(not_both, icmp(v4(PROTO_ICMP), 8, 1), false);
	EXPECT(not_both, icmp(v6(PROTO_ICMP6), 8, 0), true);
	EXPECT(not_both, v4(PROTO_UDP), false);
	EXPECT(not_only6, icmp(v6(PROTO_ICMP6), 136, 0), true);
	EXPECT(not_only6, icmp(v4(PROTO_ICMP), 8, 0), false); /* the name means icmp6 */
	EXPECT(said, icmp(v4(PROTO_ICMP), 8, 0), true);
	EXPECT(said, icmp(v6(PROTO_ICMP6), 135, 0), false);
	EXPECT(code, icmp(v4(PROTO_ICMP), 8, 4), true);
	EXPECT(code, icmp(v4(PROTO_ICMP), 8, 5), false);
	EXPECT(code, icmp(v4(PROTO_ICMP), 9, 4), false);
	EXPECT(not_code, icmp(v6(PROTO_ICMP6), 128, 255), true);
	EXPECT(not_code, icmp(v6(PROTO_ICMP6), 128, 3), false);
	EXPECT(not_code, icmp(v6(PROTO_ICMP6), 127, 0), false);
	later.has = HAS_MAC;
	later.fragment = FRAGMENT_LATER;
	EXPECT(not_both, later, false);
}

static void addresses(void **state)
{
	struct addr_range ten = addrs("10.0.0.0", "10.255.255.255"), doc6 = addrs("2001:db8::", "2001:db8:ffff::");
	struct addr_range mixed[2] = { ten, doc6 }, all4 = addrs("0.0.0.0", "255.255.255.255");
	struct rule *from = RULE(.from.addr = ADDRS(false, 1, &ten));
	struct rule *not_from = RULE(.from.addr = ADDRS(true, 1, &ten));
	struct rule *lists = RULE(.from.addr = ADDRS(false, 2, mixed));
	struct rule *not_lists = RULE(.from.addr = ADDRS(true, 2, mixed));
	struct rule *narrowed = RULE(.from.addr = ADDRS(false, 2, mixed), .to.addr = ADDRS(false, 1, &all4));
	struct rule *inet6 = RULE(.family_given = true, .family = FAMILY_INET6);

	(void)state;
	EXPECT(from, packet("10.0.0.0", "1.1.1.1", 6), true);
	EXPECT(from, packet("10.255.255.255", "1.1.1.1", 6), true);
	EXPECT(from, packet("9.255.255.255", "1.1.1.1", 6), false);
	EXPECT(from, packet("11.0.0.0", "1.1.1.1", 6), false);
	EXPECT(from, v6(6), false);
	EXPECT(not_from, packet("11.0.0.0", "1.1.1.1", 6), true);
	EXPECT(not_from, packet("10.9.9.9", "1.1.1.1", 6), false);
	EXPECT(not_from, v6(6), false); /* a rule of IPv4 */
	EXPECT(lists, v4(6), true);
	EXPECT(lists, v6(6), true);
	EXPECT(lists, packet("2001:db9::", "::1", 6), false);
	EXPECT(not_lists, packet("2001:db9::", "::1", 6), true);
	EXPECT(not_lists, packet("192.0.2.1", "1.1.1.1", 6), true);
	EXPECT(not_lists, v6(6), false);
	EXPECT(not_lists, v4(6), false);
	EXPECT(narrowed, v4(6), true);
	EXPECT(narrowed, v6(6), false);
	EXPECT(inet6, v6(6), true);
	EXPECT(inet6, v4(6), false);
}

static void sets(void **state)
{
	struct rule *in = RULE(.from.addr = { .set = 1 });
	struct rule *not_in = RULE(.to.addr = { .set = 1, .negated = true });

	(void)state;
	EXPECT(in, packet("10.0.0.1", "10.0.0.2", 6), true);
	EXPECT(in, packet("10.0.0.2", "10.0.0.1", 6), false);
	EXPECT(in, v6(6), false);
	EXPECT(not_in, packet("10.0.0.2", "10.0.0.1", 6), false);
	EXPECT(not_in, packet("10.0.0.1", "10.0.0.2", 6), true);
	EXPECT(not_in, v6(6), true); /* a set has no family */
}

static void per_packet(void **state)
{
	struct rule *syn = RULE(.flags = { true, TCP_SYN, TCP_SYN | TCP_ACK, { 0, 0 } });
	struct rule *null = RULE(.flags = { true, 0, 0x3f, { 0, 0 } });
	struct packet tcp = v4(PROTO_TCP), p = v4(PROTO_TCP), udp = v4(PROTO_UDP);

	(void)state;
	tcp.tcp_flags = TCP_SYN | TCP_ECE;
	EXPECT(syn, tcp, true);
	EXPECT(null, tcp, false);
	tcp.tcp_flags = TCP_SYN | TCP_ACK;
	EXPECT(syn, tcp, false);
	tcp.tcp_flags = TCP_CWR;
	EXPECT(null, tcp, true);
	EXPECT(null, udp, false);
	tcp.has = HAS_MAC;
	tcp.tcp_flags = 0;
	tcp.fragment = FRAGMENT_LATER;
	EXPECT(null, tcp, false); /* a later fragment has no flags */
	EXPECT(RULE(.frag = true), tcp, true);
	tcp.fragment = FRAGMENT_FIRST;
	EXPECT(RULE(.frag = true), tcp, true);
	EXPECT(RULE(.frag = true), p, false);
	EXPECT(RULE(.ttl = NUMBERS(false, { 1, 64 })), p, true);
	EXPECT(RULE(.ttl = NUMBERS(true, { 64, 64 })), p, false);
	EXPECT(RULE(.dscp = NUMBERS(true, { 46, 46 })), p, true);
	EXPECT(RULE(.dscp = NUMBERS(false, { 46, 46 })), p, false);
	EXPECT(RULE(.length = NUMBERS(false, { 0, 59 })), p, false);
	EXPECT(RULE(.length = NUMBERS(false, { 60, 65535 })), p, true);
	p.length = 65575;
	EXPECT(RULE(.length = NUMBERS(false, { 60, 65535 })), p, false);
	EXPECT(RULE(.length = NUMBERS(true, { 60, 65535 })), p, true);
}

static void tags_and_links(void **state)
{
	char eth[2][IFNAMSIZ] = { "eth0", "eth1" };
	struct mac one = { { 0, 0, 0, 0, 0, 1 } };
	struct rule *on = RULE(.on = { eth, 2, false, { 0, 0 } }), *not_on = RULE(.on = { eth, 2, true, { 0, 0 } });
	struct rule *from = RULE(.mac_from = { &one, 1, false, { 0, 0 } });
	struct rule *not_to = RULE(.mac_to = { &one, 1, true, { 0, 0 } });
	struct packet p = v4(PROTO_TCP);

	(void)state;
	EXPECT(RULE(.vlan = NUMBERS(true, { 5, 5 })), p, true); /* untagged is vlan 0 */
	EXPECT(RULE(.inner_vlan = NUMBERS(false, { 0, 0 })), p, true);
	EXPECT(RULE(.vlan = NUMBERS(false, { 5, 5 })), p, false);
	p.vlan = 5;
	p.inner_vlan = 4095;
	EXPECT(RULE(.vlan = NUMBERS(true, { 5, 5 })), p, false);
	EXPECT(RULE(.inner_vlan = NUMBERS(false, { 4095, 4095 })), p, true);
	EXPECT_ON("eth1", on, p, true);
	EXPECT_ON("eth2", on, p, false);
	EXPECT_ON(NULL, on, p, false);
	EXPECT_ON("eth1", not_on, p, false);
	EXPECT_ON("eth2", not_on, p, true);
	EXPECT_ON(NULL, not_on, p, true);
	EXPECT(from, p, false);
	EXPECT(not_to, p, true);
	p.mac_src = p.mac_dst = one;
	EXPECT(from, p, true);
	EXPECT(not_to, p, false);
	p.has &= (__u8)~HAS_MAC;
	p.mac_src = p.mac_dst = (struct mac){ { 0 } };
	EXPECT(from, p, false);
	EXPECT(not_to, p, false); /* no address is not another address */
}

static void range_sets(void **state)
{
	struct ranges r = { NULL, 0, 0 };
	const u128 max = ~(u128)0;

	(void)state;
	ranges_normalise(&r);
	ranges_complement(&r, max);
	assert_int_equal(r.n, 1);
	assert_true(r.v[0].lo == 0 && r.v[0].hi == max);
	ranges_complement(&r, max);
	assert_int_equal(r.n, 0);
	ranges_add(&r, 256, 300, 255);
	ranges_add(&r, 9, 8, 255);
	assert_int_equal(r.n, 0);
	ranges_add(&r, 250, 999, 255);
	ranges_add(&r, 20, 30, 255);
	ranges_add(&r, 5, 9, 255);
	ranges_add(&r, 10, 19, 255);
	ranges_add(&r, 22, 23, 255);
	ranges_normalise(&r);
	assert_int_equal(r.n, 2);
	assert_true(r.v[0].lo == 5 && r.v[0].hi == 30 && r.v[1].lo == 250 && r.v[1].hi == 255);
	ranges_complement(&r, 255);
	assert_int_equal(r.n, 2);
	assert_true(r.v[0].lo == 0 && r.v[0].hi == 4 && r.v[1].lo == 31 && r.v[1].hi == 249);
	ranges_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(protocols),      cmocka_unit_test(ports),      cmocka_unit_test(icmp_types),
		cmocka_unit_test(addresses),      cmocka_unit_test(sets),       cmocka_unit_test(per_packet),
		cmocka_unit_test(tags_and_links), cmocka_unit_test(range_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
