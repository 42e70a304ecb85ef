/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The set-associative table: a bucket is one value of an array map, WAYS entries behind one cache line that holds
 * the lock and a tag (hash bits) an entry. A look-up takes no lock: tags, then keys, then atomic
 * counters. An insert takes the bucket's lock, chooses a victim, and publishes the entry by its tag.
 */
#ifndef FW_ASSOC_H
#define FW_ASSOC_H

#include "flow.h"

enum { WAYS = 8, LOCK_TRIES = 64 };

struct bucket_head {
	__u32 lock;
	__u32 zero;
	__u32 tag[WAYS];   /* 0: free */
	__u32 spare[6];
};
_Static_assert(sizeof(struct bucket_head) == 64, "one cache line");

struct flow_bucket {
	struct bucket_head head;
	struct flow flow[WAYS];
};
_Static_assert(sizeof(struct flow_bucket) == 17 * 64, "whole cache lines, so that entries stay aligned");

/*
 * Keyed hash of a flow key: NH (Black et al., UMAC, CRYPTO 1999), whose collisions cannot be forced without the
 * key, then a keyed finish that spreads it to the bits for bucket (high half) and tag (low half).
 */
static __always_inline __u64 flow_hash(const struct flow_key *k, const volatile __u32 *key)
{
	const __u64 *w = (const __u64 *)k;
	__u64 h = 0;

	for (int i = 0; i < 6; i++) {
		__u32 lo = (__u32)w[i] + key[2 * i], hi = (__u32)(w[i] >> 32) + key[2 * i + 1];

		h += (__u64)lo * hi;
	}
	h = (h ^ h >> 32) * ((__u64)key[12] << 32 | key[0] | 1);
	return h ^ h >> 29;
}

static __always_inline __u32 hash_bucket(__u64 h, __u32 buckets) { return (__u32)((h >> 32) * buckets >> 32); }
static __always_inline __u32 hash_tag(__u64 h) { return (__u32)h | 1; }

/* A parsed packet and whose flow it is of: all that the policy asks of the bytes. */
struct subject {
	struct packet packet;
	struct flow_key key;  /* where keyed */
	__u64 hash;
	__u8 keyed;           /* packets of its kind have flows */
	__u8 from;            /* enum flow_side: who sent it */
	__u8 zero[6];
};
_Static_assert(sizeof(struct subject) == 160, "no padding");

static __always_inline void subject_find(struct subject *s, const volatile __u32 *hash_key)
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

/* Bounded wait for a bucket's lock. */
static __always_inline bool bucket_lock(struct bucket_head *b)
{
	for (int i = 0; i < LOCK_TRIES; i++)
		if (!__sync_val_compare_and_swap(&b->lock, 0, 1))
			return true;
	return false;
}
static __always_inline void bucket_unlock(struct bucket_head *b) { (void)__sync_lock_test_and_set(&b->lock, 0); }

/* 1 when x is 0, else 0, without a branch, for values of 32 bits. */
static __always_inline __u64 is_zero(__u64 x)
{
#ifdef __bpf__
	asm volatile("" : "+r"(x)); /* or the compiler makes the branch that this avoids */
#endif
	return (x - 1) >> 63;
}

/* Two entries with one tag (one bucket in 2^30 or so): key by key. */
static __always_inline __u32 bucket_find_slowly(const struct flow_bucket *b, __u32 tag, const struct flow_key *k)
{
	for (__u32 i = 0; i < WAYS; i++)
		if (b->head.tag[i] == tag && flow_key_equal(&b->flow[i].key, k))
			return i;
	return WAYS;
}

/*
 * Way of the entry with this key, or WAYS. The tags are compared without branches: which way it is cannot be
 * predicted, and the verifier need not follow each.
 */
static __always_inline __u32 bucket_find(const struct flow_bucket *b, __u32 tag, const struct flow_key *k)
{
	__u64 matches = 0, way = 0;

	FW_UNROLL
	for (__u32 i = 0; i < WAYS; i++) {
		__u64 match = is_zero(b->head.tag[i] ^ tag);

		matches += match;
		way += match * i;
	}
	if (!matches)
		return WAYS;
	if (matches != 1)
		return bucket_find_slowly(b, tag, k);
	way %= WAYS;
	return flow_key_equal(&b->flow[way].key, k) ? (__u32)way : WAYS;
}

#endif
