/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include "addr.h"
#include "fail.h"
#include "names.h"
#include "print.h"
#include "probe.h"

enum { DEFAULT_SPORT = 40000, DEFAULT_DPORT = 80, DEFAULT_TTL = 64, DEFAULT_LENGTH = 60, DEFAULT_LENGTH6 = 80 };
static const struct mac DEFAULT_MAC_FROM = { { 2, 0, 0, 0, 0, 1 } }, DEFAULT_MAC_TO = { { 2, 0, 0, 0, 0, 2 } };

static uint32_t default_length(unsigned int family) { return family == FAMILY_INET ? DEFAULT_LENGTH : DEFAULT_LENGTH6; }
static uint8_t default_icmp(unsigned int proto) { return proto == PROTO_ICMP ? 8 : 128; }

static addr_t default_addr(enum family family, bool dst)
{
	addr_t a = { .q = { 0, 0 } };

	if (family == FAMILY_INET) {
		a.w[2] = htonl(0xffff);
		a.w[3] = htonl(dst ? 0xc6336401 : 0xc0000201);
	} else {
		a.w[0] = htonl(0x20010db8);
		a.b[15] = dst ? 2 : 1;
	}
	return a;
}

void probe_init(struct probe *p, enum family family)
{
	memset(p, 0, sizeof(*p));
	p->packet = (struct packet){
		.src = default_addr(family, false),
		.dst = default_addr(family, true),
		.sport = { htons(DEFAULT_SPORT) },
		.dport = { htons(DEFAULT_DPORT) },
		.family = (__u8)family,
		.proto = PROTO_TCP,
		.tcp_flags = TCP_SYN,
		.ttl = DEFAULT_TTL,
		.length = default_length(family),
		.has = HAS_MAC,
		.mac_src = DEFAULT_MAC_FROM,
		.mac_dst = DEFAULT_MAC_TO,
	};
}

unsigned int proto_has(unsigned int proto)
{
	switch (proto) {
	case PROTO_TCP:
		return HAS_PORTS | HAS_FLAGS;
	case PROTO_UDP:
	case PROTO_UDPLITE:
	case PROTO_SCTP:
	case PROTO_DCCP:
		return HAS_PORTS;
	case PROTO_ICMP:
	case PROTO_ICMP6:
		return HAS_ICMP;
	default: /* a number from the wire */
		return 0;
	}
}

/* Bytes of the transport header that the parser asks for (shared/parse.h). */
static uint32_t transport_bytes(unsigned int proto)
{
	switch (proto) {
	case PROTO_TCP:
		return 20;
	case PROTO_UDP:
	case PROTO_UDPLITE:
	case PROTO_ICMP:
	case PROTO_ICMP6:
		return 8;
	case PROTO_SCTP:
	case PROTO_DCCP:
		return 12;
	default:
		return 0;
	}
}

uint32_t probe_min_length(enum family family, unsigned int proto, enum fragment fragment)
{
	uint32_t behind = fragment == FRAGMENT_LATER ? 0 : transport_bytes(proto);

	if (family == FAMILY_INET)
		return 20 + behind;
	if (fragment != FRAGMENT_NONE)
		return 40 + 8 + behind;
	/* A payload length of 0 is a jumbogram's, or there is no next header. */
	return 40 + (behind || proto == PROTO_NONE ? behind : 1);
}

bool is_extension_header(unsigned int proto)
{
	return proto == PROTO_HOPOPTS || proto == PROTO_ROUTING || proto == PROTO_DSTOPTS || proto == PROTO_AH ||
	       proto == PROTO_FRAGMENT;
}

void probe_settle(struct probe *probe)
{
	struct packet *p = &probe->packet;
	unsigned int has = p->fragment == FRAGMENT_LATER ? 0 : proto_has(p->proto);
	uint32_t least = probe_min_length((enum family)p->family, p->proto, (enum fragment)p->fragment);

	p->has = (__u8)((p->has & HAS_MAC) | has);
	if (!(has & HAS_PORTS))
		p->sport.raw = p->dport.raw = 0;
	if (!(has & HAS_ICMP))
		p->icmp_type = p->icmp_code = 0;
	if (!(has & HAS_FLAGS))
		p->tcp_flags = 0;
	if (!(p->has & HAS_MAC))
		p->mac_src = p->mac_dst = (struct mac){ { 0 } };
	p->segments = 1;
	p->bytes = p->length;
	p->fragment_id = p->fragment == FRAGMENT_NONE ? 0 : htonl(1);
	p->status = p->length < least ? STATUS_MALFORMED : STATUS_OK;
	p->fragment_proto = p->fragment == FRAGMENT_NONE ? 0 : p->proto;
	p->fragment_offset = p->fragment == FRAGMENT_NONE ? 0 : p->fragment == FRAGMENT_FIRST ? FRAGMENT_MORE : 1480;
	p->payload = (has & HAS_FLAGS || p->fragment != FRAGMENT_NONE) && p->length >= least ? p->length - least : 0;
	p->nd = p->status == STATUS_OK && p->family == FAMILY_INET6 && p->proto == PROTO_ICMP6 && has & HAS_ICMP &&
		p->icmp_type >= 133 && p->icmp_type <= 136 && p->ttl == 255 && p->fragment == FRAGMENT_NONE;
}

