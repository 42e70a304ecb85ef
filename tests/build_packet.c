/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "../ctl/replay.h"
#include "../ctl/util.h"
#include "../shared/parse_quote.h"
#include "build_packet.h"

void spec_init(struct spec *s)
{
	*s = (struct spec){ .link = LINK_ETHER,
			    .mac_src = { { 2, 0, 0, 0, 0, 1 } },
			    .mac_dst = { { 2, 0, 0, 0, 0, 2 } },
			    .ethertype = SPEC_AUTO,
			    .ttl = 64,
			    .fragment_id = 1,
			    .version = SPEC_AUTO,
			    .ihl = SPEC_AUTO,
			    .total = SPEC_AUTO,
			    .tcp_offset = SPEC_AUTO,
			    .udp_length = SPEC_AUTO,
			    .cut = SPEC_AUTO,
			    .snap = SPEC_AUTO };
}

/* Bytes under construction: counted also where there is no room for them. */
struct out {
	uint8_t *b;
	uint32_t n;
};

static void put(struct out *o, const void *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++, o->n++)
		if (o->n < BUILT_MAX)
			o->b[o->n] = ((const uint8_t *)p)[i];
}

static void put_u(struct out *o, uint32_t v, unsigned int size)
{
	while (size--)
		put(o, &(uint8_t){ (uint8_t)(v >> 8 * size) }, 1);
}

static void put_fill(struct out *o, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		put(o, &(uint8_t){ (uint8_t)(i % 251) }, 1);
}

/* Bytes of the transport header, as far as the parser looks into it. */
static uint32_t transport_length(const struct spec *s)
{
	if (s->offset)
		return 0;
	switch (s->proto) {
	case PROTO_TCP:
		return 20 + s->tcp_options;
	case PROTO_UDP:
	case PROTO_UDPLITE:
	case PROTO_ICMP:
	case PROTO_ICMP6:
		return 8;
	case PROTO_SCTP:
		return 12;
	case PROTO_DCCP:
		return 16;
	default: /* a number, not an enum */
		return 0;
	}
}

static uint32_t behind_headers(const struct spec *s) { return s->quote_bytes + s->payload; }

static uint32_t pick(int given, uint32_t right) { return given == SPEC_AUTO ? right : (uint32_t)given; }

static void put_transport(struct out *o, const struct spec *s)
{
	uint32_t n = transport_length(s);

	if (!n)
		return;
	if (s->proto == PROTO_ICMP || s->proto == PROTO_ICMP6) {
		put_u(o, (uint32_t)s->icmp_type << 8 | s->icmp_code, 2);
		put_u(o, 0, 2);
		put_u(o, s->icmp_id, 2);
		put_u(o, s->seq, 2);
		return;
	}
	put_u(o, s->sport, 2);
	put_u(o, s->dport, 2);
	if (s->proto == PROTO_TCP) {
		put_u(o, s->seq, 4);
		put_u(o, s->ack, 4);
		put_u(o, pick(s->tcp_offset, n / 4) << 4, 1);
		put_u(o, s->flags, 1);
		put_u(o, 8192, 2);
		put_u(o, 0, 4);
		put_fill(o, s->tcp_options);
	} else if (s->proto == PROTO_UDP || s->proto == PROTO_UDPLITE) {
		put_u(o, s->proto == PROTO_UDP ? pick(s->udp_length, 8 + s->payload) : 8, 2);
		put_u(o, 0, 2);
	} else {
		put_fill(o, n - 4);
	}
}

static uint8_t exthdr_proto(char letter)
{
	switch (letter) {
	case 'h':
		return PROTO_HOPOPTS;
	case 'r':
		return PROTO_ROUTING;
	case 'd':
		return PROTO_DSTOPTS;
	case 'a':
		return PROTO_AH;
	default:
		return PROTO_FRAGMENT;
	}
}

/* The headers asked for, with a fragment header at the end where it is a fragment and has none. */
static void exthdrs_of(const struct spec *s, char ext[SPEC_EXTHDRS + 2])
{
	strcpy(ext, s->ext);
	if (s->fragment && s->family == FAMILY_INET6 && !strchr(ext, 'f'))
		strcat(ext, "f");
}

static uint32_t exthdr_bytes(char letter) { return letter == 'a' ? 24 : 8; }

