/* SPDX-License-Identifier: GPL-2.0 */
/* Events as lines, as JSON and as a capture, which libpcap reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <pcap/pcap.h>
#include "build_packet.h"
#include "../ctl/packetview.h"
#include "../ctl/pcapout.h"
#include "../ctl/replay.h"
#include "../ctl/shown.h"
#include "../ctl/util.h"

#define TIME_NS 1767225600123456789ull

static struct packet_event event_of(const char *packet)
{
	struct packet_event e = { .head = { .kind = EVENT_LOG, .size = sizeof(e) },
				  .rule = { 2 },
				  .segments = 1,
				  .verdict = VERDICT_DROP,
				  .reason = REASON_RULE };
	struct built b;

	build_packet(packet, &b);
	e.captured = (__u16)(b.frame.captured < SNAP_BYTES ? b.frame.captured : SNAP_BYTES);
	e.length = b.frame.original;
	e.link = (__u8)b.frame.link;
	memcpy(e.data, b.frame.data, e.captured);
	return e;
}

static void expect_line(const struct packet_event *e, const char *iface, const char *want)
{
	struct rule rules[3] = { { .label = "" }, { .label = "" }, { .label = "third" } };
	const struct ruleset rs = { .rules = rules, .nrules = 3 };
	const struct packet_context c = { .rules = &rs, .iface = iface, .time_ns = TIME_NS };
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };

	packet_line(&b, &c, e);
	assert_string_equal(b.str, want);
}

static void test_lines(void **state)
{
	struct packet_event e = event_of("tcp 10.0.0.1:1000 > 10.0.0.2:22 S vlan 7");

	(void)state;
	expect_line(&e, "eth0",
		    "2026-01-01T00:00:00.123456Z drop (rule 3 \"third\") in on eth0 proto tcp from 10.0.0.1 port 1000 "
		    "to 10.0.0.2 port 22 flags S vlan 7 ttl 64 length 40");
	e = event_of("icmp 2001:db8::1 > 2001:db8::2 type 200 code 3");
	e.rule.raw = RULE_NONE_RAW;
	e.reason = REASON_DEFAULT;
	e.direction = DIRECTION_OUT;
	expect_line(&e, "",
		    "2026-01-01T00:00:00.123456Z drop (default) out proto icmp6 from 2001:db8::1 to 2001:db8::2 "
		    "icmp-type 200 code 3 ttl 64 length 48");
	e = event_of("ethertype 35020");
	e.reason = REASON_NONIP;
	e.rule.raw = RULE_NONE_RAW;
	expect_line(&e, "eth0", "2026-01-01T00:00:00.123456Z drop (nonip) in on eth0: 42 bytes");
	/* A reply, of several packets; of a rule that is not known. The tag that the stack took off. */
	e = event_of("udp 10.0.0.1:1000 > 10.0.0.2:53 payload 400");
	e.rule.raw = 7;
	e.verdict = VERDICT_PASS;
	e.reason = REASON_STATE;
	e.segments = 4;
	e.vlan_present = 1;
	e.vlan_tci = 0x2000 | 9;
	expect_line(&e, "eth0",
		    "2026-01-01T00:00:00.123456Z pass (rule 8, state) in on eth0 proto udp from 10.0.0.1 port 1000 "
		    "to 10.0.0.2 port 53 vlan 9 ttl 64 length 428, 4 packets");
}

static struct flow flow_of(const char *packet, bool out)
{
	struct flow f;
	enum flow_side from = FLOW_SIDE_A;
	struct built b;
	struct packet p;

	build_packet(packet, &b);
	replay_parse(&b.frame, &p);
	memset(&f, 0, sizeof(f));
	assert_true(flow_key_of(&p, &f.key, &from));
	f.bits = from == FLOW_SIDE_B ? FLOW_INITIATOR_B | FLOW_MAKER_B : 0;
	f.state = (__u8)flow_first_state(&p);
	f.packets[0] = 3;
	f.bytes[0] = 300;
	f.last.raw = 2000000000;
	f.ruling[out].judged = judged_make(out ? DIRECTION_OUT : DIRECTION_IN, VERDICT_PASS, (rule_id_t){ 1 }, false);
	return f;
}