/* --- from words ----------------------------------------------------------------------------------- */

struct reading {
	const struct rule *r;
	struct packet *p;
	struct strbuf *assumed;
	char **err;
};

static void assume(struct reading *c, const char *what) { strbuf_add(c->assumed, "%s%s", c->assumed->len ? ", " : "", what); }

/* A number that is given once: 1 and *out; 0 where it is not given. */
static int one_number(struct reading *c, const char *what, const struct numset *s, uint32_t *out)
{
	if (!s->n)
		return 0;
	if (s->n > 1 || s->negated || s->v[0].lo != s->v[0].hi)
		return FAIL(c->err, -EINVAL, "explain: '%s' takes one value: it is about one packet", what);
	*out = s->v[0].lo;
	return 1;
}

static int read_addr(struct reading *c, const char *what, const struct addrset *s, addr_t *out)
{
	if (s->set >= 0 || s->negated || s->n > 1 || (s->n && memcmp(&s->v[0].lo, &s->v[0].hi, sizeof(addr_t))))
		return FAIL(c->err, -EINVAL, "explain: '%s' takes one address: it is about one packet", what);
	if (!s->n)
		return FAIL(c->err, -EINVAL, "explain: '%s ADDRESS' is missing", what);
	*out = s->v[0].lo;
	return 0;
}

static int read_proto(struct reading *c)
{
	const struct rule *r = c->r;
	bool icmp = r->icmp_type.n || r->icmp_code.n;
	uint32_t proto = PROTO_TCP;
	int rc = one_number(c, "proto", &r->proto, &proto);

	if (!rc && icmp)
		proto = c->p->family == FAMILY_INET ? PROTO_ICMP : PROTO_ICMP6;
	else if (!rc && !r->flags.given)
		assume(c, "proto tcp");
	c->p->proto = (__u8)proto;
	if (rc >= 0 && c->p->family == FAMILY_INET6 && !r->frag && is_extension_header(proto))
		return FAIL(c->err, -EINVAL, "explain: an IPv6 packet's protocol is what stands behind its extension headers");
	return rc < 0 ? rc : 0;
}

static int read_icmp(struct reading *c)
{
	const struct icmpset *s = &c->r->icmp_type;
	enum family f = c->p->proto == PROTO_ICMP ? FAMILY_INET : FAMILY_INET6;
	uint32_t code = 0;
	int rc;

	c->p->icmp_type = default_icmp(c->p->proto);
	if (s->n > 1 || (s->n && (s->negated || !s->v[0].has[f] || s->v[0].lo[f] != s->v[0].hi[f])))
		return FAIL(c->err, -EINVAL, "explain: 'icmp-type' takes one type: it is about one packet");
	if (s->n)
		c->p->icmp_type = s->v[0].lo[f];
	else
		assume(c, "icmp-type echo-request");
	rc = one_number(c, "code", &c->r->icmp_code, &code);
	c->p->icmp_code = (__u8)code;
	return rc < 0 ? rc : 0;
}

static int read_ports(struct reading *c)
{
	uint32_t sport = DEFAULT_SPORT, dport = DEFAULT_DPORT;
	int from = one_number(c, "from port", &c->r->from.ports, &sport), to = 1;

	if (from >= 0)
		to = one_number(c, "to port", &c->r->to.ports, &dport);
	if (from < 0 || to < 0)
		return -EINVAL;
	if (!from)
		assume(c, "from port 40000");
	if (!to)
		assume(c, "to port 80");
	c->p->sport.raw = htons((uint16_t)sport);
	c->p->dport.raw = htons((uint16_t)dport);
	return 0;
}

static int read_transport(struct reading *c)
{
	const struct rule *r = c->r;
	unsigned int has = proto_has(c->p->proto);
	bool said = r->from.ports.n || r->to.ports.n || r->icmp_type.n || r->icmp_code.n || r->flags.given;

	if (r->frag)
		c->p->fragment = said ? FRAGMENT_FIRST : FRAGMENT_LATER;
	if (c->p->fragment == FRAGMENT_LATER)
		return 0;
	if (r->flags.given)
		c->p->tcp_flags = r->flags.set;
	if (has & HAS_ICMP)
		return read_icmp(c);
	return has & HAS_PORTS ? read_ports(c) : 0;
}

static int read_macs(struct reading *c)
{
	const struct rule *r = c->r;

	if (r->mac_from.n > 1 || r->mac_from.negated || r->mac_to.n > 1 || r->mac_to.negated)
		return FAIL(c->err, -EINVAL, "explain: 'mac-from' and 'mac-to' take one address: it is about one packet");
	if (r->mac_from.n)
		c->p->mac_src = r->mac_from.v[0];
	if (r->mac_to.n)
		c->p->mac_dst = r->mac_to.v[0];
	return 0;
}

