/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For each image, for each dimension that its rules use: the tree starts with the rules that do not ask for the
 * field, the others' ranges become events, the sweep gives classes, and these are encoded. Equal blocks of all trees
 * are stored once, whatever the dimension and image.
 */
#include <errno.h>
#include <string.h>
#include "compile_impl.h"
#include "encode.h"
#include "fail.h"
#include "fields.h"
#include "util.h"

#define CELL_CLASSES 65536 /* a cell holds a class in 16 bits */

static const char *image_name(enum image image)
{
	return image == IMAGE_FLOW ? "rules without per-packet fields" : "rules with per-packet fields";
}

/* A new dimension: no rule, no event, no class. */
static void dimension_begin(struct compiler *c)
{
	bittree_clear(&c->tree);
	blocks_clear(&c->classes);
	c->events.n = 0;
}

/* Stores roots in a row; the index of the first. */
static __u32 store_roots(struct compiler *c, const struct node *root, size_t n)
{
	_cleanup_free_ struct leaf *leaves = NULL;

	if (c->tree.levels > 1)
		return blocks_intern(&c->nodes, root, n);
	leaves = (struct leaf *)xcalloc(n, sizeof(*leaves));
	for (size_t i = 0; i < n; i++)
		leaves[i] = ((const struct leaf *)(const void *)c->tree.single.v)[root[i].child];
	return blocks_intern(&c->leaves, leaves, n);
}

/* Those of the dimension's classes; the index of class 0. */
static __u32 dimension_roots(struct compiler *c) { return store_roots(c, (const struct node *)c->classes.v, c->classes.n); }

static int compile_table(struct compiler *c, enum image image, enum dim d, struct dim_cfg *cfg)
{
	const char *bad_iface = NULL;
	struct fold_dim *rows;
	size_t classes;

	dimension_begin(c);
	for (size_t i = 0; i < c->rs->nrules; i++) {
		const struct rule *r = &c->rs->rules[i];

		if (c->image[i] != image)
			continue;
		if (!field_given(r, d)) {
			bittree_flip(&c->tree, c->order.place[i]);
			continue;
		}
		if (field_values(r, d, c->names, &c->ranges, &bad_iface))
			return FAIL(c->err, -ENOENT, "rule %zu: no number left for interface '%s': at most %d can be named",
				    i + 1, bad_iface, IFACE_MAX - 1);
		events_add(&c->events, c->order.place[i], &c->ranges, dim_values(d) - 1);
	}
	rows = fold_takes(&c->fold, d, events_places(&c->events, dim_values(d)) + 1) ? fold_add(&c->fold, d) : NULL;
	if (rows)
		classes_sweep_rows(&c->tree, &c->events, &rows->rows, &c->intervals);
	else
		classes_sweep(&c->tree, &c->events, &c->classes, &c->intervals);
	classes = rows ? fold_classes(&c->fold, rows) : c->classes.n;
	if (classes > CELL_CLASSES)
		return FAIL(c->err, -E2BIG, "%s: the %s field has %zu classes of values; at most %d are possible",
			    image_name(image), dim_text(d), classes, CELL_CLASSES);
	encode_cells(&c->cells, &c->intervals, dim_values(d), cfg);
	if (!rows)
		cfg->root = dimension_roots(c);
	return 0;
}

/* Both families' tries number their classes together. */
static void compile_addrs(struct compiler *c, enum image image, bool dst, struct image_cfg *cfg)
{
	blocks_clear(&c->classes);
	for (unsigned int f = 0; f < FAMILY_COUNT; f++) {
		enum family family = (enum family)f;
		unsigned int depth;

		bittree_clear(&c->tree);
		c->events.n = 0;
		for (size_t i = 0; i < c->rs->nrules; i++) {
			const struct rule *r = &c->rs->rules[i];
			const struct addrset *a = dst ? &r->to.addr : &r->from.addr;

			if (c->image[i] != image || !(c->families[i] & 1u << family))
				continue;
			if (!a->n) {
				bittree_flip(&c->tree, c->order.place[i]);
				continue;
			}
			field_addrs(a, family, &c->ranges);
			events_add(&c->events, c->order.place[i], &c->ranges, family_max(family));
		}
		classes_sweep(&c->tree, &c->events, &c->classes, &c->intervals);
		depth = encode_trie(&c->words, &c->trie, &c->intervals, family == FAMILY_INET ? 32 : 128,
				    &cfg->trie[dst][family]);
		if (depth > c->trie_depth)
			c->trie_depth = depth;
	}
	cfg->dim[dst ? DIM_DST : DIM_SRC].root = dimension_roots(c);
}

static void compile_macs(struct compiler *c, enum image image, bool to, struct dim_cfg *cfg)
{
	struct node absent;

	dimension_begin(c);
	for (size_t i = 0; i < c->rs->nrules; i++) {
		const struct rule *r = &c->rs->rules[i];
		const struct macset *m = to ? &r->mac_to : &r->mac_from;

		if (c->image[i] != image)
			continue;
		if (!m->n)
			bittree_flip(&c->tree, c->order.place[i]);
		for (size_t j = 0; j < m->n; j++) {
			u128 at = mac_number(&m->v[j]);
			const struct ranges one = { &(struct range){ at, at }, 1, 1 };

			events_add(&c->events, c->order.place[i], &one, at);
		}
	}
	absent = bittree_store(&c->tree);
	for (size_t i = 0; i < c->rs->nrules; i++) {
		const struct macset *m = to ? &c->rs->rules[i].mac_to : &c->rs->rules[i].mac_from;

		if (c->image[i] == image && m->n && m->negated)
			bittree_flip(&c->tree, c->order.place[i]);
	}
	encode_macs(&c->macs, &c->tree, &c->events, absent, image, to, &c->classes);
	cfg->root = dimension_roots(c);
}

