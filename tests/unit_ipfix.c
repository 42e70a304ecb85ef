/* SPDX-License-Identifier: GPL-2.0 */
/* IPFIX messages, read back by a decoder of their own; and the text of where they go to. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/addr.h"
#include "../ctl/ipfix.h"
#include "../ctl/sink.h"
#include "ipfix_decode.h"

enum { REVERSE = 29305, DOMAIN = 0x01020304, TIME = 1795665992 };

static void set_addr(const char *text, addr_t *out)
{
	enum family family;

	assert_int_equal(addr_parse(text, strlen(text), &family, out), ADDR_OK);
}

/* From `src` port 1111 to `dst` port 80; the source is side b of the key. */
static struct flow_record record(enum family family, __u8 proto, const char *src, const char *dst)
{
	struct flow_record r = { .end = END_IDLE,
				 .first_record = true,
				 .over = true,
				 .first_ns = 1795665992123456789ull,
				 .since_ns = 1795665992123456789ull,
				 .last_ns = 1795665999999999999ull,
				 .ifindex = { 7, 9 } };
	struct flow *f = &r.flow;

	set_addr(src, &f->key.b);
	set_addr(dst, &f->key.a);
	f->key.family = (__u8)family;
	f->key.proto = proto;
	f->key.vlan = 100;
	f->key.inner_vlan = 200;
	f->key.bport.raw = htons(1111);
	f->key.aport.raw = htons(80);
	f->bits = FLOW_INITIATOR_B | FLOW_MAKER_B;
	f->packets[0] = 5;
	f->packets[1] = 0x100000000ull;
	f->bytes[0] = 1234;
	f->bytes[1] = 0x20000000000ull;
	f->tcp_flags[0] = 0x1b;
	f->tcp_flags[1] = 0x12;
	f->ruling[DIRECTION_IN].judged = judged_make(DIRECTION_IN, VERDICT_PASS, (rule_id_t){ 2 }, false);
	return r;
}

struct sent {
	__u8 buf[IPFIX_MAX];
	size_t len;
	struct ipfix_message m;
};

static void begin(struct sent *s, size_t max)
{
	memset(s->buf, 0xee, sizeof(s->buf));
	ipfix_begin(&s->m, s->buf, max);
}

static void decode_sent(struct decoder *d, struct sent *s)
{
	s->len = ipfix_end(&s->m, TIME, DOMAIN, d->records);
	if (!decode(d, s->buf, s->len))
		fail_msg("%s", d->why);
	assert_int_equal(d->domain, DOMAIN);
	assert_int_equal(d->time, TIME);
}

static void assert_numbers(const struct decoded_record *r, const uint64_t (*want)[3], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (decoded_number(r, (uint32_t)want[i][0], (uint16_t)want[i][1]) != want[i][2])
			fail_msg("element %llu/%llu is %llu, not %llu", (unsigned long long)want[i][0],
				 (unsigned long long)want[i][1],
				 (unsigned long long)decoded_number(r, (uint32_t)want[i][0], (uint16_t)want[i][1]),
				 (unsigned long long)want[i][2]);
}

static const uint64_t common[][3] = {
	{ 0, 1, 1234 },
	{ 0, 2, 5 },
	{ 0, 6, 0x1b },
	{ REVERSE, 1, 0x20000000000ull },
	{ REVERSE, 2, 0x100000000ull },
	{ REVERSE, 6, 0x12 },
	{ 0, 152, 1795665992123ull },
	{ 0, 153, 1795665999999ull },
	{ 0, 136, 1 },
	{ 0, 239, 1 },
	{ 0, 58, 100 },
	{ 0, 245, 200 },
	{ 0, 10, 7 },
	{ 0, 14, 9 },
	{ 0, 61, 0 },
	{ 0, 233, 2 },
	{ 0, 89, 64 },
	{ 0, 302, 3 },
};

