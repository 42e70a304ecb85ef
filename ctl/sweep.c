/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "journal.h"
#include "sweep.h"

/* A closed connection is told of once no more late packets come: at least so long after its last one. */
enum { CLOSED_GRACE_S = 1, WAIT_S = 2 };

static struct reported *reported_at(const struct sweep *s, __u32 place) { return &s->reported[place / WAYS].way[place % WAYS]; }

static bool told_something(const struct reported *r) { return r->packets[0] | r->packets[1] | r->bytes[0] | r->bytes[1]; }

static bool is_of(const struct reported *r, __u16 serial, ticks_t first)
{
	return r->serial == serial && r->first.raw == first.raw;
}

/* The flow's counts as they are now are told; `first` and serial make the place the flow's. */
static struct reported moved_on(const struct flow *f, __u16 serial, ruling_t passed, ticks_t now)
{
	struct reported r = { .first = f->first, .until = now, .passed = passed, .serial = serial };

	for (int i = 0; i < 2; i++) {
		r.packets[i] = f->packets[i];
		r.bytes[i] = f->bytes[i];
	}
	return r;
}

/* --- flows that a rule change cut ----------------------------------------------------------------- */

/*
 * The entry's judgement of now tells why its next packets do not pass; what it counts are packets that passed. Their rule is known where
 * the flow was seen before the change.
 */

static bool passes(const struct flow *f) { return flow_ruling_of(f).verdict == VERDICT_PASS; }

/* By another rule than its packets were passed by until now. */
static bool is_cut(const struct flow *f, const struct reported *before)
{
	return flow_is_cut(f) || (judged_given(before->passed.judged) && !passes(f));
}

static ruling_t ruling_in_use(const struct flow *f) { return f->ruling[flow_ruling_of(f).direction]; }

/* Each judgement that stops it gives way to that which passed its packets. */
static void as_passed(struct flow *f, ruling_t passed)
{
	for (int d = 0; judged_given(passed.judged) && d < DIRECTION_COUNT; d++)
		if (judged_given(f->ruling[d].judged) && judged_verdict(f->ruling[d].judged) != VERDICT_PASS)
			f->ruling[d] = passed;
}

/* What passes the flow's packets, while it is seen to pass them. */
static void note_passed(struct reported *r, const struct flow *f, __u16 serial)
{
	ruling_t now = ruling_in_use(f);

	if (!is_of(r, serial, f->first)) {
		if (told_something(r))
			return; /* that flow's end is to come yet */
		*r = (struct reported){ .first = f->first, .serial = serial };
	}
	if (r->passed.word != now.word)
		__atomic_store_n(&r->passed.word, now.word, __ATOMIC_RELAXED);
}

/* --- records -------------------------------------------------------------------------------------- */

/* A record of what is new since `before`, nothing where nothing is; the place is moved on to `after`. `last`: it is the flow's last one. */
static void tell(struct sweep *s, __u32 place, __u16 serial, const struct flow *f, enum end_reason end,
		 const struct reported *before, const struct reported *after, bool last)
{
	struct flow_record r = { .flow = *f,
				 .end = end,
				 .first_record = !told_something(before),
				 .over = last || flow_table_over(&s->table, f, after->until) };
	struct export_step step = {
		.last = last, .entry = { .place = place, .serial = serial }, .after = *after, .missed = s->st->missed
	};
	ticks_t since = told_something(before) ? before->until : f->first;

	step.news = record_subtract(&r.flow, before->packets, before->bytes);
	if (step.news) {
		as_passed(&r.flow, before->passed);
		step.entry.packets = r.flow.packets[0] + r.flow.packets[1];
		step.entry.bytes = r.flow.bytes[0] + r.flow.bytes[1];
	}
	journal_step(s->st, s->reported, &step);
	if (step.news)
		s->emit(s->arg, &r, since);
}

static enum end_reason reason_of_end(const struct flow_event *e, const struct reported *before)
{
	if (flow_has_ended(&e->flow) || is_cut(&e->flow, before))
		return END_CLOSED;
	switch ((enum flow_end)e->end) {
	case FLOW_END_EVICTED:
		return END_EVICTED;
	case FLOW_END_EXPIRED:
		return flow_is_void(&e->flow) ? END_CLOSED : END_IDLE;
	case FLOW_END_REPLACED:
		break;
	}
	return END_CLOSED;
}

/* What the place is after this flow's end: the next flow's, of which nothing is told; unless it has been another's already, or still is. */
static struct reported after_end(const struct reported *r, const struct flow_event *e)
{
	if (r->serial != e->serial || (told_something(r) && !is_of(r, e->serial, e->flow.first)))
		return *r;
	return (struct reported){ .serial = (__u16)(e->serial + 1) };
}

void sweep_end(struct sweep *s, const struct flow_event *e)
{
	const struct reported none = { .serial = 0 };
	struct reported *r, before, after;

	if (e->place / WAYS >= s->table.buckets)
		return;
	r = reported_at(s, e->place);
	before = is_of(r, e->serial, e->flow.first) ? *r : none;
	after = after_end(r, e);
	if (s->st->last_end_valid && s->st->last_end_place == e->place && s->st->last_end_serial == e->serial)
		s->st->last_end_valid = 0; /* a killed collector's last event came again */
	else
		tell(s, e->place, e->serial, &e->flow, reason_of_end(e, &before), &before, &after, true);
}

