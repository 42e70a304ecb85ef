/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors about the packets of a known flow pass with it. Included by policy.h, which has the maps and the configuration. */
#ifndef FW_RELATED_H
#define FW_RELATED_H

/* With `option state if-bound`: does a packet to the flow's side `to` belong here? Notes nothing, as an error is none of its packets. */
static __always_inline bool flow_reaches_here(const struct flow *f, struct place at, bool to_maker)
{
	enum direction d = (enum direction)(at.direction & 1);

	if (!settings()->if_bound)
		return true;
	if (!to_maker)
		return !judged_given(flow_judged(f, d)) || f->iface[d].raw == at.iface.raw;
	return f->reply_iface[d].raw == IFACE_NONE || f->reply_iface[d].raw == at.iface.raw;
}

/* What speaks for the flow at a place where no packet of it is at hand; not given unless all that judged it pass it, with state. */
static __always_inline judged_t flow_passes(struct flow *f, const struct packet *p, struct place at, __u8 *cached)
{
	enum direction d = (enum direction)(at.direction & 1), other = (enum direction) !d;
	judged_t here = current_ruling(f, d, p, at, false, cached), there = current_ruling(f, other, p, at, false, cached);

	if ((!judged_given(here) && here.raw) || (!judged_given(there) && there.raw))
		return (judged_t){ 0 }; /* lost, or at fault */
	if ((judged_given(here) && judged_verdict(here) != VERDICT_PASS) ||
	    (judged_given(there) && judged_verdict(there) != VERDICT_PASS) ||
	    (!judged_keeps_state(here) && !judged_keeps_state(there)))
		return (judged_t){ 0 };
	return verdict_for_reply(here, there);
}

/*
 * The packet at hand is an ICMP error, and s->quoted: true, and *o is filled, where it was sent to the source of a packet that a flow
 * may well have sent, in either of its directions. A global function: errors are rare.
 */
__attribute__((noinline)) int decide_related(const struct subject *s, const struct insertion *in, struct outcome *o)
{
	struct scratch *scratch = fw_scratch_mine();
	const struct packet *p, *q;
	struct flow_bucket *b;
	struct subject *quote;
	__u32 bucket, way;
	struct flow *f;
	judged_t j;

	if (!s || !in || !o || !scratch || !settings()->stateful)
		return 0;
	quote = &scratch->quote;
	p = &s->packet;
	q = &quote->packet;
	if (p->dst.q[0] != q->src.q[0] || p->dst.q[1] != q->src.q[1])
		return 0;
	subject_find(quote, hash_key());
	if (!quote->keyed)
		return 0;
	bucket = hash_bucket(quote->hash, fw_cfg.buckets);
	b = fw_flows_at((bucket_id_t){ bucket });
	if (!b)
		return 0;
	way = find_way(b, hash_tag(quote->hash), &quote->key);
	f = &b->flow[way % WAYS];
	if (way >= WAYS || flow_expired(f, in->now))
		return 0;
	if (q->proto == PROTO_TCP && !flow_sent_seq(f, q->tcp_seq, quote->from != (__u8)flow_initiator(f)))
		return 0;
	if (!flow_reaches_here(f, in->place, quote->from == (__u8)flow_maker(f)))
		return 0;
	o->cached = 1;
	j = flow_passes(f, p, in->place, &o->cached);
	if (!judged_given(j) || !bucket_still_has(b, way, hash_tag(quote->hash)))
		return 0;
	give_judged(o, j);
	o->reason = REASON_RELATED;
	if (settings()->per_packet) { /* an earlier rule can stop it, as it can replies */
		judged_t by = ask(ASK_EACH);

		if (!judged_given(by) || (rule_before(judged_rule(by), o->rule) && judged_verdict(by) != VERDICT_PASS)) {
			o->cached = 0;
			give_judged(o, by);
		}
	}
	return 1;
}

#endif
