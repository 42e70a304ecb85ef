/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of a packet: the one policy of all hooks. An adapter (xdp/, tc/) parses, calls decide() and
 * maps the verdict; nothing here knows which hook it is on but by `direction`.
 */
#ifndef FW_POLICY_H
#define FW_POLICY_H

#include "program.h"
#include "ask.h"
#include "send.h"
#include "account.h"
#include "insert.h"
#include "fragment.h"
#include "drops.h"

/* Is this flow's state valid here? Always, but with `option state if-bound` only where its directions were first seen. */
static __always_inline bool flow_bound_here(bool if_bound, struct flow *f, struct place at, bool from_maker)
{
	enum direction d = (enum direction)(at.direction & 1);

	if (!if_bound)
		return true;
	if (from_maker)
		return !judged_given(flow_judged(f, d)) || f->iface[d].raw == at.iface.raw;
	if (f->reply_iface[d].raw == IFACE_NONE)
		f->reply_iface[d] = at.iface;
	return f->reply_iface[d].raw == at.iface.raw;
}

/* The judgement that speaks for the flow to a reply: one that stops it, else that of the other direction, else of this one. */
static __always_inline judged_t verdict_for_reply(judged_t here, judged_t there)
{
	if (judged_given(here) && judged_verdict(here) != VERDICT_PASS)
		return here;
	return judged_given(there) ? there : here;
}

/* One direction's judgement where it is of the rules of now; not given where they must be asked. */
static __always_inline judged_t cached_ruling(const struct flow *f, enum direction d)
{
	ruling_t r = ruling_read(f, d);

	return r.generation.raw == generation_now().raw ? r.judged : (judged_t){ 0 };
}

/* What is known of a packet of a flow without asking the rules; not given where they must be asked. */
static __always_inline judged_t cached_judgement(const struct flow *f, struct place at, bool from_maker)
{
	enum direction d = (enum direction)(at.direction & 1), other = (enum direction) !d;
	judged_t here = cached_ruling(f, d), there;

	if (from_maker)
		return judged_keeps_state(here) || judged_keeps_state(flow_judged(f, other)) ? here : (judged_t){ 0 };
	there = cached_ruling(f, other);
	if ((!judged_given(here) && judged_given(flow_judged(f, d))) ||
	    (!judged_given(there) && judged_given(flow_judged(f, other))) ||
	    (!judged_keeps_state(here) && !judged_keeps_state(there)))
		return (judged_t){ 0 };
	return verdict_for_reply(here, there);
}

enum known { KNOWN_DECIDED, KNOWN_ELSEWHERE, KNOWN_ENDED };

/* One direction's judgement by the rules of now, asked again where it is of others. Clears *cached where they were. */
static __always_inline judged_t current_ruling(struct flow *f, enum direction d, const struct packet *p, struct place at,
					       bool from_maker, __u8 *cached)
{
	ruling_t r = ruling_read(f, d);

	if (!judged_given(r.judged) || r.generation.raw == generation_now().raw)
		return r.judged;
	*cached = 0;
	r.judged.raw = rejudge(f, p, d, from_maker && d == (enum direction)(at.direction & 1) && f->iface[d].raw == at.iface.raw);
	return r.judged;
}

/*
 * Is the packet one of who made the flow, at its second hook? Going out it is forwarded, as nothing else goes out for who came in. Coming
 * in it is one on lo, or of someone who uses our address: that is not to speak for the flow.
 */
static __always_inline bool is_second_hook(const struct flow *f, enum direction d)
{
	const struct scratch *s = fw_scratch_mine();

	return d == DIRECTION_OUT || !(f->bits & FLOW_MADE_OUT) || (s && s->handover.iface.slot.ifindex == IFINDEX_LOOPBACK);
}

/* A direction's first judgement, about the packet at hand. It is the flow's from now on, but what is a stranger's: that is asked each time. */
static __always_inline judged_t first_ruling(struct flow *f, struct place at, const struct found *in)
{
	enum direction d = (enum direction)(at.direction & 1);
	ruling_t none = ruling_read(f, d);
	judged_t j;

	if (judged_given(none.judged))
		return none.judged;
	if (!bucket_still_has(in->bucket, in->way, in->tag))
		return (judged_t){ REJUDGE_LOST };
	j = judged_of_flow(f, d, ask(ASK_HAND));
	if (!is_second_hook(f, d))
		return j;
	if (judged_given(j) && ruling_replace(f, d, none, j, generation_asked()))
		f->iface[d] = at.iface;
	return j;
}

