/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "../ctl/util.h"
#include "flow_model.h"

#define SECOND 1000000000ull

static bool is_query(const struct packet *p)
{
	static const uint8_t v4[] = { 8, 13, 15, 17 }, v6[] = { 128, 139 };

	return p->proto == PROTO_ICMP ? memchr(v4, p->icmp_type, 4) != NULL : memchr(v6, p->icmp_type, 2) != NULL;
}

static bool is_reply_type(const struct packet *p)
{
	static const uint8_t v4[] = { 0, 14, 16, 18 }, v6[] = { 129, 140 };

	return p->proto == PROTO_ICMP ? memchr(v4, p->icmp_type, 4) != NULL : memchr(v6, p->icmp_type, 2) != NULL;
}

static uint8_t reply_to(uint8_t proto, uint8_t type)
{
	if (proto == PROTO_ICMP && type == 8)
		return 0;
	return (uint8_t)(type + 1);
}

/* Can packets of its kind be in a flow at all? */
static bool has_flows(const struct packet *p)
{
	if (p->fragment == FRAGMENT_LATER)
		return false;
	return !(p->has & HAS_ICMP) || is_query(p) || is_reply_type(p);
}

static bool same_ends(const struct packet *p, const addr_t *src, const addr_t *dst, port_be_t sport, port_be_t dport)
{
	return !memcmp(&p->src, src, sizeof(*src)) && !memcmp(&p->dst, dst, sizeof(*dst)) && p->sport.raw == sport.raw &&
	       p->dport.raw == dport.raw;
}

/* 1: sent by who made the flow; -1: by the other side; 0: not of this flow. */
static int belongs(const struct model_flow *f, const struct packet *p)
{
	const struct packet *m = &f->first;
	bool same = same_ends(p, &m->src, &m->dst, m->sport, m->dport);
	bool back = same_ends(p, &m->dst, &m->src, m->dport, m->sport);

	if (p->proto != m->proto || p->family != m->family || p->vlan != m->vlan || p->inner_vlan != m->inner_vlan)
		return 0;
	if (!(p->has & HAS_ICMP))
		return same ? 1 : back ? -1 : 0;
	if (p->icmp_id != m->icmp_id || p->icmp_code != m->icmp_code)
		return 0;
	if (same && p->icmp_type == m->icmp_type)
		return 1;
	return back && p->icmp_type == reply_to(m->proto, m->icmp_type) ? -1 : 0;
}

static uint64_t timeout_of(const struct model_flow *f)
{
	switch (f->state) {
	case FLOW_SYN_SENT:
	case FLOW_SYN_RECEIVED:
	case FLOW_CLOSING:
		return 60 * SECOND;
	case FLOW_ESTABLISHED:
		return 86400 * SECOND;
	case FLOW_CLOSED:
	case FLOW_RESET:
		return 10 * SECOND;
	case FLOW_UNREPLIED:
	case FLOW_REPLIED:
		break;
	}
	if (f->first.proto == PROTO_UDP || f->first.proto == PROTO_UDPLITE)
		return (f->state == FLOW_REPLIED ? 120 : 30) * SECOND;
	return (f->first.has & HAS_ICMP ? 30 : 600) * SECOND;
}

static struct model_flow *find(struct flow_model *m, const struct packet *p, uint64_t now_ns, int *side)
{
	bool opens = p->has & HAS_FLAGS && (p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;

	for (size_t i = 0; i < m->n; i++) {
		struct model_flow *f = &m->v[i];

		*side = belongs(f, p);
		if (!*side || f->over)
			continue;
		if (now_ns > f->last_ns && now_ns - f->last_ns > timeout_of(f))
			continue;
		if (opens && (f->state == FLOW_CLOSED || f->state == FLOW_RESET))
			continue;
		return f;
	}
	return NULL;
}

static enum verdict verdict_of(const struct flow_model *m, rule_id_t r, enum direction d)
{
	return rule_is_none(r) ? m->rs->defaults.verdict[d] : m->rs->rules[r.raw].verdict;
}

static enum flow_state first_state(const struct packet *p)
{
	uint8_t syn_ack = p->tcp_flags & (TCP_SYN | TCP_ACK);

