/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A flow: the key that both directions share, the entry, and how packets move its state. Pure functions
 * over values, compiled for BPF and natively; the table that holds entries is assoc.h.
 */
#ifndef FW_FLOW_H
#define FW_FLOW_H

#include "packet.h"

/*
 * The two endpoints in canonical order (flow_order). For ICMP queries aport is
 * type << 8 | code of the request and bport the identifier; `asker` tells which endpoint asks, since both may
 * ask under one identifier. Byte order: ports and identifier as on the wire, type and code host order.
 */
struct flow_key {
	addr_t a, b;
	port_be_t aport, bport;
	__u16 vlan, inner_vlan;
	__u8 proto, family;
	__u8 asker; /* ICMP: FLOW_SIDE_A or FLOW_SIDE_B; else 0 */
	/*
	 * No part of the key, and 0 in one that is looked for: an entry, which has no room for them elsewhere, keeps the per-packet
	 * fields of the packet that made its flow here, since re-judging asks about that one.
	 */
	__u8 made_flags, made_ttl;
	__u8 made_dscp; /* and MADE_FRAGMENT */
	__u16 made_length;
};
_Static_assert(sizeof(struct flow_key) == 48 && offsetof(struct flow_key, made_length) == 46, "no padding");
enum { MADE_FRAGMENT = 0x80 }; /* it was a first fragment */

enum flow_side { FLOW_SIDE_A, FLOW_SIDE_B };

/* What the rules of one direction said of the flow. 0: not judged there. */
typedef struct judged {
	__u32 raw;
} judged_t;
enum judged_bit {
	JUDGED_GIVEN = 1u << 31,
	JUDGED_STATELESS = 1u << 30,
	JUDGED_OUT = 1u << 29,
	JUDGED_VERDICT_SHIFT = 24,
	JUDGED_LOG = 1u << 28,
	JUDGED_VERDICT = 0xf,
	JUDGED_RULE = (1u << 24) - 1
};

/*
 * A judgement and the generation that it is of, as one word: read whole, and replaced by compare-and-swap, so that neither
 * another CPU's judgement by older rules nor one about the flow that had the entry before can end up under a newer
 * generation. Where a direction has not judged the flow, `generation` holds some bits of the entry's own (not 0).
 */
typedef union ruling {
	struct {
		judged_t judged;
		generation_t generation;
	};
	__u64 word;
} ruling_t;

enum flow_bit {
	FLOW_INITIATOR_B = 1, /* endpoint b is who initiated; else a */
	FLOW_MAKER_B = 2,     /* endpoint b sent the packet that made the flow (differs for a first SYN+ACK) */
	FLOW_CONFIRMED = 4,   /* a reply was seen; TCP: the handshake completed */
	FLOW_MADE_OUT = 8,    /* it was made on the way out: the maker's packets are counted there, and not on the way in */
	FLOW_SEEDED = 16, /* it was there before the firewall (a socket's): what no rule says does not end it, only a rule does */
	FLOW_REPLIES_IN = 32, /* where replies are counted: on the way in, if one was seen there first */
	FLOW_REPLIES_OUT = 64,
};

struct flow {
	struct flow_key key;
	__u64 packets[2]; /* [0] from the initiator, [1] to it */
	__u64 bytes[2];   /* layer 3 */
	ticks_t first, last;
	ruling_t ruling[DIRECTION_COUNT];
	iface_id_t iface[DIRECTION_COUNT];       /* where each direction of the hooks first saw the maker's packets */
	iface_id_t reply_iface[DIRECTION_COUNT]; /* and the replies */
	__u8 state;                              /* enum flow_state */
	__u8 tcp_flags[2];                       /* all seen, by direction as packets */
	__u8 bits;                               /* FLOW_*; changed by flow_set() */
	__u32 seq_end[2]; /* TCP: behind the newest byte that each side has sent, as far as was seen; 0: nothing was */
};
_Static_assert(sizeof(struct flow) == 128 && offsetof(struct flow, seq_end) == 120, "two cache lines, no padding");

/*
 * State, flags and bits as one word, so that of two CPUs neither undoes what the other has noted. (Bits are the highest byte: the
 * machine is little-endian, as the whole of this is.)
 */
