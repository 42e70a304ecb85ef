/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow table under two CPUs at once: threads pinned to different CPUs run the live programs (not a replay's) with
 * BPF_PROG_TEST_RUN on one table. No packet, byte or flow may be missing at the end, or be counted twice.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include "build_packet.h"
#include "net_replay.h"
#include "scale.h"
#include "../ctl/compile.h"
#include "../ctl/timeouts.h"

enum { MANY = 2000000, BATCH = 20000, RACES = 20000, RACE_SECONDS = 20, FLOOD = 200000 };
enum { TICK_NS = 1000 }; /* far shorter than it is, so that nothing expires meanwhile */

/* An instance of its own, with the programs for all packets to pass. */
struct table {
	struct ruleset rs;
	struct tables tables;
	struct instance_maps maps;
	struct loaded loaded;
	struct flow_bucket *flows;
	__u32 buckets, hash_key[13];
};

static void open_table(struct table *t, __u32 buckets)
{
	struct load_request rq = { .instance = &t->maps,
				   .tables = &t->tables,
				   .text = "",
				   .hooks = LOAD_XDP | LOAD_OUT,
				   .cfg = { .buckets = buckets },
				   .settings = { .ruleset = { 1 }, .newest = { 1 } },
				   .info = { .id = 1 } };
	_cleanup_free_ char *err = NULL;

	*t = (struct table){ .maps = instance_maps_none(), .loaded = loaded_none(), .buckets = buckets };
	assert_int_equal(getrandom(t->hash_key, sizeof(t->hash_key), 0), sizeof(t->hash_key));
	t->hash_key[12] |= 1;
	memcpy(rq.cfg.hash_key, t->hash_key, sizeof(t->hash_key));
	net_rules("", 0, &t->rs);
	timeouts_fill(&t->rs.options, TICK_NS, &rq.settings);
	if (compile(&t->rs, NULL, &t->tables, &err) || instance_maps_create(buckets, &t->maps, &err) ||
	    programs_load(&rq, &t->loaded, &err))
		fail_msg("%s", err);
	assert_int_equal(loaded_place(&t->loaded, &t->maps, 0), 0);
	t->flows = fw_flows_map(t->maps.fw_flows, buckets);
	assert_non_null(t->flows);
}

static void close_table(struct table *t)
{
	fw_flows_unmap(t->flows, t->buckets);
	loaded_close(&t->loaded);
	instance_maps_close(&t->maps);
	tables_free(&t->tables);
	ruleset_free(&t->rs);
}

static void judge(int prog, const struct built *b, unsigned int times)
{
	uint8_t packet[BUILT_MAX];
	uint32_t n = b->frame.captured < 64 ? 64 : b->frame.captured;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet, .data_size_in = n, .repeat = (int)times);

	memset(packet, 0, n);
	memcpy(packet, b->frame.data, b->frame.captured);
	if (bpf_prog_test_run_opts(prog, &opts))
		abort(); /* in a thread there is nobody to tell */
}

static struct counters losses(const struct table *t, enum loss what)
{
	struct counters c = { 0, 0 };

	assert_int_equal(fw_losses_sum(t->maps.fw_losses, (loss_id_t){ (__u32)what }, &c), 0);
	return c;
}

/* All that the rules counted: the two defaults. */
static struct counters ruled(const struct table *t)
{
	struct counters sum = { 0, 0 }, c = { 0, 0 };

	for (int d = 0; d < DIRECTION_COUNT; d++) {
		assert_int_equal(fw_counts_sum(t->loaded.core.maps.fw_counts, rule_slot_of((enum direction)d, rule_none()), &c),
				 0);
		sum.packets += c.packets;
		sum.bytes += c.bytes;
	}
	return sum;
}

/* Both CPUs do theirs at once. */
struct side {
	struct table *t;
	int cpu;
	void (*work)(struct side *me);
	atomic_uint *turn;
	unsigned int number;
};

static void *side_run(void *arg)
{
	struct side *me = (struct side *)arg;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(me->cpu, &set);
	if (pthread_setaffinity_np(pthread_self(), sizeof(set), &set))
		abort();
	me->work(me);
	return NULL;
}

