/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a packet's roots to the first rule that all their trees have: the second half of classify.h, which includes this and says what
 * is defined before.
 */
#ifndef FW_WALK_H
#define FW_WALK_H

/* What is done at a place. */
static __always_inline decision_t decision_at(__u32 place) { return (decision_t){ word(classify_cfg()->decisions + place) }; }

/* Behind every rule. */
#define DECISION_NONE ((decision_t){ JUDGED_RULE })
static __always_inline bool decision_is_none(decision_t x) { return x.raw == JUDGED_RULE; }

/* A walk's result. */
static __always_inline int decision_found(decision_t best) { return decision_is_none(best) ? CLASSIFY_NONE : (int)best.raw; }

/* The rule at `place` matches: into *best where it is before what is there. */
static __always_inline int take_place(__u32 place, decision_t *best)
{
	decision_t x = decision_at(place);

	if (!x.raw)
		return CLASSIFY_FAULT;
	if (decision_before(x, *best))
		*best = x;
	return 0;
}

/* Nothing that stands from `place` on, at the begin of a group, is before *best. */
static __always_inline bool is_behind(__u32 place, decision_t best) { return !decision_before(decision_at(place), best); }

/* The bits that all leaves so far have in common. */
struct common {
	__u64 word[LEAF_WORDS];
};
#define COMMON_ALL ((struct common){ { ~0ull, ~0ull, ~0ull, ~0ull } })
static __always_inline bool common_and(struct common *c, __u32 leaf)
{
	const struct leaf *l = leaves_at(leaf);

	if (!l)
		return false;
	FW_UNROLL
	for (int i = 0; i < LEAF_WORDS; i++)
		c->word[i] &= l->word[i];
	return true;
}

static __always_inline bool common_is_none(const struct common *c)
{
	return !(c->word[0] | c->word[1] | c->word[2] | c->word[3]);
}

/* The first rule that is left of a leaf's, which begins at `place`: into *best. */
static __always_inline int take_common(const struct common *c, __u32 place, decision_t *best)
{
	__u64 word = c->word[0];

	if (!word) {
		place += 64;
		word = c->word[1];
	}
	if (!word) {
		place += 64;
		word = c->word[2];
	}
	if (!word) {
		place += 64;
		word = c->word[3];
	}
	return word ? take_place(place + bit_index(word & -word), best) : 0;
}

/* One level of up to LEAF_PLACES rules: the roots are leaves. */
static __always_inline int walk_one(__u32 n, struct search *s)
{
	decision_t best = DECISION_NONE;
	struct common c = COMMON_ALL;

	for (__u32 i = 0; i < ROOTS_MAX; i++) {
		if (i >= n)
			break;
		if (!common_and(&c, s->root[i]))
			return CLASSIFY_FAULT;
	}
	return take_common(&c, 0, &best) ? CLASSIFY_FAULT : decision_found(best);
}

/* A node: its children's mask and first one, and what *common leaves of the mask. */
static __always_inline bool common_children(__u32 at, __u64 *mask, __u32 *child, __u64 *common)
{
	const struct node *node = nodes_at(at);

	if (!node)
		return false;
	*mask = node->mask;
	*child = node->child;
	*common &= node->mask;
	return true;
}

/* The roots' children, where they are of the lower level; and of the upper one. */
static __always_inline int begin_lower(__u32 n, struct search *s)
{
	__u64 common = ~0ull;

	for (__u32 i = 0; i < ROOTS_MAX && i < n; i++)
		if (!common_children(s->root[i], &s->mask_lower[i], &s->child_lower[i], &common))
			return CLASSIFY_FAULT;
	s->lower = common;
	return 0;
}
static __always_inline int begin_upper(__u32 n, struct search *s)
{
	__u64 common = ~0ull;

	for (__u32 i = 0; i < ROOTS_MAX && i < n; i++)
		if (!common_children(s->root[i], &s->mask_upper[i], &s->child_upper[i], &common))
			return CLASSIFY_FAULT;
	s->upper = common;
	return 0;
}

/* Into the common child `low` of the upper level: s->lower are the leaves there. */
static __always_inline int descend(__u32 n, struct search *s, __u64 low)
{
	__u64 common = ~0ull;

	for (__u32 i = 0; i < ROOTS_MAX && i < n; i++)
		if (!common_children(s->child_upper[i] + popcount64(s->mask_upper[i] & (low - 1)), &s->mask_lower[i],
				     &s->child_lower[i], &common))
			return CLASSIFY_FAULT;
	s->lower = common;
	return 0;
}

/* Where the leaf begins that `low`, one of the common children at the lower level, is. */
static __always_inline __u32 leaf_place(const struct search *s, __u64 low)
{
	return s->part << NODE_SHIFT | bit_index(low) << LEAF_SHIFT;
}

/* That leaf's first rule into *best. */
static __always_inline int look_in_leaf(__u32 n, const struct search *s, __u64 low, decision_t *best)
{
	struct common c = COMMON_ALL;

	for (__u32 i = 0; i < ROOTS_MAX; i++) {
		if (i >= n)
			break;
		if (!common_and(&c, s->child_lower[i] + popcount64(s->mask_lower[i] & (low - 1))))
			return CLASSIFY_FAULT;
		if (i && common_is_none(&c)) /* most often, where no rule of the leaf has both addresses */
			return 0;
	}
	return take_common(&c, leaf_place(s, low), best);
}

