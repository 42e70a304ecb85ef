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
static inline const struct leaf *leaves_at(__u32 i)
{
	return i < walked->nleaves ? (const struct leaf *)&walked->leaves[i] : NULL;
}

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

static __u32 classify_roots(enum image image)
{
	const struct image_cfg *cfg = &walked->cfg.image[image];

	return (__u32)__builtin_popcount(cfg->dims) + cfg->sets;
}

#define CLASSIFY_FN(ret, name, args) static ret name args
#include "../shared/classify.h"

static int to_rule(int r, rule_id_t *out)
{
	if (r == CLASSIFY_FAULT)
		return -EILSEQ;
	*out = r == CLASSIFY_NONE ? rule_none() : (rule_id_t){ (__u32)r };
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

/* First common rule at or behind `from` of the trees at[0..n), of `level` levels of 64. */
static int walk_from(__u32 level, __u32 n, const __u32 *at, __u32 from)
{
	const __u32 shift = 6 * (level - 1);
	__u64 and = ~0ull << (from >> shift);

	for (__u32 i = 0; i < n; i++) {
		const struct leaf *leaf = level == 1 ? leaves_at(at[i]) : NULL;
		const struct node *node = level == 1 ? NULL : nodes_at(at[i]);

		if (!leaf && !node)
			return CLASSIFY_FAULT;
		and &= leaf ? leaf->rules : node->mask;
	}
	for (; and; and &= and - 1) {
		__u32 k = (__u32)__builtin_ctzll(and), child[ROOTS_MAX] = { 0 };
		int r;

		if (level == 1)
			return (int)k;
		for (__u32 i = 0; i < n; i++) {
			const struct node *node = nodes_at(at[i]);

			child[i] = node->child + popcount64(node->mask & ((1ull << k) - 1));
		}
		r = walk_from(level - 1, n, child, k == from >> shift ? from & ((1u << shift) - 1) : 0);
		if (r != CLASSIFY_NONE)
			return r < 0 ? r : (int)(k << shift) | r;
	}
	return CLASSIFY_NONE;
}

int tables_classify_from(const struct tables *t, const struct packet *p, enum direction direction, iface_id_t iface,
			 rule_id_t from, rule_id_t *out)
{
	struct query q;
	int first[IMAGE_COUNT] = { CLASSIFY_NONE, CLASSIFY_NONE };

	walked = t;
	query_of(p, direction, iface, &q);
	for (unsigned int i = 0; i < IMAGE_COUNT; i++) {
		const struct image_cfg *cfg = &t->cfg.image[i];
		struct search s = { .root = { 0 } };

		first[i] = CLASSIFY_NONE;
		if (cfg->dims && from.raw < t->cfg.rules)
			first[i] = find_roots((enum image)i, &q, p, &s) ? CLASSIFY_FAULT :
				   walk_from(t->cfg.levels, classify_roots((enum image)i), s.root, from.raw);
	}
	return to_rule(classify_min(first[IMAGE_FLOW], first[IMAGE_PACKET]), out);
}

int tables_classify(const struct tables *t, const struct packet *p, enum direction direction, iface_id_t iface,
		    rule_id_t *out)
{
	struct query q;
	struct search s = { .root = { 0 } };
	int a, b;

	walked = t;
	query_of(p, direction, iface, &q);
	a = classify_image(IMAGE_FLOW, &q, p, &s);
	b = classify_image(IMAGE_PACKET, &q, p, &s);
	return to_rule(classify_min(a, b), out);
}
