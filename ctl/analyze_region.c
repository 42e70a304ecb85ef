/* SPDX-License-Identifier: GPL-2.0 */
/* Regions: products of values, cut by forms. */
#include <string.h>
#include "analyze_impl.h"

enum { CHUNK = 1 << 16 };

void *arena_take(struct arena *a, size_t bytes)
{
	struct chunk *c;
	void *p;

	bytes = (bytes + 15) & ~(size_t)15;
	if (a->current < a->n && a->used + bytes > a->v[a->current].size) {
		a->current++;
		a->used = 0;
	}
	if (a->current == a->n) {
		GROW(a->v, a->n, a->cap);
		a->v[a->n++] = (struct chunk){ NULL, 0 };
	}
	c = &a->v[a->current];
	if (!c->p || c->size < bytes) { /* nothing is in it */
		free(c->p);
		c->size = bytes > CHUNK ? bytes : CHUNK;
		c->p = (char *)xmalloc(c->size);
	}
	p = c->p + a->used;
	a->used += bytes;
	return p;
}

void arena_free(struct arena *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i].p);
	free(a->v);
	*a = (struct arena){ NULL, 0, 0, 0, 0 };
}

/* --- lists of ranges ------------------------------------------------------------------------------ */

/* Index of the first range that ends at or behind v. */
static size_t first_ending(const struct ranges *r, u128 v)
{
	size_t lo = 0, hi = r->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (r->v[mid].hi < v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool ranges_have(const struct ranges *r, u128 v)
{
	size_t i = first_ending(r, v);

	return i < r->n && r->v[i].lo <= v;
}

/* Of a, which is not empty, against b. */
static enum relation ranges_relation(const struct ranges *a, const struct ranges *b)
{
	bool meets = false, within = true;

	if (!b->n || a->v[a->n - 1].hi < b->v[0].lo || b->v[b->n - 1].hi < a->v[0].lo)
		return RELATION_DISJOINT;
	if (b->n == 1 && b->v[0].lo <= a->v[0].lo && a->v[a->n - 1].hi <= b->v[0].hi)
		return RELATION_WITHIN;
	if (b->n == 1) {
		size_t at = first_ending(a, b->v[0].lo);

		return at < a->n && a->v[at].lo <= b->v[0].hi ? RELATION_PARTLY : RELATION_DISJOINT;
	}
	for (size_t i = 0; i < a->n && (within || !meets); i++) {
		size_t k = first_ending(b, a->v[i].lo);
		bool here = k < b->n && b->v[k].lo <= a->v[i].hi;

		meets |= here;
		within &= here && b->v[k].lo <= a->v[i].lo && a->v[i].hi <= b->v[k].hi;
	}
	return within ? RELATION_WITHIN : meets ? RELATION_PARTLY : RELATION_DISJOINT;
}

bool ranges_meet(const struct ranges *a, const struct ranges *b)
{
	return a->n && b->n && (a->n < b->n ? ranges_relation(a, b) : ranges_relation(b, a)) != RELATION_DISJOINT;
}

/* Both are of the arena; there are at most a->n + b->n ranges. */
static struct ranges ranges_both(struct space *sp, const struct ranges *a, const struct ranges *b)
{
	struct ranges out = { (struct range *)arena_take(&sp->arena, (a->n + b->n) * sizeof(struct range)), 0, 0 };

	for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
		const struct range *x = &a->v[i], *y = &b->v[k];
		u128 lo = x->lo > y->lo ? x->lo : y->lo, hi = x->hi < y->hi ? x->hi : y->hi;

		if (lo <= hi)
			out.v[out.n++] = (struct range){ lo, hi };
		if (x->hi < y->hi)
			i++;
		else
			k++;
	}
	return out;
}

struct ranges ranges_without(struct space *sp, const struct ranges *a, const struct ranges *b)
{
	struct ranges out = { (struct range *)arena_take(&sp->arena, (a->n + b->n) * sizeof(struct range)), 0, 0 };

	for (size_t i = 0; i < a->n; i++) {
		u128 next = a->v[i].lo;
		bool rest = true;

		for (size_t k = first_ending(b, next); k < b->n && b->v[k].lo <= a->v[i].hi && rest; k++) {
			if (b->v[k].lo > next)
				out.v[out.n++] = (struct range){ next, b->v[k].lo - 1 };
			rest = b->v[k].hi < a->v[i].hi;
			next = b->v[k].hi + 1;
		}
		if (rest)
			out.v[out.n++] = (struct range){ next, a->v[i].hi };
	}
	return out;
}

/* --- regions -------------------------------------------------------------------------------------- */

void region_of_shape(const struct shape *s, struct region *out)
{
	out->shape = s;
	out->in = out->out = 0;
	memcpy(out->dim, s->domain, sizeof(out->dim));
}

bool region_meet(struct space *sp, struct region *r, const struct form *f)
{
	if (!f->there || f->in & r->out || f->out & r->in)
		return false;
	for (uint32_t left = f->given; left; left &= left - 1) {
		enum dim d = (enum dim)__builtin_ctz(left);

		r->dim[d] = ranges_both(sp, &r->dim[d], form_field(f, d));
		if (!r->dim[d].n)
			return false;
	}
	r->in |= f->in;
	r->out |= f->out;
	return true;
}

enum relation region_relation(const struct region *r, const struct form *f, struct excess *beyond)
{
	const struct ranges *field = f->field;

	*beyond = (struct excess){ 0, f->in & ~r->in, f->out & ~r->out };
	if (!f->there || f->in & r->out || f->out & r->in)
		return RELATION_DISJOINT;
	for (uint32_t left = f->given; left; left &= left - 1, field++) {
		enum dim d = (enum dim)__builtin_ctz(left);
		enum relation here = ranges_relation(&r->dim[d], field);

		if (here == RELATION_DISJOINT)
			return RELATION_DISJOINT;
		if (here == RELATION_PARTLY)
			beyond->dims |= 1u << d;
	}
	return excess_count(beyond) ? RELATION_PARTLY : RELATION_WITHIN;
}

void region_split(struct space *sp, struct region *r, const struct form *f, struct excess *beyond, struct region *out)
{
	*out = *r;
	if (beyond->in) {
		uint64_t bit = beyond->in & -beyond->in;

		beyond->in ^= bit;
		out->out |= bit;
		r->in |= bit;
	} else if (beyond->out) {
		uint64_t bit = beyond->out & -beyond->out;

		beyond->out ^= bit;
		out->in |= bit;
		r->out |= bit;
	} else {
		enum dim d = (enum dim)__builtin_ctz(beyond->dims);

		beyond->dims &= beyond->dims - 1;
		out->dim[d] = ranges_without(sp, &r->dim[d], form_field(f, d));
		r->dim[d] = ranges_both(sp, &r->dim[d], form_field(f, d));
	}
}

/* --- exact cover ---------------------------------------------------------------------------------- */

/* Candidates of a region as the search goes on: ids[0..n) still meet it. */
struct candidates {
	uint32_t *ids;
	size_t n, best;
	unsigned int best_count;
	bool within, cut;
};

/*
 * One pass: drops rules that do not meet the region, and takes out of it what rules leave in one field only (there is no
 * choice: only what is beyond them in that field can be uncovered). False when the work allowed is done.
 */
static bool candidates_pass(struct space *sp, struct region *r, struct candidates *c, uint8_t *used)
{
	uint64_t price = 1 + (r->dim[DIM_SRC].n + r->dim[DIM_DST].n) / 32; /* long lists cost more */
	size_t m = 0;

	c->best_count = ~0u;
	c->within = c->cut = false;
	for (size_t i = 0; i < c->n; i++) {
		const struct form *f = form_of(sp, c->ids[i], r->shape->family);
		struct excess beyond;
		struct region rest;
		enum relation here = region_relation(r, f, &beyond);

		if (!sp->work)
			return false;
		sp->work -= sp->work < price ? sp->work : price;
		if (here == RELATION_DISJOINT)
			continue;
		if (here == RELATION_WITHIN || excess_count(&beyond) == 1)
			used[c->ids[i]] = 1;
		if (here == RELATION_WITHIN) {
			c->within = true;
			return true;
		}
		if (excess_count(&beyond) == 1) {
			region_split(sp, r, f, &beyond, &rest);
			*r = rest;
			c->cut = true;
			continue;
		}
		if (excess_count(&beyond) < c->best_count) {
			c->best_count = excess_count(&beyond);
			c->best = m;
		}
		c->ids[m++] = c->ids[i];
	}
	c->n = m;
	return true;
}

/* Every part of the region that is beyond its best candidate must be covered by the others. */
static enum answer branch(struct space *sp, struct region *r, const struct candidates *c, uint8_t *used, struct point *out)
{
	const struct form *f = form_of(sp, c->ids[c->best], r->shape->family);
	struct excess beyond;

	(void)region_relation(r, f, &beyond);
	used[c->ids[c->best]] = 1;
	while (excess_count(&beyond)) {
		struct region part;
		enum answer a;

		region_split(sp, r, f, &beyond, &part);
		a = region_covered(sp, &part, c->ids, c->n, used, out);
		if (a != ANSWER_YES)
			return a;
	}
	return ANSWER_YES;
}

enum answer region_covered(struct space *sp, const struct region *r, const uint32_t *ids, size_t n, uint8_t *used,
			   struct point *out)
{
	struct arena_mark mark = arena_mark(&sp->arena);
	struct candidates c = { .ids = (uint32_t *)arena_take(&sp->arena, n * sizeof(*ids) + 1), .n = n, .cut = true };
	struct region here = *r;
	enum answer a;

	if (n)
		memcpy(c.ids, ids, n * sizeof(*ids));
	while (c.cut && !c.within)
		if (!candidates_pass(sp, &here, &c, used)) {
			arena_release(&sp->arena, mark);
			return ANSWER_UNDECIDED;
		}
	if (c.within) {
		a = ANSWER_YES;
	} else if (c.n) {
		a = branch(sp, &here, &c, used, out);
	} else {
		point_pick(&here, out);
		a = ANSWER_NO;
	}
	arena_release(&sp->arena, mark);
	return a;
}
