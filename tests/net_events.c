/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events of flows: each flow that the table gave up is told once, as it was at last; what no reader got is counted; readers do not take
 * each other's events.
 */
#include "net_table.h"

enum { RING = 1 << 22, SMALL_RING = 4096, FLOOD = 20000 };

struct told {
	size_t n;
	uint64_t packets, flows[EVENT_COUNT];
	struct flow_event last;
};

static int note(void *arg, const union event_any *e)
{
	struct told *told = (struct told *)arg;

	assert_in_range(e->head.kind, EVENT_FLOW_START, EVENT_FLOW_END);
	assert_int_equal(e->head.size, sizeof(e->flow));
	assert_int_equal(e->head.time_ns, e->head.now.raw); /* a replay's clock counts ns */
	told->n++;
	told->flows[e->head.kind]++;
	if (e->head.kind == EVENT_FLOW_END)
		told->packets += e->flow.flow.packets[0] + e->flow.flow.packets[1];
	told->last = e->flow;
	return 0;
}

static struct told read_all(struct events *e)
{
	struct told told = { .n = 0 };

	while (events_poll(e, 0, note, &told) > 0)
		;
	return told;
}

/* A table too small for a flood: flows told + flows in the table = flows made, and the same of packets. */
static void flood_hook(enum net_hook hook)
{
	struct table t = open_table(hook, "option flows 1024\noption timeout udp-unreplied 1h\n");
	struct events *e = reader(&t, 1 << EVENT_FLOW_START | 1 << EVENT_FLOW_END, RING);
	struct events *other = reader(&t, 1 << EVENT_FLOW_END, RING);
	uint64_t evicted, starts = 0, ends = 0, packets = 0;

	for (unsigned int i = 0; i < FLOOD; i++, t.now += 1000) {
		judge(&t, "udp 10.0.%u.%u:%u > 192.0.2.1:53", i >> 8 & 255, i & 255, 1024 + i % 60000);
		if (i % 1000 == 999) {
			struct told told = read_all(e);

			starts += told.flows[EVENT_FLOW_START];
			ends += told.flows[EVENT_FLOW_END];
			packets += told.packets;
		}
	}
	evicted = replay_losses(t.r, LOSS_EVICTED);
	assert_in_range(evicted, FLOOD - 1024, FLOOD - 1);
	assert_int_equal(starts, FLOOD);
	assert_int_equal(ends, evicted);
	assert_int_equal(packets, evicted);
	assert_int_equal(events_lost(e), 0);
	assert_int_equal(counted(&t, EVENT_FLOW_END, FATE_SENT), evicted);
	assert_int_equal(counted(&t, EVENT_FLOW_END, FATE_UNREAD), 0);
	/* The other reader has had its own all the while, and nothing that it did not want. */
	{
		struct told told = read_all(other);

		assert_int_equal(told.flows[EVENT_FLOW_END], evicted);
		assert_int_equal(told.flows[EVENT_FLOW_START], 0);
	}
	events_close(other);
	events_close(e);
	close_table(&t);
}

static void test_flood(void **state)
{
	(void)state;
	for (int h = 0; h < NET_HOOKS; h++)
		flood_hook((enum net_hook)h);
}