	if (!(p->has & HAS_FLAGS))
		return FLOW_UNREPLIED;
	if (p->tcp_flags & TCP_RST)
		return FLOW_RESET;
	if (syn_ack == (TCP_SYN | TCP_ACK))
		return FLOW_SYN_RECEIVED;
	if (syn_ack & TCP_SYN)
		return FLOW_SYN_SENT;
	return p->tcp_flags & TCP_FIN ? FLOW_CLOSING : FLOW_ESTABLISHED;
}

/* `unacked`: what the other side has said beyond what the packet acknowledges; a handshake is completed by who has seen the answer. */
static void move_tcp(struct model_flow *f, uint8_t flags, bool reply, int64_t unacked)
{
	bool fin = flags & TCP_FIN, answers = !f->end[!reply] || (unacked >= 0 && unacked <= 65535);

	if (flags & TCP_RST)
		f->state = FLOW_RESET;
	else if (f->state == FLOW_SYN_SENT && reply && flags & TCP_SYN)
		f->state = FLOW_SYN_RECEIVED;
	else if ((f->state == FLOW_SYN_RECEIVED || f->state == FLOW_ESTABLISHED) && fin)
		f->state = FLOW_CLOSING;
	else if (f->state == FLOW_SYN_RECEIVED && !reply && flags & TCP_ACK && answers)
		f->state = FLOW_ESTABLISHED;
	else if (f->state == FLOW_CLOSING && f->seen_fin[0] && f->seen_fin[1] && !fin && flags & TCP_ACK)
		f->state = FLOW_CLOSED;
}

/* How far `a` is beyond `b`. */
static int64_t beyond(uint32_t a, uint32_t b) { return (int32_t)(a - b); }
static bool is_near(uint32_t a, uint32_t b) { return beyond(a, b) >= -65535 && beyond(a, b) <= 65535; }

static uint32_t end_of(const struct packet *p)
{
	return p->tcp_seq + p->payload + (p->tcp_flags & TCP_SYN ? 1 : 0) + (p->tcp_flags & TCP_FIN ? 1 : 0);
}

static bool reset_is_meant(const struct model_flow *f, const struct packet *p, bool reply)
{
	if (f->end[reply])
		return is_near(p->tcp_seq, f->end[reply]);
	if (f->end[!reply] && p->tcp_flags & TCP_ACK)
		return is_near(p->tcp_ack, f->end[!reply]);
	return f->state != FLOW_SYN_SENT;
}

static bool acks_other(const struct model_flow *f, const struct packet *p, bool reply)
{
	return p->tcp_flags & TCP_ACK && f->end[!reply] && is_near(p->tcp_ack, f->end[!reply]);
}

static bool fin_is_meant(const struct model_flow *f, const struct packet *p, bool reply)
{
	return !f->end[reply] || is_near(p->tcp_seq, f->end[reply]) || acks_other(f, p, reply);
}

static void follow(struct model_flow *f, const struct packet *p, bool reply)
{
	int64_t ahead = beyond(p->tcp_seq, f->end[reply]);
	bool believed = !f->end[reply] || (p->tcp_flags & TCP_SYN && f->state == FLOW_SYN_SENT) || acks_other(f, p, reply);

	if (f->end[reply] && ahead >= -(1 << 24) && ahead <= 65535)
		believed = beyond(end_of(p), f->end[reply]) > 0;
	if (believed)
		f->end[reply] = end_of(p);
}

static void account(struct model_flow *f, const struct packet *p, bool reply, uint64_t now_ns)
{
	uint8_t flags = p->tcp_flags;

	if (flags & TCP_FIN && !fin_is_meant(f, p, reply))
		flags ^= TCP_FIN;
	f->packets[reply]++;
	f->bytes[reply] += p->length;
	f->flags[reply] |= flags;
	f->seen_fin[reply] |= (flags & TCP_FIN) != 0;
	f->last_ns = now_ns;
	if (p->has & HAS_FLAGS) {
		if (p->tcp_flags & TCP_RST && !reset_is_meant(f, p, reply))
			return;
		if (!(p->tcp_flags & TCP_RST))
			follow(f, p, reply);
		move_tcp(f, flags, reply, beyond(f->end[!reply], p->tcp_ack));
	} else if (reply)
		f->state = FLOW_REPLIED;
}

static struct model_answer answer(const struct flow_model *m, rule_id_t rule, enum direction d)
{
	return (struct model_answer){ .verdict = verdict_of(m, rule, d),
				      .rule = rule,
				      .reason = rule_is_none(rule) ? REASON_DEFAULT : REASON_RULE };
}

static bool is_stateless(const struct flow_model *m, rule_id_t rule, enum direction d)
{
	return rule_is_none(rule) ? m->rs->defaults.stateless[d] : m->rs->rules[rule.raw].stateless;
}

static struct model_answer judge_fresh(struct flow_model *m, const struct packet *p, enum direction d, uint64_t now_ns)
{
	rule_id_t rule = linear_scan(m->rs, LINEAR_ALL, p, d, m->on, NULL);
	struct model_answer a = answer(m, rule, d);
	struct model_flow *f;

