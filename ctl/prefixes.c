/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "prefixes.h"
#include "util.h"

typedef unsigned __int128 u128;

static u128 number_of(const addr_t *a)
{
	u128 n = 0;

	for (int i = 0; i < 16; i++)
		n = n << 8 | a->b[i];
	return n;
}

static addr_t addr_of(u128 n)
{
	addr_t a;

	for (int i = 15; i >= 0; i--, n >>= 8)
		a.b[i] = (__u8)n;
	return a;
}

void prefixes_of(const struct addr_range *r, struct prefix_list *out)
{
	u128 lo = number_of(&r->lo), hi = number_of(&r->hi);

	for (;;) {
		unsigned bits = 0; /* host bits of the widest prefix that starts at lo and ends by hi */

		while (bits < 128) {
			u128 size = (u128)1 << bits, last = lo | ((size << 1) - 1);

			if (lo & size || last > hi)
				break;
			bits++;
		}
		GROW(out->v, out->n, out->cap);
		out->v[out->n++] = (struct prefix){ r->family, (__u8)(128 - bits), addr_of(lo) };
		if (bits == 128 || hi - lo < (u128)1 << bits)
			return;
		lo += (u128)1 << bits;
	}
}

static int compare(const void *a, const void *b)
{
	const struct prefix *x = (const struct prefix *)a, *y = (const struct prefix *)b;
	int c = memcmp(&x->addr, &y->addr, sizeof(x->addr));

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return c ? c : (int)x->plen - (int)y->plen;
}

void prefixes_sort_unique(struct prefix_list *l)
{
	size_t n = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof(l->v[0]), compare);
	for (size_t i = 0; i < l->n; i++)
		if (!n || compare(&l->v[n - 1], &l->v[i]))
			l->v[n++] = l->v[i];
	l->n = n;
}