#include "related.h"

/* A packet of a flow in the table, which was found at *in. */
static __always_inline enum known decide_known(const struct found *in, const struct packet *p, struct place at,
					       enum flow_side from, ticks_t now, struct outcome *o)
{
	struct flow *f = &in->bucket->flow[in->way % WAYS];
	bool from_initiator = from == flow_initiator(f), from_maker = from == flow_maker(f);
	bool had_ended = flow_has_ended(f);
	enum direction d = (enum direction)(at.direction & 1), other = (enum direction) !d;
	judged_t j, there;

	o->cached = 1;
	if (!flow_bound_here(settings()->if_bound, f, at, from_maker))
		return KNOWN_ELSEWHERE;
	j = current_ruling(f, d, p, at, from_maker, &o->cached);
	there = from_maker ? flow_judged(f, other) : current_ruling(f, other, p, at, false, &o->cached);
	if (from_maker && !j.raw) {
		j = first_ruling(f, at, in);
		o->cached = 0;
	}
	if (j.raw == REJUDGE_LOST || there.raw == REJUDGE_LOST || !bucket_still_has(in->bucket, in->way, in->tag))
		return KNOWN_ENDED; /* the entry is another flow's by now, or another CPU was quicker: as if it had not been found */
	if (j.raw == REJUDGE_FAULT || there.raw == REJUDGE_FAULT || !(judged_given(j) || judged_given(there)))
		j.raw = there.raw = 0;
	else if (!judged_keeps_state(j) && !judged_keeps_state(there))
		return KNOWN_ENDED;
	else if (!from_maker)
		j = verdict_for_reply(j, there);
	give_judged(o, j);
	if (!from_initiator && o->verdict == VERDICT_PASS)
		o->reason = REASON_STATE;
	if (settings()->per_packet) {
		judged_t by = ask(ASK_EACH);

		/* An earlier rule decides the maker's packets; replies it can only stop. */
		if (!judged_given(by) ||
		    (rule_before(judged_rule(by), o->rule) && (from_maker || judged_verdict(by) != VERDICT_PASS))) {
			o->cached = 0;
			give_judged(o, by);
		}
	}
	if (o->verdict == VERDICT_PASS) {
		flow_account(f, p, now.raw, account_how(f, from, at));
		note_race(in->bucket, in->way, in->tag, p);
	}
	if (!had_ended && flow_has_ended(f))
		flow_tell(in->bucket, in->way, in->index, EVENT_FLOW_CLOSED, now);
	return KNOWN_DECIDED;
}

/* A packet that has no flow, or the first of one. in->judged: what the rules say of it where they have been asked. */
static __always_inline void decide_fresh(const struct subject *s, bool stateful, struct insertion *in, struct outcome *o)
{
	const struct packet *p = &s->packet;

	if (is_asking())
		return;
	if (!judged_given(in->judged))
		in->judged = ask(ASK_HAND);
	in->generation = generation_asked();
	o->cached = 0;
	give_judged(o, in->judged);
	if (o->reason == REASON_DEFAULT && p->fragment == FRAGMENT_LATER)
		o->reason = REASON_FRAGMENT;
	if (o->verdict != VERDICT_PASS || judged_stateless(in->judged) || !stateful || p->fragment == FRAGMENT_LATER ||
	    !packet_makes_flow(s))
		return;
	if (settings()->tcp_strict && !packet_opens(p)) {
		give(o, VERDICT_DROP, REASON_MID_STREAM, o->rule);
		return;
	}
	o->flow = flow_insert(s, in);
	o->made = o->flow != NO_FLOW;
}