/* Class 0: rules that do not ask for the set or ask not to be in it; class 1: the former and those that ask for it. */
static void compile_set(struct compiler *c, enum image image, struct set_ref *ref, int set)
{
	dimension_begin(c);
	for (int in = 0; in < 2; in++) {
		struct node root;

		bittree_clear(&c->tree);
		for (size_t i = 0; i < c->rs->nrules; i++) {
			const struct rule *r = &c->rs->rules[i];
			const struct addrset *a = ref->dst ? &r->to.addr : &r->from.addr;

			if (c->image[i] == image && (a->set != set || a->negated != (in == 1)))
				bittree_flip(&c->tree, c->order.place[i]);
		}
		root = bittree_store(&c->tree);
		blocks_append(&c->classes, &root, 1);
	}
	ref->root = dimension_roots(c);
}

/* The sets that the image's rules name, each side for itself, in order of first use. */
static int compile_sets(struct compiler *c, enum image image, struct image_cfg *cfg)
{
	int sets[SET_REFS_MAX] = { 0 };

	for (size_t i = 0; i < c->rs->nrules; i++) {
		for (int dst = 0; dst < 2; dst++) {
			const struct rule *r = &c->rs->rules[i];
			int set = dst ? r->to.addr.set : r->from.addr.set;
			__u32 k = 0;

			if (c->image[i] != image || set < 0)
				continue;
			if ((size_t)set >= c->rs->nsets)
				return FAIL(c->err, -EINVAL, "rule %zu: names a set that is not there", i + 1);
			while (k < cfg->sets && !(sets[k] == set && cfg->set[k].dst == dst))
				k++;
			if (k < cfg->sets)
				continue;
			if (k == SET_REFS_MAX)
				return FAIL(c->err, -E2BIG,
					    "rule %zu: the %s refer to more than %d sets (from and to counted apart)", i + 1,
					    image_name(image), SET_REFS_MAX);
			sets[cfg->sets++] = set;
			cfg->set[k] = (struct set_ref){ 0, c->names->set(c->names->arg, (size_t)set), (__u8)c->rs->sets[set].type,
							(__u8)dst };
		}
	}
	for (__u32 k = 0; k < cfg->sets; k++)
		compile_set(c, image, &cfg->set[k], sets[k]);
	return 0;
}

static int compile_dimension(struct compiler *c, enum image image, enum dim d, struct image_cfg *cfg)
{
	switch (d) {
	case DIM_SRC:
	case DIM_DST:
		compile_addrs(c, image, d == DIM_DST, cfg);
		return 0;
	case DIM_MAC_FROM:
	case DIM_MAC_TO:
		compile_macs(c, image, d == DIM_MAC_TO, &cfg->dim[d]);
		return 0;
	case DIM_KIND:
	case DIM_SPORT:
	case DIM_DPORT:
	case DIM_IFACE:
	case DIM_VLAN:
	case DIM_INNER_VLAN:
	case DIM_ICMP:
	case DIM_FLAGS:
	case DIM_TTL:
	case DIM_LENGTH:
	case DIM_DSCP:
	case DIM_FRAG:
		return compile_table(c, image, d, &cfg->dim[d]);
	}
	return 0;
}

/* Dimensions that could be folded: of those that are, one table; of the others, their roots. */
static void compile_fold(struct compiler *c, struct image_cfg *cfg)
{
	_cleanup_free_ __u32 *table = NULL;
	_cleanup_free_ struct node *roots = NULL;
	struct fold *f = &c->fold;
	__u32 step[FOLD_DIMS], first;
	size_t n;

	fold_choose(f);
	for (size_t i = f->folded; i < f->n; i++) {
		_cleanup_free_ struct node *own = fold_rows_roots(f, &f->v[i], &c->tree);

		cfg->dim[f->v[i].dim].root = store_roots(c, own, fold_classes(f, &f->v[i]));
	}
	if (!f->folded)
		return;
	roots = fold_roots(f, &c->tree, step, &n);
	table = (__u32 *)xcalloc(n, sizeof(*table));
	blocks_clear(&c->classes);
	for (size_t i = 0; i < n; i++)
		table[i] = blocks_intern(&c->classes, &roots[i], 1);
	first = dimension_roots(c);
	for (size_t i = 0; i < n; i++)
		table[i] += first;
	cfg->fold = blocks_append(&c->words, table, n);
	for (size_t i = 0; i < f->folded; i++) {
		cfg->folded |= 1u << f->v[i].dim;
		cfg->dim[f->v[i].dim].step = step[i];
	}
}

int compile_image(struct compiler *c, enum image image, struct image_cfg *cfg)
{
	fold_free(&c->fold);
	c->fold.nwords = c->tree.nwords;
	for (size_t i = 0; i < c->rs->nrules; i++)
		for (unsigned int d = 0; d < DIM_COUNT; d++)
			if (c->image[i] == image && field_given(&c->rs->rules[i], (enum dim)d))
				cfg->dims |= 1u << d;
	for (unsigned int d = 0; d < DIM_COUNT; d++) {
		int error = cfg->dims & 1u << d ? compile_dimension(c, image, (enum dim)d, cfg) : 0;

		if (error)
			return error;
	}
	compile_fold(c, cfg);
	return compile_sets(c, image, cfg);
}
