/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the collector tells of flows: each packet once, whatever happens: flows that come and go, ends that come late or are lost, a
 * collector that is killed between any two steps and started again.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/journal.h"
#include "flow_sim.h"
#include "random.h"

/* A sink that writes to memory, as the JSON sink does to a file; it may die at any step. */
struct memory {
	struct sink sink;
	struct export_tally written; /* whole records */
	__u64 told[SIM_PLACES][SIM_SERIALS];
	__u64 reasons[END_REASON_COUNT], firsts;
	struct flow_record last;
	struct {
		__u32 place;
		__u16 serial;
		__u64 packets, bytes;
	} batch[JOURNAL_MAX];
	__u32 n, written_of_batch;
	unsigned long steps, die_at; /* 0: never */
	jmp_buf *death;
};

static void step(struct memory *m)
{
	if (m->die_at && ++m->steps == m->die_at)
		longjmp(*m->death, 1);
}

static void memory_add(struct sink *s, const struct flow_record *r, const struct flow_context *c)
{
	struct memory *m = (struct memory *)s;
	const struct export_entry *e = &s->env->st->journal[s->env->st->n - 1];

	(void)c;
	step(m);
	m->batch[m->n].place = e->place;
	m->batch[m->n].serial = e->serial;
	m->batch[m->n].packets = r->flow.packets[0] + r->flow.packets[1];
	m->batch[m->n].bytes = r->flow.bytes[0] + r->flow.bytes[1];
	assert_int_equal(m->batch[m->n].packets, e->packets);
	assert_int_equal(m->batch[m->n++].bytes, e->bytes);
	m->reasons[r->end]++;
	m->firsts += r->first_record;
	m->last = *r;
}

static void memory_flush(struct sink *s)
{
	struct memory *m = (struct memory *)s;
	struct export_state *st = s->env->st;

	m->written_of_batch = 0;
	for (__u32 i = 0; i < m->n; i++) {
		step(m);
		m->written.records++;
		m->written.packets += m->batch[i].packets;
		m->written.bytes += m->batch[i].bytes;
		m->told[m->batch[i].place][m->batch[i].serial % SIM_SERIALS] += m->batch[i].packets;
		m->written_of_batch++;
	}
	step(m);
	m->n = 0;
	journal_settle(st, SINK_JSON, journal_pending(st, SINK_JSON), &st->sent[SINK_JSON]);
	m->written_of_batch = 0;
}

static void memory_tick(struct sink *s, __u64 now) { (void)s, (void)now; }
static void memory_none(struct sink *s) { (void)s; }
static const struct sink_ops memory_ops = { memory_add, memory_flush, memory_tick, memory_none, memory_none, memory_none };

/* A process starts: settles what the one before left, as export.c and sink_json.c do. */
static void start(struct sim *s, struct collector *c, struct memory *m)
{
	struct export_state *st = s->st;
	__u32 pending;

	sim_collector(s, c);
	m->sink = (struct sink){ SINK_JSON, &c->env, &memory_ops };
	journal_recover(st, s->reported);
	pending = journal_pending(st, SINK_JSON);
	assert_true(m->written_of_batch <= pending);
	journal_settle(st, SINK_JSON, m->written_of_batch < pending ? m->written_of_batch : pending, &st->sent[SINK_JSON]);
	journal_settle(st, SINK_JSON, journal_pending(st, SINK_JSON), &st->lost[SINK_JSON]);
	journal_clear(st);
	m->n = m->written_of_batch = 0;
	c->sinks[SINK_JSON] = &m->sink;
}

/* One tick, with events read as a ring buffer is: one is gone when it has been handled. */
static void tick(struct sim *s, struct collector *c)
{
	while (s->queued) {
		sweep_end(&c->sweep, &s->queue[0]);
		memmove(&s->queue[0], &s->queue[1], --s->queued * sizeof(s->queue[0]));
	}
	assert_int_equal(collect_tick(c, s->now, s->now.raw * SIM_TICK_NS), 0);
}

static void pass_time(struct sim *s, struct collector *c, unsigned int ms)
{
	for (unsigned int i = 0; i < ms / COLLECT_TICK_MS; i++) {
		s->now.raw += COLLECT_TICK_MS * 1000000 / SIM_TICK_NS;
		tick(s, c);
	}
}

/* --- one flow at a time --------------------------------------------------------------------------- */

struct fixture {
	struct sim s;
	struct collector c;
	struct memory m;
};

static int set_up(void **state)
{
	struct fixture *f = (struct fixture *)xcalloc(1, sizeof(*f));

	sim_init(&f->s, SIM_QUEUE);
	start(&f->s, &f->c, &f->m);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	sim_free(&f->s);
	free(f);
	return 0;
}