static int read_numbers(struct reading *c)
{
	const struct rule *r = c->r;
	uint32_t vlan = 0, inner = 0, dscp = 0, ttl = c->p->ttl, length = c->p->length;

	if (one_number(c, "vlan", &r->vlan, &vlan) < 0 || one_number(c, "inner-vlan", &r->inner_vlan, &inner) < 0 ||
	    one_number(c, "dscp", &r->dscp, &dscp) < 0 || one_number(c, "ttl", &r->ttl, &ttl) < 0 ||
	    one_number(c, "length", &r->length, &length) < 0)
		return -EINVAL;
	c->p->vlan = (__u16)vlan;
	c->p->inner_vlan = (__u16)inner;
	c->p->dscp = (__u8)dscp;
	c->p->ttl = (__u8)ttl;
	c->p->length = length;
	return 0;
}

int probe_of_rule(const struct rule *r, struct probe *out, struct strbuf *assumed, char **err)
{
	struct reading c = { r, &out->packet, assumed, err };
	const struct addrset *known = r->from.addr.n ? &r->from.addr : &r->to.addr;
	int rc;

	probe_init(out, known->n ? known->v[0].family : FAMILY_INET);
	out->direction = r->direction;
	if (r->on.n > 1 || r->on.negated)
		return FAIL(err, -EINVAL, "explain: 'on' takes one interface: it is about one packet");
	if (r->on.n)
		memcpy(out->iface, r->on.v[0], sizeof(out->iface));
	rc = read_addr(&c, "from", &r->from.addr, &out->packet.src);
	rc = rc ?: read_addr(&c, "to", &r->to.addr, &out->packet.dst);
	rc = rc ?: read_proto(&c);
	rc = rc ?: read_transport(&c);
	rc = rc ?: read_numbers(&c);
	rc = rc ?: read_macs(&c);
	if (!rc)
		probe_settle(out);
	return rc;
}

/* --- to words ------------------------------------------------------------------------------------- */

static void put_addr(struct strbuf *out, const char *word, const struct packet *p, bool dst)
{
	char text[ADDR_TEXT_MAX];

	addr_print((enum family)p->family, dst ? &p->dst : &p->src, text);
	strbuf_add(out, " %s %s", word, text);
	if (p->has & HAS_PORTS)
		strbuf_add(out, " port %u", ntohs(dst ? p->dport.raw : p->sport.raw));
}

static void put_icmp(struct strbuf *out, const struct packet *p)
{
	const char *name = value_to_name(p->proto == PROTO_ICMP ? &names_icmp : &names_icmp6, p->icmp_type);

	if (name)
		strbuf_add(out, " icmp-type %s", name);
	else
		strbuf_add(out, " icmp-type %u", p->icmp_type);
	if (p->icmp_code)
		strbuf_add(out, " code %u", p->icmp_code);
}

static void put_mac(struct strbuf *out, const char *word, const struct mac *m, const struct mac *usual)
{
	char text[MAC_TEXT_LEN + 1];

	if (!memcmp(m, usual, sizeof(*m)))
		return;
	mac_print(m, text);
	strbuf_add(out, " %s %s", word, text);
}

static void put_number(struct strbuf *out, const char *word, uint32_t v, uint32_t usual)
{
	if (v != usual)
		strbuf_add(out, " %s %u", word, v);
}

void probe_print(const struct probe *probe, struct strbuf *out)
{
	const struct packet *p = &probe->packet;
	char letters[9], number[4];

	strbuf_add(out, "%s", direction_text(probe->direction));
	if (probe->iface[0])
		strbuf_add(out, " on %s", probe->iface);
	strbuf_add(out, " proto %s", proto_text(p->proto, number));
	put_addr(out, "from", p, false);
	put_addr(out, "to", p, true);
	if (p->has & HAS_ICMP)
		put_icmp(out, p);
	if (p->has & HAS_FLAGS && p->tcp_flags != TCP_SYN) {
		flag_letters_print(p->tcp_flags, letters);
		strbuf_add(out, " flags %s/FSRPAUEW", letters);
	}
	put_number(out, "vlan", p->vlan, 0);
	put_number(out, "inner-vlan", p->inner_vlan, 0);
	put_number(out, "dscp", p->dscp, 0);
	put_number(out, "ttl", p->ttl, DEFAULT_TTL);
	put_number(out, "length", p->length, default_length(p->family));
	if (p->fragment != FRAGMENT_NONE)
		strbuf_add(out, " frag");
	if (p->has & HAS_MAC) {
		put_mac(out, "mac-from", &p->mac_src, &DEFAULT_MAC_FROM);
		put_mac(out, "mac-to", &p->mac_dst, &DEFAULT_MAC_TO);
	}
}
