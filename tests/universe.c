/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <assert.h>
#include <string.h>
#include "universe.h"

static void rep(struct reps *r, uint64_t v, uint64_t max)
{
	if (v > max)
		return;
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i] == v)
			return;
	assert(r->n < REPS_MAX);
	r->v[r->n++] = (uint32_t)v;
}

static void rep_numbers(struct reps *r, const struct numset *s, uint64_t max)
{
	for (size_t i = 0; i < s->n; i++) {
		rep(r, s->v[i].lo, max);
		rep(r, (uint64_t)s->v[i].hi + 1, max);
	}
}

static void rep_addr(struct addr_reps *r, const addr_t *a)
{
	for (size_t i = 0; i < r->n; i++)
		if (!memcmp(&r->v[i], a, sizeof(*a)))
			return;
	assert(r->n < REPS_MAX);
	r->v[r->n++] = *a;
}

static bool addr_next(addr_t *a)
{
	for (size_t i = 16; i--;)
		if (++a->b[i])
			return true;
	return false;
}

static void rep_addrs(struct addr_reps *r, const struct addrset *s, enum family family)
{
	static const addr_t first4 = { .b = { [10] = 0xff, [11] = 0xff } }, first6 = { .b = { 0 } };

	rep_addr(r, family == FAMILY_INET ? &first4 : &first6);
	for (size_t i = 0; i < s->n; i++) {
		addr_t next = s->v[i].hi;

		if (s->v[i].family != family)
			continue;
		rep_addr(r, &s->v[i].lo);
		if (addr_next(&next) && (family == FAMILY_INET6 || (next.b[10] == 0xff && next.b[11] == 0xff)))
			rep_addr(r, &next);
	}
}

bool universe_in_set(void *arg, size_t set, enum family family, const addr_t *a)
{
	const struct universe *u = (const struct universe *)arg;
	bool dst = a == &u->packet->dst;

	(void)family;
	for (size_t i = 0; i < u->nrefs; i++)
		if (u->ref[i].set == (int)set && u->ref[i].dst == dst)
			return u->members >> i & 1;
	return false;
}

static void use_set(struct universe *u, const struct addrset *a, bool dst)
{
	if (a->set < 0)
		return;
	for (size_t i = 0; i < u->nrefs; i++)
		if (u->ref[i].set == a->set && u->ref[i].dst == dst)
			return;
	u->ref[u->nrefs].set = a->set;
	u->ref[u->nrefs++].dst = dst;
}

static void collect_rule(struct universe *u, const struct rule *r)
{
	static const char *const names[] = { "eth0", "eth1" };

	rep_numbers(&u->sport, &r->from.ports, 65535);
	rep_numbers(&u->dport, &r->to.ports, 65535);
	rep_numbers(&u->vlan, &r->vlan, 4095);
	rep_numbers(&u->ttl, &r->ttl, 255);
	rep_numbers(&u->length, &r->length, 65575);
	rep_numbers(&u->code, &r->icmp_code, 255);
	for (size_t i = 0; i < r->on.n; i++)
		for (uint32_t k = 0; k < 2; k++)
			if (!strcmp(r->on.v[i], names[k]))
				rep(&u->iface, k + 1, 2);
	for (size_t i = 0; i < r->mac_from.n; i++)
		rep(&u->mac, r->mac_from.v[i].b[5], 255);
	for (size_t i = 0; i < r->icmp_type.n; i++)
		for (int f = 0; f < FAMILY_COUNT; f++)
			if (r->icmp_type.v[i].has[f]) {
				rep(&u->type[f], r->icmp_type.v[i].lo[f], 255);
				rep(&u->type[f], r->icmp_type.v[i].hi[f] + 1u, 255);
			}
	for (unsigned int v = 0; r->flags.given && v < 32; v++)
		rep(&u->flags, v & (TCP_SYN | TCP_ACK), 255);
	for (int f = 0; f < FAMILY_COUNT; f++) {
		rep_addrs(&u->src[f], &r->from.addr, (enum family)f);
		rep_addrs(&u->dst[f], &r->to.addr, (enum family)f);
	}
	use_set(u, &r->from.addr, false);
	use_set(u, &r->to.addr, true);
}

static void collect(struct universe *u, const struct ruleset *rs)
{
	static const uint8_t protos[] = { PROTO_TCP, PROTO_UDP, PROTO_ICMP, PROTO_ICMP6, PROTO_SCTP, 47, PROTO_NONE, PROTO_AH };
	struct reps *zero[] = { &u->sport, &u->dport,   &u->vlan,    &u->ttl,  &u->iface,
				&u->mac,   &u->type[0], &u->type[1], &u->code, &u->flags };

	for (size_t i = 0; i < sizeof(zero) / sizeof(zero[0]); i++)
		rep(zero[i], 0, 255);
	rep(&u->length, 65535, 65535);
	for (size_t i = 0; i < sizeof(protos); i++)
		rep(&u->proto, protos[i], 255);
	if (!rs->defaults.nd_by_rules) { /* neighbour discovery is passed ahead of the rules */
		rep(&u->ttl, 255, 255);
		rep(&u->type[FAMILY_INET6], 133, 255);
		rep(&u->type[FAMILY_INET6], 137, 255);
	}
	for (size_t i = 0; i < rs->nrules; i++)
		collect_rule(u, &rs->rules[i]);
}

