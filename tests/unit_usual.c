/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The short way of most packets (shared/parse.h, packet_parse_usual): what it takes it parses as the long way does, and
 * it takes what it should. And the order of a flow's two ends: the same key for both directions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "../shared/assoc.h"
#include "../shared/parse_usual.h"
#include "build_packet.h"
#include "random.h"

static const struct {
	const char *packet, *expect;
} edges[] = {
#include "packet_edges.inc"
};

/* Both ways; true when the short one took the packet. */
static bool parse_both(const struct built *b, const struct frame_info *info)
{
	struct cursor c = { .start = b->b, .end = b->b + b->frame.captured, .limit = b->frame.captured };
	struct packet lengthy, p;
	int family = family_usual(c, info);

	if (family == FAMILY_COUNT ||
	    !packet_parse_usual(&(struct cursor){ c.start, c.end, 0, c.limit }, info, (enum family)family, &p))
		return false;
	packet_parse(&c, info, &lengthy);
	assert_memory_equal(&p, &lengthy, sizeof(p));
	assert_int_equal(p.status, STATUS_OK);
	return true;
}

static struct frame_info info_of(const struct frame *f)
{
	return (struct frame_info){ .link = (__u8)f->link,
				    .wire_length = f->captured < f->original ? WIRE_LENGTH_UNKNOWN : f->original };
}

static bool usual_text(const char *text, uint32_t segments, bool tag)
{
	struct frame_info info;
	struct built b;
	struct spec s;
	char at[64];

	if (!spec_read(text, &s, at))
		fail_msg("%s: %s", text, at);
	spec_build(&s, &b);
	info = info_of(&b.frame);
	info.gso_segments = segments;
	info.gso_size = segments ? 100 : 0;
	info.vlan_present = tag;
	return parse_both(&b, &info);
}

static void test_taken(void **state)
{
	static const char *const taken[] = {
		"udp 10.0.0.1:1 > 10.0.0.2:2",
		"udp 2001:db8::1 > 2001:db8::2 payload 1200",
		"udp 10.0.0.1:1 > 10.0.0.1:1",
		"tcp 10.0.0.1:1 > 10.0.0.2:2 S tcpopts 20",
		"tcp [2001:db8::1]:1 > [2001:db8::2]:2 A payload 300",
	};
	static const char *const left[] = {
		"udp 10.0.0.1:1 > 10.0.0.2:2 vlan 7",
		"udp 10.0.0.1:1 > 10.0.0.2:2 options 4",
		"ping 10.0.0.1 > 10.0.0.2",
		"udp 10.0.0.1:1 > 10.0.0.2:2 frag 0+",
		"udp 10.0.0.1:1 > 10.0.0.2:2 frag 9",
		"arp",
		"udp 2001:db8::1 > 2001:db8::2 ext h",
		"udp 10.0.0.1:1 > 10.0.0.2:2 link ip",
		"sctp 10.0.0.1:1 > 10.0.0.2:2",
		"udp 10.0.0.1:1 > 10.0.0.2:2 payload 50 cut 60",
		"udp 10.0.0.1:1 > 10.0.0.2:2 link cooked",
		"tcp 10.0.0.1:1 > 10.0.0.2:2 S offset 4",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		if (!usual_text(taken[i], 0, false) || !usual_text(taken[i], 3, false) || usual_text(taken[i], 0, true))
			fail_msg("%s: does not go the short way", taken[i]);
	for (size_t i = 0; i < sizeof(left) / sizeof(*left); i++)
		if (usual_text(left[i], 0, false))
			fail_msg("%s: goes the short way", left[i]);
}

static void mutate(struct random *g, struct built *b)
{
	for (unsigned int times = random_below(g, 4); times && b->frame.captured; times--)
		b->b[random_below(g, b->frame.captured < 60 ? b->frame.captured : 60)] = (uint8_t)random_u32(g);
	if (random_chance(g, 30))
		b->frame.captured = random_below(g, b->frame.captured + 1);
	if (random_chance(g, 70))
		b->frame.original = b->frame.captured;
}

static void test_mutations(void **state)
{
	struct random g = { 0x05a1 };
	unsigned int taken = 0;

	(void)state;
	for (unsigned int round = 0; round < 1000; round++) {
		for (size_t i = 0; i < sizeof(edges) / sizeof(*edges); i++) {
			struct frame_info info;
			struct built b;
			struct spec s;
			char at[64];

			assert_true(spec_read(edges[i].packet, &s, at));
			spec_build(&s, &b);
			mutate(&g, &b);
			info = info_of(&b.frame);
			info.gso_segments = random_chance(&g, 10) ? random_below(&g, 4) : 0;
			info.gso_size = random_chance(&g, 15) ? random_below(&g, 1500) : 0;
			taken += parse_both(&b, &info);
		}
	}
	assert_true(taken > 1000);
}

/* Few values, so that ends often have words in common. */
static void random_end(struct random *g, addr_t *a, port_be_t *port)
{
	for (int i = 0; i < 4; i++)
		a->w[i] = random_below(g, 3) - 1;
	port->raw = (__be16)random_below(g, 3);
}

static void test_both_directions(void **state)
{
	const __u32 key[13] = { 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9 };
	struct random g = { 0xd1f };

	(void)state;
	for (unsigned int i = 0; i < 100000; i++) {
		struct subject there = { .packet = { .proto = PROTO_UDP, .has = HAS_PORTS, .family = FAMILY_INET6 } }, back;

		random_end(&g, &there.packet.src, &there.packet.sport);
		random_end(&g, &there.packet.dst, &there.packet.dport);
		back = there;
		back.packet.src = there.packet.dst;
		back.packet.dst = there.packet.src;
		back.packet.sport = there.packet.dport;
		back.packet.dport = there.packet.sport;
		subject_find(&there, key);
		subject_find(&back, key);
		assert_true(there.keyed && back.keyed && there.hash == back.hash);
		assert_memory_equal(&there.key, &back.key, sizeof(there.key));
		if (memcmp(&there.packet, &back.packet, sizeof(back.packet)))
			assert_true(there.from != back.from);
		assert_memory_equal(there.from == FLOW_SIDE_A ? &there.key.a : &there.key.b, &there.packet.src, sizeof(addr_t));
		assert_int_equal((there.from == FLOW_SIDE_A ? there.key.aport : there.key.bport).raw, there.packet.sport.raw);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_both_directions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
