/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dropped tuples: who was refused what, of late. A set-associative table (assoc.h) of its own and of fixed size, so that a flood neither
 * takes room from flows nor grows anything; what gives way in it is counted.
 */
#ifndef FW_DROPPED_H
#define FW_DROPPED_H

#include "assoc.h"

/*
 * How many; and how many packets a CPU notes, and new tuples it enters, in one tick of the clock: more are only counted, so that a flood is
 * dropped as fast as ever.
 */
enum { DROPPED_BUCKETS = 512, DROPPED_PER_TICK = 256, DROPPED_NEW_PER_TICK = 32 };

struct dropped {
	/* Of the flow that it would be; where its kind has none: a is the source, no ports, ICMP type and code. */
	struct flow_key key;
	__u64 packets, bytes; /* layer 3 */
	ticks_t first, last;
	rule_id_t rule;       /* of the last packet, as the rest: RULE_NONE_RAW where no rule decided */
	generation_t ruleset; /* id of the ruleset that it is a position in */
	__u8 verdict, reason; /* enums */
	__u8 direction;       /* enum direction: where it was judged */
	iface_id_t iface;
	__u8 from;       /* enum flow_side: who sent it */
	__u8 tcp_flags;  /* all seen */
	__u8 decided_by; /* enum direction: whose default, where no rule decided */
	__u8 zero;
};
_Static_assert(sizeof(struct dropped) == 96 && offsetof(struct dropped, zero) == 95, "no padding");

struct dropped_bucket {
	struct bucket_head head;
	struct dropped dropped[WAYS];
};
typedef struct dropped_bucket_id {
	__u32 raw;
} dropped_bucket_id_t;
_Static_assert(sizeof(struct dropped_bucket) == 13 * 64ul, "whole cache lines");

/* The tuple of a packet that has no flow: as it is, not in canonical order. */
static __always_inline void dropped_key_of(const struct packet *p, struct flow_key *k)
{
	__builtin_memset(k, 0, sizeof(*k));
	k->a = p->src;
	k->b = p->dst;
	k->vlan = p->vlan;
	k->inner_vlan = p->inner_vlan;
	k->proto = p->proto;
	k->family = p->family;
	if (p->has & HAS_ICMP)
		k->aport.raw = (__u16)(p->icmp_type << 8 | p->icmp_code);
}

#endif
