/* SPDX-License-Identifier: GPL-2.0 */
/* What an ICMP error quotes: the beginning of the packet that caused it. Beside parse.h the only file that reads packet bytes. */
#ifndef FW_PARSE_QUOTE_H
#define FW_PARSE_QUOTE_H

#include "parse.h"

#define QUOTED_EXTHDRS_MAX 2 /* the walk costs the verifier, and few packets have more */

/* ICMP messages that quote a packet: RFC 1122 3.2.2 (3, 4, 5, 11, 12), RFC 4443 2.1 (those of errors that are defined: 1 to 4). */
static __always_inline bool icmp_is_error(__u8 proto, __u8 type)
{
	if (proto == PROTO_ICMP6)
		return type >= 1 && type <= 4;
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static __always_inline bool packet_is_error(const struct packet *p)
{
	return p->status == STATUS_OK && p->has & HAS_ICMP && icmp_is_error(p->proto, p->icmp_type) &&
	       (p->family == FAMILY_INET6) == (p->proto == PROTO_ICMP6);
}

/* Of the transport header there need be no more than 8 bytes (RFC 792): ports and a sequence number, or the ICMP query. */
static __always_inline enum status parse_quoted_upper(struct cursor *c, struct packet *q, struct walk *w)
{
	const struct wire_ports *ports;
	const struct wire_icmp *icmp;
	const wire32_t *seq;
	enum status s;

	if (q->fragment == FRAGMENT_LATER)
		return STATUS_OK;
	if (w->next == PROTO_ICMP || w->next == PROTO_ICMP6) {
		s = datagram_take(c, w, struct wire_icmp, icmp);
		if (s != STATUS_OK)
			return s;
		q->icmp_type = icmp->type;
		q->icmp_code = icmp->code;
		if (icmp_has_id(w->next, icmp->type))
			q->icmp_id = wire16_raw(icmp->id);
		q->has |= HAS_ICMP;
		return STATUS_OK;
	}
	if (w->next != PROTO_TCP && w->next != PROTO_UDP && w->next != PROTO_UDPLITE && w->next != PROTO_SCTP &&
	    w->next != PROTO_DCCP)
		return STATUS_OK;
	s = datagram_take(c, w, struct wire_ports, ports);
	if (s != STATUS_OK)
		return s;
	set_ports(q, ports);
	if (w->next != PROTO_TCP)
		return STATUS_OK;
	s = datagram_take(c, w, wire32_t, seq);
	if (s == STATUS_OK)
		q->tcp_seq = wire32(*seq);
	return s;
}

/*
 * Fills *q with what the ICMP error p, of status ok, quotes; `c` stands behind its ICMP header. q->status is ok where there is enough
 * of it to tell the flow; q->length is what the quoted header says. Tags are those of p. HAS_FLAGS is never set.
 */
static __always_inline void packet_parse_quote(struct cursor *c, const struct packet *p, struct packet *q)
{
	const struct frame_info whole = { .wire_length = WIRE_LENGTH_UNKNOWN };
	struct walk w = { .l3_off = c->off };
	enum status s;

	__builtin_memset(q, 0, sizeof(*q));
	q->segments = 1;
	q->vlan = p->vlan;
	q->inner_vlan = p->inner_vlan;
	s = p->family == FAMILY_INET ? parse_ipv4(c, &whole, q, &w) : parse_ipv6(c, &whole, q, &w);
	if (s == STATUS_OK && p->family == FAMILY_INET6)
		s = parse_exthdrs(c, q, &w, QUOTED_EXTHDRS_MAX);
	cursor_forget_path(c, &q->tcp_seq);
	if (s == STATUS_OK)
		s = parse_quoted_upper(c, q, &w);
	q->status = (__u8)s;
}

#endif
