/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packet bytes to struct packet. The only file that reads packet bytes; XDP, TC, replay and fuzzers
 * all come through packet_parse().
 */
#ifndef FW_PARSE_H
#define FW_PARSE_H

#include "cursor.h"
#include "packet.h"
#include "wire.h"

#define VLAN_TAGS_MAX 2
#define EXTHDRS_MAX   8

#define WIRE_LENGTH_UNKNOWN 0xffffffffu

/* What is known of a packet beside its bytes. */
struct frame_info {
	__u32 wire_length; /* bytes of the whole frame; WIRE_LENGTH_UNKNOWN where a capture cut it short */
	__u16 vlan_tci;    /* tag that the NIC or stack took off, when vlan_present */
	__u8 vlan_present;
	__u8 link;          /* enum link */
	__u32 gso_size;     /* payload bytes of a segment; 0: not GSO */
	__u32 gso_segments; /* where GSO; 0: nobody has counted them */
};

/* What the walk over the headers carries along. */
struct walk {
	__u32 left;      /* bytes of the IP datagram behind the headers taken so far, by its length field */
	__u32 l3_off;    /* where the IP header began */
	__u8 next;       /* protocol of the header to come */
	bool fragmented; /* an IPv6 fragment header was there */
	bool ended;      /* the datagram, or its fragment, ends inside of a header */
};

/*
 * Takes n bytes of the datagram: STATUS_MALFORMED when its own length ends before (also where the
 * bytes end as well), STATUS_TRUNCATED when only the bytes do.
 */
#define datagram_take(c, w, T, out)                          \
	({                                                   \
		enum status s_ = STATUS_OK;                  \
		if ((w)->left < sizeof(T)) {                 \
			(w)->ended = true;                   \
			s_ = STATUS_MALFORMED;               \
		} else if (!((out) = cursor_take((c), T))) { \
			s_ = STATUS_TRUNCATED;               \
		} else {                                     \
			(w)->left -= sizeof(T);              \
		}                                            \
		s_;                                          \
	})

static __always_inline enum status datagram_skip(struct cursor *c, struct walk *w, __u32 n)
{
	if (w->left < n) {
		w->ended = true;
		return STATUS_MALFORMED;
	}
	if (!cursor_skip(c, n))
		return STATUS_TRUNCATED;
	w->left -= n;
	return STATUS_OK;
}

/* Ethernet and VLAN headers; leaves the EtherType in *type. */
static __always_inline enum status parse_link(struct cursor *c, const struct frame_info *f, struct packet *p, __u16 *type)
{
	__u32 tags = 0;

	if (f->link == LINK_ETHER) {
		const struct wire_ether *eth = cursor_take(c, struct wire_ether);

		if (!eth)
			return STATUS_TRUNCATED;
		p->mac_dst = eth->dst;
		p->mac_src = eth->src;
		p->has |= HAS_MAC;
		*type = wire16(eth->type);
	} else {
		const wire16_t *cooked = cursor_take(c, wire16_t);

		if (!cooked)
			return STATUS_TRUNCATED;
		*type = wire16(*cooked);
		cursor_forget_path(c, &p->tcp_seq);
	}
	if (f->vlan_present) {
		p->vlan = f->vlan_tci & 0xfff;
		tags = 1;
	}
	for (int i = 0; i <= VLAN_TAGS_MAX; i++) {
		const struct wire_vlan *tag;

		if (*type != ETHERTYPE_VLAN && *type != ETHERTYPE_QINQ)
			return STATUS_OK;
		if (tags == VLAN_TAGS_MAX)
			return STATUS_TOO_DEEP;
		tag = cursor_take(c, struct wire_vlan);
		if (!tag)
			return STATUS_TRUNCATED;
		if (tags)
			p->inner_vlan = wire16(tag->tci) & 0xfff;
		else
			p->vlan = wire16(tag->tci) & 0xfff;
		tags++;
		*type = wire16(tag->type);
		cursor_forget_path(c, &p->tcp_seq);
	}
	return STATUS_TOO_DEEP;
}

/* What a fragment offset field says; `more` is the header's more-fragments bit. */
static __always_inline enum fragment fragment_kind(__u32 offset, __u32 more)
{
	if (offset)
		return FRAGMENT_LATER;
	return more ? FRAGMENT_FIRST : FRAGMENT_NONE;
}

