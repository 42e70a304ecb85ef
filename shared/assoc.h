/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The set-associative table: a bucket is one value of an array map, WAYS entries behind one cache line that holds
 * the lock and a tag (hash bits) an entry. A look-up takes no lock: tags, then keys, then atomic
 * counters. An insert takes the bucket's lock, chooses a victim, and publishes the entry by its tag.
 */
#ifndef FW_ASSOC_H
#define FW_ASSOC_H

#include "flow_tcp.h"
#ifdef __bpf__
#include "helpers.bpf.h"
#endif

enum { WAYS = 8, LOCK_TRIES = 24 };

struct bucket_head {
	__u32 lock;
	__u32 zero;
	__u32 tag[WAYS];    /* 0: free */
	__u16 serial[WAYS]; /* moved on by each insert in this way: tells its entries apart (event.h) */
	__u32 unused[2];    /* not `spare`, as before there were hints: a binary that sets none must not come to this table */
};
_Static_assert(sizeof(struct bucket_head) == 64, "one cache line");

struct flow_bucket {
	struct bucket_head head;
	struct flow flow[WAYS];
};
typedef struct bucket_id {
	__u32 raw;
} bucket_id_t;

/*
 * Beside each bucket, in an array that stays in the cache while the table does not: a byte of each entry's tag, 0 where there never was one.
 * Most packets that have no flow are told by it, and leave the bucket alone. It is set before the entry's tag, and never cleared: where it
 * says that there may be an entry, the bucket tells.
 */
struct flow_hint {
	__u8 way[WAYS];
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct flow_hint) == 8 && WAYS == 8, "one word");
static __always_inline __u8 tag_hint(__u32 tag) { return (__u8)(tag >> 24 | 1); }

/* Whether one of the bytes may be of an entry with this tag (any byte that is 0: Mycroft; Warren, Hacker's Delight, 6-1). */
static __always_inline bool hint_has(const struct flow_hint *h, __u32 tag)
{
	__u64 x = *(const volatile __u64 *)(const void *)h ^ tag_hint(tag) * 0x0101010101010101ull;

	return (x - 0x0101010101010101ull) & ~x & 0x8080808080808080ull;
}
_Static_assert(sizeof(struct flow_bucket) == 17 * 64ul, "whole cache lines, so that entries stay aligned");

/* One step of NH: h and 8 bytes of message with words 2i and 2i + 1 of the key. */
static __always_inline __u64 nh_step(__u64 h, const __u32 *key, size_t i, __u32 lo, __u32 hi)
{
	h += (__u64)(__u32)(lo + key[2 * i]) * (__u32)(hi + key[2 * i + 1]);
	BARRIER_MEMORY(h); /* or the compiler reads all of the key first, for which it has no registers */
	return h;
}

/* Spreads what NH gives to all bits. */
static __always_inline __u64 hash_finish(__u64 h, const __u32 *key)
{
	h = (h ^ h >> 32) * ((__u64)key[12] << 32 | key[0] | 1);
	return h ^ h >> 29;
}

/*
 * Keyed hash of a flow key: NH (Black et al., UMAC, CRYPTO 1999), whose collisions cannot be forced without the
 * key, then a keyed finish that spreads it to the bits for bucket (high half) and tag (low half). Of IPv4 addresses only the
 * 32 bits that differ.
 */
static __always_inline __u64 flow_hash(const struct flow_key *k, const __u32 *key)
{
	const __u64 *w = (const __u64 *)k;
	__u64 h = nh_step(0, key, 4, (__u32)w[4], (__u32)(w[4] >> 32));

	h = nh_step(h, key, 5, (__u32)w[5], (__u32)(w[5] >> 32));
	if (k->family == FAMILY_INET) {
		h = nh_step(h, key, 0, k->a.w[3], k->b.w[3]);
	} else {
		h = nh_step(h, key, 0, (__u32)w[0], (__u32)(w[0] >> 32));
		h = nh_step(h, key, 1, (__u32)w[1], (__u32)(w[1] >> 32));
		h = nh_step(h, key, 2, (__u32)w[2], (__u32)(w[2] >> 32));
		h = nh_step(h, key, 3, (__u32)w[3], (__u32)(w[3] >> 32));
	}
	return hash_finish(h, key);
}

static __always_inline __u32 hash_bucket(__u64 h, __u32 buckets) { return (__u32)((h >> 32) * buckets >> 32); }
static __always_inline __u32 hash_tag(__u64 h) { return (__u32)h | 1; }
/* The way that an entry takes when it is free: where a look-up tries first. */
static __always_inline __u32 tag_home(__u32 tag) { return tag >> 1 & (WAYS - 1); }

