/* SPDX-License-Identifier: GPL-2.0 */
#include "journal.h"

/* What has been written down comes about, however often it was begun. */
static void carry_out_step(struct export_state *st, struct reported_bucket *reported)
{
	const struct export_step *s = &st->step;

	if (!__atomic_load_n(&s->valid, __ATOMIC_ACQUIRE))
		return;
	if (s->news)
		st->journal[(s->n - 1) % JOURNAL_MAX] = s->entry;
	st->n = s->n;
	st->missed = s->missed;
	if (s->last) {
		st->last_end_place = s->entry.place;
		st->last_end_serial = s->entry.serial;
		st->last_end_valid = 1;
	}
	reported[s->entry.place / WAYS].way[s->entry.place % WAYS] = s->after;
	__atomic_store_n(&st->step.valid, 0, __ATOMIC_RELEASE);
}

void journal_step(struct export_state *st, struct reported_bucket *reported, const struct export_step *step)
{
	st->step = *step;
	st->step.n = st->n + step->news;
	__atomic_store_n(&st->step.valid, 1, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	carry_out_step(st, reported);
}

struct export_tally journal_sum(const struct export_state *st, enum sink_kind k, __u32 n)
{
	struct export_tally sum = { .records = n };

	for (__u32 i = st->done[k]; i < st->done[k] + n && i < JOURNAL_MAX; i++) {
		sum.packets += st->journal[i].packets;
		sum.bytes += st->journal[i].bytes;
	}
	return sum;
}

static struct export_tally *tally_at(struct export_state *st, __u32 offset)
{
	return (struct export_tally *)((char *)st + offset);
}
static __u32 offset_of(const struct export_state *st, const struct export_tally *t)
{
	return (__u32)((const char *)t - (const char *)st);
}

static void carry_out_change(struct export_state *st)
{
	const struct export_change *c = &st->change;

	if (!__atomic_load_n(&c->valid, __ATOMIC_ACQUIRE))
		return;
	*tally_at(st, c->to) = c->to_value;
	if (c->from)
		*tally_at(st, c->from) = c->from_value;
	st->done[c->sink] = c->done;
	__atomic_store_n(&st->change.valid, 0, __ATOMIC_RELEASE);
}

void journal_recover(struct export_state *st, struct reported_bucket *reported)
{
	carry_out_step(st, reported);
	carry_out_change(st);
	for (int k = 0; k < SINK_COUNT; k++)
		if (!st->n) /* it was being cleared */
			st->done[k] = 0;
}

static void make_change(struct export_state *st, const struct export_change *c)
{
	st->change = *c;
	__atomic_store_n(&st->change.valid, 1, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	carry_out_change(st);
}

void journal_settle(struct export_state *st, enum sink_kind k, __u32 n, struct export_tally *what)
{
	struct export_change c = { .sink = (__u32)k, .done = st->done[k] + n, .to = offset_of(st, what), .to_value = *what };
	struct export_tally sum = journal_sum(st, k, n);

	tally_add(&c.to_value, &sum);
	make_change(st, &c);
}

void journal_move(struct export_state *st, struct export_tally *from, struct export_tally *to, const struct export_tally *t)
{
	struct export_change c = {
		.done = st->done[0], .to = offset_of(st, to), .from = offset_of(st, from), .to_value = *to, .from_value = *from
	};

	tally_add(&c.to_value, t);
	c.from_value.records -= t->records;
	c.from_value.packets -= t->packets;
	c.from_value.bytes -= t->bytes;
	make_change(st, &c);
}

void journal_clear(struct export_state *st)
{
	__atomic_store_n(&st->n, 0, __ATOMIC_RELEASE);
	for (int k = 0; k < SINK_COUNT; k++)
		st->done[k] = 0;
}
