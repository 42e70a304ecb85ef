/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of a packet: the one policy of all hooks. An adapter (xdp/, tc/) parses, calls decide() and
 * maps the verdict; nothing here knows which hook it is on but by `direction`.
 */
#ifndef FW_POLICY_H
#define FW_POLICY_H

#include "maps.bpf.h"

const volatile struct program_cfg fw_cfg = {};

FW_MAPS(MAP)

static __always_inline const volatile struct ruleset_cfg *classify_cfg(void) { return &fw_cfg.rules; }
static __always_inline __u32 classify_roots(enum image image) { return fw_cfg.roots[image]; }
static __always_inline const struct cells *cells_at(__u32 i) { return fw_cells_at(i); }
static __always_inline const struct words *words_at(__u32 i) { return fw_words_at(i); }
static __always_inline const struct trie_node *trie_at(__u32 i) { return fw_trie_at(i); }
static __always_inline const struct node *nodes_at(__u32 i) { return fw_nodes_at(i); }
static __always_inline const struct leaf *leaves_at(__u32 i) { return fw_leaves_at(i); }
static __always_inline __u32 mac_class_of(const struct mac_key *k)
{
	const struct mac_class *c = fw_macs_get(k);

	return c ? c->class : MAC_CLASS_OTHER;
}
static __always_inline bool set_has(__u16 set, enum set_type type, enum family family, const addr_t *a)
{
	struct set_addr_key addr = { .set = set, .family = (__u8)family, .addr = *a };
	struct set_net_key net = { .prefixlen = 32 + 128, .set = set, .family = (__u8)family, .addr = *a };

	return type == SET_ADDR ? fw_set_addrs_get(&addr) != NULL : fw_set_nets_get(&net) != NULL;
}

/* A global function: the verifier checks it once, on its own, not once a call. */
#define CLASSIFY_FN(ret, name, args) __attribute__((noinline)) ret name args
#include "classify.h"

/* Where and when a packet is judged. One word, so that it passes to a global function as an argument. */
struct place {
	__u8 direction; /* enum direction */
	iface_id_t iface;
};

static __always_inline generation_t generation_now(void)
{
	const struct epoch *e = fw_cfg.sets ? fw_epoch_at(0) : NULL;

	return e ? e->newest : fw_cfg.generation;
}

/* What the rules say of a packet: judged_t, or no bits when the tables are at fault. */
__attribute__((noinline)) __u32 judge(const struct packet *p, __u32 direction, __u32 iface)
{
	struct query q = { .packet = p, .direction = (enum direction)(direction & 1), .iface = { (__u8)iface } };
	struct scratch *s = fw_scratch_mine();
	const struct rule_action *action;
	int rule;

	if (!p || !s)
		return 0;
	rule = classify_min(classify_image(IMAGE_FLOW, &q, &s->search), classify_image(IMAGE_PACKET, &q, &s->search));
	if (rule == CLASSIFY_FAULT)
		return 0;
	if (rule == CLASSIFY_NONE)
		return judged_make((enum verdict)fw_cfg.rules.policy.verdict[direction & 1], rule_none(),
				   fw_cfg.rules.policy.stateless[direction & 1]).raw;
	action = fw_actions_at((__u32)rule);
	if (!action)
		return 0;
	return judged_make((enum verdict)action->verdict, (rule_id_t){ (__u32)rule },
			   action->flags & ACTION_STATELESS).raw;
}

/* What a per-packet rule says of this packet: judged_t; RULE_NONE where none matches; no bits at fault. */
__attribute__((noinline)) __u32 judge_packet(const struct packet *p, __u32 direction, __u32 iface)
{
	struct query q = { .packet = p, .direction = (enum direction)(direction & 1), .iface = { (__u8)iface } };
	struct scratch *s = fw_scratch_mine();
	const struct rule_action *action;
	int rule;

	if (!p || !s)
		return 0;
	rule = classify_image(IMAGE_PACKET, &q, &s->search);
	if (rule == CLASSIFY_NONE)
		return judged_make(VERDICT_PASS, rule_none(), false).raw;
	action = rule == CLASSIFY_FAULT ? NULL : fw_actions_at((__u32)rule);
	return action ? judged_make((enum verdict)action->verdict, (rule_id_t){ (__u32)rule }, false).raw : 0;
}

static __always_inline void give(struct outcome *o, enum verdict v, enum reason r, rule_id_t rule)
{
	o->verdict = (__u8)v;
	o->reason = (__u8)r;
	o->rule = rule;
}

