/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The set of rules that hold at one place of a sweep, as bits that can be flipped, and its stored form: a
 * tree (shared/tables.h) whose blocks are shared with all other trees.
 */
#ifndef FW_BITTREE_H
#define FW_BITTREE_H

#include "../shared/tables.h"
#include "blocks.h"

struct bittree {
	unsigned int levels;
	size_t nwords;                 /* of whole leaves */
	__u64 *words;                  /* one bit a place */
	struct node part[64];          /* stored form of each NODE_PLACES places; current where not dirty */
	__u64 dirty;                   /* a bit for each part */
	struct blocks *leaves, *nodes; /* borrowed: struct leaf and struct node */
	struct blocks single;          /* of one level: the leaves so far */
};

/* 1 to 3 for up to 64 times 64 times LEAF_PLACES; 1 for none. */
unsigned int bittree_levels(size_t places);

/* All bits clear. `leaves` and `nodes` must outlive the tree. bittree_free releases. */
void bittree_init(struct bittree *t, size_t places, struct blocks *leaves, struct blocks *nodes);
void bittree_clear(struct bittree *t);
void bittree_free(struct bittree *t);

static inline void bittree_flip(struct bittree *t, __u32 place)
{
	t->words[place >> 6] ^= 1ull << (place & 63);
	t->dirty |= 1ull << (place >> NODE_SHIFT);
}

/* Store the tree and give its root; equal trees have equal roots. Of one level, the root's child is an index in `single`. */
struct node bittree_store(struct bittree *t);

#endif