/* The connection's end is hinted at; the late packet is in the record; a new connection of the same key ends the entry. */
static void test_ends(void **state)
{
	struct table t = open_table(NET_XDP, "option flows 1024\n");
	struct events *e = reader(&t, 1 << EVENT_FLOW_START | 1 << EVENT_FLOW_CLOSED | 1 << EVENT_FLOW_END, RING);
	struct told told;

	(void)state;
	judge(&t, "tcp 10.0.0.1:1000 > 192.0.2.1:80 S");
	judge(&t, "tcp 192.0.2.1:80 > 10.0.0.1:1000 SA");
	judge(&t, "tcp 10.0.0.1:1000 > 192.0.2.1:80 A");
	told = read_all(e);
	assert_int_equal(told.n, 1);
	assert_int_equal(told.flows[EVENT_FLOW_START], 1);
	assert_int_equal(told.last.head.now.raw, START_NS);
	judge(&t, "tcp 10.0.0.1:1000 > 192.0.2.1:80 FA");
	judge(&t, "tcp 192.0.2.1:80 > 10.0.0.1:1000 FA");
	assert_int_equal(read_all(e).n, 0);
	judge(&t, "tcp 10.0.0.1:1000 > 192.0.2.1:80 A");
	judge(&t, "tcp 10.0.0.1:1000 > 192.0.2.1:80 A"); /* late, of a closed flow */
	told = read_all(e);
	assert_int_equal(told.n, 1);
	assert_int_equal(told.flows[EVENT_FLOW_CLOSED], 1);
	assert_int_equal(told.last.flow.state, FLOW_CLOSED);
	assert_int_equal(told.last.flow.packets[0] + told.last.flow.packets[1], 6);
	judge(&t, "tcp 10.0.0.1:1000 > 192.0.2.1:80 S");
	told = read_all(e);
	assert_int_equal(told.n, 2);
	assert_int_equal(told.flows[EVENT_FLOW_END], 1);
	assert_int_equal(told.packets, 7);
	assert_int_equal(told.last.head.kind, EVENT_FLOW_START);
	assert_int_equal(told.last.flow.packets[0], 1);
	events_close(e);
	close_table(&t);
}

static int only_end(void *arg, const union event_any *e)
{
	if (e->head.kind == EVENT_FLOW_END)
		*(struct flow_event *)arg = e->flow;
	return 0;
}

/* Why an entry ended, and that serials tell its flows apart. */
static void test_reasons(void **state)
{
	struct table t = open_table(NET_XDP, "option flows 1024\n");
	struct events *e = reader(&t, 1 << EVENT_FLOW_END, RING);
	struct flow_event end = { .place = NO_FLOW }, before;

	(void)state;
	judge(&t, "udp 10.0.0.1:1000 > 192.0.2.1:53");
	t.now += 31000000000ull;
	judge(&t, "udp 10.0.0.1:1000 > 192.0.2.1:53");
	assert_int_equal(events_poll(e, 0, only_end, &end), 1);
	assert_int_equal(end.end, FLOW_END_EXPIRED);
	assert_int_equal(end.flow.last.raw, START_NS);
	before = end;
	t.now += 31000000000ull;
	judge(&t, "udp 192.0.2.1:53 > 10.0.0.1:1000");
	assert_int_equal(events_poll(e, 0, only_end, &end), 1);
	assert_int_equal(end.place, before.place);
	assert_int_equal(end.serial, before.serial + 1);
	judge(&t, "tcp 10.0.0.1:1000 > 192.0.2.1:80 S");
	judge(&t, "tcp 192.0.2.1:80 > 10.0.0.1:1000 RA");
	judge(&t, "tcp 10.0.0.1:1000 > 192.0.2.1:80 S");
	assert_int_equal(events_poll(e, 0, only_end, &end), 1);
	assert_int_equal(end.end, FLOW_END_REPLACED);
	assert_int_equal(end.flow.state, FLOW_RESET);
	events_close(e);
	close_table(&t);
}

