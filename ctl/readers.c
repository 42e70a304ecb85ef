/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include "clock.h"
#include "readers.h"

enum { GIVING_UP = 1 }; /* the token of a slot that is being made free */
_Static_assert((int)GIVING_UP < (int)READER_TOKEN_MIN, "no reader has it");

#define LOAD(p)     __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define STORE(p, v) __atomic_store_n(&(p), (v), __ATOMIC_RELEASE)

int readers_open(const struct instance_maps *m, struct readers *rs)
{
	int rc = fw_clock_get(m->fw_clock, &rs->clock);

	rs->maps = m;
	rs->watch = rc ? NULL : fw_watch_map(m->fw_watch);
	return rc ? rc : rs->watch ? 0 : -errno;
}

void readers_close(struct readers *rs) { fw_watch_unmap(rs->watch); }

ticks_t readers_until(const struct readers *rs, __u32 seconds)
{
	if (!rs->clock.tick_ns)
		return (ticks_t){ INT64_MAX };
	return (ticks_t){ clock_ticks_now(&rs->clock).raw + seconds * 1000000000ull / rs->clock.tick_ns };
}

static bool lapsed_for(const struct readers *rs, const struct reader *r, __u32 seconds)
{
	__u64 ticks = rs->clock.tick_ns ? seconds * 1000000000ull / rs->clock.tick_ns : 0;

	return rs->clock.tick_ns && (__s64)(LOAD(r->until.raw) + ticks - clock_ticks_now(&rs->clock).raw) < 0;
}

static bool lapsed(const struct readers *rs, const struct reader *r) { return lapsed_for(rs, r, 0); }

static __u32 wanted(const struct readers *rs)
{
	__u32 all = 0;

	for (int i = 0; i < READERS_MAX; i++)
		all |= LOAD(rs->watch->reader[i].wants);
	return all;
}

void readers_sum_up(const struct readers *rs)
{
	for (;;) {
		__u32 was = LOAD(rs->watch->wants), all = wanted(rs);

		if (was == all ||
		    (__atomic_compare_exchange_n(&rs->watch->wants, &was, all, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED) &&
		     wanted(rs) == all))
			return;
	}
}

/* Makes slot i free, if its reader is still that one. */
static bool vacate(const struct readers *rs, int i, __u64 was)
{
	struct reader *r = &rs->watch->reader[i];

	if (!__atomic_compare_exchange_n(&r->token, &was, GIVING_UP, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return false;
	STORE(r->wants, 0);
	(void)fw_rings_del(rs->maps->fw_rings, (reader_id_t){ (__u32)i });
	STORE(r->token, 0);
	return true;
}

void readers_give_up(const struct readers *rs, __u32 seconds)
{
	for (int i = 0; i < READERS_MAX; i++) {
		const struct reader *r = &rs->watch->reader[i];
		__u64 was = LOAD(r->token);

		if (was > GIVING_UP && lapsed_for(rs, r, seconds))
			(void)vacate(rs, i, was);
	}
	readers_sum_up(rs);
}

static bool take_slot(const struct readers *rs, int i, __u64 token, __u32 seconds)
{
	struct reader *r = &rs->watch->reader[i];
	__u64 none = 0;

	if (LOAD(r->token))
		return false;
	STORE(r->until.raw, readers_until(rs, seconds).raw); /* first, so that nobody takes it for one that is gone */
	return __atomic_compare_exchange_n(&r->token, &none, token, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

int readers_take(const struct readers *rs, __u64 token, __u32 seconds)
{
	for (int i = 0; i < READERS_MAX; i++)
		if (take_slot(rs, i, token, seconds))
			return i;
	for (int i = 0; i < READERS_MAX; i++) {
		const struct reader *r = &rs->watch->reader[i];
		__u64 was = LOAD(r->token);

		if (was > GIVING_UP && lapsed(rs, r) && vacate(rs, i, was) && take_slot(rs, i, token, seconds))
			return i;
	}
	return -EBUSY;
}

unsigned int readers_count(const struct readers *rs)
{
	unsigned int n = 0;

	for (int i = 0; i < READERS_MAX; i++)
		n += rs->watch->reader[i].wants && !lapsed(rs, &rs->watch->reader[i]);
	return n;
}
