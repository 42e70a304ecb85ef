/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Poptrie (Asai and Ohara, SIGCOMM 2015), built bottom up in one pass over the intervals, so that equal groups of
 * children and equal runs of leaves are stored once. 32 and 128 less the direct table's bits (2, 8 or 14) are
 * multiples of 6: no node reaches beyond the address.
 */
#include "encode.h"
#include "util.h"

struct trie_builder {
	struct blocks *words, *trie;
	const struct intervals *iv;
	size_t at; /* interval of the next value */
	unsigned int top, depth; /* shift of the first nodes; nodes on the longest path */
};

/* Moves on to the interval of `start`; is every value from there up to `end` in it? */
static bool uniform(struct trie_builder *b, u128 start, u128 end)
{
	const struct interval *v = b->iv->v;

	while (b->at + 1 < b->iv->n && v[b->at + 1].start <= start)
		b->at++;
	return b->at + 1 == b->iv->n || v[b->at + 1].start > end;
}

/* The node over the 64 << shift values from `start`. */
static struct trie_node build_node(struct trie_builder *b, u128 start, unsigned int shift)
{
	struct trie_node node = { 0, 0, 0, 0 }, children[64];
	__u32 leaves[64];
	size_t nchildren = 0, nleaves = 0;

	if ((b->top - shift) / 6 + 1 > b->depth)
		b->depth = (b->top - shift) / 6 + 1;
	for (unsigned int i = 0; i < 64; i++) {
		u128 from = start + ((u128)i << shift), end = from + (((u128)1 << shift) - 1);
		__u32 class;

		if (!uniform(b, from, end)) {
			node.vector |= 1ull << i;
			children[nchildren++] = build_node(b, from, shift - 6);
			continue;
		}
		class = b->iv->v[b->at].class;
		if (nleaves && leaves[nleaves - 1] == class)
			continue;
		node.leafvec |= 1ull << i;
		leaves[nleaves++] = class;
	}
	node.child = blocks_intern(b->trie, children, nchildren);
	node.leaf = blocks_intern(b->words, leaves, nleaves);
	return node;
}

/* A direct table of 14 bits is 64 KB; it saves a step or two where there are many addresses. */
static unsigned int direct_bits(const struct intervals *iv)
{
	return iv->n == 1 ? 2 : iv->n <= 256 ? 8 : 14;
}

unsigned int encode_trie(struct blocks *words, struct blocks *trie, const struct intervals *iv, unsigned int width,
		 struct trie_cfg *cfg)
{
	unsigned int bits = direct_bits(iv), shift = width - bits;
	struct trie_builder b = { words, trie, iv, 0, shift - 6, 0 };
	_cleanup_free_ __u32 *table = (__u32 *)xcalloc(1u << bits, sizeof(*table));

	for (__u32 i = 0; i < 1u << bits; i++) {
		u128 from = (u128)i << shift, end = from + (((u128)1 << shift) - 1);
		struct trie_node node;

		if (uniform(&b, from, end)) {
			table[i] = iv->v[b.at].class;
			continue;
		}
		node = build_node(&b, from, shift - 6);
		table[i] = blocks_intern(trie, &node, 1) | TRIE_INNER;
	}
	cfg->bits = bits;
	cfg->table = blocks_intern(words, table, 1u << bits);
	return b.depth;
}
