/* SPDX-License-Identifier: GPL-2.0 */
/* Single packets: what they are, which rule takes them, and how to find one that no earlier rule takes. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include "analyze_impl.h"

static u128 addr_number(const addr_t *a, enum family family)
{
	u128 v = 0;

	for (size_t i = family == FAMILY_INET ? 12 : 0; i < 16; i++)
		v = v << 8 | a->b[i];
	return v;
}

static addr_t number_addr(u128 v, enum family family)
{
	addr_t a;

	for (size_t i = 16; i--; v >>= 8)
		a.b[i] = (__u8)v;
	if (family == FAMILY_INET)
		a.w[2] = htonl(0xffff);
	return a;
}

/* The value that examples have where they can. */
static u128 usual(const struct shape *s, enum dim d)
{
	struct probe p;

	probe_init(&p, s->family);
	switch (d) {
	case DIM_KIND:
		return p.packet.proto;
	case DIM_SRC:
		return addr_number(&p.packet.src, s->family);
	case DIM_DST:
		return addr_number(&p.packet.dst, s->family);
	case DIM_SPORT:
		return ntohs(p.packet.sport.raw);
	case DIM_DPORT:
		return ntohs(p.packet.dport.raw);
	case DIM_ICMP:
		return s->domain[d].v[0].lo ? 1u << 16 | 128 << 8 : 8 << 8;
	case DIM_FLAGS:
		return p.packet.tcp_flags;
	case DIM_TTL:
		return p.packet.ttl;
	case DIM_LENGTH:
		return p.packet.length;
	case DIM_MAC_FROM:
		return mac_number(&p.packet.mac_src);
	case DIM_MAC_TO:
		return mac_number(&p.packet.mac_dst);
	case DIM_IFACE:
	case DIM_VLAN:
	case DIM_INNER_VLAN:
	case DIM_DSCP:
	case DIM_FRAG:
		return 0;
	}
	return 0;
}

/* One value: the usual one, else the first host of the first range where that looks like a network. */
static u128 pick_value(const struct shape *s, enum dim d, const struct ranges *from)
{
	u128 v = usual(s, d), lo = from->v[0].lo;
	bool addr = d == DIM_SRC || d == DIM_DST;

	if (ranges_have(from, v))
		return v;
	if (d == DIM_KIND && ranges_have(from, PROTO_UDP))
		return PROTO_UDP;
	return lo + (addr && from->v[0].hi - lo >= 3 && !(lo & 3));
}

void point_pick(const struct region *r, struct point *out)
{
	out->shape = r->shape;
	out->in = r->in;
	for (unsigned int d = 0; d < DIM_COUNT; d++)
		out->v[d] = pick_value(r->shape, (enum dim)d, &r->dim[d]);
}

void point_probe(const struct space *sp, const struct point *p, enum direction d, struct probe *out)
{
	struct packet *k = &out->packet;

	probe_init(out, p->shape->family);
	out->direction = d;
	if (p->v[DIM_IFACE])
		memcpy(out->iface, sp->ifaces[p->v[DIM_IFACE]], sizeof(out->iface));
	k->proto = (__u8)p->v[DIM_KIND];
	k->src = number_addr(p->v[DIM_SRC], p->shape->family);
	k->dst = number_addr(p->v[DIM_DST], p->shape->family);
	k->sport.raw = htons((uint16_t)p->v[DIM_SPORT]);
	k->dport.raw = htons((uint16_t)p->v[DIM_DPORT]);
	k->icmp_type = (__u8)(p->v[DIM_ICMP] >> 8);
	k->icmp_code = (__u8)p->v[DIM_ICMP];
	k->tcp_flags = (__u8)p->v[DIM_FLAGS];
	k->vlan = (__u16)p->v[DIM_VLAN];
	k->inner_vlan = (__u16)p->v[DIM_INNER_VLAN];
	k->ttl = (__u8)p->v[DIM_TTL];
	k->dscp = (__u8)p->v[DIM_DSCP];
	k->length = (__u32)p->v[DIM_LENGTH];
	k->fragment = (__u8)p->shape->fragment;
	k->has = p->v[DIM_MAC_FROM] == NO_MAC ? 0 : HAS_MAC;
	k->mac_src = number_mac(p->v[DIM_MAC_FROM]);
	k->mac_dst = number_mac(p->v[DIM_MAC_TO]);
	probe_settle(out);
}

static bool direction_asks(const struct space *sp, enum direction d, int set, bool dst)
{
	for (size_t i = 0; i < sp->rs->nrules; i++) {
		const struct rule *r = &sp->rs->rules[i];

		if (r->direction == d && (dst ? r->to.addr.set : r->from.addr.set) == set)
			return true;
	}
	return false;
}