static void put_ipv6(struct out *o, const struct spec *s)
{
	char ext[SPEC_EXTHDRS + 2];
	uint32_t length = transport_length(s) + behind_headers(s);

	exthdrs_of(s, ext);
	for (const char *e = ext; *e; e++)
		length += exthdr_bytes(*e);
	put_u(o, pick(s->version, 6) << 28 | (uint32_t)s->dscp << 22, 4);
	put_u(o, pick(s->total, length), 2);
	put_u(o, ext[0] ? exthdr_proto(ext[0]) : s->proto, 1);
	put_u(o, s->ttl, 1);
	put(o, s->src.b, 16);
	put(o, s->dst.b, 16);
	for (const char *e = ext; *e; e++) {
		put_u(o, e[1] ? exthdr_proto(e[1]) : s->proto, 1);
		put_u(o, *e == 'a' ? 4 : 0, 1);
		if (*e == 'f') {
			put_u(o, (uint32_t)s->offset << 3 | s->more, 2);
			put_u(o, s->fragment_id, 4);
		} else {
			put_fill(o, exthdr_bytes(*e) - 2);
		}
	}
}

static void put_ipv4(struct out *o, const struct spec *s)
{
	uint32_t header = 20 + s->options;

	put_u(o, pick(s->version, 4) << 4 | pick(s->ihl, header / 4), 1);
	put_u(o, (uint32_t)s->dscp << 2, 1);
	put_u(o, pick(s->total, header + transport_length(s) + behind_headers(s)), 2);
	put_u(o, s->fragment_id, 2);
	put_u(o, (s->fragment ? (uint32_t)s->more << 13 : 0) | s->offset, 2);
	put_u(o, s->ttl, 1);
	put_u(o, s->proto, 1);
	put_u(o, 0, 2);
	put(o, &s->src.w[3], 4);
	put(o, &s->dst.w[3], 4);
	put_fill(o, s->options);
}

static void put_link(struct out *o, const struct spec *s)
{
	uint32_t type = pick(s->ethertype, s->family == FAMILY_INET ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);

	if (s->link == LINK_IP)
		return;
	if (s->link == LINK_ETHER) {
		put(o, &s->mac_dst, sizeof(s->mac_dst));
		put(o, &s->mac_src, sizeof(s->mac_src));
	}
	for (unsigned int i = 0; i < s->tags; i++) {
		put_u(o, s->tag_type[i], 2);
		put_u(o, s->tag[i], 2);
	}
	put_u(o, type, 2);
}

void spec_build(const struct spec *s, struct built *out)
{
	struct out o = { out->b, 0 };
	uint32_t length, captured;

	put_link(&o, s);
	if (s->ethertype == SPEC_AUTO) {
		if (s->family == FAMILY_INET)
			put_ipv4(&o, s);
		else
			put_ipv6(&o, s);
		put_transport(&o, s);
	}
	put(&o, s->quote, s->quote_bytes);
	put_fill(&o, s->payload);
	length = s->cut != SPEC_AUTO && (uint32_t)s->cut < o.n ? (uint32_t)s->cut : o.n;
	captured = length < BUILT_MAX ? length : BUILT_MAX;
	if (s->snap != SPEC_AUTO && (uint32_t)s->snap < captured)
		captured = (uint32_t)s->snap;
	out->frame = (struct frame){ .link = s->link, .data = out->b, .captured = captured, .original = length };
}

void build_packet(const char *text, struct built *out)
{
	struct spec s;
	char at[64];

	if (!spec_read(text, &s, at)) {
		fprintf(stderr, "packet '%s': '%s'\n", text, at);
		abort();
	}
	spec_build(&s, out);
}

