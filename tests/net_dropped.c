/* SPDX-License-Identifier: GPL-2.0 */
/* The table of dropped tuples: who was refused what and why; of fixed size, and what is not in it is counted. */
#include <arpa/inet.h>
#include "net_table.h"
#include "../ctl/maps.h"
#include "../shared/dropped.h"

enum { PLACES = DROPPED_BUCKETS * WAYS };

struct bench {
	struct table t;
	struct dropped_bucket *table;
};

static struct bench open_bench(enum net_hook hook, const char *rules)
{
	struct bench b = { .t = open_table_on(hook, "eth0", rules) };

	b.table = fw_dropped_map(replay_instance(b.t.r)->fw_dropped, DROPPED_BUCKETS);
	assert_non_null(b.table);
	return b;
}

static void close_bench(struct bench *b)
{
	fw_dropped_unmap(b->table, DROPPED_BUCKETS);
	close_table(&b->t);
}

/* Each packet has a time of its own. */
static enum verdict next(struct bench *b, const char *packet)
{
	b->t.now += 1000;
	return (enum verdict)judge(&b->t, "%s", packet)->outcome.verdict;
}

/* The number of entries; the last of them, and the sum of their packets and bytes. */
static size_t look(const struct bench *b, struct dropped *last, struct counters *sum)
{
	size_t n = 0;

	*sum = (struct counters){ 0, 0 };
	for (size_t i = 0; i < PLACES; i++) {
		const struct dropped *d = &b->table[i / WAYS].dropped[i % WAYS];

		if (!b->table[i / WAYS].head.tag[i % WAYS])
			continue;
		n++;
		*last = *d;
		sum->packets += d->packets;
		sum->bytes += d->bytes;
	}
	return n;
}

static void check_hook(enum net_hook hook)
{
	struct bench b = open_bench(hook, "default in drop\ndefault out drop\npass in to port 80\npass out to port 80\n"
					  "drop in proto udp to port 53\ndrop out proto udp to port 53\n");
	struct counters sum;
	struct dropped d;

	assert_int_equal(next(&b, "tcp 10.0.0.1:1000 > 192.0.2.1:80 S"), VERDICT_PASS);
	assert_int_equal(next(&b, "tcp 192.0.2.1:80 > 10.0.0.1:1000 SA"), VERDICT_PASS);
	assert_int_equal(look(&b, &d, &sum), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(next(&b, "udp 10.0.0.1:1000 > 192.0.2.1:53 payload 10"), VERDICT_DROP);
	assert_int_equal(look(&b, &d, &sum), 1);
	assert_int_equal(d.packets, 3);
	assert_int_equal(d.bytes, 3 * 38);
	assert_int_equal(d.first.raw, START_NS + 3000);
	assert_int_equal(d.last.raw, START_NS + 5000);
	assert_int_equal(d.rule.raw, hook == NET_TC_OUT ? 3 : 2);
	assert_int_equal(d.ruleset.raw, 1);
	assert_int_equal(d.verdict, VERDICT_DROP);
	assert_int_equal(d.reason, REASON_RULE);
	assert_int_equal(d.direction, net_direction(hook));
	assert_int_not_equal(d.iface.raw, IFACE_NONE);
	/* The other way is another tuple, by its sender. */
	assert_int_equal(next(&b, "udp 192.0.2.1:53 > 10.0.0.1:1000 payload 10"), VERDICT_DROP);
	assert_int_equal(look(&b, &d, &sum), 2);
	assert_int_equal(sum.packets, 4);
	close_bench(&b);
}

static void test_tuples(void **state)
{
	(void)state;
	for (int h = 0; h < NET_HOOKS; h++)
		check_hook((enum net_hook)h);
}

/* Packets whose kind has no flow have a tuple too; those that cannot be read have none. */
static void test_kinds(void **state)
{
	struct bench b = open_bench(NET_XDP, "default in drop\n");
	struct counters sum;
	struct dropped d;

	(void)state;
	next(&b, "icmp 10.0.0.1 > 192.0.2.1 type 3 code 1");
	assert_int_equal(look(&b, &d, &sum), 1);
	assert_int_equal(d.reason, REASON_DEFAULT);
	assert_int_equal(d.rule.raw, RULE_NONE_RAW);
	assert_int_equal(d.key.aport.raw, 3 << 8 | 1);
	assert_int_equal(d.key.proto, PROTO_ICMP);
	assert_int_equal(ntohl(d.key.a.w[3]), 0x0a000001);
	next(&b, "icmp 10.0.0.1 > 192.0.2.1 type 3 code 2");
	assert_int_equal(look(&b, &d, &sum), 2);
	next(&b, "udp 2001:db8::1 > 2001:db8::2 frag 100");
	next(&b, "udp 2001:db8::1 > 2001:db8::2 frag 200");
	assert_int_equal(look(&b, &d, &sum), 3);
	assert_int_equal(sum.packets, 4);
	next(&b, "tcp 10.0.0.1:1 > 192.0.2.1:80 offset 2");
	assert_int_equal(look(&b, &d, &sum), 3);
	close_bench(&b);
}

/* Entries + what gave way to newer ones = all packets; the newest are there. */
static void test_flood(void **state)
{
	struct bench b = open_bench(NET_XDP, "default in drop\n");
	struct counters sum, displaced = { 0, 0 }, unlisted = { 0, 0 };
	const unsigned int flood = 4 * PLACES;
	struct dropped d;
	char text[80];

	(void)state;
	for (unsigned int i = 0; i < flood; i++) {
		snprintf(text, sizeof(text), "udp 10.%u.%u.%u:7 > 192.0.2.1:53 payload 2", i >> 16, i >> 8 & 255, i & 255);
		next(&b, text);
	}
	assert_in_range(look(&b, &d, &sum), PLACES * 95 / 100, PLACES);
	assert_int_equal(fw_losses_sum(replay_instance(b.t.r)->fw_losses, (loss_id_t){ LOSS_DROPPED_DISPLACED }, &displaced), 0);
	assert_int_equal(fw_losses_sum(replay_instance(b.t.r)->fw_losses, (loss_id_t){ LOSS_DROPPED_UNLISTED }, &unlisted), 0);
	assert_int_equal(unlisted.packets, 0); /* each packet has its own tick in a replay */
	assert_int_equal(sum.packets + displaced.packets, flood);
	assert_int_equal(sum.bytes + displaced.bytes, 30 * flood);
	for (unsigned int i = 0; i < 100; i++)
		next(&b, text);
	look(&b, &d, &sum);
	assert_int_equal(sum.packets + displaced.packets, flood + 100);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tuples),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_flood),
	};
	int refused = net_refused("net_dropped");

	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