static __always_inline bool decide_by_status(const struct packet *p, struct place at, struct outcome *o)
{
	const volatile struct policy_cfg *policy = &settings()->policy;
	enum verdict malformed = (enum verdict)policy->malformed[at.direction & 1];

	if (p->nd && !policy->nd_by_rules) {
		give(o, VERDICT_PASS, REASON_ND, rule_none());
		return true;
	}
	switch ((enum status)p->status) {
	case STATUS_OK:
		return false;
	case STATUS_NONIP:
		give(o, (enum verdict)policy->nonip, REASON_NONIP, rule_none());
		return true;
	case STATUS_TRUNCATED:
		give(o, malformed, REASON_TRUNCATED, rule_none());
		return true;
	case STATUS_TOO_DEEP:
		give(o, malformed, REASON_TOO_DEEP, rule_none());
		return true;
	case STATUS_MALFORMED:
		break;
	}
	give(o, malformed, REASON_MALFORMED, rule_none());
	return true;
}

/* flow_counts_here() where that is settled: else the packet is for the long way. */
static __always_inline bool flow_hook_is_settled(bool replay, const struct flow *f, bool from_maker)
{
	return replay || from_maker || f->bits & FLOW_REPLIES;
}
static __always_inline bool flow_counts_settled(bool replay, const struct flow *f, struct place at, bool from_maker)
{
	if (replay)
		return true;
	if (from_maker)
		return (at.direction & 1) == !!(f->bits & FLOW_MADE_OUT);
	return f->bits & (at.direction & 1 ? FLOW_REPLIES_OUT : FLOW_REPLIES_IN);
}

/* What decide_usual() made of a packet: passed, accounted and counted; nothing yet, and the table has no such flow, or may have it. */
enum usual { USUAL_PASSED, USUAL_ABSENT, USUAL_OTHER };

/*
 * decide() for the usual packet alone: one of a flow that goes on as it is and passes without asking the rules. For any other
 * nothing has happened. It calls no function, so that *s can stay in registers. at.iface is looked at where `if_bound` (option state).
 */
static __always_inline enum usual decide_usual(bool replay, bool if_bound, const struct subject *s, struct place at, ticks_t now,
					       struct outcome *o)
{
	const struct packet *p = &s->packet;
	__u32 bucket = hash_bucket(s->hash, fw_cfg.buckets), way;
	const struct flow_hint *hint = fw_hints_at((bucket_id_t){ bucket });
	bool from_initiator, from_maker;
	struct flow_bucket *b;
	struct flow *f;
	judged_t j;

	if (!hint)
		return USUAL_OTHER;
	if (!hint_has(hint, hash_tag(s->hash)))
		return USUAL_ABSENT;
	b = fw_flows_at((bucket_id_t){ bucket });
	if (!b)
		return USUAL_OTHER;
	way = bucket_find_usual(b, hash_tag(s->hash), &s->key);
	if (way >= WAYS)
		return way == WAYS ? USUAL_ABSENT : USUAL_OTHER;
	f = &b->flow[way % WAYS];
	BARRIER(f); /* one address, not one for each field */
	from_initiator = s->from == (__u8)flow_initiator(f);
	from_maker = s->from == (__u8)flow_maker(f);
	if (!flow_is_steady(f, p, !from_initiator) || flow_expired_usual(f, p, now) ||
	    !flow_hook_is_settled(replay, f, from_maker) || !flow_bound_here(if_bound, f, at, from_maker))
		return USUAL_OTHER;
	j = cached_judgement(f, at, from_maker);
	if (!judged_given(j) || !judged_just_passes(j) || !bucket_still_has(b, way, hash_tag(s->hash)))
		return USUAL_OTHER;
	*o = (struct outcome){ .verdict = VERDICT_PASS,
			       .cached = 1,
			       .rule = judged_rule(j),
			       .flow = bucket * WAYS + way,
			       .direction = (__u8)judged_direction(j) };
	o->reason = !from_initiator ? REASON_STATE : j.raw & JUDGED_RULE ? REASON_RULE : REASON_DEFAULT;
	flow_count(f, p, now, !from_initiator, flow_counts_settled(replay, f, at, from_maker));
	if (p->proto == PROTO_TCP) {
		flow_note_flags(f, p->tcp_flags, !from_initiator);
		flow_move_seq(f, p, !from_initiator);
	}
	note_race(b, way, hash_tag(s->hash), p);
	count_passed(p, at, (enum reason)o->reason, j);
	return USUAL_PASSED;
}