void spec_of_packet(const struct packet *p, struct spec *s)
{
	uint32_t headers, length = p->length;

	spec_init(s);
	s->link = p->has & HAS_MAC ? LINK_ETHER : LINK_COOKED;
	s->mac_src = p->mac_src;
	s->mac_dst = p->mac_dst;
	s->family = (enum family)p->family;
	s->src = p->src;
	s->dst = p->dst;
	s->proto = p->proto;
	s->sport = ntohs(p->sport.raw);
	s->dport = ntohs(p->dport.raw);
	s->icmp_type = p->icmp_type;
	s->icmp_code = p->icmp_code;
	s->icmp_id = ntohs(p->icmp_id);
	s->flags = p->tcp_flags;
	s->ttl = p->ttl;
	s->dscp = p->dscp;
	s->tags = p->inner_vlan ? 2 : p->vlan ? 1 : 0;
	s->tag[0] = p->vlan;
	s->tag[1] = p->inner_vlan;
	s->tag_type[0] = s->tags == 2 ? ETHERTYPE_QINQ : ETHERTYPE_VLAN;
	s->tag_type[1] = ETHERTYPE_VLAN;
	s->fragment = p->fragment != FRAGMENT_NONE;
	s->more = p->fragment == FRAGMENT_FIRST;
	s->offset = p->fragment == FRAGMENT_LATER ? 185 : 0;
	s->fragment_id = 7;
	headers = (s->family == FAMILY_INET ? 20 : 40 + (s->fragment ? 8 : 0)) + transport_length(s);
	if (s->family == FAMILY_INET && length > 65535)
		length = 65535;
	if (length < headers)
		length = headers;
	if (length == 40 && s->family == FAMILY_INET6 && s->proto != PROTO_NONE)
		length++; /* a payload length of 0 is a jumbogram's */
	s->payload = length - headers;
}

void spec_quote(struct spec *s, const struct spec *quoted)
{
	struct spec inner = *quoted;
	struct built b;

	inner.link = LINK_IP;
	spec_build(&inner, &b);
	s->quote_bytes = b.frame.captured < QUOTE_MAX ? b.frame.captured : QUOTE_MAX;
	memcpy(s->quote, b.frame.data, s->quote_bytes);
}

static void parse_both(const struct frame *f, uint32_t shift, struct packet *out, struct packet *quote)
{
	uint32_t n = f->captured < REPLAY_BYTES_MAX ? f->captured : REPLAY_BYTES_MAX;
	_cleanup_free_ uint8_t *at = (uint8_t *)xmalloc((size_t)n + shift + 1);
	const struct frame_info info = {
		.link = (uint8_t)f->link,
		.wire_length = f->captured < f->original ? WIRE_LENGTH_UNKNOWN : f->original,
	};
	struct cursor c = { .start = at + shift, .end = at + shift + n, .limit = n };

	if (n)
		memcpy(at + shift, f->data, n);
	packet_parse(&c, &info, out);
	if (packet_is_error(out))
		packet_parse_quote(&c, out, quote);
	if (!packet_is_error(out) || quote->status != STATUS_OK)
		memset(quote, 0, sizeof(*quote));
}

void parse_natively(const struct frame *f, uint32_t shift, struct packet *out)
{
	struct packet quote;

	parse_both(f, shift, out, &quote);
}

void parse_quote_natively(const struct frame *f, uint32_t shift, struct packet *out)
{
	struct packet outer;

	parse_both(f, shift, &outer, out);
}

int64_t packet_field(const struct packet *p, const char *name)
{
	const struct {
		const char *name;
		int64_t value;
	} fields[] = {
		{ "sport", ntohs(p->sport.raw) },
		{ "dport", ntohs(p->dport.raw) },
		{ "status", p->status },
		{ "family", p->family },
		{ "has", p->has },
		{ "proto", p->proto },
		{ "icmp_type", p->icmp_type },
		{ "icmp_code", p->icmp_code },
		{ "icmp_id", ntohs(p->icmp_id) },
		{ "vlan", p->vlan },
		{ "inner_vlan", p->inner_vlan },
		{ "tcp_flags", p->tcp_flags },
		{ "ttl", p->ttl },
		{ "dscp", p->dscp },
		{ "fragment", p->fragment },
		{ "length", p->length },
		{ "bytes", p->bytes },
		{ "segments", p->segments },
		{ "fragment_id", p->family == FAMILY_INET ? ntohs((uint16_t)p->fragment_id) : ntohl(p->fragment_id) },
		{ "tcp_seq", p->tcp_seq },
		{ "tcp_ack", p->tcp_ack },
		{ "payload", p->payload },
		{ "nd", p->nd },
		{ "fragment_proto", p->fragment_proto },
		{ "fragment_offset", p->fragment_offset },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strcmp(fields[i].name, name))
			return fields[i].value;
	return -1;
}