static __always_inline void give_judged(struct outcome *o, judged_t j)
{
	rule_id_t rule = judged_rule(j);

	if (!judged_given(j))
		give(o, VERDICT_DROP, REASON_FAULT, rule_none());
	else
		give(o, judged_verdict(j), rule_is_none(rule) ? REASON_DEFAULT : REASON_RULE, rule);
}

/* The packet that made the flow, as far as its entry remembers; MAC addresses are those of the one at hand. */
static __always_inline void remake_packet(const struct flow *f, const struct packet *now, bool from_maker, struct packet *p)
{
	bool b = f->bits & FLOW_MAKER_B;

	__builtin_memset(p, 0, sizeof(*p));
	p->src = b ? f->key.b : f->key.a;
	p->dst = b ? f->key.a : f->key.b;
	p->family = f->key.family;
	p->proto = f->key.proto;
	p->vlan = f->key.vlan;
	p->inner_vlan = f->key.inner_vlan;
	p->has = now->has;
	p->mac_src = from_maker ? now->mac_src : now->mac_dst;
	p->mac_dst = from_maker ? now->mac_dst : now->mac_src;
	if (p->has & HAS_ICMP) {
		p->icmp_type = (__u8)(f->key.aport.raw >> 8);
		p->icmp_code = (__u8)f->key.aport.raw;
		p->icmp_id = f->key.bport.raw;
	} else {
		p->sport = b ? f->key.bport : f->key.aport;
		p->dport = b ? f->key.aport : f->key.bport;
	}
	p->tcp_flags = f->made_flags;
	p->ttl = f->made_ttl;
	p->dscp = f->made_dscp;
	p->fragment = f->made_fragment;
	p->length = f->made_length;
}

enum { REJUDGED_LIVES = 1, REJUDGED_ENDED = 2, REJUDGED_FAULT = 3 };

/*
 * Asks the rules of now about the packet that made the flow, at each direction where it was judged.
 * A flow that only stateless rules pass is none any longer. Two CPUs may do this at once: both write the same.
 */
__attribute__((noinline)) int rejudge(struct flow *f, const struct packet *now, __u32 from_maker)
{
	generation_t generation = generation_now();
	struct scratch *scratch = fw_scratch_mine();
	bool kept = false;

	if (!f || !now || !scratch)
		return REJUDGED_FAULT;
	remake_packet(f, now, from_maker, &scratch->made);
	for (int d = 0; d < DIRECTION_COUNT; d++) {
		judged_t j;

		if (!judged_given(f->judged[d]))
			continue;
		j.raw = judge(&scratch->made, (__u32)d, f->iface[d].raw);
		if (!judged_given(j))
			return REJUDGED_FAULT;
		kept |= judged_verdict(j) != VERDICT_PASS || !judged_stateless(j);
		f->judged[d] = j;
	}
	if (!kept)
		f->bits |= FLOW_VOID;
	(void)__sync_lock_test_and_set(&f->generation.raw, generation.raw); /* behind what it vouches for */
	return kept ? REJUDGED_LIVES : REJUDGED_ENDED;
}

#include "insert.h"

/* Is this flow's state valid here? Always, but with `option state if-bound` only where its directions were first seen. */
static __always_inline bool flow_bound_here(struct flow *f, struct place at, bool from_maker)
{
	if (!fw_cfg.if_bound)
		return true;
	if (from_maker)
		return !judged_given(f->judged[at.direction & 1]) || f->iface[at.direction & 1].raw == at.iface.raw;
	if (f->reply_iface.raw == IFACE_NONE)
		f->reply_iface = at.iface;
	return f->reply_iface.raw == at.iface.raw;
}

/* The judgement that speaks for the flow to a reply: one that stops it, else that of the other direction, else of this one. */
static __always_inline judged_t flow_verdict(const struct flow *f, struct place at)
{
	judged_t here = f->judged[at.direction & 1], there = f->judged[!(at.direction & 1)];

	if (judged_given(here) && judged_verdict(here) != VERDICT_PASS)
		return here;
	return judged_given(there) ? there : here;
}

enum { KNOWN_DECIDED, KNOWN_ELSEWHERE, KNOWN_ENDED };

