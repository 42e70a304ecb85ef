/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The search tree over an address's words of 32 bits (format: struct trie_node in shared/tables.h). The intervals become
 * cells: from one value of the first word up to the next cell's, all addresses have one class; or the cell is one value, under
 * which further words tell, and has a tree of its own. Cells become nodes, TRIE_WAYS ways a level.
 */
#include "encode.h"
#include "util.h"

struct cell {
	__u32 from, entry;
};
struct cell_list {
	struct cell *v;
	size_t n, cap;
};

struct trie_builder {
	struct blocks *trie, *table; /* nodes; words of windows */
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

static __u32 store_cells(struct trie_builder *b, const struct cell *v, size_t n);

/* Levels of nodes over n cells. */
static unsigned int levels_of(size_t n)
{
	unsigned int levels = 0;

	for (size_t holds = 1; holds < n; holds *= TRIE_WAYS)
		levels++;
	return levels;
}

/*
 * Where a table's places part the cells. *at is the cell in which the next place begins; *first gets it, and *at the one in which the place
 * behind `end` does. Returns of how many cells the place has a part.
 */
static size_t next_place(const struct cell *v, size_t n, __u64 end, size_t *at, size_t *first)
{
	size_t count;

	*first = *at;
	while (*at + 1 < n && v[*at + 1].from < end)
		++*at;
	count = *at + 1 - *first;
	if (*at + 1 < n && v[*at + 1].from == end)
		++*at;
	return count;
}

/* A window from the second cell's begin to the last one's, of up to so many places for each cell. */
enum { WINDOW_WASTE = 4 };
static struct trie_window window_of(const struct cell *v, size_t n)
{
	struct trie_window w = { .base = v[1].from, .below = v[0].entry, .above = v[n - 1].entry };
	__u32 span = v[n - 1].from - w.base;

	while (span >> w.shift >= WINDOW_WASTE * n)
		w.shift++;
	w.size = (span >> w.shift) + 1;
	return w;
}

static __u64 window_end(const struct trie_window *w, __u32 place) { return w->base + (((__u64)place + 1) << w->shift); }

/* Whether a window, and what it leaves to search, take fewer steps than nodes alone. */
static bool window_pays(const struct trie_window *w, const struct cell *v, size_t n)
{
	size_t at = 1, first, most = 1;

	for (__u32 place = 0; place < w->size; place++) {
		size_t count = next_place(v, n, window_end(w, place), &at, &first);

		most = count > most ? count : most;
	}
	return levels_of(most) + 1 < levels_of(n);
}

static __u32 store_window(struct trie_builder *b, const struct cell *v, size_t n, struct trie_window w)
{
	_cleanup_free_ __u32 *table = (__u32 *)xcalloc(w.size, sizeof(*table));
	struct trie_node node = { .zero = 0 };
	size_t at = 1, first;

	for (__u32 place = 0; place < w.size; place++) {
		size_t count = next_place(v, n, window_end(&w, place), &at, &first);

		table[place] = store_cells(b, &v[first], count);
	}
	w.table = blocks_append(b->table, table, w.size);
	node.window = w;
	return blocks_append(b->trie, &node, 1) | TRIE_INNER | TRIE_WINDOW;
}

/* Entry of the tree over n cells. */
static __u32 store_cells(struct trie_builder *b, const struct cell *v, size_t n)
{
	struct trie_node node = { .zero = 0 };
	size_t share = 1, ways = 0;

	if (n == 1)
		return v[0].entry;
	if (levels_of(n) > 2) {
		const struct trie_window w = window_of(v, n);

		if (window_pays(&w, v, n))
			return store_window(b, v, n, w);
	}
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
	const struct trie_node *node;
	const __u32 *next;
	size_t n = TRIE_WAYS;
	unsigned int most = 0;

	if (!(entry & TRIE_INNER))
		return 0;
	node = (const struct trie_node *)(const void *)b->trie->v + (entry & TRIE_INDEX);
	next = node->entry;
	if (entry & TRIE_WINDOW) {
		next = (const __u32 *)(const void *)b->table->v + node->window.table;
		n = node->window.size;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned int h = i && next[i] == next[i - 1] ? 0 : height(b, next[i]);

		most = h > most ? h : most;
	}
	if (entry & TRIE_WINDOW) {
		unsigned int below = height(b, node->window.below), above = height(b, node->window.above);

		most = below > most ? below : most;
		most = above > most ? above : most;
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
	struct trie_builder b = { trie, words, iv, width / 32 };
	_cleanup_(cells_free) struct cell_list cells = { NULL, 0, 0 };
	_cleanup_free_ __u32 *table = NULL;
	unsigned int depth = 0;
	size_t at = 0, first;

	make_cells(&b, 0, 0, iv->v[0].class, &cells);
	cfg->bits = direct_bits(cells.n);
	table = (__u32 *)xcalloc(1u << cfg->bits, sizeof(*table));
	for (__u32 i = 0; i < 1u << cfg->bits; i++) {
		size_t count = next_place(cells.v, cells.n, ((__u64)i + 1) << (32 - cfg->bits), &at, &first);
		unsigned int h;

		table[i] = store_cells(&b, &cells.v[first], count);
		h = height(&b, table[i]);
		depth = h > depth ? h : depth;
	}
	cfg->table = blocks_append(words, table, 1u << cfg->bits);
	return depth;
}