char *point_sets(const struct space *sp, const struct point *p, enum direction d)
{
	struct strbuf out = { NULL, 0, 0 };

	for (unsigned int i = 0; i < sp->nrefs; i++)
		if (direction_asks(sp, d, sp->ref[i].set, sp->ref[i].dst))
			strbuf_add(&out, "%s%s %sin @%s", out.len ? ", " : "", sp->ref[i].dst ? "destination" : "source",
				   p->in >> i & 1 ? "" : "not ", sp->rs->sets[sp->ref[i].set].name);
	return out.str;
}

int point_first(struct space *sp, const struct point *p, enum direction d, size_t from, size_t *out)
{
	struct probe probe;
	rule_id_t rule;
	int rc;

	point_probe(sp, p, d, &probe);
	if (probe.packet.status != STATUS_OK)
		return -EILSEQ; /* the shapes are not the parser's */
	if (!from && probe.packet.nd && !sp->rs->defaults.nd_by_rules) {
		*out = id_nd(sp);
		return 0;
	}
	/* cppcheck-suppress autoVariables; it is taken back below */
	sp->asked = &probe;
	sp->asked_in = p->in;
	rc = tables_classify_from(&sp->tables, &probe.packet, d, (iface_id_t){ (__u8)p->v[DIM_IFACE] },
				  (rule_id_t){ (__u32)from }, &rule);
	sp->asked = NULL;
	*out = rule_is_none(rule) ? NO_RULE : rule.raw;
	return rc;
}

/* --- walks ---------------------------------------------------------------------------------------- */

static uint64_t next_random(struct space *sp)
{
	sp->random ^= sp->random >> 12;
	sp->random ^= sp->random << 25;
	sp->random ^= sp->random >> 27;
	return sp->random * 0x2545f4914f6cdd1dull;
}

static size_t random_of(struct space *sp, size_t n) { return (size_t)((next_random(sp) >> 33) % n); }

/* Any value, mostly at the end of a range, where other rules begin. */
static u128 random_value(struct space *sp, const struct ranges *from)
{
	const struct range *r = &from->v[random_of(sp, from->n)];
	u128 span = r->hi - r->lo;

	switch (random_of(sp, 4)) {
	case 0:
		return r->lo;
	case 1:
		return r->hi;
	default:
		return span + 1 ? r->lo + ((u128)next_random(sp) << 64 | next_random(sp)) % (span + 1) : next_random(sp);
	}
}

static void point_random(struct space *sp, const struct region *r, struct point *out)
{
	point_pick(r, out);
	for (unsigned int d = 0; d < DIM_COUNT; d++)
		out->v[d] = random_value(sp, &r->dim[d]);
	out->in = r->in | (next_random(sp) & ~r->out & ((sp->nrefs < SET_BITS ? 1ull << sp->nrefs : 0) - 1));
}

/* Moves the point out of the form in one field, chosen at random; how the region stands to the form. */
static enum relation point_leave(struct space *sp, const struct region *r, const struct form *f, bool nicely, struct point *p)
{
	struct excess beyond;
	unsigned int choices, choice;
	enum relation relation = region_relation(r, f, &beyond);

	if (relation != RELATION_PARTLY)
		return relation;
	choices = excess_count(&beyond);
	choice = (unsigned int)random_of(sp, choices);
	for (unsigned int i = 0;; i++) {
		struct arena_mark mark = arena_mark(&sp->arena);
		struct ranges rest;
		enum dim d;

		if (beyond.in || beyond.out) {
			uint64_t *set = beyond.in ? &beyond.in : &beyond.out, bit = *set & -*set;

			if (i == choice) {
				p->in ^= bit;
				return relation;
			}
			*set ^= bit;
			continue;
		}
		d = (enum dim)__builtin_ctz(beyond.dims);
		if (i == choice) {
			rest = ranges_without(sp, &r->dim[d], form_field(f, d));
			p->v[d] = nicely ? pick_value(r->shape, d, &rest) : random_value(sp, &rest);
			arena_release(&sp->arena, mark);
			return relation;
		}
		beyond.dims &= beyond.dims - 1;
	}
}

int walk_region(struct space *sp, const struct region *r, unsigned int tries, obstacle_fn obstacle, void *arg, struct point *out,
		size_t *within)
{
	point_pick(r, out);
	for (unsigned int i = 0; i < tries; i++) {
		size_t id;
		int rc = obstacle(sp, arg, out, &id);

		if (rc)
			return rc;
		if (id == NO_RULE)
			return WALK_FOUND;
		if (id == OBSTACLE_RESTART || i % 32 == 31) {
			point_random(sp, r, out);
			continue;
		}
		switch (point_leave(sp, r, form_of(sp, id, r->shape->family), i < 4, out)) {
		case RELATION_PARTLY:
			break;
		case RELATION_WITHIN:
			*within = id;
			return WALK_WITHIN;
		case RELATION_DISJOINT:
			return -EILSEQ;
		}
	}
	return WALK_LOST;
}
