/* SPDX-License-Identifier: GPL-2.0 */
/* Repeatable random numbers for tests (xorshift64*, Vigna 2016). The state must not be 0. */
#ifndef FW_TESTS_RANDOM_H
#define FW_TESTS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint32_t random_u32(struct random *g)
{
	g->state ^= g->state >> 12;
	g->state ^= g->state << 25;
	g->state ^= g->state >> 27;
	return (uint32_t)((g->state * 0x2545f4914f6cdd1dull) >> 32);
}

static inline uint32_t random_below(struct random *g, uint32_t n) { return n ? random_u32(g) % n : 0; }
static inline bool random_chance(struct random *g, uint32_t percent) { return random_below(g, 100) < percent; }
#define RANDOM_OF(g, array) ((array)[random_below((g), sizeof(array) / sizeof(*(array)))])

#endif
