/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <string.h>
#include "gen_packet.h"

/* What the rule asks for or its neighbourhood; else a value below `limit`. */
static uint32_t aim_number(struct random *g, const struct numset *s, uint32_t limit)
{
	const struct numrange *r = s->n ? &s->v[random_below(g, (uint32_t)s->n)] : NULL;
	uint32_t v;

	if (!r || random_chance(g, 10))
		return random_chance(g, 30) ? 0 : random_below(g, limit);
	v = random_chance(g, 50) ? r->lo : r->hi;
	if (random_chance(g, s->negated ? 40 : 10))
		v = v == r->lo ? v - 1 : v + 1;
	return v < limit ? v : r->lo;
}

static addr_t beside(const addr_t *a, bool up)
{
	addr_t b = *a;

	for (size_t i = 16; i--;) {
		b.b[i] = (uint8_t)(b.b[i] + (up ? 1 : -1));
		if (b.b[i] != (up ? 0 : 0xff))
			break;
	}
	return b;
}

static bool is_mapped(const addr_t *a)
{
	static const uint8_t head[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(a, head, sizeof(head));
}

static addr_t aim_addr(struct random *g, const struct ruleset *rs, const struct addrset *s, enum family family)
{
	const struct addr_range *v = s->set >= 0 ? rs->sets[s->set].v : s->v;
	size_t n = s->set >= 0 ? rs->sets[s->set].n : s->n;
	const struct addr_range *r = n ? &v[random_below(g, (uint32_t)n)] : NULL;
	addr_t a;

	if (!r || r->family != family || random_chance(g, 10))
		return gen_addr(g, family);
	a = random_chance(g, 50) ? r->lo : r->hi;
	if (random_chance(g, s->negated ? 40 : 10))
		a = beside(&a, random_chance(g, 50));
	/* Over the end of the family; an IPv6 address that looks like IPv4 is malformed. */
	return is_mapped(&a) == (family == FAMILY_INET) ? a : r->lo;
}

static uint8_t aim_proto(struct random *g, const struct rule *r)
{
	static const uint8_t with_ports[] = { PROTO_TCP, PROTO_UDP, PROTO_UDPLITE, PROTO_SCTP, PROTO_DCCP };

	if (r->proto.n && random_chance(g, 90))
		return (uint8_t)aim_number(g, &r->proto, 256);
	if (random_chance(g, 10))
		return (uint8_t)random_u32(g);
	if (r->flags.given)
		return PROTO_TCP;
	if (r->icmp_type.n || r->icmp_code.n)
		return random_chance(g, 50) ? PROTO_ICMP : PROTO_ICMP6;
	return RANDOM_OF(g, with_ports);
}

static void aim_icmp(struct random *g, const struct rule *r, struct packet *p)
{
	enum family family = p->proto == PROTO_ICMP ? FAMILY_INET : FAMILY_INET6;
	struct numrange range = { 0, 0 };
	struct numset types = { &range, 0, r->icmp_type.negated, { 0, 0 } };

	if (r->icmp_type.n) {
		const struct icmp_range *t = &r->icmp_type.v[random_below(g, (uint32_t)r->icmp_type.n)];

		range = (struct numrange){ t->lo[family], t->hi[family] };
		types.n = 1;
	}
	p->has |= HAS_ICMP;
	p->icmp_type = (uint8_t)aim_number(g, &types, 256);
	p->icmp_code = (uint8_t)aim_number(g, &r->icmp_code, 256);
}

/* What stands behind the IP header; a later fragment has none of it. */
static void aim_transport(struct random *g, const struct rule *r, struct packet *p)
{
	switch (p->proto) {
	case PROTO_ICMP:
	case PROTO_ICMP6:
		aim_icmp(g, r, p);
		return;
	case PROTO_TCP:
		p->has |= HAS_FLAGS;
		p->tcp_flags = (uint8_t)random_u32(g);
		if (r->flags.given && random_chance(g, 80))
			p->tcp_flags = (uint8_t)((p->tcp_flags & ~r->flags.mask) | r->flags.set);
		break;
	case PROTO_UDP:
	case PROTO_UDPLITE:
	case PROTO_SCTP:
	case PROTO_DCCP:
		break;
	default:
		return;
	}
	p->has |= HAS_PORTS;
	p->sport.raw = htons((uint16_t)aim_number(g, &r->from.ports, 65536));
	p->dport.raw = htons((uint16_t)aim_number(g, &r->to.ports, 65536));
}

static struct mac aim_mac(struct random *g, const struct macset *s)
{
	struct mac m = { { 0 } };

	if (s->n && random_chance(g, 70))
		return s->v[random_below(g, (uint32_t)s->n)];
	m.b[random_chance(g, 80) ? 5 : 0] = (uint8_t)random_below(g, 5);
	return m;
}

static enum family aim_family(struct random *g, const struct rule *r)
{
	const struct addrset *s = r->from.addr.n ? &r->from.addr : &r->to.addr;

	if (random_chance(g, 5))
		return (enum family)random_below(g, FAMILY_COUNT);
	if (r->family_given)
		return r->family;
	return s->n ? s->v[random_below(g, (uint32_t)s->n)].family : (enum family)random_below(g, FAMILY_COUNT);
}

void gen_probe(struct random *g, const struct ruleset *rs, struct gen_probe *out)
{
	static const struct rule any = { .from.addr.set = -1, .to.addr.set = -1 };
	const struct rule *r = rs->nrules ? &rs->rules[random_below(g, (uint32_t)rs->nrules)] : &any;
	struct packet *p = &out->packet;
	enum family family = aim_family(g, r);

	memset(out, 0, sizeof(*out));
	out->direction = random_chance(g, 90) ? r->direction : (enum direction)random_below(g, DIRECTION_COUNT);
	if (r->on.n && random_chance(g, 60))
		out->iface = r->on.v[random_below(g, (uint32_t)r->on.n)];
	else
		out->iface = random_chance(g, 30) ? NULL : gen_ifaces[random_below(g, GEN_IFACES)];
	p->family = (__u8)family;
	p->src = aim_addr(g, rs, &r->from.addr, family);
	p->dst = aim_addr(g, rs, &r->to.addr, family);
	p->proto = aim_proto(g, r);
	if (random_chance(g, r->frag ? 80 : 10))
		p->fragment = random_chance(g, 50) ? FRAGMENT_FIRST : FRAGMENT_LATER;
	if (p->fragment != FRAGMENT_LATER)
		aim_transport(g, r, p);
	p->vlan = (__u16)aim_number(g, &r->vlan, 4096);
	p->inner_vlan = (__u16)aim_number(g, &r->inner_vlan, 4096);
	p->ttl = (__u8)aim_number(g, &r->ttl, 256);
	p->dscp = (__u8)aim_number(g, &r->dscp, 64);
	p->length = aim_number(g, &r->length, LENGTH_LAST + 1);
	p->bytes = p->length;
	p->segments = 1;
	if (random_chance(g, 85)) {
		p->has |= HAS_MAC;
		p->mac_src = aim_mac(g, &r->mac_from);
		p->mac_dst = aim_mac(g, &r->mac_to);
	}
}