static void expect_flow(const struct flow *f, const struct flow_change *how, const char *want)
{
	struct rule rules[2] = { { .label = "" }, { .label = "a \"b\" \\" } };
	const struct ruleset rs = { .rules = rules, .nrules = 2 };
	struct flow_change t = *how;
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	struct flow_context c;

	flow_context_replay(&c, &rs);
	t.flow = f;
	t.time_ns = TIME_NS;
	flow_event_line(&b, &c, &t);
	assert_string_equal(b.str, want);
}

static void test_flows(void **state)
{
	const struct flow_change start = { .over = false }, closed = { .over = true, .end = END_CLOSED },
				 idle = { .over = true, .end = END_IDLE };
	struct flow f = flow_of("icmp 10.0.0.2 > 10.0.0.1 type 8 code 0 id 77", false);

	(void)state;
	expect_flow(
		&f, &start,
		"2026-01-01T00:00:00.123456Z flow start (rule 2 \"a \\\"b\\\" \\\\\") in proto icmp from 10.0.0.2 to 10.0.0.1 "
		"icmp-type echo-request code 0 id 77");
	f = flow_of("udp [2001:db8::1]:1000 > [2001:db8::2]:53 vlan 9 vlan 7", true);
	f.ruling[1].judged = judged_make(DIRECTION_OUT, VERDICT_PASS, rule_none(), false);
	expect_flow(
		&f, &idle,
		"2026-01-01T00:00:00.123456Z flow end (default) out proto udp from 2001:db8::1 port 1000 to 2001:db8::2 port 53 "
		"vlan 9 inner-vlan 7: idle, 3/0 packets, 300/0 bytes in 2s");
	f = flow_of("tcp 10.0.0.1:1000 > 10.0.0.2:22 R", false);
	f.ruling[0].judged = judged_make(DIRECTION_IN, VERDICT_PASS, (rule_id_t){ 0 }, false);
	expect_flow(&f, &closed,
		    "2026-01-01T00:00:00.123456Z flow end (rule 1) in proto tcp from 10.0.0.1 port 1000 to 10.0.0.2 port 22: "
		    "closed by a reset, 3/0 packets, 300/0 bytes in 2s");
	f = flow_of("tcp 10.0.0.1:1000 > 10.0.0.2:22 S", false);
	f.ruling[0].judged = judged_make(DIRECTION_IN, VERDICT_DROP, (rule_id_t){ 0 }, false);
	expect_flow(&f, &closed,
		    "2026-01-01T00:00:00.123456Z flow end (rule 1) in proto tcp from 10.0.0.1 port 1000 to 10.0.0.2 port 22: "
		    "closed by the rules, 3/0 packets, 300/0 bytes in 2s");
}

/* Whatever a name is, a terminal only shows it. */
static void test_shown(void **state)
{
	static const struct {
		const char *text, *plain, *quoted;
	} t[] = {
		{ "", "", "\"\"" },
		{ "eth0.7", "eth0.7", "\"eth0.7\"" },
		{ "a\x1b[31mb", "a\\x1b[31mb", "\"a\\x1b[31mb\"" },
		{ "\x01\x7f\x80\x9b\xff\n", "\\x01\\x7f\\x80\\x9b\\xff\\x0a", "\"\\x01\\x7f\\x80\\x9b\\xff\\x0a\"" },
		{ "a \"b\" \\c", "a \"b\" \\\\c", "\"a \\\"b\\\" \\\\c\"" },
	};
	struct packet_event e = event_of("udp 10.0.0.1:1000 > 10.0.0.2:53");

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(t); i++) {
		_cleanup_strbuf_ struct strbuf plain = { NULL, 0, 0 }, quoted = { NULL, 0, 0 };

		strbuf_add(&plain, "%s", "");
		shown_add(&plain, t[i].text);
		shown_add_quoted(&quoted, t[i].text);
		assert_string_equal(plain.str, t[i].plain);
		assert_string_equal(quoted.str, t[i].quoted);
	}
	expect_line(&e, "\x1b]0;x",
		    "2026-01-01T00:00:00.123456Z drop (rule 3 \"third\") in on \\x1b]0;x proto udp from 10.0.0.1 port 1000 "
		    "to 10.0.0.2 port 53 ttl 64 length 28");
}

