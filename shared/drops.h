/* SPDX-License-Identifier: GPL-2.0 */
/* A dropped packet's way into the table of dropped tuples. Included by policy.h, which has the maps and the configuration. */
#ifndef FW_DROPS_H
#define FW_DROPS_H

/* A packet that was dropped. */
struct refusal {
	struct flow_key key;
	__u64 hash;
	ticks_t now;
	struct place place;
	__u8 from;
	__u8 zero[5];
};

/* Global functions: each verified once. The way of the packet's tuple, or WAYS. */
__attribute__((noinline)) __u32 dropped_find(const struct dropped_bucket *b, const struct refusal *r)
{
	if (!b || !r)
		return WAYS;
	for (__u32 i = 0; i < WAYS; i++)
		if (b->head.tag[i] == hash_tag(r->hash) && flow_key_equal(&b->dropped[i].key, &r->key) &&
		    b->dropped[i].from == r->from && b->dropped[i].direction == r->place.direction)
			return i;
	return WAYS;
}

static __always_inline void dropped_note(struct dropped *d, const struct packet *p, const struct outcome *o,
					 const struct refusal *r)
{
	__sync_fetch_and_add(&d->packets, p->segments);
	__sync_fetch_and_add(&d->bytes, p->bytes);
	d->last = r->now;
	d->rule = o->rule;
	d->ruleset = (generation_t){ settings()->ruleset.raw };
	d->verdict = o->verdict;
	d->reason = o->reason;
	d->iface = r->place.iface;
	d->tcp_flags |= p->tcp_flags;
	d->decided_by = o->direction;
}

/* How gladly an entry is given up: a free one first, then the longest idle. */
__attribute__((noinline)) __u64 dropped_yield(const struct dropped_bucket *b, __u32 way, __u64 now)
{
	__u64 idle = b ? now - b->dropped[way % WAYS].last.raw : 0;

	if (!b || (__s64)idle < 0)
		return 0;
	return b->head.tag[way % WAYS] ? idle & ~0ull >> 4 : ~0ull >> 4;
}

static __always_inline __u32 dropped_choose(const struct dropped_bucket *b, ticks_t now)
{
	__u64 best = 0;

	for (__u32 i = 0; i < WAYS; i++) {
		__u64 yield = dropped_yield(b, i, now.raw) << 3 | i;

		if (yield > best)
			best = yield;
	}
	return (__u32)best % WAYS;
}

/* May this CPU enter one more tuple in this tick? */
static __always_inline bool dropped_has_room(struct scratch *s, ticks_t now)
{
	dropped_tick(s, now);
	return s->dropped_new++ < DROPPED_NEW_PER_TICK;
}

/* Under the lock: a new entry, which may have come meanwhile. */
static __always_inline void dropped_put(struct dropped_bucket *b, const struct packet *p, const struct outcome *o,
					const struct refusal *r)
{
	__u32 way = dropped_find(b, r);
	struct dropped *d;

	if (way >= WAYS) {
		way = dropped_choose(b, r->now);
		d = &b->dropped[way % WAYS];
		if (b->head.tag[way % WAYS]) {
			(void)__sync_lock_test_and_set(&b->head.tag[way % WAYS], 0);
			lose(LOSS_DROPPED_DISPLACED, d->packets, d->bytes);
		}
		b->head.serial[way % WAYS]++;
		__builtin_memset(d, 0, sizeof(*d));
		d->key = r->key;
		d->first = r->now;
		d->from = r->from;
		d->direction = r->place.direction;
	}
	dropped_note(&b->dropped[way % WAYS], p, o, r);
	(void)__sync_lock_test_and_set(&b->head.tag[way % WAYS], hash_tag(r->hash));
}

/* Notes a packet that was dropped. `where` is its direction, and << 8 its interface. A global function: verified once. */
__attribute__((noinline)) int drop_note(const struct subject *s, const struct outcome *o, __u32 where, __u64 now)
{
	struct refusal r = { .now = { now }, .place = { (__u8)(where & 1), { (__u8)(where >> 8) } } };
	struct scratch *scratch = fw_scratch_mine();
	struct dropped_bucket *b;
	__u32 way;

	if (!s || !o || !scratch || s->packet.status != STATUS_OK)
		return 0;
	if (s->keyed) {
		r.key = s->key;
		r.from = s->from;
		r.hash = s->hash;
	} else {
		dropped_key_of(&s->packet, &r.key);
		r.hash = flow_hash(&r.key, hash_key());
	}
	b = fw_dropped_at((dropped_bucket_id_t){ hash_bucket(r.hash, DROPPED_BUCKETS) });
	if (!b)
		return 0;
	way = dropped_find(b, &r);
	if (way < WAYS) {
		dropped_note(&b->dropped[way % WAYS], &s->packet, o, &r);
		return 0;
	}
	if (!dropped_has_room(scratch, r.now) || !bucket_lock(&b->head)) {
		lose(LOSS_DROPPED_UNLISTED, s->packet.segments, s->packet.bytes);
		return 0;
	}
	dropped_put(b, &s->packet, o, &r);
	bucket_unlock(&b->head);
	return 0;
}

#endif