_Static_assert(offsetof(struct flow, state) == 116 && offsetof(struct flow, bits) == 119, "one aligned word");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "bits are the highest byte");
enum { FLOW_WORD_FLAGS = 8, FLOW_WORD_BITS = 24 };
static __always_inline __u32 *flow_word(struct flow *f) { return (__u32 *)(void *)&f->state; }
static __always_inline void flow_set(struct flow *f, enum flow_bit bits)
{
	(void)__sync_fetch_and_or(flow_word(f), (__u32)bits << FLOW_WORD_BITS);
}
static __always_inline void flow_set_flags(struct flow *f, int dir, __u8 flags)
{
	(void)__sync_fetch_and_or(flow_word(f), (__u32)flags << (dir ? 2 * FLOW_WORD_FLAGS : FLOW_WORD_FLAGS));
}

static __always_inline judged_t judged_make(enum direction d, enum verdict v, rule_id_t rule, bool stateless)
{
	__u32 number = rule_is_none(rule) ? 0 : rule.raw + 1;

	return (judged_t){ JUDGED_GIVEN | (stateless ? JUDGED_STATELESS : 0) | (d == DIRECTION_OUT ? JUDGED_OUT : 0) |
			   (__u32)v << JUDGED_VERDICT_SHIFT | number };
}
/* What the tables say of the rule at a place: as judged_t, but for JUDGED_GIVEN and JUDGED_OUT. 0 where there is none. */
typedef struct decision {
	__u32 raw;
} decision_t;
static __always_inline decision_t decision_make(enum verdict v, rule_id_t rule, bool stateless, bool logs)
{
	judged_t j = judged_make(DIRECTION_IN, v, rule, stateless);

	return (decision_t){ (j.raw & ~(__u32)JUDGED_GIVEN) | (logs ? JUDGED_LOG : 0) };
}
static __always_inline judged_t decision_judged(decision_t x, enum direction d)
{
	return (judged_t){ x.raw | JUDGED_GIVEN | (d == DIRECTION_OUT ? JUDGED_OUT : 0) };
}
/* x's rule is before y's in the file. */
static __always_inline bool decision_before(decision_t x, decision_t y) { return (x.raw & JUDGED_RULE) < (y.raw & JUDGED_RULE); }
static __always_inline bool judged_given(judged_t j) { return j.raw & JUDGED_GIVEN; }
static __always_inline bool judged_stateless(judged_t j) { return j.raw & JUDGED_STATELESS; }
static __always_inline enum verdict judged_verdict(judged_t j)
{
	return (enum verdict)(j.raw >> JUDGED_VERDICT_SHIFT & JUDGED_VERDICT);
}
/* The rule wants to know of each packet that it decides. */
static __always_inline bool judged_logs(judged_t j) { return j.raw & JUDGED_LOG; }
/* It passes, and no more is to be done with the packet: one test of verdict and log bit, which lie side by side. */
static __always_inline bool judged_just_passes(judged_t j)
{
	return (j.raw & (JUDGED_LOG | (__u32)JUDGED_VERDICT << JUDGED_VERDICT_SHIFT)) == (__u32)VERDICT_PASS
												 << JUDGED_VERDICT_SHIFT;
}
/* Whose rules said it: the default that decided, where no rule did, is that direction's. */
static __always_inline enum direction judged_direction(judged_t j) { return j.raw & JUDGED_OUT ? DIRECTION_OUT : DIRECTION_IN; }
static __always_inline rule_id_t judged_rule(judged_t j)
{
	__u32 number = j.raw & JUDGED_RULE;

	if (!number)
		return rule_none();
	return (rule_id_t){ number - 1 };
}

/* The request's type when `type` is an ICMP query or the reply to one, else -1. *reply says which. */
static __always_inline int icmp_query(__u8 proto, __u8 type, bool *reply)
{
	*reply = false;
	if (proto == PROTO_ICMP6) {
		if (type != 128 && type != 129 && type != 139 && type != 140)
			return -1;
		*reply = type == 129 || type == 140;
		return type - *reply;
	}
	if (type == 0 || type == 8) {
		*reply = type == 0;
		return 8;
	}
	if (type < 13 || type > 18)
		return -1;
	*reply = !(type & 1);
	return type - *reply;
}

/*
 * Sign bit: whether the destination is side a of the flow. Any fixed order will do; that of the last words in memory order
 * takes no branch, since which way a packet goes cannot be predicted.
 */