static void test_json(void **state)
{
	const struct packet_context c = { .iface = "eth0", .time_ns = TIME_NS };
	struct packet_event e = event_of("tcp 10.0.0.1:1000 > 10.0.0.2:22 SA cut 20");
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	struct json j;

	(void)state;
	e.reason = REASON_TRUNCATED;
	e.rule.raw = RULE_NONE_RAW;
	json_init(&j, &b);
	packet_json(&j, &c, &e);
	json_done(&j);
	/* Cut before the addresses: none are told. */
	assert_non_null(strstr(
		b.str, "{\"event\":\"log\",\"time\":\"2026-01-01T00:00:00.123456Z\",\"interface\":\"eth0\",\"direction\":\"in\","
		       "\"verdict\":\"drop\",\"rule\":0,\"label\":\"\",\"reason\":\"truncated\",\"packets\":1"));
	assert_non_null(strstr(b.str, "\"frame\":20,\"data\":\""));
	assert_int_equal(strlen(strstr(b.str, "\"data\":\"")), strlen("\"data\":\"") + 40 + strlen("\"}"));
}

/* Writes the event, reads it by libpcap, and compares the frame. */
static void through_pcap(const struct packet_event *e, const uint8_t *want, size_t n, uint32_t original)
{
	char errors[PCAP_ERRBUF_SIZE];
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	struct pcap_pkthdr *head;
	const u_char *data;
	FILE *f = tmpfile();
	pcap_t *p;

	assert_non_null(f);
	pcap_begin(&b);
	pcap_packet(&b, e, TIME_NS);
	assert_int_equal(fwrite(b.str, b.len, 1, f), 1);
	rewind(f);
	p = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, errors);
	assert_non_null(p);
	assert_int_equal(pcap_datalink(p), DLT_EN10MB);
	assert_int_equal(pcap_next_ex(p, &head, &data), 1);
	assert_int_equal(head->ts.tv_sec, TIME_NS / 1000000000);
	assert_int_equal(head->ts.tv_usec, TIME_NS % 1000000000);
	assert_int_equal(head->caplen, n);
	assert_int_equal(head->len, original);
	assert_memory_equal(data, want, n);
	assert_int_equal(pcap_next_ex(p, &head, &data), PCAP_ERROR_BREAK);
	pcap_close(p);
}

static void test_pcap(void **state)
{
	struct packet_event e = event_of("udp 10.0.0.1:1000 > 10.0.0.2:53 payload 400");
	uint8_t frame[256];
	struct built b;

	(void)state;
	through_pcap(&e, e.data, SNAP_BYTES, 442);
	/* The tag comes back to where it was. */
	build_packet("udp 10.0.0.1:1000 > 10.0.0.2:53 payload 4 vlan 9", &b);
	e = event_of("udp 10.0.0.1:1000 > 10.0.0.2:53 payload 4");
	e.vlan_present = 1;
	e.vlan_tci = 9;
	through_pcap(&e, b.frame.data, b.frame.captured, b.frame.original);
	/* Without an Ethernet header it gets one. */
	memset(frame, 0, sizeof(frame));
	for (int six = 0; six < 2; six++) {
		e = event_of(six ? "udp 2001:db8::1 > 2001:db8::2 link ip" : "udp 10.0.0.1:1000 > 10.0.0.2:53 link ip");
		frame[12] = six ? 0x86 : 0x08;
		frame[13] = six ? 0xdd : 0x00;
		memcpy(frame + 14, e.data, e.captured);
		through_pcap(&e, frame, 14u + e.captured, 14 + e.length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines), cmocka_unit_test(test_flows), cmocka_unit_test(test_shown),
		cmocka_unit_test(test_json),  cmocka_unit_test(test_pcap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
