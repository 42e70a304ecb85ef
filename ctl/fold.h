/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dimensions of few classes in one: for each combination of their classes, what their trees have in common is computed when the rules are
 * compiled, so that a packet's walk follows one tree in their place (format: struct image_cfg in shared/tables.h).
 */
#ifndef FW_FOLD_H
#define FW_FOLD_H

#include "classes.h"

enum { FOLD_DIMS = 5 };

/* The classes of a dimension that may be folded, each as a row of `nwords` bits words. */
struct fold_dim {
	enum dim dim;
	struct blocks rows;
};
struct fold {
	size_t nwords; /* in a row: one bit a place */
	struct fold_dim v[FOLD_DIMS];
	size_t n;
	size_t folded; /* the first so many, after fold_choose() */
};

/* Whether a dimension may be folded, of which no more than n classes are to be expected. */
bool fold_takes(const struct fold *f, enum dim d, size_t n);

/* A dimension more: its classes come into the rows of what is returned, which fold_free() releases. */
struct fold_dim *fold_add(struct fold *f, enum dim d);
static inline size_t fold_classes(const struct fold *f, const struct fold_dim *d) { return d->rows.n / f->nwords; }

/* Orders the dimensions, and sets how many of them are folded: 0, or at least 2. */
void fold_choose(struct fold *f);

/*
 * The roots of all combinations of the folded dimensions' classes, in the order of the sums of class times step; the steps into step[]. `tree`
 * is overwritten. The caller releases.
 */
struct node *fold_roots(const struct fold *f, struct bittree *tree, __u32 *step, size_t *n);

/* The roots of a dimension that is not folded after all: one a class. */
struct node *fold_rows_roots(const struct fold *f, const struct fold_dim *d, struct bittree *tree);

void fold_free(struct fold *f);

#endif