static void test_flows(void **state)
{
	static const struct {
		enum family family;
		__u8 proto;
		const char *src, *dst;
		bool ports;
		uint16_t icmp;
	} t[] = {
		{ FAMILY_INET, PROTO_TCP, "192.0.2.1", "198.51.100.2", true, 0 },
		{ FAMILY_INET, PROTO_ICMP6, "192.0.2.1", "198.51.100.2", true, 0 }, /* in name: no type of its own */
		{ FAMILY_INET6, PROTO_TCP, "2001:db8::1", "2001:db8::2", true, 0 },
		{ FAMILY_INET, PROTO_ICMP, "192.0.2.1", "198.51.100.2", false, 32 },
		{ FAMILY_INET6, PROTO_ICMP6, "2001:db8::1", "2001:db8::2", false, 139 },
	};
	struct decoder d = { .ntemplates = 0 };
	struct sent s;

	(void)state;
	begin(&s, 1400);
	assert_true(ipfix_add_templates(&s.m));
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct flow_record r = record(t[i].family, t[i].proto, t[i].src, t[i].dst);

		if (t[i].proto == PROTO_ICMP || t[i].proto == PROTO_ICMP6)
			r.flow.key.aport.raw = 8 << 8 | 3; /* type and code */
		assert_true(ipfix_add_flow(&s.m, &r));
	}
	decode_sent(&d, &s);
	assert_int_equal(d.n, sizeof(t) / sizeof(t[0]));
	for (size_t i = 0; i < d.n; i++) {
		bool v6 = t[i].family == FAMILY_INET6, keyed = t[i].proto == PROTO_ICMP || t[i].proto == PROTO_ICMP6;
		const struct decoded_field *src = decoded_find(&d.v[i], 0, v6 ? 27 : 8),
					   *dst = decoded_find(&d.v[i], 0, v6 ? 28 : 12);
		addr_t a, b;

		set_addr(t[i].src, &a);
		set_addr(t[i].dst, &b);
		assert_true(src && dst && src->length == (v6 ? 16 : 4) && dst->length == src->length);
		assert_memory_equal(src->value, v6 ? a.b : a.b + 12, src->length);
		assert_memory_equal(dst->value, v6 ? b.b : b.b + 12, dst->length);
		assert_numbers(&d.v[i], common, sizeof(common) / sizeof(common[0]));
		assert_int_equal(decoded_number(&d.v[i], 0, 4), t[i].proto);
		assert_int_equal(decoded_number(&d.v[i], 0, 7), !t[i].ports ? UINT64_MAX : keyed ? 0 : 1111);
		assert_int_equal(decoded_number(&d.v[i], 0, 11), !t[i].ports ? UINT64_MAX : keyed ? 0 : 80);
		if (t[i].icmp)
			assert_int_equal(decoded_number(&d.v[i], 0, t[i].icmp), 8 << 8 | 3);
	}
	decoder_free(&d);
}

/* Why a record was made, and what became of the flow: flowEndReason, firewallEvent, forwardingStatus. */
static void test_ends(void **state)
{
	static const struct {
		enum end_reason end;
		bool first, over;
		enum verdict verdict;
		__u8 reason, event, status;
	} t[] = {
		{ END_IDLE, true, true, VERDICT_PASS, 1, 2, 64 },      { END_IDLE, true, false, VERDICT_PASS, 1, 1, 64 },
		{ END_IDLE, false, false, VERDICT_PASS, 1, 5, 64 },    { END_ACTIVE, true, false, VERDICT_PASS, 2, 1, 64 },
		{ END_ACTIVE, false, false, VERDICT_PASS, 2, 5, 64 },  { END_CLOSED, false, true, VERDICT_PASS, 3, 2, 64 },
		{ END_SHUTDOWN, true, false, VERDICT_PASS, 4, 1, 64 }, { END_EVICTED, true, true, VERDICT_PASS, 5, 2, 64 },
		{ END_CLOSED, true, true, VERDICT_DROP, 3, 3, 129 },
	};
	struct decoder d = { .ntemplates = 0 };
	struct sent s;

	(void)state;
	begin(&s, 1400);
	assert_true(ipfix_add_templates(&s.m));
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct flow_record r = record(FAMILY_INET, PROTO_UDP, "192.0.2.1", "198.51.100.2");

		r.end = t[i].end;
		r.first_record = t[i].first;
		r.over = t[i].over;
		r.flow.ruling[DIRECTION_IN].judged = judged_make(DIRECTION_IN, t[i].verdict, rule_none(), false);
		assert_true(ipfix_add_flow(&s.m, &r));
	}
	decode_sent(&d, &s);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const uint64_t want[][3] = {
			{ 0, 136, t[i].reason }, { 0, 233, t[i].event }, { 0, 89, t[i].status }, { 0, 302, 0 }
		};

		assert_numbers(&d.v[i], want, 4);
	}
	decoder_free(&d);
}

static void test_options(void **state)
{
	const struct export_tally unsent = { 3, 0x100000001ull, UINT64_MAX - 1 };
	const uint64_t counts[][3] = { { 0, 144, 4242 }, { 0, 166, 3 }, { 0, 167, 0x100000001ull }, { 0, 168, UINT64_MAX - 1 } };
	struct decoder d = { .ntemplates = 0 };
	char label[64];
	struct sent s;

	(void)state;
	memset(label, 'x', 63);
	label[63] = '\0';
	begin(&s, IPFIX_MIN);
	assert_true(ipfix_add_templates(&s.m));
	assert_true(ipfix_add_rule(&s.m, 7, 0, "default"));
	assert_true(ipfix_add_rule(&s.m, 7, 262144, label));
	assert_true(ipfix_add_rule(&s.m, 7, 2, ""));
	assert_true(ipfix_add_unsent(&s.m, 4242, &unsent));
	decode_sent(&d, &s);
	assert_int_equal(d.n, 4);
	for (int i = 0; i < 3; i++) {
		static const uint64_t rules[] = { 0, 262144, 2 };
		const char *const names[] = { "default", label, "" };
		const struct decoded_field *name = decoded_find(&d.v[i], 0, 335);

		assert_true(d.v[i].options && name);
		assert_int_equal(decoded_number(&d.v[i], 0, 302), rules[i]);
		assert_int_equal(decoded_number(&d.v[i], 0, 301), 7);
		assert_int_equal(name->length, strlen(names[i]));
		assert_memory_equal(name->value, names[i], name->length);
	}
	assert_numbers(&d.v[3], counts, 4);
	decoder_free(&d);
}

