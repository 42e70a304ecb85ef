/* SPDX-License-Identifier: GPL-2.0 */
#include "ranges.h"
#include "util.h"

void ranges_add(struct ranges *r, u128 lo, u128 hi, u128 max)
{
	if (lo > max || lo > hi)
		return;
	GROW(r->v, r->n, r->cap);
	r->v[r->n++] = (struct range){ lo, hi < max ? hi : max };
}

static int by_start(const void *pa, const void *pb)
{
	const struct range *a = (const struct range *)pa, *b = (const struct range *)pb;

	return a->lo < b->lo ? -1 : a->lo > b->lo;
}

void ranges_normalise(struct ranges *r)
{
	size_t n = 0;

	if (r->n < 2)
		return;
	qsort(r->v, r->n, sizeof(*r->v), by_start);
	for (size_t i = 1; i < r->n; i++) {
		struct range *last = &r->v[n];

		if (r->v[i].lo <= last->hi || r->v[i].lo - last->hi == 1) {
			if (r->v[i].hi > last->hi)
				last->hi = r->v[i].hi;
		} else {
			r->v[++n] = r->v[i];
		}
	}
	r->n = n + 1;
}

void ranges_complement(struct ranges *r, u128 max)
{
	size_t n = 0, was = r->n;
	u128 next = 0; /* first number not yet decided */
	bool done = false;

	for (size_t i = 0; i < was; i++) {
		struct range in = r->v[i];

		if (in.lo > next)
			r->v[n++] = (struct range){ next, in.lo - 1 };
		done = in.hi == max;
		next = in.hi + 1;
	}
	r->n = n;
	if (!done)
		ranges_add(r, next, max, max);
}

void ranges_free(struct ranges *r)
{
	free(r->v);
	*r = (struct ranges){ NULL, 0, 0 };
}