static void on_two_cpus(struct table *t, void (*first)(struct side *me), void (*second)(struct side *me))
{
	atomic_uint turn = 0;
	struct side sides[2] = { { t, 0, first, &turn, 0 }, { t, 1, second, &turn, 1 } };
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, side_run, &sides[i]), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

/* Waits until both have come to this turn: that is when they meet. */
static void meet(struct side *me, unsigned int turn)
{
	atomic_fetch_add(me->turn, 1);
	for (unsigned int i = 0; atomic_load(me->turn) < 2 * (turn + 1); i++)
		if (i % 100000 == 99999) /* the other one may wait for a CPU that others have */
			sched_yield();
}

/* --- counters ------------------------------------------------------------------------------------- */

static void send_many(struct side *me, const char *text)
{
	int prog = me->number ? me->t->loaded.core.out : me->t->loaded.core.xdp;
	struct built b;

	build_packet(text, &b);
	for (unsigned int i = 0; i < scaled(MANY); i += BATCH)
		judge(prog, &b, BATCH);
}

static void send_forward(struct side *me) { send_many(me, "udp 10.0.0.1:1 > 10.0.0.2:2 payload 100"); }
static void send_back(struct side *me) { send_many(me, "udp 10.0.0.2:2 > 10.0.0.1:1 payload 50"); }
static void send_data(struct side *me) { send_many(me, "tcp 10.0.0.1:1 > 10.0.0.2:2 A seq 1000 payload 100"); }
static void send_ack(struct side *me) { send_many(me, "tcp 10.0.0.2:2 > 10.0.0.1:1 A seq 5000 ack 1100"); }

static uint64_t sent_each(void) { return (scaled(MANY) + BATCH - 1) / BATCH * BATCH; }

/* The flow that is alone in the table. */
static const struct flow *only_flow(const struct table *t)
{
	const struct flow *found = NULL;

	for (__u32 i = 0; i < t->buckets; i++)
		for (int way = 0; way < WAYS; way++) {
			if (!t->flows[i].head.tag[way])
				continue;
			assert_null(found);
			found = &t->flows[i].flow[way];
		}
	assert_non_null(found);
	return found;
}

static void check_sums(void (*first)(struct side *me), void (*second)(struct side *me), uint64_t bytes_a, uint64_t bytes_b)
{
	struct table t;
	const struct flow *f;
	uint64_t a, b;

	open_table(&t, 1);
	on_two_cpus(&t, first, second);
	f = only_flow(&t);
	/* Who was first is who initiated. */
	a = f->bits & FLOW_INITIATOR_B ? bytes_b : bytes_a;
	b = f->bits & FLOW_INITIATOR_B ? bytes_a : bytes_b;
	assert_int_equal(f->packets[0] + f->packets[1], 2 * sent_each());
	assert_int_equal(f->packets[0], first == second ? 2 * sent_each() : sent_each());
	assert_int_equal(f->bytes[0], f->packets[0] * a);
	assert_int_equal(f->bytes[1], f->packets[1] * b);
	assert_true(first == second || f->bits & FLOW_CONFIRMED);
	assert_int_equal(ruled(&t).packets, 2 * sent_each());
	assert_int_equal(ruled(&t).bytes, sent_each() * (bytes_a + bytes_b));
	for (int l = 0; l < LOSS_COUNT; l++)
		assert_int_equal(losses(&t, (enum loss)l).packets, 0);
	close_table(&t);
}

static void test_both_directions(void **state)
{
	(void)state;
	check_sums(send_forward, send_back, 128, 78);
	check_sums(send_data, send_ack, 140, 40);
}

/* --- one new flow from both at once --------------------------------------------------------------- */

static atomic_uint races; /* as many as there is time for: on a CPU that others have as well they seldom meet */