static void assert_told(const struct fixture *f, __u64 records, enum end_reason last, __u64 packets)
{
	assert_int_equal(f->m.written.records, records);
	assert_int_equal(f->m.last.end, last);
	assert_int_equal(f->m.last.flow.packets[0] + f->m.last.flow.packets[1], packets);
}

static void test_idle(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	sim_insert(&f->s, 3, PROTO_UDP, false);
	sim_packet(&f->s, 3, 1, 100);
	pass_time(&f->s, &f->c, COLLECT_IDLE_S * 1000 - 100);
	assert_int_equal(f->m.written.records, 0);
	pass_time(&f->s, &f->c, 100 + COLLECT_CYCLE_MS);
	assert_told(f, 1, END_IDLE, 2);
	assert_true(f->m.last.first_record && f->m.last.since_ns == f->m.last.first_ns);
	pass_time(&f->s, &f->c, 30000);
	assert_int_equal(f->m.written.records, 1); /* nothing new is not told */
	/* Goes on within its own timeout, as a flow that was told of before. */
	f->s.flows[0].flow[3].state = FLOW_ESTABLISHED; /* whose timeout is a day */
	sim_packet(&f->s, 3, 0, 60);
	pass_time(&f->s, &f->c, COLLECT_IDLE_S * 1000 + COLLECT_CYCLE_MS);
	assert_told(f, 2, END_IDLE, 1);
	assert_true(!f->m.last.first_record && f->m.last.since_ns > f->m.last.first_ns);
}

static void test_active(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	sim_insert(&f->s, 0, PROTO_TCP, false);
	for (int i = 0; i < 200; i++) { /* a packet a second */
		pass_time(&f->s, &f->c, 1000);
		sim_packet(&f->s, 0, 0, 1000);
	}
	assert_int_equal(f->m.reasons[END_ACTIVE], 3);
	assert_int_equal(f->m.written.records, 3);
	assert_in_range(f->m.last.flow.packets[0], COLLECT_ACTIVE_S, COLLECT_ACTIVE_S + 2);
	assert_int_equal(f->m.firsts, 1);
}

static void test_closed(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	sim_insert(&f->s, 0, PROTO_TCP, false);
	pass_time(&f->s, &f->c, 5000);
	sim_packet(&f->s, 0, 1, 52);
	sim_close(&f->s, 0);
	pass_time(&f->s, &f->c, 900);
	sim_packet(&f->s, 0, 0, 52); /* the last acknowledgement comes late */
	pass_time(&f->s, &f->c, 900);
	assert_int_equal(f->m.written.records, 0);
	pass_time(&f->s, &f->c, COLLECT_CYCLE_MS + 200);
	assert_told(f, 1, END_CLOSED, 3);
}

static void test_evicted(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	sim_insert(&f->s, 5, PROTO_UDP, false);
	sim_insert(&f->s, 5, PROTO_UDP, false);
	pass_time(&f->s, &f->c, 20);
	assert_told(f, 1, END_EVICTED, 1);
	collect_end(&f->c, f->s.now);
	assert_told(f, 2, END_SHUTDOWN, 1);
}

/* A flow that was told of in part, then ends: its event gives the rest, whether it comes before the next flow is seen or behind. */
static void test_rest(void **state)
{
	struct fixture *f = (struct fixture *)*state;

	for (int late = 0; late < 2; late++) {
		memset(&f->m.written, 0, sizeof(f->m.written));
		sim_insert(&f->s, 9, PROTO_UDP, false);
		f->s.flows[1].flow[1].state = FLOW_ESTABLISHED; /* whose timeout is a day */
		pass_time(&f->s, &f->c, COLLECT_IDLE_S * 1000 + COLLECT_CYCLE_MS);
		sim_packet(&f->s, 9, 0, 60);
		sim_packet(&f->s, 9, 1, 60);
		sim_insert(&f->s, 9, PROTO_UDP, late);
		pass_time(&f->s, &f->c, 500);
		sim_deliver_late(&f->s);
		pass_time(&f->s, &f->c, 500);
		assert_told(f, 2, END_EVICTED, 2);
		pass_time(&f->s, &f->c, COLLECT_IDLE_S * 1000 + COLLECT_CYCLE_MS);
		assert_told(f, 3, END_IDLE, 1);
		sim_insert(&f->s, 9, PROTO_UDP, false); /* leaves nothing to tell */
		pass_time(&f->s, &f->c, 500);
		assert_int_equal(f->m.written.records, 3);
		collect_end(&f->c, f->s.now);
		f->c.sinks[SINK_JSON] = &f->m.sink;
	}
}

