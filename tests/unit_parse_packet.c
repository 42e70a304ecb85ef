/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packet parser, natively: what the authors of pcaps/ declared in the .status files, a table of packets at the edges
 * of each rule about statuses and fields, the same bytes at an unaligned place, and mutated bytes.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "../ctl/util.h"
#include "../shared/parse.h"
#include "build_packet.h"
#include "mutate.h"
#include "promise.h"
#include "random.h"

#ifndef PCAPS_DIR
#define PCAPS_DIR "pcaps"
#endif

enum { NET_IP_ALIGN = 2 };

/* Parses twice, aligned and at an odd place; both must be the same. */
static void parse_checked(const struct frame *f, struct packet *out, const char *what)
{
	struct packet shifted;

	parse_natively(f, 0, out);
	parse_natively(f, NET_IP_ALIGN, &shifted);
	if (memcmp(out, &shifted, sizeof(shifted)))
		fail_msg("%s: another result at another address", what);
	if (broken_promise(out, 0))
		fail_msg("%s: %s", what, broken_promise(out, 0));
}

static char *expected_text(const struct packet *p)
{
	if (p->status != STATUS_OK)
		return xasprintf("%s -", status_text((enum status)p->status));
	return xasprintf("ok %u", p->proto);
}

/* One capture against its .status file; the number of packets. */
static unsigned int check_capture(const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", PCAPS_DIR, name), *err = NULL;
	_cleanup_free_ char *status = xasprintf("%s/%.*s.status", PCAPS_DIR, (int)strcspn(name, "."), name);
	_cleanup_capture_ struct capture *c = NULL;
	_cleanup_frame_ struct frame f = { .data = NULL };
	struct capture_packet cp;
	unsigned int n = 0;
	char line[512];
	FILE *want = fopen(status, "re");

	assert_non_null(want);
	assert_int_equal(capture_open(path, &c, &err), 0);
	while (capture_next(c, &cp, &err) > 0) {
		_cleanup_free_ char *got = NULL, *expected = NULL;
		struct packet p;

		n++;
		assert_int_equal(link_frame(&cp, &f), 0);
		parse_checked(&f, &p, path);
		got = expected_text(&p);
		assert_non_null(fgets(line, sizeof(line), want));
		expected = xasprintf("%u %s ", n, got);
		if (strncmp(line, expected, strlen(expected)))
			fail_msg("%s: packet %u is '%s', not %s", name, n, got, line);
	}
	assert_null(err);
	assert_null(fgets(line, sizeof(line), want));
	fclose(want);
	return n;
}

static void test_captures(void **state)
{
	DIR *d = opendir(PCAPS_DIR);
	unsigned int files = 0, packets = 0;
	struct dirent *e;

	(void)state;
	assert_non_null(d);
	while ((e = readdir(d))) {
		_cleanup_free_ char *status = xasprintf("%s/%.*s.status", PCAPS_DIR, (int)strcspn(e->d_name, "."), e->d_name);

		if (!strstr(e->d_name, ".pcap") || access(status, R_OK))
			continue;
		packets += check_capture(e->d_name);
		files++;
	}
	closedir(d);
	assert_true(files > 30 && packets > 300);
}

/* A packet and what it must be: `status field=number ...`, fields by their names in struct packet. */
static const struct {
	const char *packet, *expect;
} edges[] = {
#include "packet_edges.inc"
};

static void check_expectation(const char *packet, const char *expect, const struct packet *p)
{
	_cleanup_free_ char *words = xstrdup(expect);
	char *save = NULL, *word = strtok_r(words, " ", &save);

	if (strcmp(word, status_text((enum status)p->status)))
		fail_msg("%s: is %s, not %s", packet, status_text((enum status)p->status), word);
	while ((word = strtok_r(NULL, " ", &save))) {
		char *equals = strchr(word, '=');
		int64_t got, want;

		assert_non_null(equals);
		*equals = '\0';
		got = packet_field(p, word);
		want = strtoll(equals + 1, NULL, 0);
		if (got != want)
			fail_msg("%s: %s is %lld, not %lld", packet, word, (long long)got, (long long)want);
	}
}