/* `version_ihl` is the header's first byte: a constant where the caller knows it, so that offsets behind the header are too. */
static __always_inline enum status parse_ipv4_as(const struct wire_ipv4 *ip, __u8 version_ihl, struct cursor *c,
						 const struct frame_info *f, struct packet *p, struct walk *w)
{
	__u32 header = (version_ihl & 0xf) * 4, total = wire16(ip->total_length);
	if (!total && f->gso_size) /* BIG TCP: longer than the field can say (kernel: iph_totlen) */
		total = f->wire_length - w->l3_off;
	p->family = FAMILY_INET;
	if (version_ihl >> 4 != 4 || header < sizeof(*ip) || total < header)
		return STATUS_MALFORMED;
	p->src.w[2] = p->dst.w[2] = __builtin_bswap32(0xffff);
	p->src.w[3] = wire32_raw(ip->src);
	p->dst.w[3] = wire32_raw(ip->dst);
	p->ttl = ip->ttl;
	p->dscp = ip->tos >> 2;
	p->length = p->bytes = total;
	p->fragment = (__u8)fragment_kind(wire16(ip->fragment) & 0x1fff, wire16(ip->fragment) & 0x2000);
	if (p->fragment != FRAGMENT_NONE) {
		p->fragment_id = wire16_raw(ip->id);
		p->fragment_proto = ip->proto;
		p->fragment_offset = (__u16)(wire16(ip->fragment) << 3 | (wire16(ip->fragment) >> 13 & FRAGMENT_MORE));
		p->payload = total - header;
	}
	w->next = p->proto = ip->proto;
	w->left = total - sizeof(*ip);
	return datagram_skip(c, w, header - sizeof(*ip));
}

static __always_inline enum status parse_ipv4(struct cursor *c, const struct frame_info *f, struct packet *p, struct walk *w)
{
	const struct wire_ipv4 *ip = cursor_take(c, struct wire_ipv4);

	return ip ? parse_ipv4_as(ip, ip->version_ihl, c, f, p, w) : STATUS_TRUNCATED;
}

static __always_inline bool is_v4_mapped(const addr_t *a) { return !a->q[0] && a->w[2] == __builtin_bswap32(0xffff); }

static __always_inline enum status parse_ipv6(struct cursor *c, const struct frame_info *f, struct packet *p, struct walk *w)
{
	const struct wire_ipv6 *ip = cursor_take(c, struct wire_ipv6);
	__u32 payload;

	p->family = FAMILY_INET6;
	if (!ip)
		return STATUS_TRUNCATED;
	if (ip->version_class >> 4 != 6)
		return STATUS_MALFORMED;
	p->src = wire128_addr(ip->src);
	p->dst = wire128_addr(ip->dst);
	payload = wire16(ip->payload_length);
	if (!payload && f->gso_size)
		payload = f->wire_length - w->l3_off - sizeof(*ip);
	p->ttl = ip->hop_limit;
	p->dscp = (__u8)((ip->version_class & 0xf) << 2 | ip->class_flow >> 6);
	p->length = p->bytes = payload + sizeof(*ip);
	w->next = p->proto = ip->next;
	w->left = payload;
	if (is_v4_mapped(&p->src)) /* never on the wire (RFC 4038 4.2); our own form of IPv4 */
		return STATUS_MALFORMED;
	return !payload && ip->next != PROTO_NONE ? STATUS_MALFORMED : STATUS_OK;
}

static __always_inline bool is_exthdr(__u8 proto)
{
	return proto == PROTO_HOPOPTS || proto == PROTO_ROUTING || proto == PROTO_DSTOPTS || proto == PROTO_AH ||
	       proto == PROTO_FRAGMENT;
}

/*
 * Bytes of an extension header. Without branches: the verifier then sees one path a header, not
 * three, through the whole walk. AH counts in 4-byte units less 2, a fragment header has no length.
 */
static __always_inline __u32 exthdr_length(__u8 proto, __u8 len)
{
	__u64 ah = proto ^ PROTO_AH, fragment = proto ^ PROTO_FRAGMENT;
	__u64 n = len;

#ifdef __bpf__
	asm volatile("" : "+r"(ah), "+r"(fragment));
#endif
	ah = (ah - 1) >> 63; /* 1 when it is AH */
	fragment = (fragment - 1) >> 63;
	n &= fragment - 1;
	return (__u32)(((n + 1 + ah) << (3 - ah)) & 0xffc);
}

