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
	const struct query q = { .packet = p, .direction = direction, .iface = iface };
	struct search s;

	walked = t;
	return to_rule(classify_image(image, &q, &s), out);
}

int tables_classify(const struct tables *t, const struct packet *p, enum direction direction, iface_id_t iface,
		    rule_id_t *out)
{
	const struct query q = { .packet = p, .direction = direction, .iface = iface };
	struct search s;
	int a, b;

	walked = t;
	a = classify_image(IMAGE_FLOW, &q, &s);
	b = classify_image(IMAGE_PACKET, &q, &s);
	return to_rule(classify_min(a, b), out);
}
