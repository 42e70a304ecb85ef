/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that readers are told of: each that a rule with `log` decides, cached ones and replies too, and drops where someone
 * asks for them; with what was decided and the packet's first bytes. What was sent + what was lost = what the rule counted.
 */
#include "build_packet.h"
#include "net_replay.h"
#include "../ctl/events.h"

#define START_NS (1767225600 * 1000000000ull)
enum { RING = 1 << 20, SMALL_RING = 4096, LOGS = 1 << EVENT_LOG, DROPS = 1 << EVENT_DROP };

struct bench {
	struct ruleset rs;
	struct replay *r;
	enum net_hook hook;
	struct built last;
	uint64_t now;
};

static struct bench open_bench(enum net_hook hook, const char *rules)
{
	struct bench b = { .hook = hook, .now = START_NS };

	net_rules(rules, strlen(rules), &b.rs);
	b.r = net_open(&b.rs, NULL, net_load(hook));
	return b;
}

static void close_bench(struct bench *b)
{
	replay_close(b->r);
	ruleset_free(&b->rs);
}

static const struct outcome *judge(struct bench *b, const char *packet)
{
	build_packet(packet, &b->last);
	b->now += 1000;
	return &net_judge(b->r, b->hook, b->now, &b->last.frame)->outcome;
}

static struct events *reader(struct bench *b, __u32 kinds, size_t bytes)
{
	_cleanup_free_ char *err = NULL;
	struct events *e = NULL;

	if (events_open(replay_instance(b->r), kinds, bytes, 0, &e, &err))
		fail_msg("%s", err);
	return e;
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

static uint64_t counted(struct bench *b, enum event kind, enum event_fate fate)
{
	struct counters c;

	assert_int_equal(events_counted(replay_instance(b->r), kind, fate, &c), 0);
	return c.packets;
}

/* The event is about the packet that was judged last. */
static void check_event(const struct bench *b, const struct packet_event *e, enum event kind, const struct outcome *o)
{
	const struct frame *f = &b->last.frame;
	size_t n = f->captured < SNAP_BYTES ? f->captured : SNAP_BYTES;
	static const __u8 none[SNAP_BYTES];

	assert_int_equal(e->head.kind, kind);
	assert_int_equal(e->head.time_ns, b->now);
	assert_int_equal(e->verdict, o->verdict);
	assert_int_equal(e->reason, o->reason);
	assert_int_equal(e->rule.raw, o->rule.raw);
	assert_int_equal(e->decided_by, o->direction);
	assert_int_equal(e->direction, net_direction(b->hook));
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
	struct bench b = open_bench(hook, "pass in to port 80 log\npass in to port 81\n"
					  "pass out to port 80 log\npass out to port 81\n");
	struct events *e = reader(&b, LOGS, RING);

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		const struct outcome *o = judge(&b, packets[i]);
		struct told told = read_all(e);

		assert_int_equal(o->verdict, VERDICT_PASS);
		assert_int_equal(told.n, 1);
		check_event(&b, &told.last, EVENT_LOG, o);
		assert_int_equal(o->rule.raw, hook == NET_TC_OUT ? 2 : 0);
	}
	judge(&b, "tcp 10.0.0.1:1000 > 192.0.2.1:81 S");
	judge(&b, "tcp 192.0.2.1:81 > 10.0.0.1:1000 SA");
	judge(&b, "udp 10.0.0.1:1000 > 192.0.2.1:53");
	assert_int_equal(read_all(e).n, 0);
	events_close(e);
	close_bench(&b);
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
	struct bench b = open_bench(NET_XDP, "default in drop\ndrop in log\n");
	struct events *e = reader(&b, LOGS, RING);

	(void)state;
	for (unsigned int payload = 22; payload < 140; payload++) {
		char text[80];
		const struct outcome *o;
		struct told told;

		snprintf(text, sizeof(text), "udp 10.0.0.1:1000 > 192.0.2.1:53 payload %u", payload);
		o = judge(&b, text);
		told = read_all(e);
		assert_int_equal(o->verdict, VERDICT_DROP);
		assert_int_equal(told.n, 1);
		check_event(&b, &told.last, EVENT_LOG, o);
	}
	events_close(e);
	close_bench(&b);
}