/* --- all at once ---------------------------------------------------------------------------------- */

static void random_traffic(struct sim *s, struct random *r, __u32 place)
{
	if (sim_serial(s, place) + 2 < SIM_SERIALS && random_below(r, 100) < 6)
		sim_insert(s, place, random_below(r, 2) ? PROTO_TCP : PROTO_UDP, random_below(r, 4) == 0);
	else if (random_below(r, 100) < 3)
		sim_close(s, place);
	else if (random_below(r, 100) < 40)
		sim_packet(s, place, (int)random_below(r, 2), 40 + random_below(r, 1400));
	if (random_below(r, 8) == 0)
		sim_deliver_late(s);
}

struct life {
	struct fixture *f;
	struct random r;
	unsigned long ticks, deaths, kill_every;
};

static void live_on(struct life *l)
{
	struct fixture *f = l->f;

	for (; l->ticks; l->ticks--) {
		for (int i = 0; i < 4; i++)
			random_traffic(&f->s, &l->r, random_below(&l->r, SIM_PLACES));
		if (random_below(&l->r, 20)) {
			f->s.now.raw += 5;
		} else { /* no CPU is as slow as that */
			sim_deliver_late(&f->s);
			f->s.now.raw += 250 * random_below(&l->r, 20);
		}
		tick(&f->s, &f->c);
	}
}

static void live(struct life *l)
{
	static jmp_buf death;
	struct fixture *f = l->f;

	f->m.death = &death;
	while (l->ticks) {
		if (l->kill_every)
			f->m.die_at = f->m.steps + 1 + random_below(&l->r, (uint32_t)l->kill_every);
		if (!setjmp(death)) {
			live_on(l);
		} else {
			l->deaths++;
			start(&f->s, &f->c, &f->m);
		}
	}
	f->m.die_at = 0;
	sim_deliver_late(&f->s);
	pass_time(&f->s, &f->c, 10000); /* whoever waits for a lost end gives up */
	collect_end(&f->c, f->s.now);
}

static void assert_adds_up(struct life *l)
{
	const struct fixture *f = l->f;
	const struct export_state *st = f->s.st;
	struct export_tally lost = f->s.lost;

	/* Of a lost end, what had been told before is no loss. */
	assert_true(lost.packets >= st->missed.packets && lost.bytes >= st->missed.bytes);
	lost.packets -= st->missed.packets;
	lost.bytes -= st->missed.bytes;
	tally_add(&lost, &st->lost[SINK_JSON]);
	assert_memory_equal(&st->sent[SINK_JSON], &f->m.written, sizeof(f->m.written));
	assert_int_equal(f->m.written.packets + lost.packets, f->s.packets);
	assert_int_equal(f->m.written.bytes + lost.bytes, f->s.bytes);
	for (__u32 p = 0; p < SIM_PLACES; p++)
		for (__u32 i = 0; i < SIM_SERIALS; i++) {
			if (f->m.told[p][i] > f->s.had[p][i])
				fail_msg("told of %llu packets, it had %llu", f->m.told[p][i], f->s.had[p][i]);
			if (!l->kill_every && !f->s.lost.records)
				assert_int_equal(f->m.told[p][i], f->s.had[p][i]);
		}
}

static void run_lives(size_t room, unsigned long kill_every, bool expect_losses)
{
	unsigned long deaths = 0, losses = 0;

	for (uint64_t seed = 1; seed <= 30; seed++) {
		void *state;
		struct life l = { .ticks = 4000, .kill_every = kill_every };

		set_up(&state);
		l.f = (struct fixture *)state;
		l.f->s.room = room;
		l.r = (struct random){ seed };
		live(&l);
		assert_adds_up(&l);
		deaths += l.deaths;
		losses += l.f->s.lost.records;
		tear_down(&state);
	}
	assert_true(kill_every ? deaths > 1000 : !deaths);
	assert_true(expect_losses == (losses > 100));
}

static void test_nothing_lost(void **state)
{
	(void)state;
	run_lives(SIM_QUEUE, 0, false);
}
static void test_ends_lost(void **state)
{
	(void)state;
	run_lives(1, 0, true);
}
static void test_killed(void **state)
{
	(void)state;
	run_lives(SIM_QUEUE, 300, false);
}
static void test_killed_and_lost(void **state)
{
	(void)state;
	run_lives(1, 300, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_idle, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_active, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_closed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_evicted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rest, set_up, tear_down),
		cmocka_unit_test(test_nothing_lost),
		cmocka_unit_test(test_ends_lost),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_killed_and_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