/* Whether a packet's flow decides it; else the rules do, and what they pass makes a flow or none. */
enum by_flow { BY_FLOW_DECIDED, BY_FLOW_NONE, BY_FLOW_NEW };

/* enum by_flow. A global function, for the stack. */
__attribute__((noinline)) __u32 decide_by_flow(const struct subject *s, const struct insertion *where, struct outcome *o)
{
	struct found in = {};
	__u32 bucket, way;
	struct flow *f;
	ticks_t now;

	if (!s || !where || !o || !s->keyed)
		return BY_FLOW_NONE;
	if (!settings()->stateful)
		return BY_FLOW_NEW;
	now.raw = where->now.raw; /* copied as a struct it is eight bytes on their own, and the stack has no room for those */
	bucket = hash_bucket(s->hash, fw_cfg.buckets);
	in.tag = hash_tag(s->hash);
	in.index = bucket;
	in.bucket = fw_flows_at((bucket_id_t){ bucket });
	if (!in.bucket) {
		give(o, VERDICT_DROP, REASON_FAULT, rule_none());
		return BY_FLOW_DECIDED;
	}
	in.way = way = find_way(in.bucket, in.tag, &s->key);
	f = &in.bucket->flow[way % WAYS];
	if (way >= WAYS || flow_expired(f, now) || flow_is_over_for(f, &s->packet))
		return BY_FLOW_NEW;
	switch (decide_known(&in, &s->packet, where->place, (enum flow_side)(s->from & 1), now, o)) {
	case KNOWN_DECIDED:
		o->flow = bucket * WAYS + way;
		return BY_FLOW_DECIDED;
	case KNOWN_ELSEWHERE: /* its entry is another's: judged without state */
		return BY_FLOW_NONE;
	case KNOWN_ENDED:
		break;
	}
	return BY_FLOW_NEW;
}

/* A packet that is whole, or a fragment that stands for itself. */
static __always_inline void decide_packet(const struct subject *s, struct insertion *in, struct outcome *o)
{
	__u32 by = BY_FLOW_NEW;

	if (!judged_given(in->judged)) {
		if (decide_by_status(&s->packet, in->place, o) || (!s->keyed && s->quoted && decide_related(s, in, o)) ||
		    is_asking())
			return;
		by = decide_by_flow(s, in, o);
	}
	if (by != BY_FLOW_DECIDED)
		decide_fresh(s, by == BY_FLOW_NEW, in, o);
}

/* What comes ahead of judging a fragment comes once, however often the rules are asked. As fragment_enter(). */
static __always_inline __u32 enter_once(struct subject *s, const struct insertion *in, struct outcome *o)
{
	struct questions *q = questions();

	if (!q)
		return FRAGMENT_OPEN;
	if (!q->rounds)
		q->datagram = fragment_enter(s, in, o);
	return q->datagram;
}

/*
 * The verdict on a packet; what it passes is accounted to its flow. *s may be made a packet of another flow. `fresh`: what the rules
 * say of it, given for a usual packet whose flow the table had not. Where the rules have been asked (is_asking()) it is none.
 */
static __always_inline void decide(struct subject *s, judged_t fresh, struct place at, ticks_t now, struct outcome *o)
{
	const struct packet *p = &s->packet;
	struct insertion in = { .now = now, .judged = fresh, .place = at };
	__u32 datagram = FRAGMENT_OPEN;

	give(o, VERDICT_DROP, REASON_FAULT, rule_none());
	o->cached = o->made = o->log = 0;
	o->direction = at.direction;
	o->flow = NO_FLOW;
	if (p->fragment != FRAGMENT_NONE) {
		in.generation = generation_asked();
		datagram = enter_once(s, &in, o);
		if (datagram == FRAGMENT_DECIDED)
			return;
	}
	if (p->fragment_offset & FRAGMENT_TINY)
		give(o, VERDICT_DROP, REASON_FRAGMENT_TINY, rule_none());
	else
		decide_packet(s, &in, o);
	if (is_asking())
		return;
	if (datagram < FRAGMENT_DECIDED)
		fragment_settle(datagram, s, &in, o);
	else if (p->fragment == FRAGMENT_LATER && o->flow != NO_FLOW)
		o->reason = REASON_FRAGMENT;
}

#endif
