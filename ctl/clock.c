/* SPDX-License-Identifier: GPL-2.0 */
#include <time.h>
#include "clock.h"

ticks_t clock_ticks_now(const struct clock_pair *c)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (ticks_t){ c->ticks.raw +
			  ((__u64)t.tv_sec * 1000000000 + (__u64)t.tv_nsec - c->monotonic_ns) / c->tick_ns };
}