/* No reader: unread. One whose ring is full: lost, and it knows. Sent + lost + unread are all. */
static void test_losses(void **state)
{
	struct table t = open_table(NET_XDP, "option flows 1024\noption timeout udp-unreplied 1h\n");
	uint64_t unread, evicted;
	struct events *e;

	(void)state;
	for (unsigned int i = 0; i < 4000; i++, t.now += 1000)
		judge(&t, "udp 10.0.%u.%u:7 > 192.0.2.1:53", i >> 8, i & 255);
	unread = counted(&t, EVENT_FLOW_END, FATE_UNREAD);
	assert_int_equal(unread, replay_losses(t.r, LOSS_EVICTED));
	assert_int_equal(counted(&t, EVENT_FLOW_START, FATE_UNREAD), 0);
	e = reader(&t, 1 << EVENT_FLOW_END, SMALL_RING);
	for (unsigned int i = 4000; i < 8000; i++, t.now += 1000)
		judge(&t, "udp 10.0.%u.%u:7 > 192.0.2.1:53", i >> 8, i & 255);
	evicted = replay_losses(t.r, LOSS_EVICTED);
	assert_int_equal(counted(&t, EVENT_FLOW_END, FATE_UNREAD), unread);
	assert_int_equal(counted(&t, EVENT_FLOW_END, FATE_SENT) + counted(&t, EVENT_FLOW_END, FATE_LOST), evicted - unread);
	assert_int_equal(read_all(e).n, counted(&t, EVENT_FLOW_END, FATE_SENT));
	assert_int_equal(events_lost(e), counted(&t, EVENT_FLOW_END, FATE_LOST));
	assert_true(events_lost(e) > 0);
	events_close(e);
	judge(&t, "tcp 10.0.0.1:1000 > 192.0.2.1:80 R");
	assert_int_equal(counted(&t, EVENT_FLOW_CLOSED, FATE_UNREAD), 0);
	close_table(&t);
}

/* What a reader misses that stands still is lost, to it and to all, also where another one reads. */
static void test_still(void **state)
{
	struct table t = open_table(NET_XDP, "option flows 1024\n");
	const struct instance_maps *m = replay_instance(t.r);
	struct events *still = reader(&t, 1 << EVENT_FLOW_START, SMALL_RING), *other;
	struct watch *w = fw_watch_map(m->fw_watch);

	(void)state;
	assert_non_null(w);
	w->reader[0].until.raw = START_NS - 1; /* the first slot is that one's */
	judge(&t, "udp 10.0.0.1:7 > 192.0.2.1:53");
	assert_int_equal(counted(&t, EVENT_FLOW_START, FATE_LOST), 1);
	assert_int_equal(events_lost(still), 1);
	other = reader(&t, 1 << EVENT_FLOW_START | 1 << EVENT_FLOW_END, SMALL_RING);
	judge(&t, "udp 10.0.0.2:7 > 192.0.2.1:53");
	assert_int_equal(read_all(other).n, 1);
	assert_int_equal(events_lost(other), 0);
	assert_int_equal(events_lost(still), 2);
	assert_int_equal(counted(&t, EVENT_FLOW_START, FATE_LOST), 2);
	assert_int_equal(counted(&t, EVENT_FLOW_START, FATE_SENT), 0);
	fw_watch_unmap(w);
	events_close(other);
	events_close(still);
	close_table(&t);
}

/* Slots are as many as there are, and free again behind a reader. */
static void test_slots(void **state)
{
	struct table t = open_table(NET_XDP, "option flows 1024\n");
	_cleanup_free_ char *err = NULL;
	struct events *v[READERS_MAX], *more = NULL;

	(void)state;
	for (int i = 0; i < READERS_MAX; i++)
		v[i] = reader(&t, 1 << EVENT_FLOW_START, SMALL_RING);
	assert_int_equal(events_open(replay_instance(t.r), 1 << EVENT_FLOW_START, SMALL_RING, 0, &more, &err), -EBUSY);
	judge(&t, "udp 10.0.0.1:7 > 192.0.2.1:53");
	for (int i = 0; i < READERS_MAX; i++)
		assert_int_equal(read_all(v[i]).n, 1);
	events_close(v[3]);
	v[3] = reader(&t, 1 << EVENT_FLOW_START, SMALL_RING);
	judge(&t, "udp 10.0.0.2:7 > 192.0.2.1:53");
	for (int i = 0; i < READERS_MAX; i++) {
		assert_int_equal(read_all(v[i]).n, 1);
		events_close(v[i]);
	}
	judge(&t, "udp 10.0.0.3:7 > 192.0.2.1:53");
	assert_int_equal(counted(&t, EVENT_FLOW_START, FATE_SENT), 2);
	assert_int_equal(counted(&t, EVENT_FLOW_START, FATE_UNREAD), 0);
	close_table(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flood),  cmocka_unit_test(test_ends),  cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_losses), cmocka_unit_test(test_still), cmocka_unit_test(test_slots),
	};
	int refused = net_refused("net_events");

	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
