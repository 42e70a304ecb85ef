/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "../ctl/util.h"
#include "gen_model.h"

const char gen_ifaces[GEN_IFACES][IFNAMSIZ] = { "eth0", "eth1", "eth2", "eth3", "eth4", "eth5" };

iface_id_t gen_iface_number(void *arg, const char *name)
{
	(void)arg;
	for (unsigned int i = 0; i < GEN_IFACES; i++)
		if (!strcmp(gen_ifaces[i], name))
			return (iface_id_t){ (__u8)(i + 1) };
	return (iface_id_t){ IFACE_NONE };
}

__u16 gen_set_number(void *arg, size_t index)
{
	(void)arg;
	return (__u16)(100 + index);
}

const struct compile_names gen_names = { gen_iface_number, gen_set_number, NULL };

static const uint32_t protos[] = { 0, 1, 1, 6, 6, 6, 17, 17, 33, 47, 50, 58, 58, 132, 136, 255 };
static const uint32_t ports[] = { 0, 1, 22, 53, 80, 255, 256, 443, 1023, 1024, 8080, 32768, 65534, 65535 };
static const uint32_t vlans[] = { 0, 1, 5, 100, 255, 256, 4094, 4095 };
static const uint32_t bytes[] = { 0, 1, 2, 5, 8, 63, 64, 127, 128, 254, 255 };
static const uint32_t dscps[] = { 0, 1, 10, 46, 62, 63 };
static const uint32_t lengths[] = { 20, 28, 40, 255, 256, 576, 1280, 1500, 65535, 65574, 65575 };
static const uint32_t codes[] = { 0, 1, 2, 4, 254, 255 };

addr_t gen_addr(struct random *g, enum family family)
{
	static const uint32_t v4[] = { 0x00000000, 0x0a000000, 0x0a000001, 0x0a010200, 0x0a0102ff,
				       0x7fffffff, 0x80000000, 0xc0a80101, 0xcb007107, 0xffffffff };
	static const uint32_t v6[][4] = { { 0, 0, 0, 0 },
					  { 0, 0, 0, 1 },
					  { 0x20010db8, 0, 0, 1 },
					  { 0x20010db8, 1, 0, 0 },
					  { 0x20010db8, 0x00010002, 0, 3 },
					  { 0x20010db8, 0, 0x80000000, 0 },
					  { 0x7fffffff, ~0u, ~0u, ~0u },
					  { 0x80000000, 0, 0, 0 },
					  { 0xfe800000, 0, 0x00ffee, 0x10203040 },
					  { ~0u, ~0u, ~0u, ~0u } };
	uint32_t w[4] = { 0, 0, 0xffff, 0 };
	addr_t a;

	if (family == FAMILY_INET)
		w[3] = RANDOM_OF(g, v4);
	else
		memcpy(w, v6[random_below(g, 10)], sizeof(w));
	if (random_chance(g, 25))
		w[3] ^= 1u << random_below(g, 32);
	if (family == FAMILY_INET6 && random_chance(g, 25))
		w[random_below(g, 4)] ^= 1u << random_below(g, 32);
	for (size_t i = 0; i < 4; i++)
		a.w[i] = htonl(w[i]);
	return a;
}

static struct addr_range prefix(enum family family, addr_t a, uint8_t plen)
{
	struct addr_range r = { .family = family, .form = ADDR_PREFIX, .plen = plen, .lo = a, .hi = a };
	unsigned int first = plen + (family == FAMILY_INET ? 96 : 0);

