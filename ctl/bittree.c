/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "bittree.h"
#include "util.h"

unsigned int bittree_levels(size_t nrules)
{
	return nrules <= 64 ? 1 : nrules <= 4096 ? 2 : 3;
}

void bittree_init(struct bittree *t, size_t nrules, struct blocks *leaves, struct blocks *nodes)
{
	memset(t, 0, sizeof(*t));
	t->levels = bittree_levels(nrules);
	t->nwords = nrules ? (nrules + 63) / 64 : 1;
	t->words = (__u64 *)xcalloc(t->nwords, sizeof(*t->words));
	t->leaves = leaves;
	t->nodes = nodes;
}

void bittree_clear(struct bittree *t)
{
	memset(t->words, 0, t->nwords * sizeof(*t->words));
	memset(t->block, 0, sizeof(t->block));
	t->dirty = 0;
}

void bittree_free(struct bittree *t)
{
	free(t->words);
	t->words = NULL;
}

static struct node store_block(struct bittree *t, size_t block)
{
	size_t first = block * 64, n = t->nwords - first < 64 ? t->nwords - first : 64, count = 0;
	struct node node = { 0, 0, 0 };
	__u64 words[64];

	for (size_t i = 0; i < n; i++) {
		__u64 w = t->words[first + i];

		words[count] = w;
		count += w != 0;
		node.mask |= (__u64)(w != 0) << i;
	}
	node.child = blocks_intern(t->leaves, words, count);
	return node;
}

struct node bittree_store(struct bittree *t)
{
	struct node root = { 0, 0, 0 }, children[64];
	size_t count = 0;

	if (t->levels == 1) {
		root.mask = t->words[0];
		return root;
	}
	for (; t->dirty; t->dirty &= t->dirty - 1) {
		size_t block = (size_t)__builtin_ctzll(t->dirty);

		t->block[block] = store_block(t, block);
	}
	if (t->levels == 2)
		return t->block[0];
	for (size_t i = 0; i < (t->nwords + 63) / 64; i++) {
		if (!t->block[i].mask)
			continue;
		root.mask |= 1ull << i;
		children[count++] = t->block[i];
	}
	root.child = blocks_intern(t->nodes, children, count);
	return root;
}
