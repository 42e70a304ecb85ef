/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking the rules, which another program knows (judge.h): about the packet at hand, and again about the packet that made a flow when the
 * rules have changed since. Programs call no function of another: where there is no answer yet, what is asked is noted, a judgement that
 * is not given stands for it, of which nothing can come but a drop, and that drop is not carried out: the ruleset's program is run, which
 * leads back to the long way, and that goes the same way once more (judge_read() in hook.h). Included by policy.h.
 */
#ifndef FW_ASK_H
#define FW_ASK_H

/* NULL never. */
static __always_inline struct questions *questions(void)
{
	struct scratch *s = fw_scratch_mine();

	return s ? &s->questions : NULL;
}

/* Something has been asked: whatever seems to come of the packet is not to be carried out. */
static __always_inline bool is_asking(void)
{
	const struct questions *q = questions();

	return !q || q->wanted;
}

/* What the rules say of the packet at hand, ASK_HAND or ASK_EACH. Not given where they have to be asked, or at fault. */
static __always_inline judged_t ask(enum ask what)
{
	struct questions *q = questions();

	if (!q)
		return (judged_t){ 0 };
	if (q->given & 1u << what)
		return q->answer[what];
	q->wanted |= (__u8)(1u << what);
	return (judged_t){ 0 };
}

/* Of what the rules have said to this packet, or will. */
static __always_inline generation_t generation_asked(void)
{
	const struct questions *q = questions();

	return q && q->given ? q->generation : generation_now();
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
static __always_inline bool macs_matter(void) { return settings()->macs; }

/* Notes that direction d is to be asked about the packet that made the flow, whose ruling is `old`. */
static __always_inline void ask_made(struct scratch *s, const struct flow *f, const struct packet *now, enum direction d,
				     ruling_t old)
{
	flow_made_packet(f, &s->made);
	if (now->has & HAS_MAC) {
		s->made.has |= HAS_MAC;
		s->made.mac_src = now->mac_src;
		s->made.mac_dst = now->mac_dst;
	}
	s->questions.old[d] = old.word;
	s->questions.made_iface[d] = f->iface[d];
	s->questions.given &= (__u8) ~(1u << (ASK_MADE_IN + d));
	s->questions.wanted |= (__u8)(1u << (ASK_MADE_IN + d));
}

/*
 * The judgement of direction d, of rules of now: where that of the entry is of others they are asked about the packet that made
 * the flow, at the interface where d saw it. `knows_macs`: the packet at hand has the first one's MAC addresses; where rules
 * ask for those and it has not, the old judgement stands until one comes that has.
 */
__attribute__((noinline)) __u32 rejudge(struct flow *f, const struct packet *now, __u32 direction, __u32 knows_macs)
{
	enum direction d = (enum direction)(direction & 1);
	struct scratch *s = fw_scratch_mine();
	struct questions *q;
	ruling_t old;
	judged_t j;

	if (!f || !now || !s)
		return REJUDGE_FAULT;
	q = &s->questions;
	old = ruling_read(f, d);
	if (macs_matter() && !knows_macs)
		return old.judged.raw;
	if (!(q->given & 1u << (ASK_MADE_IN + d)) || q->old[d] != old.word || q->made_iface[d].raw != f->iface[d].raw) {
		ask_made(s, f, now, d, old);
		return REJUDGE_FAULT;
	}
	j = q->answer[(ASK_MADE_IN + d) % ASK_COUNT];
	if (!judged_given(j))
		return REJUDGE_FAULT;
	j = judged_of_flow(f, d, j);
	if (ruling_replace(f, d, old, j, q->generation))
		return j.raw;
	old = ruling_read(f, d); /* another CPU has asked the same rules? */
	return judged_given(old.judged) && old.generation.raw == q->generation.raw ? old.judged.raw : REJUDGE_LOST;
}

#endif
