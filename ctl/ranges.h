/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of numbers up to 128 bits, as inclusive ranges. Zero-initialise; ranges_free releases. */
#ifndef FW_RANGES_H
#define FW_RANGES_H

#include <stddef.h>

__extension__ typedef unsigned __int128 u128;

struct range {
	u128 lo, hi;
};
struct ranges {
	struct range *v;
	size_t n, cap;
};

/* Add lo to hi, cut at max; nothing where lo is over max. Unordered until ranges_normalise. */
void ranges_add(struct ranges *r, u128 lo, u128 hi, u128 max);

/* Sort; join what overlaps or touches. */
void ranges_normalise(struct ranges *r);

/* The numbers from 0 to max that are not in r, which must be normalised and within max; stays normalised. */
void ranges_complement(struct ranges *r, u128 max);

void ranges_free(struct ranges *r);

#endif
