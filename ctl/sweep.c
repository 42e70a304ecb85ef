/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "journal.h"
#include "sweep.h"

/* A closed connection is told of once no more late packets come: at least so long after its last one. */
enum { CLOSED_GRACE_S = 1, WAIT_S = 2 };

static struct reported *reported_at(const struct sweep *s, __u32 place) { return &s->reported[place / WAYS].way[place % WAYS]; }

static bool told_something(const struct reported *r)
{
	return r->packets[0] | r->packets[1] | r->bytes[0] | r->bytes[1];
}

static bool is_of(const struct reported *r, __u16 serial, ticks_t first)
{
	return r->serial == serial && r->first.raw == first.raw;
}

/* The flow's counts as they are now are told; `first` and serial make the place the flow's. */
static void move_on(struct reported *r, const struct flow *f, __u16 serial, ticks_t now)
{
	*r = (struct reported){ .first = f->first, .until = now, .serial = serial };
	for (int i = 0; i < 2; i++) {
		r->packets[i] = f->packets[i];
		r->bytes[i] = f->bytes[i];
	}
}

/* --- records -------------------------------------------------------------------------------------- */

/*
 * A record of what is new since `before`; nothing where nothing is. `place` is moved on to what the flow is now, or where
 * `after` is given to that.
 */
static void tell(struct sweep *s, __u32 place, __u16 serial, const struct flow *f, enum end_reason end, const struct reported *before,
		 const struct reported *after, ticks_t now)
{
	struct flow_record r = { .flow = *f, .end = end, .first_record = !told_something(before) };
	struct export_entry e = { .place = place, .serial = serial, .last = after != NULL, .target = f->packets[0] + f->packets[1] };
	ticks_t since = told_something(before) ? before->until : f->first;
	bool news = record_subtract(&r.flow, before->packets, before->bytes);

	if (news) {
		e.packets = r.flow.packets[0] + r.flow.packets[1];
		e.bytes = r.flow.bytes[0] + r.flow.bytes[1];
		journal_add(s->st, &e);
	}
	if (after)
		*reported_at(s, place) = *after;
	else
		move_on(reported_at(s, place), f, serial, now);
	if (news)
		s->emit(s->arg, &r, since);
}

static enum end_reason reason_of_end(const struct flow_event *e)
{
	if (flow_has_ended(&e->flow))
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

void sweep_end(struct sweep *s, const struct flow_event *e)
{
	const struct reported none = { .serial = 0 };
	struct reported *r, before, after;

	if (e->place / WAYS >= s->table.buckets)
		return;
	r = reported_at(s, e->place);
	/* A killed collector's last event may come again. */
	if (s->st->last_end_valid && s->st->last_end_place == e->place && s->st->last_end_serial == e->serial) {
		s->st->last_end_valid = 0;
		return;
	}
	s->st->last_end_place = e->place;
	s->st->last_end_serial = e->serial;
	s->st->last_end_valid = 1;
	before = is_of(r, e->serial, e->flow.first) ? *r : none;
	/* The place is the next flow's then, of which nothing is told; unless it has been another's already, or still is. */
	after = told_something(r) && !told_something(&before) ? *r : (struct reported){ .serial = (__u16)(e->serial + 1) };
	tell(s, e->place, e->serial, &e->flow, reason_of_end(e), &before, &after, e->head.now);
}

/* --- the table ------------------------------------------------------------------------------------ */

/* Whether a flow with news is due for a record, and why. */
static bool due(const struct sweep *s, const struct flow *f, const struct reported *before, ticks_t now, enum end_reason *why)
{
	__s64 idle = (__s64)(now.raw - f->last.raw), age = (__s64)(now.raw - (told_something(before) ? before->until : f->first).raw);
	bool is_over = flow_table_over(&s->table, f, now), ended = flow_has_ended(f);

	if (ended || flow_is_void(f)) {
		*why = END_CLOSED;
		return is_over || idle >= (__s64)(CLOSED_GRACE_S * s->second);
	}
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
static bool give_up(struct sweep *s, struct reported *r, ticks_t now, bool at_once)
{
	const struct export_tally t = { 1, r->packets[0] + r->packets[1], r->bytes[0] + r->bytes[1] };

	if (!r->waiting.raw)
		r->waiting = now;
	if (!at_once && now.raw - r->waiting.raw < WAIT_S * s->second)
		return false;
	/* The event was lost, or the flow ended when nobody listened. */
	if ((__s64)(r->until.raw - s->st->since.raw) >= 0)
		tally_add(&s->st->missed, &t);
	memset(r, 0, sizeof(*r));
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

static void look(struct sweep *s, __u32 bucket, __u32 way, ticks_t now, bool last)
{
	const struct reported none = { .serial = 0 };
	const struct flow_bucket *b = &s->table.at[bucket];
	__u16 serial = __atomic_load_n(&b->head.serial[way], __ATOMIC_ACQUIRE);
	__u32 tag = __atomic_load_n(&b->head.tag[way], __ATOMIC_ACQUIRE);
	const struct flow *f = &b->flow[way];
	struct reported *r = &s->reported[bucket].way[way];
	enum end_reason why;
	struct flow now_is;
	bool same;

	if (!tag)
		return;
	same = is_of(r, serial, f->first);
	if (same && r->packets[0] == f->packets[0] && r->packets[1] == f->packets[1] && r->bytes[0] == f->bytes[0] &&
	    r->bytes[1] == f->bytes[1])
		return;
	if (!same && told_something(r) && !give_up(s, r, now, last))
		return;
	if (!due(s, f, same ? r : &none, now, &why)) {
		if (!last)
			return;
		why = END_SHUTDOWN;
	}
	if (copy(b, way, tag, serial, &now_is) && same == is_of(r, serial, now_is.first)) {
		const struct reported before = same ? *r : none;

		tell(s, bucket * WAYS + way, serial, &now_is, why, &before, NULL, now);
	}
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

void sweep_recover(struct sweep *s)
{
	struct export_state *st = s->st;
	const struct export_entry *e = st->n ? &st->journal[(st->n - 1) % JOURNAL_MAX] : NULL;
	const struct reported *r = e && e->place / WAYS < s->table.buckets ? reported_at(s, e->place) : NULL;

	/* A flow's last record moves the place on to another flow, or leaves it with one that it was not of. */
	if (!r || r->serial != e->serial || r->packets[0] + r->packets[1] >= e->target)
		return;
	st->n--;
	if (e->last)
		st->last_end_valid = 0;
}
