/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "classify.h"
#include "../shared/maps.def.h"

/* The tables being walked; a thread walks one set at a time. */
static __thread const struct tables *walked;

static inline const struct cells *cells_at(__u32 i) { return i < walked->ncells ? &walked->cells[i] : NULL; }
static inline const struct words *words_at(__u32 i) { return i < walked->nwords ? &walked->words[i] : NULL; }
static inline const struct trie_node *trie_at(__u32 i) { return i < walked->ntrie ? &walked->trie[i] : NULL; }
static inline const struct node *nodes_at(__u32 i) { return i < walked->nnodes ? &walked->nodes[i] : NULL; }
static inline const struct leaf *leaves_at(__u32 i) { return i < walked->nleaves ? &walked->leaves[i] : NULL; }

static __u32 mac_class_of(const struct mac_key *k)
{
	for (size_t i = 0; i < walked->nmacs; i++)
		if (!memcmp(&walked->macs[i].key, k, sizeof(*k)))
			return walked->macs[i].value.class;
	return MAC_CLASS_OTHER;
}

static bool set_has(__u16 set, enum set_type type, enum family family, const addr_t *a)
{
	return walked->set_contains && walked->set_contains(walked->set_arg, set, type, family, a);
}

static inline const volatile struct ruleset_cfg *classify_cfg(void) { return &walked->cfg; }

static __u32 classify_roots(enum image image) { return image_roots(&walked->cfg.image[image]); }

#define CLASSIFY_FN(ret, name, args) static ret name args
#include "../shared/classify.h"

static int to_rule(int r, rule_id_t *out)
{
	if (r == CLASSIFY_FAULT)
		return -EILSEQ;
	*out = r == CLASSIFY_NONE ? rule_none() : judged_rule((judged_t){ (__u32)r });
	return 0;
}

int tables_classify_image(const struct tables *t, enum image image, const struct packet *p, enum direction direction,
			  iface_id_t iface, rule_id_t *out)
{
	struct query q;
	struct search s = { .root = { 0 } };

	walked = t;
	query_of(p, direction, iface, &q);
	return to_rule(classify_image(image, &q, p, &s), out);
}

/* What a walk that leaves rules out looks for: the first one that is not before `from`. */
struct walk_from {
	__u32 n, from;
	decision_t best;
};

/* Of the leaves at[0..n), which begin at `place`. */
static int leaf_from(struct walk_from *w, const __u32 *at, __u32 place)
{
	struct common c = COMMON_ALL;

	for (__u32 i = 0; i < w->n; i++)
		if (!common_and(&c, at[i]))
			return CLASSIFY_FAULT;
	for (__u32 i = 0; i < LEAF_PLACES; i++)
		if (c.word[i / 64] >> i % 64 & 1 && judged_rule((judged_t){ decision_at(place + i).raw }).raw >= w->from)
			return take_place(place + i, &w->best);
	return 0;
}

/* Of the trees at[0..n), which begin at `place` and have `level` levels. */
static int walk_from(struct walk_from *w, __u32 level, const __u32 *at, __u32 place)
{
	const __u32 shift = level == 3 ? NODE_SHIFT : LEAF_SHIFT;
	__u32 first[ROOTS_MAX] = { 0 }, child[ROOTS_MAX];
	__u64 mask[ROOTS_MAX] = { 0 }, bits = ~0ull;

	if (level == 1)
		return leaf_from(w, at, place);
	for (__u32 i = 0; i < w->n; i++)
		if (!common_children(at[i], &mask[i], &first[i], &bits))
			return CLASSIFY_FAULT;
	for (; bits; bits &= bits - 1) {
		__u64 low = bits & -bits;
		__u32 at_child = place + (bit_index(low) << shift);

		if (!decision_is_none(w->best) && is_behind(at_child, w->best))
			break;
		for (__u32 i = 0; i < w->n; i++)
			child[i] = first[i] + popcount64(mask[i] & (low - 1));
		if (walk_from(w, level - 1, child, at_child))
			return CLASSIFY_FAULT;
	}
	return 0;
}

/* The first rule of the image, from rule `from` on, that matches. As classify_image(). */
static int image_from(const struct tables *t, enum image image, const struct query *q, const struct packet *p, __u32 from)
{
	struct walk_from w = { classify_roots(image), from, DECISION_NONE };
	struct search s = { .root = { 0 } };

	if (!t->cfg.image[image].dims || from >= t->cfg.rules)
		return CLASSIFY_NONE;
	if (find_roots(image, q, p, &s) || walk_from(&w, t->cfg.levels, s.root, 0))
		return CLASSIFY_FAULT;
	return decision_found(w.best);
}

int tables_classify_from(const struct tables *t, const struct packet *p, enum direction direction, iface_id_t iface,
			 rule_id_t from, rule_id_t *out)
{
	struct query q;

	walked = t;
	query_of(p, direction, iface, &q);
	return to_rule(classify_min(image_from(t, IMAGE_FLOW, &q, p, from.raw), image_from(t, IMAGE_PACKET, &q, p, from.raw)),
		       out);
}

/* As classify_min() over both images, with *t as the tables that are walked from now on. */
static int classify_both(const struct tables *t, const struct packet *p, enum direction direction, iface_id_t iface)
{
	struct query q;
	struct search s = { .root = { 0 } };
	int flow, packet;

	walked = t;
	query_of(p, direction, iface, &q);
	flow = classify_image(IMAGE_FLOW, &q, p, &s);
	packet = classify_image(IMAGE_PACKET, &q, p, &s);
	return classify_min(flow, packet);
}

int tables_classify(const struct tables *t, const struct packet *p, enum direction direction, iface_id_t iface, rule_id_t *out)
{
	return to_rule(classify_both(t, p, direction, iface), out);
}

int tables_judge(const struct tables *t, const struct packet *p, enum direction direction, iface_id_t iface, judged_t *out)
{
	int r = classify_both(t, p, direction, iface);

	if (r == CLASSIFY_FAULT)
		return -EILSEQ;
	*out = judged_as(&t->cfg.policy, direction, r);
	return 0;
}
