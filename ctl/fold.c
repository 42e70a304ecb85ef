/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "fold.h"
#include "util.h"

/* Combinations: their roots should stay in the cache. Words of bits: the time that it takes. */
enum { COMBINATIONS_MAX = 16384, WORDS_MAX = 1 << 23 };

bool fold_takes(const struct fold *f, enum dim d, size_t n)
{
	switch (d) {
	case DIM_KIND:
	case DIM_SPORT:
	case DIM_DPORT:
	case DIM_IFACE:
	case DIM_ICMP:
		return n <= COMBINATIONS_MAX && n * f->nwords <= WORDS_MAX;
	case DIM_SRC:
	case DIM_DST:
	case DIM_VLAN:
	case DIM_INNER_VLAN:
	case DIM_FLAGS:
	case DIM_TTL:
	case DIM_LENGTH:
	case DIM_DSCP:
	case DIM_FRAG:
	case DIM_MAC_FROM:
	case DIM_MAC_TO:
		break;
	}
	return false;
}

struct fold_dim *fold_add(struct fold *f, enum dim d)
{
	struct fold_dim *v = &f->v[f->n++];

	*v = (struct fold_dim){ d, BLOCKS(__u64) };
	return v;
}

static int by_size(const void *x, const void *y)
{
	const struct fold_dim *a = (const struct fold_dim *)x, *b = (const struct fold_dim *)y;

	return a->rows.n < b->rows.n ? -1 : a->rows.n > b->rows.n;
}

void fold_choose(struct fold *f)
{
	size_t product = 1;

	qsort(f->v, f->n, sizeof(*f->v), by_size);
	for (f->folded = 0; f->folded < f->n; f->folded++) {
		product *= fold_classes(f, &f->v[f->folded]);
		if (product > COMBINATIONS_MAX || product * f->nwords > WORDS_MAX)
			break;
	}
	if (f->folded < 2)
		f->folded = 0;
}

static struct node row_root(const struct fold *f, const __u64 *row, struct bittree *tree)
{
	memcpy(tree->words, row, f->nwords * sizeof(*row));
	tree->dirty = ~0ull;
	return bittree_store(tree);
}

/* The combinations that begin with what `row` is of: those of the dimensions from `at` on, last one first. */
static void combine(const struct fold *f, size_t at, const __u64 *row, struct bittree *tree, struct node **out)
{
	const struct fold_dim *d;
	_cleanup_free_ __u64 *bits = NULL;

	if (!at) {
		*(*out)++ = row_root(f, row, tree);
		return;
	}
	d = &f->v[at - 1];
	bits = (__u64 *)xcalloc(f->nwords, sizeof(*bits));
	for (size_t class = 0; class < fold_classes(f, d); class ++) {
		const __u64 *v = (const __u64 *)(const void *)d->rows.v + class * f->nwords;

		for (size_t i = 0; i < f->nwords; i++)
			bits[i] = row[i] & v[i];
		combine(f, at - 1, bits, tree, out);
	}
}

struct node *fold_roots(const struct fold *f, struct bittree *tree, __u32 *step, size_t *n)
{
	_cleanup_free_ __u64 *all = (__u64 *)xcalloc(f->nwords, sizeof(*all));
	struct node *roots, *end;

	*n = 1;
	for (size_t i = 0; i < f->folded; i++) {
		step[i] = (__u32)*n;
		*n *= fold_classes(f, &f->v[i]);
	}
	end = roots = (struct node *)xcalloc(*n, sizeof(*roots));
	memset(all, 0xff, f->nwords * sizeof(*all));
	combine(f, f->folded, all, tree, &end);
	return roots;
}

struct node *fold_rows_roots(const struct fold *f, const struct fold_dim *d, struct bittree *tree)
{
	size_t n = fold_classes(f, d);
	struct node *roots = (struct node *)xcalloc(n, sizeof(*roots));

	for (size_t i = 0; i < n; i++)
		roots[i] = row_root(f, (const __u64 *)(const void *)d->rows.v + i * f->nwords, tree);
	return roots;
}

void fold_free(struct fold *f)
{
	for (size_t i = 0; i < f->n; i++)
		blocks_free(&f->v[i].rows);
	f->n = f->folded = 0;
}