	if (a.reason == REASON_DEFAULT && p->fragment == FRAGMENT_LATER)
		a.reason = REASON_FRAGMENT;
	if (a.verdict != VERDICT_PASS || is_stateless(m, rule, d) || !has_flows(p) || (p->has & HAS_ICMP && !is_query(p)))
		return a;
	for (size_t i = 0; i < m->n; i++)
		m->v[i].over |= belongs(&m->v[i], p) != 0;
	GROW(m->v, m->n, m->cap);
	f = &m->v[m->n++];
	*f = (struct model_flow){ .first = *p, .state = first_state(p), .last_ns = now_ns };
	f->reversed = f->state == FLOW_SYN_RECEIVED;
	f->made = d;
	f->judged[d] = true;
	f->rule[d] = rule;
	f->packets[f->reversed] = 1;
	f->bytes[f->reversed] = p->length;
	f->flags[f->reversed] = p->tcp_flags;
	f->seen_fin[f->reversed] = (p->tcp_flags & TCP_FIN) != 0;
	f->end[f->reversed] = p->has & HAS_FLAGS ? end_of(p) : 0;
	a.made = a.has_flow = true;
	return a;
}

/* Whose rule speaks to the other side: one of this direction that stops, else the other direction's, else this one's. */
static struct model_answer answer_other_side(const struct flow_model *m, const struct model_flow *f, enum direction d)
{
	enum direction there = d == DIRECTION_IN ? DIRECTION_OUT : DIRECTION_IN;

	if (f->judged[d] && verdict_of(m, f->rule[d], d) != VERDICT_PASS)
		return answer(m, f->rule[d], d);
	return f->judged[there] ? answer(m, f->rule[there], there) : answer(m, f->rule[d], d);
}

static struct model_answer judge_known(struct flow_model *m, struct model_flow *f, int side, const struct packet *p,
				       enum direction d, uint64_t now_ns)
{
	bool reply = (side < 0) != f->reversed, first_here = side > 0 && !f->judged[d];
	rule_id_t single = linear_scan(m->rs, 1 << IMAGE_PACKET, p, d, m->on, NULL);
	rule_id_t rule = f->rule[d];
	struct model_answer a;

	if (first_here) {
		rule = linear_scan(m->rs, LINEAR_ALL, p, d, m->on, NULL);
		/* What went out and comes in is of someone who uses our address (a replay has no lo): it says nothing of the flow. */
		f->judged[d] = d == DIRECTION_OUT || f->made == DIRECTION_IN;
		f->rule[d] = rule;
	}
	a = side > 0 ? answer(m, rule, d) : answer_other_side(m, f, d);
	a.cached = !first_here;
	if (reply && a.verdict == VERDICT_PASS)
		a.reason = REASON_STATE;
	if (!rule_is_none(single) && (rule_is_none(a.rule) || single.raw < a.rule.raw) &&
	    (side > 0 || answer(m, single, d).verdict != VERDICT_PASS)) { /* replies it can only stop */
		a = answer(m, single, d);
		a.cached = false;
	}
	a.has_flow = true;
	if (a.verdict == VERDICT_PASS)
		account(f, p, reply, now_ns);
	return a;
}

static bool is_error(const struct packet *p)
{
	static const uint8_t v4[] = { 3, 4, 5, 11, 12 }, v6[] = { 1, 2, 3, 4 };

	if (!(p->has & HAS_ICMP))
		return false;
	return p->family == FAMILY_INET ? p->proto == PROTO_ICMP && memchr(v4, p->icmp_type, 5)
					: p->proto == PROTO_ICMP6 && memchr(v6, p->icmp_type, 4);
}

/* An ICMP error about a packet of this flow: does it pass with it? */
static bool judge_error(struct flow_model *m, const struct packet *p, const struct packet *quote, enum direction d,
			uint64_t now_ns, struct model_answer *a)
{
	rule_id_t single = linear_scan(m->rs, 1 << IMAGE_PACKET, p, d, m->on, NULL);
	struct model_flow *f;
	int64_t ahead;
	int side = 0;
	bool reply;

	if (memcmp(&p->dst, &quote->src, sizeof(p->dst)) || !has_flows(quote))
		return false;
	f = find(m, quote, now_ns, &side);
	if (!f)
		return false;
	reply = (side < 0) != f->reversed; /* who sent what is quoted */
	ahead = beyond(quote->tcp_seq, f->end[reply]);
	if (quote->proto == PROTO_TCP && f->end[reply] && (ahead < -(1 << 24) || ahead > 65535))
		return false;
	for (int i = 0; i < DIRECTION_COUNT; i++)
		if (f->judged[i] && verdict_of(m, f->rule[i], (enum direction)i) != VERDICT_PASS)
			return false;
	*a = answer_other_side(m, f, d);
	a->reason = REASON_RELATED;
	a->cached = true;
	if (!rule_is_none(single) && (rule_is_none(a->rule) || single.raw < a->rule.raw) &&
	    answer(m, single, d).verdict != VERDICT_PASS)
		*a = answer(m, single, d);
	return true;
}

static struct model_answer judge_packet(struct flow_model *m, const struct packet *p, const struct packet *quote,
					enum direction d, uint64_t now_ns)
{
	int side = 0;
	struct model_flow *f = has_flows(p) ? find(m, p, now_ns, &side) : NULL;
	struct model_answer a;

