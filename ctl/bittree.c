/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "bittree.h"
#include "util.h"

unsigned int bittree_levels(size_t places) { return places <= LEAF_PLACES ? 1 : places <= NODE_PLACES ? 2 : 3; }

void bittree_init(struct bittree *t, size_t places, struct blocks *leaves, struct blocks *nodes)
{
	memset(t, 0, sizeof(*t));
	t->levels = bittree_levels(places);
	t->nwords = (places ? (places + LEAF_PLACES - 1) / LEAF_PLACES : 1) * LEAF_WORDS;
	t->words = (__u64 *)xcalloc(t->nwords, sizeof(*t->words));
	t->leaves = leaves;
	t->nodes = nodes;
	t->single = BLOCKS(struct leaf);
}

void bittree_clear(struct bittree *t)
{
	memset(t->words, 0, t->nwords * sizeof(*t->words));
	memset(t->part, 0, sizeof(t->part));
	t->dirty = 0;
}

void bittree_free(struct bittree *t)
{
	free(t->words);
	blocks_free(&t->single);
	t->words = NULL;
}

static bool leaf_is_empty(const __u64 *w) { return !(w[0] | w[1] | w[2] | w[3]); }

static struct node store_part(struct bittree *t, size_t part)
{
	size_t first = part * 64, all = t->nwords / LEAF_WORDS, n = all - first < 64 ? all - first : 64, count = 0;
	struct node node = { 0, 0, 0 };
	struct leaf leaves[64];

	for (size_t i = 0; i < n; i++) {
		const __u64 *w = &t->words[(first + i) * LEAF_WORDS];

		if (leaf_is_empty(w))
			continue;
		memcpy(&leaves[count++], w, sizeof(*leaves));
		node.mask |= 1ull << i;
	}
	node.child = blocks_intern(t->leaves, leaves, count);
	return node;
}

struct node bittree_store(struct bittree *t)
{
	struct node root = { 0, 0, 0 }, children[64];
	size_t count = 0, parts = (t->nwords / LEAF_WORDS + 63) / 64;

	if (t->levels == 1) {
		root.child = blocks_intern(&t->single, t->words, 1);
		return root;
	}
	for (size_t i = 0; i < parts; i++)
		if (t->dirty >> i & 1)
			t->part[i] = store_part(t, i);
	t->dirty = 0;
	if (t->levels == 2)
		return t->part[0];
	for (size_t i = 0; i < parts; i++) {
		if (!t->part[i].mask)
			continue;
		root.mask |= 1ull << i;
		children[count++] = t->part[i];
	}
	root.child = blocks_intern(t->nodes, children, count);
	return root;
}
