/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that readers are told of: each that a rule with `log` decides, cached ones and replies too, and drops where someone
 * asks for them; with what was decided and the packet's first bytes. What was sent + what was lost = what the rule counted.
 */
#include "net_table.h"

enum { RING = 1 << 20, SMALL_RING = 4096, LOGS = 1 << EVENT_LOG, DROPS = 1 << EVENT_DROP };

/* Each packet has a time of its own. */
static const struct outcome *next(struct table *t, const char *packet)
{
	t->now += 1000;
	return &judge(t, "%s", packet)->outcome;
}

struct told {
	size_t n;
	uint64_t packets;
	struct packet_event last;
};

static int note(void *arg, const union event_any *e)
{
	struct told *told = (struct told *)arg;

	assert_true(e->head.kind == EVENT_LOG || e->head.kind == EVENT_DROP);
	assert_int_equal(e->head.size, sizeof(e->packet));
	told->n++;
	told->packets += e->packet.segments;
	told->last = e->packet;
	return 0;
}

static struct told read_all(struct events *e)
{
	struct told told = { .n = 0 };

	while (events_poll(e, 0, note, &told) > 0)
		;
	return told;
}

/* The event is about the packet that was judged last. */
static void check_event(const struct table *t, const struct packet_event *e, enum event kind, const struct outcome *o)
{
	const struct frame *f = &t->last.frame;
	size_t n = f->captured < SNAP_BYTES ? f->captured : SNAP_BYTES;
	static const __u8 none[SNAP_BYTES];

	assert_int_equal(e->head.kind, kind);
	assert_int_equal(e->head.time_ns, t->now);
	assert_int_equal(e->verdict, o->verdict);
	assert_int_equal(e->reason, o->reason);
	assert_int_equal(e->rule.raw, o->rule.raw);
	assert_int_equal(e->decided_by, o->direction);
	assert_int_equal(e->direction, net_direction(t->hook));
	assert_int_equal(e->segments, 1);
	assert_int_equal(e->length, f->original);
	assert_int_equal(e->link, f->link);
	assert_int_equal(e->captured, n);
	assert_memory_equal(e->data, f->data, n);
	assert_memory_equal(e->data + n, none, SNAP_BYTES - n);
}

/* A flow whose rule logs: the packet that makes it, the cached ones, the replies. Other flows are not told of. */
static void log_flow(enum net_hook hook)
{
	static const char *const packets[] = {
		"tcp 10.0.0.1:1000 > 192.0.2.1:80 S", "tcp 192.0.2.1:80 > 10.0.0.1:1000 SA",
		"tcp 10.0.0.1:1000 > 192.0.2.1:80 A", "tcp 10.0.0.1:1000 > 192.0.2.1:80 PA",
		"tcp 192.0.2.1:80 > 10.0.0.1:1000 A", "tcp 10.0.0.1:1000 > 192.0.2.1:80 A",
	};
	struct table t = open_table(hook, "pass in to port 80 log\npass in to port 81\n"
					  "pass out to port 80 log\npass out to port 81\n");
	struct events *e = reader(&t, LOGS, RING);

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		const struct outcome *o = next(&t, packets[i]);
		struct told told = read_all(e);

		assert_int_equal(o->verdict, VERDICT_PASS);
		assert_int_equal(told.n, 1);
		check_event(&t, &told.last, EVENT_LOG, o);
		assert_int_equal(o->rule.raw, hook == NET_TC_OUT ? 2 : 0);
	}
	next(&t, "tcp 10.0.0.1:1000 > 192.0.2.1:81 S");
	next(&t, "tcp 192.0.2.1:81 > 10.0.0.1:1000 SA");
	next(&t, "udp 10.0.0.1:1000 > 192.0.2.1:53");
	assert_int_equal(read_all(e).n, 0);
	events_close(e);
	close_table(&t);
}

static void test_flow(void **state)
{
	(void)state;
	for (int h = 0; h < NET_HOOKS; h++)
		log_flow((enum net_hook)h);
}

/* Frames of each length around those of the words that bytes are copied in, and beyond what is kept. */
static void test_bytes(void **state)
{
	struct table t = open_table(NET_XDP, "default in drop\ndrop in log\n");
	struct events *e = reader(&t, LOGS, RING);

	(void)state;
	for (unsigned int payload = 22; payload < 140; payload++) {
		char text[80];
		const struct outcome *o;
		struct told told;

		snprintf(text, sizeof(text), "udp 10.0.0.1:1000 > 192.0.2.1:53 payload %u", payload);
		o = next(&t, text);
		told = read_all(e);
		assert_int_equal(o->verdict, VERDICT_DROP);
		assert_int_equal(told.n, 1);
		check_event(&t, &told.last, EVENT_LOG, o);
	}
	events_close(e);
	close_table(&t);
}

