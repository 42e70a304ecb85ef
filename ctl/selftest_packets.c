/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <string.h>
#include "selftest.h"

/* One end of a list; of one that is not given, or that names what does not match, the usual value, but at its other end a value of it. */
static uint32_t pick_number(const struct numset *s, bool last, uint32_t usual)
{
	if (!s->n || (s->negated && !last))
		return usual;
	return last ? s->v[s->n - 1].hi : s->v[0].lo;
}

static void pick_addr(const struct addrset *s, enum family family, bool last, addr_t *a)
{
	for (size_t i = 0; i < s->n && (last || !s->negated); i++) {
		const struct addr_range *r = &s->v[last ? s->n - 1 - i : i];

		if (r->family != family)
			continue;
		*a = last ? r->hi : r->lo;
		return;
	}
}

static enum family pick_family(const struct rule *r, bool last)
{
	const struct addrset *a = r->from.addr.n ? &r->from.addr : &r->to.addr;

	if (r->family_given)
		return r->family;
	if (a->n)
		return a->v[last ? a->n - 1 : 0].family;
	return last ? FAMILY_INET6 : FAMILY_INET;
}

static void pick_proto(const struct rule *r, bool last, struct packet *p)
{
	bool icmp = r->icmp_type.n || r->icmp_code.n, ports = r->from.ports.n || r->to.ports.n;
	uint32_t usual = PROTO_TCP;

	if (icmp)
		usual = p->family == FAMILY_INET ? PROTO_ICMP : PROTO_ICMP6;
	else if (ports && last)
		usual = PROTO_UDP;
	p->proto = (__u8)pick_number(&r->proto, last, usual);
}

static void pick_icmp(const struct rule *r, bool last, struct packet *p)
{
	enum family numbers = p->proto == PROTO_ICMP6 ? FAMILY_INET6 : FAMILY_INET;

	p->icmp_type = numbers == FAMILY_INET ? 8 : 128;
	for (size_t i = 0; i < r->icmp_type.n && (last || !r->icmp_type.negated); i++) {
		const struct icmp_range *t = &r->icmp_type.v[last ? r->icmp_type.n - 1 - i : i];

		if (!t->has[numbers])
			continue;
		p->icmp_type = last ? t->hi[numbers] : t->lo[numbers];
		break;
	}
	p->icmp_code = (__u8)pick_number(&r->icmp_code, last, 0);
}

static void pick_mac(const struct macset *s, bool last, struct mac *m)
{
	if (s->n && (last || !s->negated))
		*m = s->v[last ? s->n - 1 : 0];
}

static void make_of_rule(const struct rule *r, bool last, struct probe *out)
{
	struct packet *p = &out->packet;
	uint32_t least;

	probe_init(out, pick_family(r, last));
	out->direction = r->direction;
	if (r->on.n && (last || !r->on.negated))
		memcpy(out->iface, r->on.v[last ? r->on.n - 1 : 0], sizeof(out->iface));
	pick_proto(r, last, p);
	pick_addr(&r->from.addr, (enum family)p->family, last, &p->src);
	pick_addr(&r->to.addr, (enum family)p->family, last, &p->dst);
	p->sport.raw = htons((uint16_t)pick_number(&r->from.ports, last, ntohs(p->sport.raw)));
	p->dport.raw = htons((uint16_t)pick_number(&r->to.ports, last, ntohs(p->dport.raw)));
	pick_icmp(r, last, p);
	if (r->flags.given)
		p->tcp_flags = r->flags.set;
	p->vlan = (__u16)pick_number(&r->vlan, last, 0);
	p->inner_vlan = (__u16)pick_number(&r->inner_vlan, last, 0);
	p->dscp = (__u8)pick_number(&r->dscp, last, 0);
	p->ttl = (__u8)pick_number(&r->ttl, last, p->ttl);
	if (r->frag)
		p->fragment = last ? FRAGMENT_LATER : FRAGMENT_FIRST;
	least = probe_min_length((enum family)p->family, p->proto, (enum fragment)p->fragment);
	p->length = pick_number(&r->length, last, p->length);
	if (p->length < least)
		p->length = least;
	pick_mac(&r->mac_from, last, &p->mac_src);
	pick_mac(&r->mac_to, last, &p->mac_dst);
	probe_settle(out);
}

/* The usual packet number i. */
static void make_usual(unsigned int i, struct probe *out)
{
	const enum family family = i & 1 ? FAMILY_INET6 : FAMILY_INET;
	struct packet *p = &out->packet;

	probe_init(out, family);
	out->direction = i & 2 ? DIRECTION_OUT : DIRECTION_IN;
	switch (i / 4) {
	case 0:
		break; /* TCP, a SYN to port 80 */
	case 1:
		p->proto = PROTO_UDP;
		p->dport.raw = htons(53);
		break;
	case 2:
		p->proto = family == FAMILY_INET ? PROTO_ICMP : PROTO_ICMP6;
		p->icmp_type = family == FAMILY_INET ? 8 : 128;
		break;
	case 3:
		p->proto = 47;
		break;
	default:
		p->proto = PROTO_UDP;
		p->fragment = FRAGMENT_LATER;
		break;
	}
	probe_settle(out);
}

size_t selftest_packets(const struct ruleset *rs, struct selftest_packet out[SELFTEST_PACKETS])
{
	size_t rules = rs->nrules < SELFTEST_RULES ? rs->nrules : SELFTEST_RULES, n = 0;

	for (size_t i = 0; i < 2 * rules; i++) {
		out[n].rule = rules > 1 ? i / 2 * (rs->nrules - 1) / (rules - 1) : 0;
		make_of_rule(&rs->rules[out[n].rule], i & 1, &out[n].probe);
		n += out[n].probe.packet.status == STATUS_OK;
	}
	for (unsigned int i = 0; i < SELFTEST_USUAL; i++, n++) {
		out[n].rule = SELFTEST_NO_RULE;
		make_usual(i, &out[n].probe);
	}
	return n;
}