	if (is_error(p) && quote->segments && judge_error(m, p, quote, d, now_ns, &a))
		return a;
	return f ? judge_known(m, f, side, p, d, now_ns) : judge_fresh(m, p, d, now_ns);
}

static struct model_datagram *find_datagram(struct flow_model *m, const struct packet *p, enum direction d, uint64_t now_ns)
{
	for (size_t i = m->ndatagrams; i-- > 0;) { /* the newest with its identification */
		struct model_datagram *g = &m->datagrams[i];
		const struct packet *f = &g->first;

		if (g->direction != d || f->family != p->family || f->proto != p->proto || f->fragment_id != p->fragment_id ||
		    f->vlan != p->vlan || f->inner_vlan != p->inner_vlan || memcmp(&f->src, &p->src, sizeof(f->src)) ||
		    memcmp(&f->dst, &p->dst, sizeof(f->dst)))
			continue;
		return now_ns > g->first_ns && now_ns - g->first_ns > 30 * SECOND ? NULL : g;
	}
	return NULL;
}

static const struct model_answer overlaps = { .verdict = VERDICT_DROP,
					      .reason = REASON_FRAGMENT_OVERLAP,
					      .rule = { RULE_NONE_RAW } };

static struct model_answer judge_first(struct flow_model *m, const struct packet *p, const struct packet *quote, enum direction d,
				       uint64_t now_ns)
{
	struct model_datagram *g = find_datagram(m, p, d, now_ns);

	if (g && (!g->total || g->seen < g->total))
		return overlaps;
	GROW(m->datagrams, m->ndatagrams, m->cap_datagrams);
	g = &m->datagrams[m->ndatagrams++];
	*g = (struct model_datagram){ .first = *p, .direction = d, .first_ns = now_ns, .seen = p->payload };
	return g->answer = judge_packet(m, p, quote, d, now_ns);
}

static struct model_answer judge_later(struct flow_model *m, const struct packet *p, const struct packet *quote, enum direction d,
				       uint64_t now_ns)
{
	struct model_datagram *g = find_datagram(m, p, d, now_ns);
	uint32_t offset = p->fragment_offset & ~7u;
	struct model_answer a;
	struct packet whole;
	struct model_flow *f;
	int side = 0;

	if (offset < 20 && (p->proto == PROTO_TCP || (p->proto == PROTO_SCTP && offset < 12)))
		return overlaps;
	if (!g)
		return judge_packet(m, p, quote, d, now_ns);
	if (offset < g->first.payload)
		return overlaps;
	g->seen += p->payload;
	if (!(p->fragment_offset & FRAGMENT_MORE))
		g->total = offset + p->payload;
	a = g->answer;
	a.reason = REASON_FRAGMENT;
	a.cached = true;
	a.made = a.has_flow = false;
	if (a.verdict != VERDICT_PASS || !has_flows(&g->first))
		return a;
	whole = g->first;
	whole.tcp_flags = 0; /* it has none, and opens nothing */
	f = find(m, &whole, now_ns, &side);
	a.has_flow = f != NULL;
	if (f) {
		bool reply = (side < 0) != f->reversed;

		f->packets[reply]++;
		f->bytes[reply] += p->length;
		f->last_ns = now_ns;
	}
	return a;
}

struct model_answer flow_model_judge(struct flow_model *m, const struct packet *p, const struct packet *quote, enum direction d,
				     uint64_t now_ns)
{
	switch ((enum fragment)p->fragment) {
	case FRAGMENT_NONE:
		break;
	case FRAGMENT_FIRST:
		return judge_first(m, p, quote, d, now_ns);
	case FRAGMENT_LATER:
		return judge_later(m, p, quote, d, now_ns);
	}
	return judge_packet(m, p, quote, d, now_ns);
}
