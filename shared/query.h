/* SPDX-License-Identifier: GPL-2.0 */
/* From a packet to what the rules are asked (struct query): the values that tables are indexed by. */
#ifndef FW_QUERY_H
#define FW_QUERY_H

#include "maps.def.h"

static __always_inline __u32 value_kind(const struct packet *p, enum direction d)
{
	return (__u32)d << 9 | (__u32)(p->family & 1) << 8 | p->proto;
}
static __always_inline __u32 value_port(const struct packet *p, port_be_t port)
{
	return p->has & HAS_PORTS ? __builtin_bswap16(port.raw) : NO_PORT;
}
static __always_inline __u32 value_icmp(const struct packet *p)
{
	if (!(p->has & HAS_ICMP))
		return NO_ICMP;
	return (p->proto == PROTO_ICMP6 ? 1u << 16 : 0) | (__u32)p->icmp_type << 8 | p->icmp_code;
}
static __always_inline __u32 value_length(const struct packet *p) { return p->length < LENGTH_LAST ? p->length : LENGTH_LAST; }

static __always_inline void query_addr(enum family family, const addr_t *a, __u64 *bits)
{
	__u64 hi = __builtin_bswap64(a->q[0]), lo = __builtin_bswap64(a->q[1]);

	bits[0] = family == FAMILY_INET ? lo << 32 : hi;
	bits[1] = family == FAMILY_INET ? 0 : lo;
}

static __always_inline void query_of(const struct packet *p, enum direction d, iface_id_t iface, struct query *q)
{
	q->family = p->family & 1;
	query_addr((enum family)q->family, &p->src, q->addr[0]);
	query_addr((enum family)q->family, &p->dst, q->addr[1]);
	q->kind = value_kind(p, d);
	q->sport = value_port(p, p->sport);
	q->dport = value_port(p, p->dport);
	q->icmp = value_icmp(p);
	q->vlan = p->vlan & 0xfff;
	q->inner_vlan = p->inner_vlan & 0xfff;
	q->iface = iface;
}

#endif