/* A logged drop is told as a log, another as a drop, to who asks for drops. */
static void test_drops(void **state)
{
	struct table t = open_table(NET_XDP,
				    "default in drop\ndefault malformed drop\npass in to port 80\ndrop in to port 53 log\n"
				    "drop in to port 54\n");
	struct events *logs = reader(&t, LOGS, RING), *both = reader(&t, LOGS | DROPS, RING), *drops = reader(&t, DROPS, RING);
	const struct {
		const char *packet;
		int log, drop;
	} cases[] = {
		{ "udp 10.0.0.1:1 > 192.0.2.1:80", 0, 0 },
		{ "udp 10.0.0.1:1 > 192.0.2.1:53", 1, 0 },
		{ "udp 10.0.0.1:1 > 192.0.2.1:54", 0, 1 },
		{ "udp 10.0.0.1:1 > 192.0.2.1:55", 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct outcome o = *next(&t, cases[i].packet);
		struct told told = read_all(both);

		assert_int_equal(told.n, cases[i].log + cases[i].drop);
		if (told.n)
			check_event(&t, &told.last, cases[i].log ? EVENT_LOG : EVENT_DROP, &o);
		assert_int_equal(read_all(logs).n, cases[i].log);
		assert_int_equal(read_all(drops).n, cases[i].drop);
	}
	events_close(both);
	events_close(logs);
	/* Nobody asks for logs any more: it is a drop like others; the log is counted. */
	next(&t, cases[1].packet);
	assert_int_equal(read_all(drops).n, 1);
	assert_int_equal(counted(&t, EVENT_LOG, FATE_UNREAD), 1);
	events_close(drops);
	next(&t, cases[1].packet);
	assert_int_equal(counted(&t, EVENT_LOG, FATE_UNREAD), 2);
	assert_int_equal(counted(&t, EVENT_DROP, FATE_UNREAD), 0);
	close_table(&t);
}

/* Rules with per-packet fields, and replies that they stop. */
static void test_per_packet(void **state)
{
	struct table t = open_table(NET_XDP, "drop in proto tcp flags SF/SF log\npass in to port 80\n");
	struct events *e = reader(&t, LOGS, RING);

	(void)state;
	next(&t, "tcp 10.0.0.1:1000 > 192.0.2.1:80 S");
	next(&t, "tcp 192.0.2.1:80 > 10.0.0.1:1000 SA");
	assert_int_equal(read_all(e).n, 0);
	assert_int_equal(next(&t, "tcp 10.0.0.1:1000 > 192.0.2.1:80 FS")->verdict, VERDICT_DROP);
	assert_int_equal(read_all(e).n, 1);
	assert_int_equal(next(&t, "tcp 192.0.2.1:80 > 10.0.0.1:1000 FS")->verdict, VERDICT_DROP);
	assert_int_equal(read_all(e).last.rule.raw, 0);
	events_close(e);
	close_table(&t);
}

static void test_every(void **state)
{
	struct table t = open_table(NET_XDP, "drop in to port 53 log every 10\npass in to port 80 log every 3\n");
	struct events *e = reader(&t, LOGS, RING);

	(void)state;
	for (unsigned int i = 0; i < 100; i++) {
		next(&t, "udp 10.0.0.1:1 > 192.0.2.1:53");
		assert_int_equal(read_all(e).n, i % 10 == 0);
	}
	for (unsigned int i = 0; i < 30; i++) { /* of one flow, which both directions belong to */
		next(&t, i % 2 ? "udp 192.0.2.1:80 > 10.0.0.1:1" : "udp 10.0.0.1:1 > 192.0.2.1:80");
		assert_int_equal(read_all(e).n, i % 3 == 0);
	}
	events_close(e);
	close_table(&t);
}

/* A ring for some twenty events, and a thousand packets: sent + lost = matched, and the verdicts are as ever. */
static void test_losses(void **state)
{
	struct table t = open_table(NET_XDP, "drop in to port 53 log\n");
	struct events *e = reader(&t, LOGS, SMALL_RING);
	uint64_t seen = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		assert_int_equal(next(&t, "udp 10.0.0.1:1 > 192.0.2.1:53")->verdict, VERDICT_DROP);
		if (i % 100 == 99)
			seen += read_all(e).packets;
	}
	assert_true(seen > 100 && seen < 500);
	assert_int_equal(seen, counted(&t, EVENT_LOG, FATE_SENT));
	assert_int_equal(seen + counted(&t, EVENT_LOG, FATE_LOST), 1000);
	assert_int_equal(events_lost(e), 1000 - seen);
	events_close(e);
	close_table(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flow),       cmocka_unit_test(test_bytes), cmocka_unit_test(test_drops),
		cmocka_unit_test(test_per_packet), cmocka_unit_test(test_every), cmocka_unit_test(test_losses),
	};
	int refused = net_refused("net_log");

	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
