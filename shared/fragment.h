/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fragments: a first one is judged as any packet, and remembered; later ones follow it. What could be reassembled to something
 * else than was judged is dropped (RFC 1858, 3128, 5722). Included by policy.h, which has the maps and the configuration.
 * Global functions: most packets are whole and do not come here.
 */
#ifndef FW_FRAGMENT_H
#define FW_FRAGMENT_H

/* What becomes of a fragment: decided here; or, where a number below these, its datagram's place, to be told the verdict. */
enum { FRAGMENT_DECIDED = 0xfffffffe, FRAGMENT_OPEN = 0xffffffff };

static __always_inline ruling_t datagram_ruling(const struct datagram *g)
{
	return (ruling_t){ .word = *(const volatile __u64 *)&g->ruling.word };
}

static __always_inline bool datagram_expired(const struct datagram *g, ticks_t now)
{
	__u64 age = now.raw - g->first.raw;

	return (__s64)age > 0 && age > settings()->timeout[TIMEOUT_FRAGMENT];
}

__attribute__((noinline)) __u32 datagram_find(const struct datagram_bucket *b, __u32 tag, const struct datagram_key *k)
{
	for (__u32 i = 0; b && k && i < WAYS; i++)
		if (b->head.tag[i] == tag && datagram_key_equal(&b->datagram[i].key, k))
			return i;
	return WAYS;
}

/* How gladly an entry is given up: in order of these classes, within one the oldest first. */
enum datagram_class { DATAGRAM_PASSED, DATAGRAM_STOPPED, DATAGRAM_COMPLETE, DATAGRAM_EXPIRED, DATAGRAM_FREE };

__attribute__((noinline)) __u64 datagram_yield(const struct datagram_bucket *b, __u32 way, const struct insertion *in)
{
	enum datagram_class class = DATAGRAM_PASSED;
	const struct datagram *g;
	__u64 age;

	if (!b || !in)
		return 0;
	g = &b->datagram[way % WAYS];
	age = in->now.raw - g->first.raw;
	if ((__s64)age < 0 || age >> WAY_IDLE_BITS)
		age = 0;
	if (!b->head.tag[way % WAYS])
		class = DATAGRAM_FREE;
	else if (datagram_expired(g, in->now))
		class = DATAGRAM_EXPIRED;
	else if (datagram_is_complete(g))
		class = DATAGRAM_COMPLETE;
	else if (judged_given(g->ruling.judged) && judged_verdict(g->ruling.judged) != VERDICT_PASS)
		class = DATAGRAM_STOPPED;
	return (__u64) class << WAY_IDLE_BITS | age;
}

/* Which entry gives way. One is always to be had: later fragments of what is forgotten are judged by the rules. */
static __always_inline __u32 datagram_way(const struct datagram_bucket *b, const struct insertion *in)
{
	__u64 best = 0;
	__u32 way = 0;

	for (__u32 i = 0; i < WAYS; i++) {
		__u64 yield = datagram_yield(b, i, in) + 1;

		if (yield > best) {
			best = yield;
			way = i;
		}
	}
	if (best >> WAY_IDLE_BITS < DATAGRAM_COMPLETE)
		lose(LOSS_FRAGMENT_EVICTED, 1, b->datagram[way % WAYS].seen);
	return way % WAYS;
}

/* No judgement, but a word that no other entry has: who finds it again knows that the entry is still its own. */
static __always_inline ruling_t datagram_pending(__u64 hash, ticks_t now)
{
	return (ruling_t){ .generation = { (__u32)(hash >> 32) ^ (__u32)now.raw } };
}