static void test_edges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		struct built b;
		struct packet p;

		build_packet(edges[i].packet, &b);
		parse_checked(&b.frame, &p, edges[i].packet);
		check_expectation(edges[i].packet, edges[i].expect, &p);
	}
}

/* Every frame of the table cut at every length: what was ok is truncated inside headers, nothing reads beyond. */
static void test_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		struct built b;
		struct packet whole, p;
		uint32_t n;

		build_packet(edges[i].packet, &b);
		parse_natively(&b.frame, 0, &whole);
		n = b.frame.captured < 256 ? b.frame.captured : 256;
		for (uint32_t cut = 0; cut < n; cut++) {
			struct frame f = b.frame;

			f.captured = f.original = cut;
			parse_checked(&f, &p, edges[i].packet);
			if (whole.status == STATUS_OK && b.frame.captured == b.frame.original && p.status != STATUS_TRUNCATED &&
			    p.status != STATUS_OK)
				fail_msg("%s, cut at %u: %s", edges[i].packet, cut, status_text((enum status)p.status));
			f.original = cut + 1; /* cut by the capture: its headers decide */
			parse_checked(&f, &p, edges[i].packet);
		}
	}
}

/*
 * What TC knows beside the bytes: a tag that was taken off, GSO (the last three numbers). A buffer of several segments
 * counts as what it will be on the wire; 0 in its length field means longer than that can say.
 */
static const struct {
	const char *packet, *expect;
	int tci;
	uint32_t segments, size, wire_length;
} offloads[] = {
	{ "udp 10.0.0.1:1 > 10.0.0.2:2", "ok vlan=100 inner_vlan=0 sport=1", 100, 0, 0, 0 },
	{ "udp 10.0.0.1:1 > 10.0.0.2:2", "ok vlan=4095", 0xffff, 0, 0, 0 },
	{ "udp 10.0.0.1:1 > 10.0.0.2:2 vlan 7", "ok vlan=100 inner_vlan=7", 100, 0, 0, 0 },
	{ "udp 10.0.0.1:1 > 10.0.0.2:2 vlan 7", "ok vlan=0 inner_vlan=7", 0x2000, 0, 0, 0 },
	{ "udp 10.0.0.1:1 > 10.0.0.2:2 vlan 7 vlan 8", "too-deep", 100, 0, 0, 0 },
	{ "tcp 10.0.0.1:1 > 10.0.0.2:2 A payload 3000", "ok length=1040 bytes=3120 segments=3 payload=3000", -1, 3, 1000, 0 },
	{ "tcp 10.0.0.1:1 > 10.0.0.2:2 A payload 3000", "ok length=1040 bytes=3120 segments=3 payload=3000", -1, 0, 1000, 0 },
	{ "tcp 10.0.0.1:1 > 10.0.0.2:2 A payload 3001", "ok length=1040 bytes=3161 segments=4 payload=3001", -1, 0, 1000, 0 },
	{ "tcp 10.0.0.1:1 > 10.0.0.2:2 A", "ok length=40 bytes=40 segments=1", -1, 0, 1000, 0 },
	{ "tcp 10.0.0.1:1 > 10.0.0.2:2 A payload 900", "ok length=940 bytes=940 segments=1", -1, 1, 1000, 0 },
	{ "tcp [2001:db8::1]:1 > [2001:db8::2]:2 A ext h payload 2000", "ok length=1068 bytes=2136 segments=2", -1, 2, 1000, 0 },
	{ "udp 10.0.0.1:1 > 10.0.0.2:2 payload 200 udplen 108", "ok length=128 bytes=256 segments=2", -1, 2, 100, 0 },
	{ "tcp 10.0.0.1:1 > 10.0.0.2:2 A total 0", "ok length=1040 bytes=104000 segments=100", -1, 100, 1000, 14 + 40 + 100000 },
	{ "tcp 2001:db8::1 > 2001:db8::2 A total 0", "ok length=1060 bytes=106000 segments=100", -1, 100, 1000,
	  14 + 60 + 100000 },
	{ "tcp 10.0.0.1:1 > 10.0.0.2:2 A total 0", "malformed", -1, 0, 0, 14 + 40 + 100000 },
	{ "tcp 10.0.0.1:1 > 10.0.0.2:2 A payload 3000 cut 53", "truncated", -1, 3, 1000, 0 },
};

