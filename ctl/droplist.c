/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "droplist.h"

/* A consistent copy, as flow_table_get() makes it. */
static bool get(const struct dropped_bucket *b, __u32 way, struct dropped *out)
{
	for (int tries = 0; tries < 4; tries++) {
		__u16 serial = __atomic_load_n(&b->head.serial[way], __ATOMIC_ACQUIRE);
		__u32 tag = __atomic_load_n(&b->head.tag[way], __ATOMIC_ACQUIRE);

		if (!tag)
			return false;
		*out = b->dropped[way];
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&b->head.tag[way], __ATOMIC_RELAXED) == tag &&
		    __atomic_load_n(&b->head.serial[way], __ATOMIC_RELAXED) == serial)
			return true;
	}
	return false;
}

enum { ECHO_REPLY = 0, ECHO_REQUEST = 8 }; /* of ICMPv4; all other replies have the number behind their request's */

/* The key has the type of the request; where who was asked sent the packet, that was a reply. */
static void tell_reply(const struct dropped *d, struct flow_key *k)
{
	bool reply, icmp = k->proto == PROTO_ICMP || k->proto == PROTO_ICMP6;
	__u8 type = (__u8)(k->aport.raw >> 8);

	if (icmp && d->from != k->asker && icmp_query(k->proto, type, &reply) == type)
		k->aport.raw = (__u16)((k->proto == PROTO_ICMP && type == ECHO_REQUEST ? ECHO_REPLY : type + 1) << 8 |
				       (k->aport.raw & 0xff));
}

static struct flow as_flow(const struct dropped *d)
{
	const struct packet as_seen = { .proto = d->key.proto, .tcp_flags = d->tcp_flags };
	enum direction at = (enum direction)(d->direction & 1);
	struct flow f;

	memset(&f, 0, sizeof(f));
	f.key = d->key;
	f.key.made_flags = d->tcp_flags;
	tell_reply(d, &f.key);
	f.packets[0] = d->packets;
	f.bytes[0] = d->bytes;
	f.first = d->first;
	f.last = d->last;
	f.ruling[at].judged = judged_make(at, (enum verdict)d->verdict, d->rule, false);
	f.ruling[at].generation = d->ruleset;
	f.iface[at] = d->iface;
	f.state = (__u8)flow_first_state(&as_seen);
	f.tcp_flags[0] = d->tcp_flags;
	f.bits = d->from == FLOW_SIDE_B ? FLOW_INITIATOR_B | FLOW_MAKER_B : 0;
	f.seq_end[0] = d->reason; /* which has no other use here */
	return f;
}

enum reason dropped_reason(const struct flow *f) { return (enum reason)f->seq_end[0]; }

iface_id_t dropped_iface(const struct flow *f)
{
	return f->iface[judged_given(flow_judged(f, DIRECTION_IN)) ? DIRECTION_IN : DIRECTION_OUT];
}

int drop_list_read(const struct state *s, struct flow_list *out)
{
	struct dropped_bucket *table = fw_dropped_map(s->maps.fw_dropped, DROPPED_BUCKETS);
	struct dropped d;

	if (!table)
		return -errno;
	for (__u32 i = 0; i < DROPPED_BUCKETS * WAYS; i++) {
		if (!get(&table[i / WAYS], i % WAYS, &d))
			continue;
		GROW(out->v, out->n, out->cap);
		out->v[out->n++] = as_flow(&d);
	}
	fw_dropped_unmap(table, DROPPED_BUCKETS);
	return 0;
}