static void race_to_insert(struct side *me)
{
	const time_t end = time(NULL) + RACE_SECONDS;

	for (unsigned int i = 0; i < atomic_load(&races); i++) {
		char text[80];
		struct built b;

		snprintf(text, sizeof(text), "udp 10.1.%u.%u:7 > 10.0.0.2:2", i >> 8 & 255, i & 255);
		build_packet(text, &b);
		if (!me->number && time(NULL) > end)
			atomic_store(&races, i + 1); /* the other one sees it once they have met */
		meet(me, i);
		judge(me->t->loaded.core.xdp, &b, 1);
	}
}

static void test_same_flow(void **state)
{
	struct table t;
	unsigned int flows = 0;
	uint64_t packets = 0;

	(void)state;
	/* So many buckets that none will have to take nine flows: with a fourth of them, one time in ten one has to. */
	open_table(&t, 65536);
	atomic_store(&races, scaled(RACES));
	on_two_cpus(&t, race_to_insert, race_to_insert);
	for (__u32 i = 0; i < t.buckets; i++)
		for (int way = 0; way < WAYS; way++) {
			if (!t.flows[i].head.tag[way])
				continue;
			flows++;
			packets += t.flows[i].flow[way].packets[0];
			assert_in_range(t.flows[i].flow[way].packets[0], 1, 2);
			assert_int_equal(t.flows[i].flow[way].packets[1], 0);
		}
	print_message("%u flows, %llu packets, %llu contended, %llu evicted, %llu raced\n", flows, (unsigned long long)packets,
		      (unsigned long long)losses(&t, LOSS_CONTENDED).packets,
		      (unsigned long long)losses(&t, LOSS_EVICTED).packets, (unsigned long long)losses(&t, LOSS_RACED).packets);
	assert_true(races > 0);
	assert_int_equal(flows, races);
	assert_int_equal(losses(&t, LOSS_EVICTED).packets + losses(&t, LOSS_TABLE_FULL).packets, 0);
	/* The lock is waited for for a while, not for ever: its holder's CPU may be taken away by a hypervisor. Then it is said. */
	assert_int_equal(packets + losses(&t, LOSS_CONTENDED).packets, 2 * races);
	assert_true(losses(&t, LOSS_CONTENDED).packets < RACES / 20);
	assert_int_equal(ruled(&t).packets, 2 * races);
	close_table(&t);
}

/* --- inserts into the one bucket that others read and count in ------------------------------------- */

static atomic_bool flooding;

static void flood(struct side *me)
{
	for (unsigned int i = 0; i < scaled(FLOOD); i++) {
		char text[80];
		struct built b;

		snprintf(text, sizeof(text), "udp 10.2.%u.%u:%u > 10.0.0.2:2", i >> 8 & 255, i & 255, 1 + (i >> 16));
		build_packet(text, &b);
		judge(me->t->loaded.core.xdp, &b, 1);
	}
	atomic_store(&flooding, false);
}

enum { KEPT = 4 };
static uint64_t kept_sent; /* packets of each kept flow and direction */

static void build_kept(unsigned int i, bool back, struct built *b)
{
	char text[80];

	if (back)
		snprintf(text, sizeof(text), "udp 10.0.0.2:2 > 10.0.0.1:%u payload 50", 1000 + i);
	else
		snprintf(text, sizeof(text), "udp 10.0.0.1:%u > 10.0.0.2:2 payload 100", 1000 + i);
	build_packet(text, b);
}

static void use_kept(struct side *me)
{
	while (atomic_load(&flooding)) {
		for (unsigned int i = 0; i < KEPT; i++) {
			struct built b;

			build_kept(i, false, &b);
			judge(me->t->loaded.core.xdp, &b, 200);
			build_kept(i, true, &b);
			judge(me->t->loaded.core.out, &b, 200);
		}
		kept_sent += 200;
	}
}

/* Packets and bytes of the entries, but of the kept flows: of those none may be wrong. */
static struct counters in_table(const struct table *t, unsigned int *kept)
{
	struct counters sum = { 0, 0 };