/* Under the lock. False where a first fragment of this datagram is there already. */
static __always_inline bool datagram_put(struct datagram_bucket *b, const struct datagram_key *k, __u64 hash,
					 const struct subject *s, const struct insertion *in, __u32 *way)
{
	struct datagram *g;

	*way = datagram_find(b, hash_tag(hash), k);
	if (*way < WAYS) {
		g = &b->datagram[*way % WAYS];
		/* The same packet, seen again on its way through a bridge or the like, is not another one. */
		if (!datagram_expired(g, in->now) && !datagram_is_complete(g) &&
		    (g->iface.raw == in->place.iface.raw || !g->keyed || !s->keyed || !flow_key_equal(&g->flow, &s->key)))
			return false;
	} else {
		*way = datagram_way(b, in);
	}
	g = &b->datagram[*way % WAYS];
	(void)__sync_lock_test_and_set(&b->head.tag[*way % WAYS], 0);
	__builtin_memset(g, 0, sizeof(*g));
	g->key = *k;
	if (s->keyed)
		g->flow = s->key;
	g->keyed = s->keyed;
	g->from = s->from;
	g->iface = in->place.iface;
	g->first = in->now;
	g->end = g->seen = s->packet.payload;
	g->ruling = datagram_pending(hash, in->now);
	(void)__sync_lock_test_and_set(&b->head.tag[*way % WAYS], hash_tag(hash));
	return true;
}

/* A first fragment: enters its datagram, whose place is returned. FRAGMENT_DECIDED where it overlaps another first one. */
static __always_inline __u32 first_fragment(const struct subject *s, const struct insertion *in)
{
	struct datagram_key k;
	struct datagram_bucket *b;
	__u32 bucket, way = 0;
	__u64 hash;
	bool put;

	datagram_key_of(&s->packet, (enum direction)(in->place.direction & 1), &k);
	hash = datagram_hash(&k, hash_key());
	bucket = hash_bucket(hash, DATAGRAM_BUCKETS);
	b = fw_datagrams_at((datagram_bucket_id_t){ bucket });
	if (!b)
		return FRAGMENT_OPEN;
	if (!lock_bucket(&b->head)) {
		lose(LOSS_CONTENDED, s->packet.segments, s->packet.bytes);
		return FRAGMENT_OPEN;
	}
	put = datagram_put(b, &k, hash, s, in, &way);
	bucket_unlock(&b->head);
	return put ? bucket * WAYS + way : FRAGMENT_DECIDED;
}

/* The later fragment's bytes to the flow of its first one. */
__attribute__((noinline)) __u32 account_fragment(const struct subject *s, const struct insertion *in)
{
	struct flow_bucket *b;
	struct flow *f;
	__u32 bucket, way;
	bool from_maker;

	if (!s || !in)
		return NO_FLOW;
	bucket = hash_bucket(s->hash, fw_cfg.buckets);
	b = fw_flows_at((bucket_id_t){ bucket });
	if (!b)
		return NO_FLOW;
	way = find_way(b, hash_tag(s->hash), &s->key);
	f = &b->flow[way % WAYS];
	if (way >= WAYS || flow_expired(f, in->now))
		return NO_FLOW;
	from_maker = s->from == (__u8)flow_maker(f);
	flow_count(f, &s->packet, in->now, s->from != (__u8)flow_initiator(f), flow_counts_here(f, in->place, from_maker));
	note_race(b, way, hash_tag(s->hash), &s->packet);
	return bucket * WAYS + way;
}

/*
 * A later fragment: FRAGMENT_DECIDED, and *o is filled, where its first one says what becomes of it. Where the rules have changed
 * since, it is made a packet of its flow (s->key, hash, from, keyed), which is asked anew.
 */