/* --- the table ------------------------------------------------------------------------------------ */

/* Whether a flow with news is due for a record, and why. */
static bool due(const struct sweep *s, const struct flow *f, const struct reported *before, ticks_t now, enum end_reason *why)
{
	__s64 idle = (__s64)(now.raw - f->last.raw),
	      age = (__s64)(now.raw - (told_something(before) ? before->until : f->first).raw);
	bool is_over = flow_table_over(&s->table, f, now), ended = flow_has_ended(f);

	*why = END_CLOSED;
	if (ended || flow_is_void(f))
		return is_over || idle >= (__s64)(CLOSED_GRACE_S * s->second);
	if (is_cut(f, before))
		return true;
	*why = END_IDLE;
	if (is_over || idle >= (__s64)s->idle)
		return true;
	*why = END_ACTIVE;
	return age >= (__s64)s->active;
}

/*
 * The place has another flow than was last told of there. Its end comes by an event, which needs what was told: until then
 * the new flow waits. False while it does.
 */
static bool give_up(struct sweep *s, __u32 place, ticks_t now, bool at_once)
{
	struct export_step step = { .entry = { .place = place }, .missed = s->st->missed };
	struct reported *r = reported_at(s, place);

	if (!r->waiting)
		r->waiting = (__u32)now.raw | 1;
	if (!at_once && (__u32)now.raw + 1 - r->waiting < WAIT_S * s->second)
		return false;
	/* The event was lost, or the flow ended when nobody listened. */
	if ((__s64)(r->until.raw - s->st->since.raw) >= 0) {
		step.missed.records++;
		step.missed.packets += r->packets[0] + r->packets[1];
		step.missed.bytes += r->bytes[0] + r->bytes[1];
	}
	journal_step(s->st, s->reported, &step);
	return true;
}

/* A copy of one flow's entry; false when the entry changes hands meanwhile (event.h, "To read an entry"). */
static bool copy(const struct flow_bucket *b, __u32 way, __u32 tag, __u16 serial, struct flow *out)
{
	*out = b->flow[way];
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&b->head.tag[way], __ATOMIC_RELAXED) == tag &&
	       __atomic_load_n(&b->head.serial[way], __ATOMIC_RELAXED) == serial;
}

static bool has_news(const struct flow *f, const struct reported *r)
{
	return r->packets[0] != f->packets[0] || r->packets[1] != f->packets[1] || r->bytes[0] != f->bytes[0] ||
	       r->bytes[1] != f->bytes[1];
}

/* The flow as it is now is told of, from what was told before. */
static void tell_of(struct sweep *s, __u32 place, __u16 serial, const struct flow *f, const struct reported *before,
		    enum end_reason why, ticks_t now)
{
	const ruling_t unknown = { .word = 0 };
	/* Cut, and told so: what comes yet comes to be stopped, unless it is seen to pass again. */
	struct reported after = moved_on(f, serial, is_cut(f, before) ? unknown : before->passed, now);

	tell(s, place, serial, f, why, before, &after, false);
}

static void look(struct sweep *s, __u32 bucket, __u32 way, ticks_t now, bool last)
{
	const struct flow_bucket *b = &s->table.at[bucket];
	__u16 serial = __atomic_load_n(&b->head.serial[way], __ATOMIC_ACQUIRE);
	__u32 tag = __atomic_load_n(&b->head.tag[way], __ATOMIC_ACQUIRE);
	const struct flow *f = &b->flow[way];
	struct reported *r = &s->reported[bucket].way[way], before;
	enum end_reason why;
	struct flow now_is;

	if (!tag)
		return;
	if (is_of(r, serial, f->first) && !has_news(f, r)) /* most are so */
		return;
	if (!copy(b, way, tag, serial, &now_is))
		return;
	if (!is_of(r, serial, now_is.first) && told_something(r) && !give_up(s, bucket * WAYS + way, now, last))
		return;
	if (passes(&now_is))
		note_passed(r, &now_is, serial);
	before = is_of(r, serial, now_is.first) ? *r : (struct reported){ .serial = 0 };
	if (!due(s, &now_is, &before, now, &why)) {
		if (!last)
			return;
		why = END_SHUTDOWN;
	}
	tell_of(s, bucket * WAYS + way, serial, &now_is, &before, why, now);
}

void sweep_slice(struct sweep *s, __u32 n, ticks_t now)
{
	for (; n; n--) {
		for (__u32 way = 0; way < WAYS; way++)
			look(s, s->at, way, now, false);
		s->at = (s->at + 1) % s->table.buckets;
	}
}

void sweep_last(struct sweep *s, ticks_t now)
{
	for (__u32 i = 0; i < s->table.buckets; i++)
		for (__u32 way = 0; way < WAYS; way++)
			look(s, i, way, now, true);
}
