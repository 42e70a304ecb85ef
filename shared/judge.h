/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking the rules: about a packet, and again about the packet that made a flow when the rules have changed since.
 * Included by policy.h, which has the maps and the configuration. The functions are global ones: verified once.
 */
#ifndef FW_JUDGE_H
#define FW_JUDGE_H

/* Where and when a packet is judged. One word, so that it passes to a global function as an argument. */
struct place {
	__u8 direction; /* enum direction */
	iface_id_t iface;
};

static __always_inline generation_t generation_now(void)
{
	const struct epoch *e = fw_cfg.sets ? fw_epoch_at() : NULL;

	return e ? e->newest : fw_cfg.generation;
}

/* What the rules say, `found` being what classify_image() gave: not given when the tables are at fault. */
static __always_inline judged_t judged_as(enum direction d, int found)
{
	if (found == CLASSIFY_NONE)
		return judged_make(d, (enum verdict)fw_cfg.rules.policy.verdict[d], rule_none(),
				   fw_cfg.rules.policy.stateless[d]);
	if (found < 0)
		return (judged_t){ 0 };
	return decision_judged((decision_t){ (__u32)found }, d);
}

/*
 * classify_begin() about the packet, of which scratch.query is told. Global functions, and what is left another: for the stack. No steps of
 * the walk: what asks here calls functions anyway, and they need not be verified once more.
 */
static __always_inline int begin_asked(enum image image, const struct packet *p)
{
	struct scratch *s = fw_scratch_mine();

	return s && p ? classify_begin(image, 0, &s->query, p, &s->search) : CLASSIFY_FAULT;
}
__attribute__((noinline)) int begin_asked_flow(const struct packet *p) { return begin_asked(IMAGE_FLOW, p); }
__attribute__((noinline)) int begin_asked_packet(const struct packet *p) { return begin_asked(IMAGE_PACKET, p); }

/* First rule of the image that matches the packet; as classify_image(). */
static __always_inline int classify_asked(enum image image, const struct packet *p, struct scratch *s)
{
	if (!fw_cfg.rules.image[image].dims)
		return CLASSIFY_NONE;
	return classify_rest(image, image == IMAGE_FLOW ? begin_asked_flow(p) : begin_asked_packet(p), &s->search);
}

/* What the rules say of a packet: judged_t, or no bits when the tables are at fault. */
static __always_inline __u32 judge_here(const struct packet *p, enum direction d, iface_id_t iface)
{
	struct scratch *s = fw_scratch_mine();

	if (!p || !s)
		return 0;
	query_of(p, d, iface, &s->query);
	return judged_as(d, classify_min(classify_asked(IMAGE_FLOW, p, s), classify_asked(IMAGE_PACKET, p, s))).raw;
}
__attribute__((noinline)) __u32 judge(const struct packet *p, __u32 direction, __u32 iface)
{
	return judge_here(p, (enum direction)(direction & 1), (iface_id_t){ (__u8)iface });
}

/* What a per-packet rule says of this packet: judged_t; RULE_NONE where none matches; no bits at fault. */
__attribute__((noinline)) __u32 judge_packet(const struct packet *p, __u32 direction, __u32 iface)
{
	const enum direction d = (enum direction)(direction & 1);
	struct scratch *s = fw_scratch_mine();
	int found;

	if (!p || !s)
		return 0;
	query_of(p, d, (iface_id_t){ (__u8)iface }, &s->query);
	found = classify_asked(IMAGE_PACKET, p, s);
	if (found == CLASSIFY_NONE)
		return judged_make(d, VERDICT_PASS, rule_none(), false).raw;
	return judged_as(d, found).raw;
}

static __always_inline ruling_t ruling_read(const struct flow *f, enum direction d)
{
	return (ruling_t){ .word = *(const volatile __u64 *)&f->ruling[d].word };
}

/* True when the entry's word still was `old`; else another CPU judged it, or the entry is another flow's by now. */
static __always_inline bool ruling_replace(struct flow *f, enum direction d, ruling_t old, judged_t j, generation_t g)
{
	ruling_t new = { .judged = j, .generation = g };

	return __sync_val_compare_and_swap(&f->ruling[d].word, old.word, new.word) == old.word;
}

/* Results of rejudge() that are no judgement; neither has JUDGED_GIVEN. */
enum { REJUDGE_FAULT = 2, REJUDGE_LOST = 1 };

/* Rules that look at MAC addresses: only the maker's own packets, where it was judged before, tell those of the first. */
static __always_inline bool macs_matter(void)
{
	return fw_cfg.rules.image[IMAGE_PACKET].dims & (1u << DIM_MAC_FROM | 1u << DIM_MAC_TO);
}

/*
 * The judgement of direction d, of rules of now: where that of the entry is of others they are asked about the packet that made
 * the flow, at the interface where d saw it. `knows_macs`: the packet at hand has the first one's MAC addresses; where rules
 * ask for those and it has not, the old judgement stands until one comes that has.
 */
__attribute__((noinline)) __u32 rejudge(struct flow *f, const struct packet *now, __u32 direction, __u32 knows_macs)
{
	enum direction d = (enum direction)(direction & 1);
	generation_t generation = generation_now();
	struct scratch *scratch = fw_scratch_mine();
	ruling_t old;
	judged_t j;

	if (!f || !now || !scratch)
		return REJUDGE_FAULT;
	old = ruling_read(f, d);
	if (macs_matter() && !knows_macs)
		return old.judged.raw;
	flow_made_packet(f, &scratch->made);
	if (now->has & HAS_MAC) {
		scratch->made.has |= HAS_MAC;
		scratch->made.mac_src = now->mac_src;
		scratch->made.mac_dst = now->mac_dst;
	}
	j.raw = judge_here(&scratch->made, d, f->iface[d]); /* no call within a call: for the stack */
	if (!judged_given(j))
		return REJUDGE_FAULT;
	j = judged_of_flow(f, d, j);
	if (ruling_replace(f, d, old, j, generation))
		return j.raw;
	old = ruling_read(f, d); /* another CPU has asked the same rules? */
	return judged_given(old.judged) && old.generation.raw == generation.raw ? old.judged.raw : REJUDGE_LOST;
}

#endif
