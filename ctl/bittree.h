/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The set of rules that hold at one place of a sweep, as bits that can be flipped, and its stored form: a 64-ary
 * tree (shared/tables.h) whose blocks are shared with all other trees.
 */
#ifndef FW_BITTREE_H
#define FW_BITTREE_H

#include "../shared/tables.h"
#include "blocks.h"

struct bittree {
	unsigned int levels;
	size_t nwords;
	__u64 *words;           /* one bit a rule */
	struct node block[64];  /* stored form of each 4,096 rules; current where not dirty */
	__u64 dirty;            /* a bit for each block */
	struct blocks *leaves, *nodes; /* borrowed: __u64 and struct node */
};

/* 1 to 3 for up to RULE_MAX rules; 1 for none. */
unsigned int bittree_levels(size_t nrules);

/* All bits clear. `leaves` and `nodes` must outlive the tree. bittree_free releases. */
void bittree_init(struct bittree *t, size_t nrules, struct blocks *leaves, struct blocks *nodes);
void bittree_clear(struct bittree *t);
void bittree_free(struct bittree *t);

static inline void bittree_flip(struct bittree *t, __u32 rule)
{
	t->words[rule >> 6] ^= 1ull << (rule & 63);
	t->dirty |= 1ull << (rule >> 12);
}

/* Store the tree and give its root; equal trees have equal roots. Of one level, the root is `mask`, the word. */
struct node bittree_store(struct bittree *t);

#endif
