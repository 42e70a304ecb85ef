/* SPDX-License-Identifier: GPL-2.0 */
/* The parser of parse.h for the usual packet alone, short enough to be inlined where the packet stays in registers. */
#ifndef FW_PARSE_USUAL_H
#define FW_PARSE_USUAL_H

#include "parse.h"

enum { IPV4_PLAIN = 0x45 }; /* first byte of a header without options */

/* IPv4 without options? Only looks. */
static __always_inline bool is_plain_ipv4(struct cursor c)
{
	const struct wire_ipv4 *ip = cursor_take(&c, struct wire_ipv4);

	return ip && ip->version_ihl == IPV4_PLAIN;
}

/* The family of a frame of Ethernet without tags, or FAMILY_COUNT where it is none or the IP header is not plain. */
static __always_inline int family_usual(struct cursor c, const struct frame_info *f)
{
	const struct wire_ether *eth = cursor_take(&c, struct wire_ether);

	if (!eth || f->link != LINK_ETHER || f->vlan_present)
		return FAMILY_COUNT;
	if (wire16(eth->type) == ETHERTYPE_IPV4)
		return is_plain_ipv4(c) ? (int)FAMILY_INET : (int)FAMILY_COUNT;
	return wire16(eth->type) == ETHERTYPE_IPV6 ? (int)FAMILY_INET6 : (int)FAMILY_COUNT;
}

/*
 * parse_ipv4() for what is_plain_ipv4() saw. The length of the header is not read again: Linux 6.1 follows branches that
 * contradict it, and loses the packet pointer behind a length that cannot be.
 */
static __always_inline enum status parse_ipv4_usual(struct cursor *c, const struct frame_info *f, struct packet *p,
						    struct walk *w)
{
	const struct wire_ipv4 *ip = cursor_take(c, struct wire_ipv4);

	return ip ? parse_ipv4_as(ip, IPV4_PLAIN, c, f, p, w) : STATUS_TRUNCATED;
}

/*
 * packet_parse() for the usual packet alone: Ethernet without tags, IPv4 without options or fragments, IPv6 without extension
 * headers; TCP, UDP or a protocol whose header is not read (GRE, ESP, ...); status ok. Then *p is what packet_parse() makes of it; false, and nothing is said, for any other.
 * Short enough to be inlined where *p can stay in registers. `family` is a constant, what family_usual() said.
 */
static __always_inline bool packet_parse_usual(struct cursor *c, const struct frame_info *f, enum family family, struct packet *p)
{
	const struct wire_ether *eth = cursor_take(c, struct wire_ether);
	struct walk w = { .l3_off = c->off };
	enum status s;

	if (!eth)
		return false;
	__builtin_memset(p, 0, sizeof(*p));
	p->segments = 1; /* but see account_gso() */
	p->mac_dst = eth->dst;
	p->mac_src = eth->src;
	p->has = HAS_MAC;
	s = family == FAMILY_INET ? parse_ipv4_usual(c, f, p, &w) : parse_ipv6(c, f, p, &w);
	if (s != STATUS_OK || p->fragment != FRAGMENT_NONE)
		return false;
	p->fragment =
		FRAGMENT_NONE; /* a constant, so that no compiler keeps ways for other kinds, which the verifier would follow */
	if (w.next == PROTO_TCP)
		s = parse_tcp(c, p, &w);
	else if (w.next == PROTO_UDP)
		s = parse_udp(c, p, &w, f);
	else if (has_upper_header(w.next) || (family == FAMILY_INET6 && is_exthdr(w.next)))
		return false;
	return s == STATUS_OK && parse_end(f, p, &w) == STATUS_OK;
}

#endif