/* Read as a word: as a struct it is four bytes on their own. */
static __always_inline decision_t best_so_far(const struct search *s) { return (decision_t){ s->best.raw }; }

/* `*` in arguments of CLASSIFY_FN would be taken for a product: clang-format is off where they are. */
/* clang-format off */
/* These two, by themselves: what they loop over is verified once, not once for each child. */
CLASSIFY_FN(int, look_flow, (struct search *s, __u64 low))
{
	return s ? look_in_leaf(classify_roots(IMAGE_FLOW), s, low, &s->best) : CLASSIFY_FAULT;
}
CLASSIFY_FN(int, look_packet, (struct search *s, __u64 low))
{
	return s ? look_in_leaf(classify_roots(IMAGE_PACKET), s, low, &s->best) : CLASSIFY_FAULT;
}
CLASSIFY_FN(int, descend_flow, (struct search *s, __u64 low))
{
	return s ? descend(classify_roots(IMAGE_FLOW), s, low) : CLASSIFY_FAULT;
}
CLASSIFY_FN(int, descend_packet, (struct search *s, __u64 low))
{
	return s ? descend(classify_roots(IMAGE_PACKET), s, low) : CLASSIFY_FAULT;
}
/* clang-format on */

/* The leaves that s->lower has left. */
static __always_inline int walk_lower(enum image image, struct search *s)
{
	for (__u64 k = 0; k < 64 && s->lower; k++) {
		__u64 low = s->lower & -s->lower;

		if (k >= classify_cfg()->leaves)
			return CLASSIFY_FAULT;
		s->lower ^= low;
		if (!decision_is_none(best_so_far(s)) && is_behind(leaf_place(s, low), best_so_far(s)))
			break;
		if (image == IMAGE_FLOW ? look_flow(s, low) : look_packet(s, low))
			return CLASSIFY_FAULT;
	}
	return 0;
}
/* clang-format off */
CLASSIFY_FN(int, walk_lower_flow, (struct search *s)) { return s ? walk_lower(IMAGE_FLOW, s) : CLASSIFY_FAULT; }
CLASSIFY_FN(int, walk_lower_packet, (struct search *s)) { return s ? walk_lower(IMAGE_PACKET, s) : CLASSIFY_FAULT; }
/* clang-format on */

/* What walk_quick() left. */
static __always_inline int walk_rest(enum image image, struct search *s)
{
	if (image == IMAGE_FLOW ? walk_lower_flow(s) : walk_lower_packet(s))
		return CLASSIFY_FAULT;
	/* Counted in 64 bits: with 32, on the stack, a key beside them would make the verifier forget the count. */
	for (__u64 k = 0; classify_cfg()->levels == 3 && k < 64 && s->upper; k++) {
		__u64 low = s->upper & -s->upper;

		s->upper ^= low;
		s->part = bit_index(low);
		if (!decision_is_none(best_so_far(s)) && is_behind(s->part << NODE_SHIFT, best_so_far(s)))
			break;
		if (image == IMAGE_FLOW ? descend_flow(s, low) : descend_packet(s, low))
			return CLASSIFY_FAULT;
		if (image == IMAGE_FLOW ? walk_lower_flow(s) : walk_lower_packet(s))
			return CLASSIFY_FAULT;
	}
	return decision_found(best_so_far(s));
}
/* clang-format off */
CLASSIFY_FN(int, walk_rest_flow, (struct search *s)) { return s ? walk_rest(IMAGE_FLOW, s) : CLASSIFY_FAULT; }
CLASSIFY_FN(int, walk_rest_packet, (struct search *s)) { return s ? walk_rest(IMAGE_PACKET, s) : CLASSIFY_FAULT; }
/* clang-format on */

/* The first `steps` of the walk; where they do not come to its end, CLASSIFY_MORE, and *s is where they stopped. */
static __always_inline int walk_quick(enum image image, __u64 steps, struct search *s)
{
	const __u32 n = classify_roots(image), levels = classify_cfg()->levels;
	decision_t best = DECISION_NONE;

	if (levels == 1)
		return walk_one(n, s);
	s->part = 0;
	s->upper = s->lower = 0;
	if (levels == 2 ? begin_lower(n, s) : begin_upper(n, s))
		return CLASSIFY_FAULT;
	for (__u64 k = 0; k < steps; k++) {
		__u64 low;

		if (levels == 3 && !s->lower) {
			low = s->upper & -s->upper;
			if (!low)
				return decision_found(best);
			s->upper ^= low;
			s->part = bit_index(low);
			if (!decision_is_none(best) && is_behind(s->part << NODE_SHIFT, best))
				return decision_found(best);
			if (descend(n, s, low))
				return CLASSIFY_FAULT;
			continue;
		}
		low = s->lower & -s->lower;
		if (!low)
			return decision_found(best);
		s->lower ^= low;
		if (!decision_is_none(best) && is_behind(leaf_place(s, low), best)) {
			s->lower = 0; /* nor are the leaves behind it */
			continue;
		}
		if (look_in_leaf(n, s, low, &best))
			return CLASSIFY_FAULT;
	}
	s->best = best;
	return CLASSIFY_MORE;
}

#endif