/* Messages are filled to the last byte and not beyond; sequence numbers count data records of all sets. */
static void test_full(void **state)
{
	struct decoder d = { .ntemplates = 0 };
	size_t total = 0;

	(void)state;
	for (size_t max = IPFIX_MIN; max < IPFIX_MIN + 120; max++) {
		const struct flow_record v4 = record(FAMILY_INET, PROTO_UDP, "192.0.2.1", "198.51.100.2");
		const struct flow_record v6 = record(FAMILY_INET6, PROTO_UDP, "2001:db8::1", "2001:db8::2");
		struct sent s;
		size_t n = 0;

		begin(&s, max);
		if (max == IPFIX_MIN)
			assert_true(ipfix_add_templates(&s.m));
		while (ipfix_add_flow(&s.m, n % 3 ? &v4 : &v6))
			n++;
		assert_true(s.m.len <= max && s.m.len + 130 > max);
		for (size_t i = max; i < sizeof(s.buf); i++)
			assert_int_equal(s.buf[i], 0xee);
		decode_sent(&d, &s);
		assert_int_equal(d.n, n);
		total += n;
	}
	assert_int_equal(d.records, total);
	decoder_free(&d);
}

/* The decoder does see faults: any byte of headers and templates that is changed, and any cut. */
static void test_decoder(void **state)
{
	const struct flow_record r = record(FAMILY_INET, PROTO_UDP, "192.0.2.1", "198.51.100.2");
	struct sent s;
	size_t len;

	(void)state;
	begin(&s, 1400);
	assert_true(ipfix_add_templates(&s.m) && ipfix_add_flow(&s.m, &r));
	len = ipfix_end(&s.m, TIME, DOMAIN, 0);
	for (size_t cut = 0; cut < len; cut++) {
		struct decoder d = { .ntemplates = 0 };

		assert_false(decode(&d, s.buf, cut));
		decoder_free(&d);
	}
	for (size_t at = 0; at < 12; at++) {
		struct decoder d = { .ntemplates = 0 };

		s.buf[at] ^= 1;
		assert_int_equal(decode(&d, s.buf, len), at >= 4 && at < 8); /* but for the time */
		s.buf[at] ^= 1;
		decoder_free(&d);
	}
}

static void test_targets(void **state)
{
	static const struct {
		const char *text;
		bool tcp;
		enum family family;
		unsigned int port;
	} good[] = {
		{ "udp:192.0.2.1:4739", false, FAMILY_INET, 4739 },
		{ "tcp:[2001:db8::1]:1", true, FAMILY_INET6, 1 },
		{ "tcp:127.0.0.1:65535", true, FAMILY_INET, 65535 },
		{ "udp:[::1]:9995", false, FAMILY_INET6, 9995 },
	};
	static const struct {
		const char *text, *words;
	} bad[] = {
		{ "192.0.2.1:4739", "udp: or tcp:" },
		{ "udp:", "port" },
		{ "udp:192.0.2.1", "port" },
		{ "udp:192.0.2.1:", "port" },
		{ "udp:192.0.2.1:0", "port" },
		{ "udp:192.0.2.1:65536", "port" },
		{ "udp:192.0.2.1:47x", "port" },
		{ "tcp:2001:db8::1:4739", "brackets" },
		{ "tcp:[2001:db8::1]4739", "port" },
		{ "tcp:[2001:db8::1:4739", "port" },
		{ "udp:collector.example:4739", "names are not looked up" },
		{ "udp::4739", "not an address" },
		{ "udp:192.0.2.1%lo:4739", "no interface" },
		{ "udp:[fe80::1%no-such-0]:1", "no interface" },
	};
	struct ipfix_target t;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		_cleanup_free_ char *err = NULL;

		if (ipfix_target_parse(good[i].text, &t, &err))
			fail_msg("%s", err);
		assert_true(t.tcp == good[i].tcp && t.family == good[i].family && t.port == good[i].port && !t.scope);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		_cleanup_free_ char *err = NULL;

		assert_int_not_equal(ipfix_target_parse(bad[i].text, &t, &err), 0);
		if (!strstr(err, bad[i].words))
			fail_msg("%s: %s", bad[i].text, err);
	}
	assert_int_equal(ipfix_target_parse("udp:[fe80::1%1]:4739", &t, NULL), 0);
	assert_int_equal(t.scope, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flows), cmocka_unit_test(test_ends),    cmocka_unit_test(test_options),
		cmocka_unit_test(test_full),  cmocka_unit_test(test_decoder), cmocka_unit_test(test_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