/* The walk over at most `max` IPv6 extension headers, to the upper-layer protocol or a later fragment. */
static __always_inline enum status parse_exthdrs(struct cursor *c, struct packet *p, struct walk *w, int max)
{
	for (int i = 0; i <= max; i++) {
		const struct wire_exthdr *h;
		enum status s;
		__u8 proto = w->next;

		if (!is_exthdr(proto) || p->fragment == FRAGMENT_LATER)
			return STATUS_OK;
		if (i == max)
			return STATUS_TOO_DEEP;
		s = datagram_take(c, w, struct wire_exthdr, h);
		if (s != STATUS_OK)
			return s;
		if (proto == PROTO_FRAGMENT) {
			if (w->fragmented)
				return STATUS_MALFORMED;
			w->fragmented = true;
			p->fragment = (__u8)fragment_kind(wire16(h->fragment) >> 3, wire16(h->fragment) & 1);
			if (p->fragment != FRAGMENT_NONE) {
				p->fragment_id = wire32_raw(h->id);
				p->fragment_proto = h->next;
				p->fragment_offset = wire16(h->fragment) & (FRAGMENT_OFFSET | FRAGMENT_MORE);
				p->payload = w->left;
			}
		}
		s = datagram_skip(c, w, exthdr_length(proto, h->len) - (__u32)sizeof(*h));
		if (s != STATUS_OK)
			return s;
		w->next = p->proto = h->next;
		cursor_forget_path(c, &p->tcp_seq);
	}
	return STATUS_TOO_DEEP;
}

static __always_inline enum status parse_tcp(struct cursor *c, struct packet *p, struct walk *w)
{
	const struct wire_tcp *tcp;
	enum status s = datagram_take(c, w, struct wire_tcp, tcp);
	__u32 header;

	if (s != STATUS_OK)
		return s;
	header = (tcp->offset >> 4) * 4;
	if (header < sizeof(*tcp))
		return STATUS_MALFORMED;
	p->sport.raw = wire16_raw(tcp->ports.src);
	p->dport.raw = wire16_raw(tcp->ports.dst);
	p->tcp_flags = tcp->flags;
	p->tcp_seq = wire32(tcp->seq);
	p->tcp_ack = wire32(tcp->ack);
	p->has |= HAS_PORTS | HAS_FLAGS;
	s = datagram_skip(c, w, header - (__u32)sizeof(*tcp));
	if (p->fragment == FRAGMENT_NONE)
		p->payload = w->left;
	return s;
}

static __always_inline void set_ports(struct packet *p, const struct wire_ports *ports)
{
	p->sport.raw = wire16_raw(ports->src);
	p->dport.raw = wire16_raw(ports->dst);
	p->has |= HAS_PORTS;
}

/* UDP's length must fit the datagram, except in a first fragment, which holds only its beginning. */
static __always_inline enum status parse_udp(struct cursor *c, struct packet *p, struct walk *w, const struct frame_info *f)
{
	const struct wire_udp *udp;
	__u32 left = w->left, length;
	enum status s = datagram_take(c, w, struct wire_udp, udp);

	if (s != STATUS_OK)
		return s;
	set_ports(p, &udp->ports);
	length = wire16(udp->length);
	if (w->next != PROTO_UDP || p->fragment != FRAGMENT_NONE || f->gso_size)
		return STATUS_OK;
	return length < sizeof(*udp) || length > left ? STATUS_MALFORMED : STATUS_OK;
}

/* Message types that carry an identifier in bytes 4 and 5: the queries and their replies. */
static __always_inline bool icmp_has_id(__u8 proto, __u8 type)
{
	if (proto == PROTO_ICMP6)
		return type == 128 || type == 129 || type == 139 || type == 140;
	return type == 0 || type == 8 || (type >= 13 && type <= 18);
}

static __always_inline enum status parse_icmp(struct cursor *c, struct packet *p, struct walk *w)
{
	const struct wire_icmp *icmp;
	enum status s = datagram_take(c, w, struct wire_icmp, icmp);

	if (s != STATUS_OK)
		return s;
	p->icmp_type = icmp->type;
	p->icmp_code = icmp->code;
	if (icmp_has_id(w->next, icmp->type))
		p->icmp_id = wire16_raw(icmp->id);
	p->has |= HAS_ICMP;
	/* RFC 4861 6.1, 7.1: hop limit 255; RFC 6980: never fragmented. */
	p->nd = w->next == PROTO_ICMP6 && p->family == FAMILY_INET6 && icmp->type >= 133 && icmp->type <= 136 && p->ttl == 255 &&
		p->fragment == FRAGMENT_NONE;
	return STATUS_OK;
}

