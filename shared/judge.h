/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ruleset's program: it says what the rules say, about a stranger that the short way hands over, and to the long way about what
 * that asks. It is the one program that an apply loads; all that is not the rules' is in those of policy.h.
 */
#ifndef FW_JUDGE_H
#define FW_JUDGE_H

#include "program.h"
#include "fault.h"

const volatile struct judge_cfg fw_rules = {};

FW_MAPS_RULESET(MAP)

static __always_inline const volatile struct ruleset_cfg *classify_cfg(void) { return &fw_rules.rules; }
static __always_inline __u32 classify_roots(enum image image) { return fw_rules.roots[image]; }
static __always_inline const struct cells *cells_at(__u32 i) { return fw_cells_at((cells_id_t){ i }); }
static __always_inline const struct words *words_at(__u32 i) { return fw_words_at((words_id_t){ i }); }
static __always_inline const struct trie_node *trie_at(__u32 i) { return fw_trie_at((trie_id_t){ i }); }
static __always_inline const struct node *nodes_at(__u32 i) { return fw_nodes_at((node_id_t){ i }); }
static __always_inline const struct leaf *leaves_at(__u32 i) { return fw_leaves_at((leaf_id_t){ i }); }
static __always_inline __u32 mac_class_of(const struct mac_key *k)
{
	const struct mac_class *c = fw_macs_get(k);

	return c ? c->class : MAC_CLASS_OTHER;
}
/* Global functions: a key is on the stack only while its own runs; in one function compilers write both keys through one pointer. */
__attribute__((noinline)) int addr_in_set(__u32 set, __u32 family, const addr_t *a)
{
	struct set_addr_key key = { .set = (__u16)set, .family = (__u8)family };

	if (!a)
		return 0;
	key.addr = *a;
	return fw_set_addrs_get(&key) != NULL;
}
__attribute__((noinline)) int addr_in_nets(__u32 set, __u32 family, const addr_t *a)
{
	struct set_net_key key = { .prefixlen = 32 + 128, .set = (__u16)set, .family = (__u8)family };

	if (!a)
		return 0;
	key.addr = *a;
	return fw_set_nets_get(&key) != NULL;
}
static __always_inline bool set_has(__u16 set, enum set_type type, enum family family, const addr_t *a)
{
	switch (type) {
	case SET_ADDR:
		return addr_in_set(set, family, a);
	case SET_NET:
		break;
	}
	return addr_in_nets(set, family, a);
}

/* A global function: the verifier checks it once, on its own, not once a call. */
#define CLASSIFY_FN(ret, name, args) __attribute__((noinline)) ret name args
#include "classify.h"

/* --- to the long way ------------------------------------------------------------------------------ */

/*
 * classify_begin() about the packet, of which s->query is told. Global functions, and what is left another: for the stack. No steps of
 * the walk: what asks here calls functions anyway, and they need not be verified once more.
 */
static __always_inline int begin_asked(enum image image, struct scratch *s, const struct packet *p)
{
	return s && p ? classify_begin(image, 0, &s->query, p, &s->search) : CLASSIFY_FAULT;
}
__attribute__((noinline)) int begin_asked_flow(struct scratch *s, const struct packet *p)
{
	return begin_asked(IMAGE_FLOW, s, p);
}
__attribute__((noinline)) int begin_asked_packet(struct scratch *s, const struct packet *p)
{
	return begin_asked(IMAGE_PACKET, s, p);
}

/* First rule of the image that matches the packet; as classify_image(). */
static __always_inline int classify_asked(enum image image, const struct packet *p, struct scratch *s)
{
	if (!fw_rules.rules.image[image].dims)
		return CLASSIFY_NONE;
	return classify_rest(image, image == IMAGE_FLOW ? begin_asked_flow(s, p) : begin_asked_packet(s, p), &s->search);
}

/* What the rules say of a packet: judged_t, or no bits when the tables are at fault. `where` is the direction, and << 8 the interface. */
__attribute__((noinline)) __u32 judge(struct scratch *s, const struct packet *p, __u32 where)
{
	const enum direction d = (enum direction)(where & 1);

	if (!s || !p)
		return 0;
	query_of(p, d, (iface_id_t){ (__u8)(where >> 8) }, &s->query);
	return judged_as(&fw_rules.rules.policy, d,
			 classify_min(classify_asked(IMAGE_FLOW, p, s), classify_asked(IMAGE_PACKET, p, s)))
		.raw;
}