static __always_inline __u32 later_fragment(struct subject *s, const struct insertion *in, struct outcome *o)
{
	const struct packet *p = &s->packet;
	__u32 offset = p->fragment_offset & FRAGMENT_OFFSET, way;
	struct datagram_bucket *b;
	struct datagram_key k;
	struct datagram *g;
	ruling_t ruling;
	__u64 hash;

	datagram_key_of(p, (enum direction)(in->place.direction & 1), &k);
	hash = datagram_hash(&k, hash_key());
	b = fw_datagrams_at((datagram_bucket_id_t){ hash_bucket(hash, DATAGRAM_BUCKETS) });
	if (!b)
		return FRAGMENT_OPEN;
	way = datagram_find(b, hash_tag(hash), &k);
	g = &b->datagram[way % WAYS];
	if (way >= WAYS || datagram_expired(g, in->now))
		return FRAGMENT_OPEN;
	ruling = datagram_ruling(g);
	if (offset < g->end) {
		give(o, VERDICT_DROP, REASON_FRAGMENT_OVERLAP, rule_none());
		return FRAGMENT_DECIDED;
	}
	if (g->keyed) {
		s->key = g->flow;
		s->from = g->from & 1;
		s->hash = flow_hash(&s->key, hash_key());
	}
	s->keyed = g->keyed & 1;
	__sync_fetch_and_add(&g->seen, p->payload);
	if (!(p->fragment_offset & FRAGMENT_MORE))
		g->total = offset + p->payload;
	if (*(const volatile __u32 *)&b->head.tag[way % WAYS] != hash_tag(hash)) {
		s->keyed = 0; /* it gave way meanwhile */
		return FRAGMENT_OPEN;
	}
	if (!judged_given(ruling.judged) || ruling.generation.raw != generation_now().raw)
		return FRAGMENT_OPEN;
	give_judged(o, ruling.judged);
	o->reason = REASON_FRAGMENT;
	o->cached = 1;
	if (s->keyed && o->verdict == VERDICT_PASS)
		o->flow = account_fragment(s, in);
	return FRAGMENT_DECIDED;
}

/*
 * What comes ahead of judging a fragment. FRAGMENT_DECIDED: *o is the outcome. Else the caller judges it as any packet, and tells
 * the verdict to fragment_settle() where a place is returned.
 */
__attribute__((noinline)) __u32 fragment_enter(struct subject *s, const struct insertion *in, struct outcome *o)
{
	const struct packet *p;
	__u32 place;

	if (!s || !in || !o)
		return FRAGMENT_OPEN;
	p = &s->packet;
	if (p->fragment == FRAGMENT_LATER) {
		if (p->status != STATUS_OK)
			return FRAGMENT_OPEN;
		if ((__u32)(p->fragment_offset & FRAGMENT_OFFSET) < header_least(p->fragment_proto)) {
			give(o, VERDICT_DROP, REASON_FRAGMENT_OVERLAP, rule_none());
			return FRAGMENT_DECIDED;
		}
		return later_fragment(s, in, o);
	}
	place = first_fragment(s, in);
	if (place == FRAGMENT_DECIDED)
		give(o, VERDICT_DROP, REASON_FRAGMENT_OVERLAP, rule_none());
	return place;
}

/* A first fragment's verdict, for the later ones, unless its entry has given way meanwhile. `in` as for fragment_enter(). */
__attribute__((noinline)) int fragment_settle(__u32 place, const struct subject *s, const struct insertion *in,
					      const struct outcome *o)
{
	struct datagram_bucket *b;
	struct datagram_key k;
	ruling_t pending, said;

	if (!s || !in || !o)
		return -1;
	b = fw_datagrams_at((datagram_bucket_id_t){ place / WAYS });
	if (!b)
		return -1;
	datagram_key_of(&s->packet, (enum direction)(in->place.direction & 1), &k);
	pending = datagram_pending(datagram_hash(&k, hash_key()), in->now);
	said = (ruling_t){ .judged = judged_make((enum direction)(o->direction & 1), (enum verdict)o->verdict, o->rule, false),
			   .generation = in->generation };
	said.judged.raw |= o->log ? JUDGED_LOG : 0;
	__sync_val_compare_and_swap(&b->datagram[place % WAYS].ruling.word, pending.word, said.word);
	return 0;
}

#endif
