/* SPDX-License-Identifier: GPL-2.0 */
#include <time.h>
#include "clock.h"

enum { SAMPLES = 5 };

static __u64 read_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (__u64)t.tv_sec * 1000000000 + (__u64)t.tv_nsec;
}

__u64 clock_monotonic_ns(void) { return read_ns(CLOCK_MONOTONIC); }

__u64 clock_monotonic_ms(void) { return clock_monotonic_ns() / 1000000; }

__u64 clock_real_ns(void) { return read_ns(CLOCK_REALTIME); }

ticks_t clock_ticks_now(const struct clock_pair *c)
{
	return (ticks_t){ c->ticks.raw + (clock_monotonic_ns() - c->monotonic_ns) / c->tick_ns };
}

__u64 clock_difference(void)
{
	__u64 best = UINT64_MAX, difference = 0;

	/* We may be interrupted between two readings: of some the quickest is taken. */
	for (int i = 0; i < SAMPLES; i++) {
		__u64 before = read_ns(CLOCK_MONOTONIC), real = read_ns(CLOCK_REALTIME), took = read_ns(CLOCK_MONOTONIC) - before;

		if (took >= best)
			continue;
		best = took;
		difference = real - before - took / 2;
	}
	return difference;
}

__u64 clock_kept_difference(struct clock_pair *shared)
{
	__u64 kept = __atomic_load_n(&shared->real_minus_monotonic_ns, __ATOMIC_RELAXED), is = clock_difference();
	__s64 step = (__s64)(is - kept), most = (__s64)shared->tick_ns;

	if (step <= most && step >= -most)
		return kept;
	if (__atomic_compare_exchange_n(&shared->real_minus_monotonic_ns, &kept, is, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return is;
	return kept; /* another process has just seen the same */
}

int clock_get(fw_clock_t m, struct clock_pair *out)
{
	struct clock_pair *shared = fw_clock_map(m);

	if (!shared)
		return -errno;
	(void)clock_kept_difference(shared);
	*out = *shared;
	fw_clock_unmap(shared);
	return 0;
}