/* What a per-packet rule says of this packet: judged_t; RULE_NONE where none matches; no bits at fault. */
__attribute__((noinline)) __u32 judge_each(struct scratch *s, const struct packet *p, __u32 where)
{
	const enum direction d = (enum direction)(where & 1);
	int found;

	if (!s || !p)
		return 0;
	query_of(p, d, (iface_id_t){ (__u8)(where >> 8) }, &s->query);
	found = classify_asked(IMAGE_PACKET, p, s);
	if (found == CLASSIFY_NONE)
		return judged_make(d, VERDICT_PASS, rule_none(), false).raw;
	return judged_as(&fw_rules.rules.policy, d, found).raw;
}

static __always_inline __u32 where_of(__u32 direction, iface_id_t iface) { return (direction & 1) | (__u32)iface.raw << 8; }

static __always_inline void answer_made(struct scratch *s, enum ask what, enum direction d)
{
	if (s->questions.wanted & 1u << what)
		s->questions.answer[what].raw = judge(s, &s->made, where_of((__u32)d, s->questions.made_iface[d]));
}

/* All that is wanted. What was said of older rules is forgotten. */
static __always_inline void answer(struct scratch *s)
{
	struct questions *q = &s->questions;
	const __u32 here = where_of(s->handover.direction, s->handover.iface.slot.id);
	const generation_t generation = generation_now(); /* ahead of the answers, which may be of a later one */

	if (q->generation.raw != generation.raw)
		q->given = 0;
	q->generation = generation;
	if (q->wanted & 1u << ASK_HAND)
		q->answer[ASK_HAND].raw = judge(s, &s->subject.packet, here);
	if (q->wanted & 1u << ASK_EACH)
		q->answer[ASK_EACH].raw = judge_each(s, &s->subject.packet, here);
	answer_made(s, ASK_MADE_IN, DIRECTION_IN);
	answer_made(s, ASK_MADE_OUT, DIRECTION_OUT);
	q->given |= q->wanted;
	q->wanted = 0;
	q->rounds++;
}

/* --- to the short way ----------------------------------------------------------------------------- */

/* Rules that have to see the packet itself; they are asked by the long way alone (go_to_rules() in hook.h). */
static __always_inline bool sees_packets(void)
{
	const volatile struct image_cfg *image = fw_rules.rules.image;

	return image[IMAGE_PACKET].dims || image[IMAGE_PACKET].sets || image[IMAGE_FLOW].sets;
}

/* What the rules say of a packet of which s->query is told, where they need not see itself. */
static __always_inline judged_t judge_query(struct scratch *s, enum direction d)
{
	return judged_as(&fw_rules.rules.policy, d, classify_image(IMAGE_FLOW, &s->query, NULL, &s->search));
}

/*
 * The rules on a stranger, of which s->query is told: where they drop it, or pass it without state, that is all: true, and *v. Else the
 * long way goes on with s->handover.judged.
 */
static __always_inline bool judge_stranger(struct scratch *s, enum verdict *v)
{
	struct handover *h = &s->handover;
	const struct place at = { .direction = h->direction & 1, .iface = h->iface.slot.id };
	const enum direction d = (enum direction)at.direction;
	struct outcome o = { .flow = NO_FLOW, .direction = at.direction };
	judged_t j = judge_query(s, d);

	h->judged = j;
	if (fw_cfg.replay || !judged_given(j) || (judged_verdict(j) == VERDICT_PASS && !judged_stateless(j)))
		return false;
	give_judged(&o, j);
	if (is_told(&o))
		return false;
	if (o.verdict != VERDICT_PASS) {
		if (dropped_has_turn(s, h->now.raw ? h->now : ticks_now()))
			return false; /* to be listed */
		lose(LOSS_DROPPED_UNLISTED, h->segments, h->bytes);
	}
	count(h->segments, h->bytes, at, &o);
	*v = (enum verdict)o.verdict;
	return true;
}

/* True, and *v, where the packet is decided; else the long way is to go on. */
static __always_inline bool judge_handed(struct scratch *s, enum verdict *v)
{
	if (s->questions.wanted)
		answer(s);
	else if (!sees_packets())
		return judge_stranger(s, v);
	return false;
}

/* --- to a self-test (ctl/selftest_run.c) ---------------------------------------------------------- */

/*
 * A judged_t: what the rules say of the packet that lies between data and end, by either way of asking them; 0 where the two say different
 * things. No flow is looked for, nothing counted, nobody told.
 */
static __always_inline int judge_trial(const void *data, const void *end)
{
	const struct trial *t = (const struct trial *)data;
	struct scratch *s = fw_trial_mine();
	__u32 said;

	if (!s || (const void *)(t + 1) > end)
		return 0;
	s->made = t->packet;
	said = judge(s, &s->made, t->where);
	if (!sees_packets() && judge_query(s, (enum direction)(t->where & 1)).raw != said)
		return 0;
	return (int)said;
}

#endif