static __always_inline __u64 flow_order(const struct packet *p)
{
	__u64 order = (__u64)p->dst.w[3] - p->src.w[3];

	if (!order) {
		BARRIER(order); /* rare: not to be computed ahead */
		order = (__u64)p->dst.w[2] - p->src.w[2];
		if (!order)
			order = (__u64)p->dst.w[1] - p->src.w[1];
		if (!order)
			order = (__u64)p->dst.w[0] - p->src.w[0];
		if (!order)
			order = (__u64)p->dport.raw - p->sport.raw;
	}
	BARRIER(order); /* or the compiler makes branches of what depends on it */
	return order;
}

/*
 * The key of the packet's flow and the side that sent it. False when packets of this kind have no flow: not IP, not whole,
 * later fragments, ICMP other than queries.
 */
static __always_inline bool flow_key_of(const struct packet *p, struct flow_key *k, enum flow_side *from)
{
	bool reply = false;
	__u64 swap, all;
	int type = -1;

	if (p->fragment == FRAGMENT_LATER)
		return false;
	if (p->has & HAS_ICMP) {
		type = icmp_query(p->proto, p->icmp_type, &reply);
		if (type < 0)
			return false;
	}
	swap = flow_order(p) >> 63;
	all = -swap;
	k->a = p->src;
	k->b = p->dst;
	if (p->family == FAMILY_INET) { /* the rest is the same in both */
		k->a.w[3] ^= (p->src.w[3] ^ p->dst.w[3]) & (__u32)all;
		k->b.w[3] ^= (p->src.w[3] ^ p->dst.w[3]) & (__u32)all;
	} else {
		k->a.q[0] ^= (p->src.q[0] ^ p->dst.q[0]) & all;
		k->b.q[0] ^= (p->src.q[0] ^ p->dst.q[0]) & all;
		k->a.q[1] ^= (p->src.q[1] ^ p->dst.q[1]) & all;
		k->b.q[1] ^= (p->src.q[1] ^ p->dst.q[1]) & all;
	}
	k->aport.raw = (__u16)(p->sport.raw ^ ((p->sport.raw ^ p->dport.raw) & all));
	k->bport.raw = (__u16)(p->dport.raw ^ ((p->sport.raw ^ p->dport.raw) & all));
	k->vlan = p->vlan;
	k->inner_vlan = p->inner_vlan;
	k->proto = p->proto;
	k->family = p->family;
	k->made_flags = k->made_ttl = k->made_dscp = 0;
	k->made_length = 0;
	k->asker = 0;
	*from = swap ? FLOW_SIDE_B : FLOW_SIDE_A;
	if (type >= 0) {
		k->aport.raw = (__u16)(type << 8 | p->icmp_code);
		k->bport.raw = p->icmp_id;
		/* Between two ends of one address nothing but the type tells who asks: a is who does. */
		if (reply && p->src.q[0] == p->dst.q[0] && p->src.q[1] == p->dst.q[1])
			*from = FLOW_SIDE_B;
		k->asker = *from ^ reply;
	}
	return true;
}

#define FLOW_KEY_LAST 0xffffffull /* what of the last word is key */
static __always_inline bool flow_key_equal(const struct flow_key *x, const struct flow_key *y)
{
	const __u64 *p = (const __u64 *)x, *q = (const __u64 *)y;
	__u64 differ = (p[4] ^ q[4]) | ((p[5] ^ q[5]) & FLOW_KEY_LAST);

	if (y->family == FAMILY_INET) /* x is as well, or they differ: of the addresses the rest is the same in all */
		return !(differ | (x->a.w[3] ^ y->a.w[3]) | (x->b.w[3] ^ y->b.w[3]));
	return !(differ | (p[0] ^ q[0]) | (p[1] ^ q[1]) | (p[2] ^ q[2]) | (p[3] ^ q[3]));
}

static __always_inline bool judged_keeps_state(judged_t j) { return (j.raw & (JUDGED_GIVEN | JUDGED_STATELESS)) == JUDGED_GIVEN; }

/*
 * What the rules' answer about the packet that made the flow means for it. A seeded flow keeps its pass, and its state,
 * until a rule says otherwise: a default that drops does not end it.
 */
static __always_inline judged_t judged_of_flow(const struct flow *f, enum direction d, judged_t j)
{
	if (!(f->bits & FLOW_SEEDED) || !judged_given(j))
		return j;
	if (rule_is_none(judged_rule(j)))
		return judged_make(d, VERDICT_PASS, rule_none(), false);
	if (judged_verdict(j) == VERDICT_PASS)
		j.raw &= ~(__u32)JUDGED_STATELESS;
	return j;
}