/* Whether parse_upper() reads the header of this protocol. */
static __always_inline bool has_upper_header(__u8 proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_UDPLITE || proto == PROTO_ICMP ||
	       proto == PROTO_ICMP6 || proto == PROTO_SCTP || proto == PROTO_DCCP;
}

static __always_inline enum status parse_upper(struct cursor *c, struct packet *p, struct walk *w, const struct frame_info *f)
{
	const struct wire_sctp *sctp;
	enum status s;

	if (p->fragment == FRAGMENT_LATER)
		return STATUS_OK;
	if (w->next == PROTO_TCP)
		return parse_tcp(c, p, w);
	if (w->next == PROTO_UDP || w->next == PROTO_UDPLITE)
		return parse_udp(c, p, w, f);
	if (w->next == PROTO_ICMP || w->next == PROTO_ICMP6)
		return parse_icmp(c, p, w);
	if (w->next != PROTO_SCTP && w->next != PROTO_DCCP)
		return STATUS_OK;
	s = datagram_take(c, w, struct wire_sctp, sctp);
	if (s == STATUS_OK)
		set_ports(p, &sctp->ports);
	return s;
}

/*
 * GSO: one buffer that leaves as several packets. Each has the headers and gso_size bytes of payload; `left` is the payload of the
 * buffer. Nobody has counted the segments of what a guest or a tun device sent (kernel: SKB_GSO_DODGY in qdisc_pkt_len_init).
 */
static __always_inline void account_gso(struct packet *p, const struct frame_info *f, __u32 left)
{
	__u32 headers = p->bytes - left, segments = f->gso_segments;

	if (!f->gso_size || left > p->bytes)
		return;
	if (!segments)
		segments = left ? (left + f->gso_size - 1) / f->gso_size : 1;
	p->segments = segments;
	p->bytes += (segments - 1) * headers;
	if (p->length > headers + f->gso_size)
		p->length = headers + f->gso_size;
}

/* Behind the last header: is the datagram whole, and how many packets does it stand for? */
static __always_inline enum status parse_end(const struct frame_info *f, struct packet *p, const struct walk *w)
{
	if (f->wire_length != WIRE_LENGTH_UNKNOWN && p->bytes > f->wire_length - w->l3_off)
		return STATUS_TRUNCATED;
	account_gso(p, f, w->left);
	return STATUS_OK;
}

static __always_inline enum status parse_ip(struct cursor *c, const struct frame_info *f, struct packet *p, __u16 type)
{
	struct walk w = { .l3_off = c->off };
	enum status s = type == ETHERTYPE_IPV4 ? parse_ipv4(c, f, p, &w) : parse_ipv6(c, f, p, &w);

	if (s == STATUS_OK && type == ETHERTYPE_IPV6)
		s = parse_exthdrs(c, p, &w, EXTHDRS_MAX);
	cursor_forget_path(c, &p->tcp_seq);
	if (s == STATUS_OK)
		s = parse_upper(c, p, &w, f);
	if (w.ended && p->fragment == FRAGMENT_FIRST)
		p->fragment_offset |= FRAGMENT_TINY;
	return s == STATUS_OK ? parse_end(f, p, &w) : s;
}

/*
 * Fills *p, whatever the bytes are: p->status says what became of it. `c` stands at the first byte of the frame.
 */
static __always_inline void packet_parse(struct cursor *c, const struct frame_info *f, struct packet *p)
{
	__u16 type = 0;
	enum status s;

	__builtin_memset(p, 0, sizeof(*p));
	p->segments = f->gso_size && f->gso_segments ? f->gso_segments : 1;
	if (f->link == LINK_IP) {
		const __u8 *first = cursor_take(c, __u8);

		s = first ? STATUS_OK : STATUS_TRUNCATED;
		c->off = 0; /* only looked at */
		cursor_forget_path(c, &p->tcp_seq);
		if (first)
			type = *first >> 4 == 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
	} else {
		s = parse_link(c, f, p, &type);
	}
	if (s == STATUS_OK && (type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6))
		s = parse_ip(c, f, p, type);
	else if (s == STATUS_OK)
		s = STATUS_NONIP, p->nd = type == ETHERTYPE_ARP;
	if (s != STATUS_OK && s != STATUS_NONIP)
		p->nd = 0;
	p->status = (__u8)s;
}

#endif