static void test_offloads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(offloads) / sizeof(offloads[0]); i++) {
		struct frame_info info = { .gso_segments = offloads[i].segments, .gso_size = offloads[i].size };
		struct built b;
		struct packet p;
		struct cursor c;

		build_packet(offloads[i].packet, &b);
		info.wire_length = offloads[i].wire_length ? offloads[i].wire_length : b.frame.original;
		info.vlan_present = offloads[i].tci >= 0;
		info.vlan_tci = (__u16)offloads[i].tci;
		c = (struct cursor){ .start = b.b, .end = b.b + b.frame.captured, .limit = ~0u };
		packet_parse(&c, &info, &p);
		check_expectation(offloads[i].packet, offloads[i].expect, &p);
	}
}

/* Bounded; the fuzzers go further. */
static void test_mutations(void **state)
{
	struct random g = { 0x5eed };
	unsigned int seen[STATUS_COUNT] = { 0 };

	(void)state;
	for (unsigned int round = 0; round < 2000; round++) {
		for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
			struct built b;
			struct packet p;

			build_packet(edges[i].packet, &b);
			mutate_frame(&g, &b.frame, b.b, sizeof(b.b));
			parse_checked(&b.frame, &p, edges[i].packet);
			seen[p.status]++;
		}
	}
	for (unsigned int s = 0; s < STATUS_COUNT; s++)
		assert_true(seen[s] > 100);
}

/* Random packet values to bytes and back. */
static void test_round_trip(void **state)
{
	static const uint8_t protos[] = { 1, 6, 17, 33, 47, 50, 58, 132, 136, 255 };
	struct random g = { 0xb17e5 };

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		struct packet p = { .family = (uint8_t)random_below(&g, 2), .proto = RANDOM_OF(&g, protos), .has = HAS_MAC }, q;
		struct spec s;
		struct built b;

		p.src.w[0] = p.dst.w[0] = p.family == FAMILY_INET6 ? 0xb80d0120 : 0;
		p.src.w[2] = p.dst.w[2] = p.family == FAMILY_INET6 ? 0 : __builtin_bswap32(0xffff);
		p.src.w[3] = random_u32(&g);
		p.dst.w[3] = random_u32(&g);
		p.vlan = (uint16_t)(random_chance(&g, 30) ? random_below(&g, 4096) : 0);
		p.inner_vlan = (uint16_t)(random_chance(&g, 10) ? random_below(&g, 4096) : 0);
		p.ttl = (uint8_t)random_u32(&g);
		p.dscp = (uint8_t)random_below(&g, 64);
		p.length = random_below(&g, 65576);
		p.fragment = (uint8_t)(random_chance(&g, 20) ? random_below(&g, FRAGMENT_COUNT) : 0);
		p.sport.raw = (uint16_t)random_u32(&g);
		p.dport.raw = (uint16_t)random_u32(&g);
		p.icmp_type = (uint8_t)random_u32(&g);
		p.icmp_code = (uint8_t)random_u32(&g);
		p.tcp_flags = (uint8_t)random_u32(&g);
		spec_of_packet(&p, &s);
		spec_build(&s, &b);
		parse_checked(&b.frame, &q, "round trip");
		assert_int_equal(q.status, STATUS_OK);
		assert_memory_equal(&q.src, &p.src, 32);
		assert_true(q.proto == p.proto && q.family == p.family && q.ttl == p.ttl && q.dscp == p.dscp);
		assert_true(q.fragment == p.fragment && q.vlan == p.vlan && q.inner_vlan == p.inner_vlan);
		assert_true(!(q.has & HAS_PORTS) || (q.sport.raw == p.sport.raw && q.dport.raw == p.dport.raw));
		assert_true(!(q.has & HAS_ICMP) || (q.icmp_type == p.icmp_type && q.icmp_code == p.icmp_code));
		assert_true(!(q.has & HAS_FLAGS) || q.tcp_flags == p.tcp_flags);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_captures), cmocka_unit_test(test_edges),     cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_offloads), cmocka_unit_test(test_mutations), cmocka_unit_test(test_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
