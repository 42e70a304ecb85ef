/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The search tree over an address's words of 32 bits (format: struct trie_node in shared/tables.h). The intervals become
 * cells: from one value of the first word up to the next cell's, all addresses have one class; or the cell is one value, under
 * which further words tell, and has a tree of its own. Cells become nodes, TRIE_WAYS ways a level.
 */
#include "encode.h"
#include "util.h"

struct cell { __u32 from, entry; };
struct cell_list { struct cell *v; size_t n, cap; };

struct trie_builder {
	struct blocks *trie;
	const struct intervals *iv;
	unsigned int words; /* of 32 bits in an address */
};

static void cells_free(struct cell_list *c) { free(c->v); }

static void cell_add(struct cell_list *c, __u32 from, __u32 entry)
{
	if (c->n && c->v[c->n - 1].entry == entry)
		return;
	GROW(c->v, c->n, c->cap);
	c->v[c->n++] = (struct cell){ from, entry };
}

/* Entry of the tree over n cells. */
static __u32 store_cells(struct trie_builder *b, const struct cell *v, size_t n)
{
	struct trie_node node = { .zero = 0 };
	size_t share = 1, ways = 0;

	if (n == 1)
		return v[0].entry;
	while (share * TRIE_WAYS < n) /* what a full child holds */
		share *= TRIE_WAYS;
	for (size_t i = 0; i < n; i += share, ways++) {
		if (ways)
			node.from[ways - 1] = v[i].from;
		node.entry[ways] = store_cells(b, v + i, n - i < share ? n - i : share);
	}
	for (; ways < TRIE_WAYS; ways++) { /* where the largest value may come out */
		node.from[ways - 1] = 0xffffffff;
		node.entry[ways] = node.entry[ways - 1];
	}
	return blocks_append(b->trie, &node, 1) | TRIE_INNER;
}

/*
 * The cells by the word-th word of the addresses that share the words before it, from interval `at` on; `entry` is the class
 * where they begin. Returns the first interval behind them.
 */
static size_t make_cells(struct trie_builder *b, size_t at, unsigned int word, __u32 entry, struct cell_list *out)
{
	const struct interval *v = b->iv->v;
	const unsigned int below = 32 * (b->words - 1 - word);
	const u128 mask = ((u128)1 << below) - 1, before = word ? v[at].start >> below >> 32 : 0;

	cell_add(out, 0, entry);
	while (at < b->iv->n && (!word || v[at].start >> below >> 32 == before)) {
		const u128 upto = v[at].start >> below;
		_cleanup_(cells_free) struct cell_list under = { NULL, 0, 0 };

		if (!(v[at].start & mask))
			entry = v[at++].class;
		if (at == b->iv->n || v[at].start >> below != upto) {
			cell_add(out, (__u32)upto, entry);
			continue;
		}
		at = make_cells(b, at, word + 1, entry, &under);
		entry = store_cells(b, under.v, under.n);
		cell_add(out, (__u32)upto, entry & TRIE_INNER ? entry | TRIE_NEXT : entry);
		entry = v[at - 1].class;
		if ((__u32)upto != 0xffffffff)
			cell_add(out, (__u32)upto + 1, entry);
	}
	return at;
}

/* Nodes on the longest path from an entry. */
static unsigned int height(const struct trie_builder *b, __u32 entry)
{
	const struct trie_node *node = (const struct trie_node *)(const void *)b->trie->v + (entry & TRIE_INDEX);
	unsigned int most = 0;

	if (!(entry & TRIE_INNER))
		return 0;
	for (size_t i = 0; i < TRIE_WAYS; i++) {
		unsigned int h = i && node->entry[i] == node->entry[i - 1] ? 0 : height(b, node->entry[i]);

		most = h > most ? h : most;
	}
	return most + 1;
}

/* About as many places as cells, so that most searches take one node; where one node holds all, the least that a table can have. */
static unsigned int direct_bits(size_t ncells)
{
	unsigned int bits = 1;

	while (ncells > TRIE_WAYS && bits < TRIE_DIRECT_MAX && (1u << bits) < ncells)
		bits++;
	return bits;
}

unsigned int encode_trie(struct blocks *words, struct blocks *trie, const struct intervals *iv, unsigned int width,
			 struct trie_cfg *cfg)
{
	struct trie_builder b = { trie, iv, width / 32 };
	_cleanup_(cells_free) struct cell_list cells = { NULL, 0, 0 };
	_cleanup_free_ __u32 *table = NULL;
	unsigned int depth = 0;
	size_t at = 0;

	make_cells(&b, 0, 0, iv->v[0].class, &cells);
	cfg->bits = direct_bits(cells.n);
	table = (__u32 *)xcalloc(1u << cfg->bits, sizeof(*table));
	for (__u32 i = 0; i < 1u << cfg->bits; i++) {
		__u64 end = ((__u64)i + 1) << (32 - cfg->bits);
		size_t first = at, h;

		while (at + 1 < cells.n && cells.v[at + 1].from < end)
			at++;
		table[i] = store_cells(&b, &cells.v[first], at + 1 - first);
		if (at + 1 < cells.n && cells.v[at + 1].from == end)
			at++; /* it begins with the next entry of the table */
		h = height(&b, table[i]);
		depth = h > depth ? (unsigned int)h : depth;
	}
	cfg->table = blocks_append(words, table, 1u << cfg->bits);
	return depth;
}