/* One packet, unless the parser would not let it through; false where there are too many. */
static bool take(struct universe *u, const struct probe *made)
{
	const struct linear_sets sets = { universe_in_set, u };
	struct probe p = *made;
	uint64_t word = 0;

	probe_settle(&p);
	if (p.packet.status != STATUS_OK || (p.packet.nd && !u->rs->defaults.nd_by_rules))
		return true;
	if (p.packet.family == FAMILY_INET6 && p.packet.fragment != FRAGMENT_LATER && is_extension_header(p.packet.proto))
		return true;
	if (p.packet.length > (p.packet.family == FAMILY_INET ? 65535u : 65575u))
		return true;
	if (u->n == PACKETS_MAX)
		return false;
	u->packet = &p.packet;
	for (size_t i = 0; i < u->rs->nrules; i++)
		if (rule_matches(u->rs, &u->rs->rules[i], &p.packet, p.direction, probe_iface(&p), &sets))
			word |= 1ull << i;
	u->probes[u->n] = p;
	u->matches[u->n++] = word;
	return true;
}

/* Runs the body for each value of a field. */
#define EACH(reps, field, convert) for (size_t i_##field = 0; i_##field < (reps)->n && ((void)(convert), true); i_##field++)
#define NOW(reps, field)           ((reps)->v[i_##field])

static bool each_transport(struct universe *u, struct probe *p)
{
	struct packet *k = &p->packet;
	bool later = k->fragment == FRAGMENT_LATER;
	unsigned int has = later ? 0 : proto_has(k->proto);
	const struct reps none = { { 0 }, 1 };
	const struct reps *sport = has & HAS_PORTS ? &u->sport : &none, *dport = has & HAS_PORTS ? &u->dport : &none;
	const struct reps *flags = has & HAS_FLAGS ? &u->flags : &none, *code = has & HAS_ICMP ? &u->code : &none;
	const struct reps *type = has & HAS_ICMP ? &u->type[k->proto == PROTO_ICMP6] : &none;

	EACH(sport, sport, k->sport.raw = htons((uint16_t)NOW(sport, sport)))
	EACH(dport, dport, k->dport.raw = htons((uint16_t)NOW(dport, dport)))
	EACH(flags, flags, k->tcp_flags = (uint8_t)NOW(flags, flags))
	EACH(type, type, k->icmp_type = (uint8_t)NOW(type, type))
	EACH(code, code, k->icmp_code = (uint8_t)NOW(code, code))
	if (!take(u, p))
		return false;
	return true;
}

static bool each_size(struct universe *u, struct probe *p)
{
	struct packet *k = &p->packet;
	struct reps lengths = u->length;

	rep(&lengths, probe_min_length((enum family)k->family, k->proto, (enum fragment)k->fragment), 65535);
	EACH(&u->vlan, vlan, k->vlan = (uint16_t)NOW(&u->vlan, vlan))
	EACH(&u->ttl, ttl, k->ttl = (uint8_t)NOW(&u->ttl, ttl))
	EACH(&lengths, length, k->length = NOW(&lengths, length))
	if (!each_transport(u, p))
		return false;
	return true;
}

static bool each_place(struct universe *u, struct probe *p)
{
	static const char *const names[] = { "", "eth0", "eth1" };
	size_t macs = u->mac.n > 1 ? u->mac.n + 1 : 1; /* the last one: no MAC addresses */

	EACH(&u->iface, iface, strcpy(p->iface, names[NOW(&u->iface, iface)]))
	for (size_t m = 0; m < macs; m++) {
		p->packet.has = m < u->mac.n ? HAS_MAC : 0;
		p->packet.mac_src = (struct mac){ { 2, 0, 0, 0, 0, m < u->mac.n ? (uint8_t)u->mac.v[m] : 0 } };
		for (u->members = 0; u->members < 1u << u->nrefs; u->members++)
			if (!each_size(u, p))
				return false;
	}
	return true;
}

static bool each_packet(struct universe *u)
{
	struct probe p;

	for (int f = 0; f < FAMILY_COUNT; f++)
		for (size_t s = 0; s < u->src[f].n; s++)
			for (size_t d = 0; d < u->dst[f].n; d++)
				for (size_t i = 0; i < u->proto.n; i++)
					for (int frag = 0; frag < FRAGMENT_COUNT; frag++)
						for (int dir = 0; dir < DIRECTION_COUNT; dir++) {
							probe_init(&p, (enum family)f);
							p.direction = (enum direction)dir;
							p.packet.src = u->src[f].v[s];
							p.packet.dst = u->dst[f].v[d];
							p.packet.proto = (uint8_t)u->proto.v[i];
							p.packet.fragment = (uint8_t)frag;
							if (!each_place(u, &p))
								return false;
						}
	return true;
}

bool universe_make(struct universe *u, const struct ruleset *rs)
{
	memset(u, 0, sizeof(*u));
	u->rs = rs;
	u->matches = (uint64_t *)xcalloc(PACKETS_MAX, sizeof(*u->matches));
	u->probes = (struct probe *)xcalloc(PACKETS_MAX, sizeof(*u->probes));
	collect(u, rs);
	return each_packet(u);
}

void universe_free(struct universe *u)
{
	free(u->matches);
	free(u->probes);
}