	*kept = 0;
	for (int way = 0; way < WAYS; way++) {
		const struct flow *f = &t->flows[0].flow[way];

		if (!t->flows[0].head.tag[way])
			continue;
		if (f->bits & FLOW_CONFIRMED) {
			++*kept;
			assert_int_equal(f->packets[0], kept_sent);
			assert_int_equal(f->packets[1], kept_sent);
			assert_int_equal(f->bytes[0], kept_sent * 128);
			assert_int_equal(f->bytes[1], kept_sent * 78);
			continue;
		}
		sum.packets += f->packets[0] + f->packets[1];
		sum.bytes += f->bytes[0] + f->bytes[1];
	}
	return sum;
}

static void test_confirmed_stay(void **state)
{
	struct counters c, evicted;
	unsigned int kept;
	struct table t;

	(void)state;
	open_table(&t, 1);
	for (unsigned int i = 0; i < KEPT; i++)
		for (int back = 0; back < 2; back++) {
			struct built b;

			build_kept(i, back, &b);
			judge(back ? t.loaded.core.out : t.loaded.core.xdp, &b, 1);
		}
	kept_sent = 1;
	atomic_store(&flooding, true);
	on_two_cpus(&t, use_kept, flood);
	c = in_table(&t, &kept);
	evicted = losses(&t, LOSS_EVICTED);
	assert_int_equal(kept, KEPT);
	assert_int_equal(losses(&t, LOSS_RACED).packets + losses(&t, LOSS_TABLE_FULL).packets, 0);
	/* Each of the flood's packets is a flow that is there, that gave way, or that could not be made, and was counted then. */
	assert_int_equal(c.packets + evicted.packets + losses(&t, LOSS_CONTENDED).packets, scaled(FLOOD));
	assert_int_equal(c.bytes + evicted.bytes + losses(&t, LOSS_CONTENDED).bytes, 28ull * scaled(FLOOD));
	assert_int_equal(ruled(&t).packets, scaled(FLOOD) + 2ull * KEPT * kept_sent);
	close_table(&t);
}

/* --- a flow that gives way while its packets come -------------------------------------------------- */

static uint64_t loose_sent;

static void use_unconfirmed(struct side *me)
{
	struct built b;

	build_packet("udp 10.0.0.9:9 > 10.0.0.2:2 payload 100", &b);
	while (atomic_load(&flooding)) {
		judge(me->t->loaded.core.xdp, &b, 50);
		loose_sent += 50;
	}
}

static void test_unconfirmed_give_way(void **state)
{
	uint64_t sent, found, doubt;
	struct counters c;
	unsigned int kept;
	struct table t;

	(void)state;
	open_table(&t, 1);
	loose_sent = 0;
	atomic_store(&flooding, true);
	on_two_cpus(&t, use_unconfirmed, flood);
	c = in_table(&t, &kept);
	assert_int_equal(kept, 0);
	/* All bytes are in an entry, in one that gave way, or counted as not kept; those that raced may be in none, or in two. */
	sent = 28ull * scaled(FLOOD) + 128 * loose_sent;
	found = c.bytes + losses(&t, LOSS_EVICTED).bytes + losses(&t, LOSS_CONTENDED).bytes + losses(&t, LOSS_TABLE_FULL).bytes;
	doubt = losses(&t, LOSS_RACED).bytes;
	print_message("%llu packets, %llu evictions, %llu raced: %lld bytes differ\n",
		      (unsigned long long)(scaled(FLOOD) + loose_sent), (unsigned long long)losses(&t, LOSS_EVICTED).packets,
		      (unsigned long long)losses(&t, LOSS_RACED).packets, (long long)(found - sent));
	assert_in_range(found, sent - doubt, sent + doubt);
	assert_true(losses(&t, LOSS_EVICTED).packets > scaled(FLOOD) / 2);
	assert_int_equal(ruled(&t).packets, scaled(FLOOD) + loose_sent);
	assert_int_equal(ruled(&t).bytes, sent);
	close_table(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_directions),
		cmocka_unit_test(test_same_flow),
		cmocka_unit_test(test_confirmed_stay),
		cmocka_unit_test(test_unconfirmed_give_way),
	};
	int refused = net_refused("net_parallel");

	if (!refused && sysconf(_SC_NPROCESSORS_ONLN) < 2) {
		fprintf(stderr, "net_parallel: skipped: one CPU\n");
		return 77;
	}
	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
