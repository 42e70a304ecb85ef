/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "classes.h"
#include "util.h"

void events_add(struct events *e, __u32 rule, const struct ranges *r, u128 max)
{
	for (size_t i = 0; i < r->n; i++) {
		GROW(e->v, e->n, e->cap);
		e->v[e->n++] = (struct event){ r->v[i].lo, rule };
		if (r->v[i].hi == max)
			continue;
		GROW(e->v, e->n, e->cap);
		e->v[e->n++] = (struct event){ r->v[i].hi + 1, rule };
	}
}

/* One stable pass by the 16 bits at `shift`. */
static void sort_pass(const struct event *from, struct event *to, size_t n, unsigned int shift, __u32 *count)
{
	__u32 sum = 0;

	memset(count, 0, 65536 * sizeof(*count));
	for (size_t i = 0; i < n; i++)
		count[(from[i].at >> shift) & 0xffff]++;
	for (size_t i = 0; i < 65536; i++) {
		__u32 here = count[i];

		count[i] = sum;
		sum += here;
	}
	for (size_t i = 0; i < n; i++)
		to[count[(from[i].at >> shift) & 0xffff]++] = from[i];
}

static void sort_small(struct event *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct event e = v[i];
		size_t j = i;

		for (; j && v[j - 1].at > e.at; j--)
			v[j] = v[j - 1];
		v[j] = e;
	}
}

/* Into `to`, whose end `b` is. */
static void merge(struct event *to, const struct event *a, size_t na, const struct event *b, size_t nb)
{
	while (na && nb) {
		if (b->at < a->at) {
			*to++ = *b++;
			nb--;
		} else {
			*to++ = *a++;
			na--;
		}
	}
	if (na) /* what is left of b stands where it belongs */
		memcpy(to, a, na * sizeof(*to));
}

static void sort_merge(struct event *v, struct event *spare, size_t n)
{
	size_t half = n / 2;

	if (n <= 16) {
		sort_small(v, n);
		return;
	}
	sort_merge(v, spare, half);
	sort_merge(v + half, spare, n - half);
	if (v[half - 1].at <= v[half].at)
		return;
	memcpy(spare, v, half * sizeof(*v));
	merge(v, spare, half, v + half, n - half);
}

/* Radix by 16 bits where there are enough events for the counters to pay: linear in the number of events. */
void events_sort(struct events *e)
{
	_cleanup_free_ struct event *spare = (struct event *)xcalloc(e->n, sizeof(*spare));
	_cleanup_free_ __u32 *count = NULL;
	u128 bits = 0; /* in which the events differ at all */

	if (e->n < 8192) {
		sort_merge(e->v, spare, e->n);
		return;
	}
	count = (__u32 *)xcalloc(65536, sizeof(*count));
	for (size_t i = 1; i < e->n; i++)
		bits |= e->v[i].at ^ e->v[0].at;
	for (unsigned int shift = 0; shift < 128; shift += 16) {
		struct event *sorted = spare;

		if (!((bits >> shift) & 0xffff))
			continue;
		sort_pass(e->v, sorted, e->n, shift, count);
		spare = e->v;
		e->v = sorted;
		e->cap = e->n;
	}
}

void events_free(struct events *e)
{
	free(e->v);
	*e = (struct events){ NULL, 0, 0 };
}

size_t events_places(const struct events *e, __u32 values)
{
	_cleanup_free_ __u64 *seen = (__u64 *)xcalloc(values / 64 + 1, sizeof(*seen));
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++) {
		__u32 at = (__u32)e->v[i].at;

		n += !(seen[at / 64] >> at % 64 & 1);
		seen[at / 64] |= 1ull << at % 64;
	}
	return n;
}

static void interval_add(struct intervals *iv, u128 start, __u32 class)
{
	if (iv->n && iv->v[iv->n - 1].class == class)
		return;
	GROW(iv->v, iv->n, iv->cap);
	iv->v[iv->n++] = (struct interval){ start, class };
}

static __u32 class_tree(struct bittree *tree, struct blocks *classes)
{
	const struct node root = bittree_store(tree);

	return blocks_intern(classes, &root, 1);
}

static __u32 class_row(struct bittree *tree, struct blocks *rows)
{
	return blocks_intern(rows, tree->words, tree->nwords) / (__u32)tree->nwords;
}

static void sweep(struct bittree *tree, struct events *e, struct blocks *classes, struct intervals *out,
		  __u32 (*class)(struct bittree *tree, struct blocks *classes))
{
	size_t i = 0;
	u128 at = 0;

	events_sort(e);
	out->n = 0;
	for (;;) {
		for (; i < e->n && e->v[i].at == at; i++)
			bittree_flip(tree, e->v[i].rule);
		interval_add(out, at, class(tree, classes));
		if (i == e->n)
			return;
		at = e->v[i].at;
	}
}

void classes_sweep(struct bittree *tree, struct events *e, struct blocks *classes, struct intervals *out)
{
	sweep(tree, e, classes, out, class_tree);
}

void classes_sweep_rows(struct bittree *tree, struct events *e, struct blocks *rows, struct intervals *out)
{
	sweep(tree, e, rows, out, class_row);
}

void intervals_free(struct intervals *iv)
{
	free(iv->v);
	*iv = (struct intervals){ NULL, 0, 0 };
}
