/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A datagram in fragments whose first one was seen: what was said of that one, for the later ones, which carry no ports. Pure
 * functions over values; the table that holds entries is of the kind of the flow table (assoc.h), fragment.h looks after it.
 */
#ifndef FW_DATAGRAM_H
#define FW_DATAGRAM_H

#include "assoc.h"

/*
 * RFC 791 and 8200 4.5, and the VLAN tags. A forwarded datagram is judged at each hook, so `direction` is in the key as well.
 * `proto` is what the fragments say, not what the walk over the first one's headers ended at.
 */
struct datagram_key {
	addr_t src, dst;
	__u32 id; /* wire order */
	__u16 vlan, inner_vlan;
	__u8 proto, family, direction;
	__u8 zero[5];
};
_Static_assert(sizeof(struct datagram_key) == 48 && offsetof(struct datagram_key, zero) == 43, "no padding");

struct datagram {
	struct datagram_key key;
	struct flow_key flow; /* of the first fragment, where keyed */
	ticks_t first;        /* when that was seen */
	ruling_t ruling;      /* what was said of it; not given until it was */
	__u32 end;            /* bytes of payload in the first fragment: no later one begins before */
	__u32 seen;           /* bytes of payload in all fragments seen */
	__u32 total;          /* of the datagram, once its last fragment was seen; else 0 */
	__u8 keyed;           /* it is of a flow */
	__u8 from;            /* enum flow_side */
	iface_id_t iface;     /* where the first fragment was judged */
	__u8 zero;
};
_Static_assert(sizeof(struct datagram) == 128 && offsetof(struct datagram, zero) == 127, "two cache lines, no padding");

enum { DATAGRAM_BUCKETS = 512 };
struct datagram_bucket {
	struct bucket_head head;
	struct datagram datagram[WAYS];
};
typedef struct datagram_bucket_id {
	__u32 raw;
} datagram_bucket_id_t;
_Static_assert(sizeof(struct datagram_bucket) == 17 * 64ul, "whole cache lines");

static __always_inline void datagram_key_of(const struct packet *p, enum direction d, struct datagram_key *k)
{
	__builtin_memset(k, 0, sizeof(*k));
	k->src = p->src;
	k->dst = p->dst;
	k->id = p->fragment_id;
	k->vlan = p->vlan;
	k->inner_vlan = p->inner_vlan;
	k->proto = p->fragment_proto;
	k->family = p->family;
	k->direction = (__u8)d;
}

static __always_inline __u64 datagram_hash(const struct datagram_key *k, const __u32 *key)
{
	const __u64 *w = (const __u64 *)k;
	__u64 h = 0;

	FW_UNROLL
	for (int i = 0; i < 6; i++)
		h = nh_step(h, key, i, (__u32)w[i], (__u32)(w[i] >> 32));
	return hash_finish(h, key);
}

static __always_inline bool datagram_key_equal(const struct datagram_key *x, const struct datagram_key *y)
{
	const __u64 *p = (const __u64 *)x, *q = (const __u64 *)y;

	return !((p[0] ^ q[0]) | (p[1] ^ q[1]) | (p[2] ^ q[2]) | (p[3] ^ q[3]) | (p[4] ^ q[4]) | (p[5] ^ q[5]));
}

/* All of it has been seen: another may have its identification. */
static __always_inline bool datagram_is_complete(const struct datagram *g) { return g->total && g->seen >= g->total; }

/* Bytes that a protocol's header has at least: a first fragment with less is dropped, so that a later one within them overlaps it. */
static __always_inline __u32 header_least(__u8 proto)
{
	return proto == PROTO_TCP ? 20 : proto == PROTO_SCTP || proto == PROTO_DCCP ? 12 : 8;
}

#endif