/* A packet of a flow in the table. */
static __always_inline int decide_known(struct flow *f, const struct packet *p, struct place at, enum flow_side from,
					ticks_t now, struct outcome *o)
{
	bool from_initiator = from == flow_initiator(f), from_maker = from == flow_maker(f);
	judged_t j;

	o->cached = 1;
	if (!flow_bound_here(f, at, from_maker))
		return KNOWN_ELSEWHERE;
	if (f->generation.raw != generation_now().raw) {
		int r = rejudge(f, p, from_maker);

		if (r == REJUDGED_ENDED)
			return KNOWN_ENDED;
		if (r != REJUDGED_LIVES) {
			give(o, VERDICT_DROP, REASON_FAULT, rule_none());
			return KNOWN_DECIDED;
		}
		o->cached = 0;
	}
	j = f->judged[at.direction & 1];
	if (from_maker) {
		if (!judged_given(j)) { /* first time at this direction's hook */
			j.raw = judge(p, at.direction, at.iface.raw);
			f->iface[at.direction & 1] = at.iface;
			f->judged[at.direction & 1] = j;
			o->cached = 0;
		}
	} else {
		j = flow_verdict(f, at);
	}
	give_judged(o, j);
	if (!from_initiator && o->verdict == VERDICT_PASS)
		o->reason = REASON_STATE;
	if (fw_cfg.rules.image[IMAGE_PACKET].dims) {
		judged_t by = { .raw = judge_packet(p, at.direction, at.iface.raw) };

		if (!judged_given(by) || rule_before(judged_rule(by), o->rule)) {
			o->cached = 0;
			give_judged(o, by);
		}
	}
	if (o->verdict == VERDICT_PASS)
		flow_account(f, p, now, !from_initiator);
	return KNOWN_DECIDED;
}

/* A packet that has no flow, or the first of one. */
static __always_inline void decide_fresh(const struct subject *s, bool stateful, struct place at, ticks_t now,
					 struct outcome *o)
{
	const struct packet *p = &s->packet;
	judged_t j = { .raw = judge(p, at.direction, at.iface.raw) };
	struct insertion in = { .now = now, .judged = j, .place = at };

	o->cached = 0;
	give_judged(o, j);
	if (o->reason == REASON_DEFAULT && p->fragment == FRAGMENT_LATER)
		o->reason = REASON_FRAGMENT;
	if (o->verdict != VERDICT_PASS || judged_stateless(j) || !stateful || !packet_makes_flow(s))
		return;
	o->flow = flow_insert(s, &in);
	o->made = o->flow != NO_FLOW;
}

static __always_inline bool decide_by_status(const struct packet *p, struct place at, struct outcome *o)
{
	const volatile struct policy_cfg *policy = &fw_cfg.rules.policy;
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

static __always_inline void count(const struct packet *p, struct place at, const struct outcome *o)
{
	enum reason reason = (enum reason)o->reason;

	fw_tally_add(tally_of((enum direction)(at.direction & 1), (enum verdict)o->verdict, reason), p->segments, p->bytes);
	if (reason == REASON_RULE || reason == REASON_DEFAULT || reason == REASON_STATE || reason == REASON_FRAGMENT)
		fw_counts_add(rule_slot_of((enum direction)(at.direction & 1), o->rule), p->segments, p->bytes);
}

/* The verdict on a packet; what it passes is accounted to its flow. */
static __always_inline void decide(const struct subject *s, struct place at, ticks_t now, struct outcome *o)
{
	const struct packet *p = &s->packet;
	enum flow_side from = (enum flow_side)s->from;
	__u32 bucket = hash_bucket(s->hash, fw_cfg.buckets), way;
	struct flow_bucket *b;
	struct flow *f;

	o->cached = o->made = 0;
	o->flow = NO_FLOW;
	if (decide_by_status(p, at, o))
		return;
	if (!s->keyed) {
		decide_fresh(s, false, at, now, o);
		return;
	}
	b = fw_flows_at(bucket);
	if (!b) {
		give(o, VERDICT_DROP, REASON_FAULT, rule_none());
		return;
	}
	way = bucket_find(b, hash_tag(s->hash), &s->key);
	f = &b->flow[way % WAYS];
	if (way < WAYS && !flow_expired(f, now) && !flow_is_over_for(f, p)) {
		int r = decide_known(f, p, at, from, now, o);

		if (r == KNOWN_DECIDED) {
			o->flow = bucket * WAYS + way;
			return;
		}
		if (r == KNOWN_ELSEWHERE) { /* its entry is another's: judged without state */
			decide_fresh(s, false, at, now, o);
			return;
		}
	}
	decide_fresh(s, true, at, now, o);
}

#endif