/* What a direction's rules said of the flow when they were last asked; not given where they never were. */
static __always_inline judged_t flow_judged(const struct flow *f, enum direction d) { return f->ruling[d].judged; }

/* No rule keeps state for the flow any longer: it counts as absent. */
static __always_inline bool flow_is_void(const struct flow *f)
{
	return !judged_keeps_state(flow_judged(f, DIRECTION_IN)) && !judged_keeps_state(flow_judged(f, DIRECTION_OUT));
}

static __always_inline enum flow_side flow_initiator(const struct flow *f)
{
	return f->bits & FLOW_INITIATOR_B ? FLOW_SIDE_B : FLOW_SIDE_A;
}
static __always_inline enum flow_side flow_maker(const struct flow *f)
{
	return f->bits & FLOW_MAKER_B ? FLOW_SIDE_B : FLOW_SIDE_A;
}

/*
 * The packet that made the flow, as far as its entry remembers it: not its MAC addresses. What it has beside its addresses follows
 * from its protocol, since packets without ports or type make no flow of theirs.
 */
static __always_inline void flow_made_packet(const struct flow *f, struct packet *p)
{
	bool b = f->bits & FLOW_MAKER_B;

	__builtin_memset(p, 0, sizeof(*p));
	p->src = b ? f->key.b : f->key.a;
	p->dst = b ? f->key.a : f->key.b;
	p->family = f->key.family;
	p->proto = f->key.proto;
	p->vlan = f->key.vlan;
	p->inner_vlan = f->key.inner_vlan;
	p->tcp_flags = f->key.made_flags;
	p->ttl = f->key.made_ttl;
	p->dscp = f->key.made_dscp & ~MADE_FRAGMENT;
	p->fragment = f->key.made_dscp & MADE_FRAGMENT ? FRAGMENT_FIRST : FRAGMENT_NONE;
	p->length = f->key.made_length;
	p->segments = 1;
	if (p->proto == PROTO_ICMP || p->proto == PROTO_ICMP6) {
		p->has = HAS_ICMP;
		p->icmp_type = (__u8)(f->key.aport.raw >> 8);
		p->icmp_code = (__u8)f->key.aport.raw;
		p->icmp_id = f->key.bport.raw;
		return;
	}
	p->sport = b ? f->key.bport : f->key.aport;
	p->dport = b ? f->key.aport : f->key.bport;
	if (p->proto == PROTO_TCP)
		p->has = HAS_PORTS | HAS_FLAGS;
	else if (p->proto == PROTO_UDP || p->proto == PROTO_UDPLITE || p->proto == PROTO_SCTP || p->proto == PROTO_DCCP)
		p->has = HAS_PORTS;
}

/* Which timeout a flow of this protocol and state has. */
static __always_inline enum timeout flow_timeout(__u8 proto, enum flow_state s)
{
	switch (s) {
	case FLOW_SYN_SENT:
	case FLOW_SYN_RECEIVED:
		return TIMEOUT_TCP_SYN;
	case FLOW_ESTABLISHED:
		return TIMEOUT_TCP_ESTABLISHED;
	case FLOW_CLOSING:
		return TIMEOUT_TCP_CLOSING;
	case FLOW_CLOSED:
	case FLOW_RESET:
		return TIMEOUT_TCP_CLOSED;
	case FLOW_UNREPLIED:
	case FLOW_REPLIED:
		break;
	}
	if (proto == PROTO_UDP || proto == PROTO_UDPLITE)
		return s == FLOW_REPLIED ? TIMEOUT_UDP_REPLIED : TIMEOUT_UDP_UNREPLIED;
	return proto == PROTO_ICMP || proto == PROTO_ICMP6 ? TIMEOUT_ICMP : TIMEOUT_OTHER;
}

/* State of a flow that this packet makes. Mid-stream TCP is picked up as established, but not confirmed. */
static __always_inline enum flow_state flow_first_state(const struct packet *p)
{
	if (p->proto != PROTO_TCP)
		return FLOW_UNREPLIED;
	if (p->tcp_flags & TCP_RST)
		return FLOW_RESET;
	if (p->tcp_flags & TCP_SYN)
		return p->tcp_flags & TCP_ACK ? FLOW_SYN_RECEIVED : FLOW_SYN_SENT;
	return p->tcp_flags & TCP_FIN ? FLOW_CLOSING : FLOW_ESTABLISHED;
}

#endif