	for (unsigned int bit = first; bit < 128; bit++) {
		r.lo.b[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
		r.hi.b[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
	return r;
}

static struct addr_range one_range(struct random *g, enum family family, bool large)
{
	uint8_t width = family == FAMILY_INET ? 32 : 128;
	addr_t a = gen_addr(g, family), b = gen_addr(g, family);
	bool ordered = memcmp(&a, &b, sizeof(a)) <= 0;

	if (large) {
		a.b[14] = (uint8_t)random_u32(g);
		a.b[15] = (uint8_t)random_u32(g);
		return prefix(family, a, (uint8_t)(width - random_below(g, 6)));
	}
	switch (random_below(g, 4)) {
	case 0:
		return prefix(family, a, (uint8_t)random_below(g, width + 1u));
	case 1:
		return prefix(family, a, random_chance(g, 50) ? 8 : width);
	case 2:
		return (struct addr_range){ .family = family, .form = ADDR_SINGLE, .plen = width, .lo = a, .hi = a };
	}
	return (struct addr_range){ .family = family, .form = ADDR_RANGE, .lo = ordered ? a : b, .hi = ordered ? b : a };
}

static void gen_addrset(struct random *g, const struct gen_style *style, enum family family, struct addrset *s)
{
	size_t n = random_chance(g, 60) ? 1 : 1 + random_below(g, 6);
	bool mixed = random_chance(g, 20);

	s->set = -1;
	s->negated = !style->addresses && random_chance(g, 20);
	if (style->sets && random_chance(g, 25)) {
		s->set = (int)random_below(g, GEN_SETS);
		return;
	}
	s->n = n;
	s->v = (struct addr_range *)xcalloc(n, sizeof(*s->v));
	for (size_t i = 0; i < n; i++)
		s->v[i] = one_range(g, mixed && random_chance(g, 50) ? (enum family) !family : family, style->addresses);
}

#define NUMBERS(g, pool, s) gen_numset(g, pool, sizeof(pool) / sizeof(*(pool)), s)
static void gen_numset(struct random *g, const uint32_t *pool, size_t npool, struct numset *s)
{
	s->n = random_chance(g, 60) ? 1 : 1 + random_below(g, 5);
	s->v = (struct numrange *)xcalloc(s->n, sizeof(*s->v));
	s->negated = random_chance(g, 25);
	for (size_t i = 0; i < s->n; i++) {
		uint32_t a = pool[random_below(g, (uint32_t)npool)], b = pool[random_below(g, (uint32_t)npool)];

		if (random_chance(g, 50))
			b = a;
		s->v[i] = (struct numrange){ a < b ? a : b, a < b ? b : a };
	}
}

static void gen_icmpset(struct random *g, struct icmpset *s)
{
	s->n = random_chance(g, 60) ? 1 : 1 + random_below(g, 4);
	s->v = (struct icmp_range *)xcalloc(s->n, sizeof(*s->v));
	s->negated = random_chance(g, 25);
	for (size_t i = 0; i < s->n; i++) {
		unsigned int families = 1 + random_below(g, 3);

		for (unsigned int f = 0; f < FAMILY_COUNT; f++) {
			uint8_t a = (uint8_t)RANDOM_OF(g, bytes);
			uint8_t b = random_chance(g, 60) ? a : (uint8_t)RANDOM_OF(g, bytes);

			if (!(families >> f & 1))
				continue;
			s->v[i].has[f] = true;
			s->v[i].lo[f] = a < b ? a : b;
			s->v[i].hi[f] = a < b ? b : a;
		}
	}
}

static void gen_macset(struct random *g, struct macset *s)
{
	s->n = 1 + random_below(g, 3);
	s->v = (struct mac *)xcalloc(s->n, sizeof(*s->v));
	s->negated = random_chance(g, 30);
	for (size_t i = 0; i < s->n; i++) /* neighbours, repetitions and 0 among them */
		s->v[i].b[random_chance(g, 80) ? 5 : 0] = (uint8_t)random_below(g, 4);
}

static void gen_ifaceset(struct random *g, struct ifaceset *s)
{
	s->n = 1 + random_below(g, 3);
	s->v = (char(*)[IFNAMSIZ])xcalloc(s->n, sizeof(*s->v));
	s->negated = random_chance(g, 30);
	for (size_t i = 0; i < s->n; i++)
		memcpy(s->v[i], gen_ifaces[random_below(g, GEN_IFACES)], IFNAMSIZ);
}

static void gen_per_packet(struct random *g, struct rule *r)
{
	unsigned int fields = 1u << random_below(g, 7) | (random_chance(g, 30) ? random_u32(g) : 0);

	if (fields & 1) {
		r->flags.given = true;
		r->flags.mask = (uint8_t)random_u32(g);
		r->flags.set = (uint8_t)(r->flags.mask & random_u32(g));
	}
	if (fields & 2)
		NUMBERS(g, dscps, &r->dscp);
	if (fields & 4)
		NUMBERS(g, bytes, &r->ttl);
	if (fields & 8)
		NUMBERS(g, lengths, &r->length);
	r->frag = fields >> 4 & 1;
	if (fields & 32)
		gen_macset(g, &r->mac_from);
	if (fields & 64)
		gen_macset(g, &r->mac_to);
}

static void gen_rule(struct random *g, const struct gen_style *style, struct rule *r)
{
	enum family family = (enum family)random_below(g, FAMILY_COUNT);
	unsigned int percent = style->percent;

	*r = (struct rule){ .verdict = (enum verdict)random_below(g, VERDICT_COUNT),
			    .direction = (enum direction)random_below(g, DIRECTION_COUNT),
			    .family_given = random_chance(g, percent),
			    .family = family,
			    .from.addr.set = -1,
			    .to.addr.set = -1,
			    .stateless = random_chance(g, 30) };
	if (style->addresses || random_chance(g, percent))
		gen_addrset(g, style, family, &r->from.addr);
	if (style->addresses || random_chance(g, percent))
		gen_addrset(g, style, random_chance(g, 90) ? family : (enum family) !family, &r->to.addr);
	if (random_chance(g, percent))
		NUMBERS(g, protos, &r->proto);
	if (random_chance(g, percent))
		NUMBERS(g, ports, &r->from.ports);
	if (random_chance(g, percent))
		NUMBERS(g, ports, &r->to.ports);
	if (random_chance(g, percent))
		gen_icmpset(g, &r->icmp_type);
	if (random_chance(g, r->icmp_type.n ? 40 : percent / 4))
		NUMBERS(g, codes, &r->icmp_code);
	if (random_chance(g, percent / 2))
		NUMBERS(g, vlans, &r->vlan);
	if (random_chance(g, percent / 2))
		NUMBERS(g, vlans, &r->inner_vlan);
	if (random_chance(g, percent / 2))
		gen_ifaceset(g, &r->on);
	if (style->per_packet && random_chance(g, 40))
		gen_per_packet(g, r);
}

void gen_model(struct random *g, const struct gen_style *style, struct ruleset *rs)
{
	*rs = (struct ruleset){ .nrules = style->rules, .nsets = GEN_SETS };
	rs->sets = (struct set *)xcalloc(rs->nsets, sizeof(*rs->sets));
	for (size_t i = 0; i < rs->nsets; i++) {
		struct set *s = &rs->sets[i];

		snprintf(s->name, sizeof(s->name), "set%zu", i);
		s->type = SET_NET;
		s->n = random_below(g, 6);
		s->v = (struct addr_range *)xcalloc(s->n, sizeof(*s->v));
		for (size_t j = 0; j < s->n; j++)
			s->v[j] = one_range(g, (enum family)random_below(g, FAMILY_COUNT), false);
	}
	rs->rules = (struct rule *)xcalloc(rs->nrules, sizeof(*rs->rules));
	for (size_t i = 0; i < rs->nrules; i++)
		gen_rule(g, style, &rs->rules[i]);
}

void gen_model_free(struct ruleset *rs)
{
	for (size_t i = 0; i < rs->nsets; i++)
		free(rs->sets[i].v);
	for (size_t i = 0; i < rs->nrules; i++) {
		struct rule *r = &rs->rules[i];
		void *owned[] = { r->on.v,       r->proto.v,     r->from.addr.v, r->from.ports.v, r->to.addr.v,
				  r->to.ports.v, r->icmp_type.v, r->icmp_code.v, r->vlan.v,       r->inner_vlan.v,
				  r->dscp.v,     r->ttl.v,       r->length.v,    r->mac_from.v,   r->mac_to.v };

		for (size_t j = 0; j < sizeof(owned) / sizeof(*owned); j++)
			free(owned[j]);
	}
	free(rs->sets);
	free(rs->rules);
	*rs = (struct ruleset){ .nrules = 0 };
}