/* A logged drop is told as a log, another as a drop, to who asks for drops. */
static void test_drops(void **state)
{
	struct bench b = open_bench(NET_XDP,
				    "default in drop\ndefault malformed drop\npass in to port 80\ndrop in to port 53 log\n"
				    "drop in to port 54\n");
	struct events *logs = reader(&b, LOGS, RING), *both = reader(&b, LOGS | DROPS, RING), *drops = reader(&b, DROPS, RING);
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
		const struct outcome o = *judge(&b, cases[i].packet);
		struct told told = read_all(both);

		assert_int_equal(told.n, cases[i].log + cases[i].drop);
		if (told.n)
			check_event(&b, &told.last, cases[i].log ? EVENT_LOG : EVENT_DROP, &o);
		assert_int_equal(read_all(logs).n, cases[i].log);
		assert_int_equal(read_all(drops).n, cases[i].drop);
	}
	events_close(both);
	events_close(logs);
	/* Nobody asks for logs any more: it is a drop like others; the log is counted. */
	judge(&b, cases[1].packet);
	assert_int_equal(read_all(drops).n, 1);
	assert_int_equal(counted(&b, EVENT_LOG, FATE_UNREAD), 1);
	events_close(drops);
	judge(&b, cases[1].packet);
	assert_int_equal(counted(&b, EVENT_LOG, FATE_UNREAD), 2);
	assert_int_equal(counted(&b, EVENT_DROP, FATE_UNREAD), 0);
	close_bench(&b);
}

/* Rules with per-packet fields, and replies that they stop. */
static void test_per_packet(void **state)
{
	struct bench b = open_bench(NET_XDP, "drop in proto tcp flags SF/SF log\npass in to port 80\n");
	struct events *e = reader(&b, LOGS, RING);

	(void)state;
	judge(&b, "tcp 10.0.0.1:1000 > 192.0.2.1:80 S");
	judge(&b, "tcp 192.0.2.1:80 > 10.0.0.1:1000 SA");
	assert_int_equal(read_all(e).n, 0);
	assert_int_equal(judge(&b, "tcp 10.0.0.1:1000 > 192.0.2.1:80 FS")->verdict, VERDICT_DROP);
	assert_int_equal(read_all(e).n, 1);
	assert_int_equal(judge(&b, "tcp 192.0.2.1:80 > 10.0.0.1:1000 FS")->verdict, VERDICT_DROP);
	assert_int_equal(read_all(e).last.rule.raw, 0);
	events_close(e);
	close_bench(&b);
}

static void test_every(void **state)
{
	struct bench b = open_bench(NET_XDP, "drop in to port 53 log every 10\npass in to port 80 log every 3\n");
	struct events *e = reader(&b, LOGS, RING);

	(void)state;
	for (unsigned int i = 0; i < 100; i++) {
		judge(&b, "udp 10.0.0.1:1 > 192.0.2.1:53");
		assert_int_equal(read_all(e).n, i % 10 == 0);
	}
	for (unsigned int i = 0; i < 30; i++) { /* of one flow, which both directions belong to */
		judge(&b, i % 2 ? "udp 192.0.2.1:80 > 10.0.0.1:1" : "udp 10.0.0.1:1 > 192.0.2.1:80");
		assert_int_equal(read_all(e).n, i % 3 == 0);
	}
	events_close(e);
	close_bench(&b);
}

/* A ring for some twenty events, and a thousand packets: sent + lost = matched, and the verdicts are as ever. */
static void test_losses(void **state)
{
	struct bench b = open_bench(NET_XDP, "drop in to port 53 log\n");
	struct events *e = reader(&b, LOGS, SMALL_RING);
	uint64_t seen = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		assert_int_equal(judge(&b, "udp 10.0.0.1:1 > 192.0.2.1:53")->verdict, VERDICT_DROP);
		if (i % 100 == 99)
			seen += read_all(e).packets;
	}
	assert_true(seen > 100 && seen < 500);
	assert_int_equal(seen, counted(&b, EVENT_LOG, FATE_SENT));
	assert_int_equal(seen + counted(&b, EVENT_LOG, FATE_LOST), 1000);
	assert_int_equal(events_lost(e), 1000 - seen);
	events_close(e);
	close_bench(&b);
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