/* A parsed packet and whose flow it is of: all that the policy asks of the bytes. */
struct subject {
	struct packet packet;
	struct flow_key key; /* where keyed */
	__u64 hash;
	__u8 keyed;  /* packets of its kind have flows */
	__u8 from;   /* enum flow_side: who sent it */
	__u8 quoted; /* it is an ICMP error, and what it quotes is at hand as well (struct scratch) */
	__u8 zero[5];
};
_Static_assert(sizeof(struct subject) == 160, "no padding");

static __always_inline void subject_find(struct subject *s, const __u32 *hash_key)
{
	enum flow_side from = FLOW_SIDE_A;

	s->keyed = s->packet.status == STATUS_OK && flow_key_of(&s->packet, &s->key, &from);
	s->from = (__u8)from;
	if (s->keyed)
		s->hash = flow_hash(&s->key, hash_key);
}

/* A packet of an ICMP reply type with no flow makes none: only queries do. */
static __always_inline bool packet_makes_flow(const struct subject *s)
{
	return !(s->packet.has & HAS_ICMP) || s->key.asker == s->from;
}

/* Some 200 ns: a holder needs up to a microsecond, and each look at its lock takes the cache line from it. */
static __always_inline void lock_pause(void)
{
#ifdef __bpf__
	(void)bpf_ktime_get_ns();
	(void)bpf_ktime_get_ns();
	(void)bpf_ktime_get_ns();
	(void)bpf_ktime_get_ns();
#endif
}

/* Bounded wait for a bucket's lock. */
static __always_inline bool bucket_lock(struct bucket_head *b)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (!*(volatile __u32 *)&b->lock && !__sync_val_compare_and_swap(&b->lock, 0, 1))
			return true;
		lock_pause();
	}
	return false;
}
static __always_inline void bucket_unlock(struct bucket_head *b) { (void)__sync_lock_test_and_set(&b->lock, 0); }

/* 1 when x is 0, else 0, without a branch, for values of 32 bits. */
static __always_inline __u64 is_zero(__u64 x)
{
	BARRIER(x); /* or the compiler makes the branch that this avoids */
	return (x - 1) >> 63;
}

/*
 * The way that has this tag; WAYS for none, more for several. First the tag's home, where most entries are; then all tags
 * without branches: which way it is cannot be predicted, and the verifier need not follow each.
 */
static __always_inline __u32 way_of_tag(const struct flow_bucket *b, __u32 tag)
{
	__u64 matches = 0, way = tag_home(tag);

	if (b->head.tag[way] == tag)
		return (__u32)way;
	way = 0;
	FW_UNROLL
	for (__u32 i = 0; i < WAYS; i++) {
		__u64 match = is_zero(b->head.tag[i] ^ tag);

		BARRIER(match); /* or the compiler makes a mask of it, and the verifier of Linux 6.18 follows each of its values */
		matches += match;
		way += match * i;
	}
	if (matches == 1)
		return (__u32)way % WAYS;
	return matches ? WAYS + 1 : WAYS;
}

/* Way of the entry with this key, or WAYS. */
static __always_inline __u32 bucket_find(const struct flow_bucket *b, __u32 tag, const struct flow_key *k)
{
	__u32 way = way_of_tag(b, tag);

	if (way == WAYS || (way < WAYS && flow_key_equal(&b->flow[way].key, k)))
		return way;
	/* Another entry with this tag (one bucket in 2^30 or so): key by key. */
	for (__u32 i = 0; i < WAYS; i++)
		if (b->head.tag[i] == tag && flow_key_equal(&b->flow[i].key, k))
			return i;
	return WAYS;
}

/* Where a look-up found an entry. */
struct found {
	struct flow_bucket *bucket;
	__u32 way, tag;
	__u32 index; /* of the bucket */
};

/* Whether an entry that was read is still the one that was found: an insert clears the tag before it writes, and sets it last. */
static __always_inline bool bucket_still_has(const struct flow_bucket *b, __u32 way, __u32 tag)
{
	return *(const volatile __u32 *)&b->head.tag[way % WAYS] == tag;
}

/* The same where the tag tells; more than WAYS where keys must be compared one by one. */
static __always_inline __u32 bucket_find_usual(const struct flow_bucket *b, __u32 tag, const struct flow_key *k)
{
	__u32 way = way_of_tag(b, tag);

	return way >= WAYS || flow_key_equal(&b->flow[way].key, k) ? way : WAYS + 1;
}

#endif
