/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <string.h>
#include "linear.h"

static bool in_list(const struct numset *s, uint32_t v)
{
	for (size_t i = 0; i < s->n; i++)
		if (v >= s->v[i].lo && v <= s->v[i].hi)
			return true;
	return false;
}

/* A field that every packet has. */
static bool number_matches(const struct numset *s, uint32_t v) { return !s->n || in_list(s, v) != s->negated; }

static bool ranges_contain(const struct addr_range *v, size_t n, const addr_t *a, enum family family)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].family == family && memcmp(a, &v[i].lo, sizeof(*a)) >= 0 && memcmp(a, &v[i].hi, sizeof(*a)) <= 0)
			return true;
	return false;
}

bool set_declares(const struct set *s, enum family family, const addr_t *a)
{
	return ranges_contain(s->v, s->n, a, family) || ranges_contain(s->file_v, s->file_n, a, family);
}

static bool set_matches(const struct ruleset *rs, size_t index, const addr_t *a, enum family family,
			const struct linear_sets *sets)
{
	if (sets)
		return sets->contains(sets->arg, index, family, a);
	return index < rs->nsets && set_declares(&rs->sets[index], family, a);
}

static bool addr_matches(const struct ruleset *rs, const struct addrset *want, const addr_t *a, enum family family,
			 const struct linear_sets *sets)
{
	if (want->set >= 0)
		return set_matches(rs, (size_t)want->set, a, family, sets) != want->negated;
	if (!want->n)
		return true;
	if (!want->negated)
		return ranges_contain(want->v, want->n, a, family);
	/* Any other address of a family that the list names. */
	for (size_t i = 0; i < want->n; i++)
		if (want->v[i].family == family)
			return !ranges_contain(want->v, want->n, a, family);
	return false;
}

static bool ports_match(const struct rule *r, const struct packet *p)
{
	if (!r->from.ports.n && !r->to.ports.n)
		return true;
	if (!(p->has & HAS_PORTS))
		return false;
	if (!r->proto.n && p->proto != PROTO_TCP && p->proto != PROTO_UDP)
		return false;
	return number_matches(&r->from.ports, ntohs(p->sport.raw)) && number_matches(&r->to.ports, ntohs(p->dport.raw));
}

static bool icmp_matches(const struct rule *r, const struct packet *p)
{
	enum family numbers = p->proto == PROTO_ICMP6 ? FAMILY_INET6 : FAMILY_INET;
	bool known = false, listed = false;

	if (!r->icmp_type.n && !r->icmp_code.n)
		return true;
	if (!(p->has & HAS_ICMP) || (p->proto != PROTO_ICMP && p->proto != PROTO_ICMP6))
		return false;
	for (size_t i = 0; i < r->icmp_type.n; i++) {
		const struct icmp_range *t = &r->icmp_type.v[i];

		known |= t->has[numbers];
		listed |= t->has[numbers] && p->icmp_type >= t->lo[numbers] && p->icmp_type <= t->hi[numbers];
	}
	/* Without a protocol the rule's ICMP protocols are those that its names belong to. */
	if (r->icmp_type.n && !r->proto.n && !known)
		return false;
	if (r->icmp_type.n && listed == r->icmp_type.negated)
		return false;
	return number_matches(&r->icmp_code, p->icmp_code);
}

static bool flags_match(const struct flagset *f, const struct packet *p)
{
	return !f->given || (p->proto == PROTO_TCP && p->has & HAS_FLAGS && (p->tcp_flags & f->mask) == f->set);
}

static bool mac_matches(const struct macset *s, const struct mac *m, const struct packet *p)
{
	bool listed = false;

	if (!s->n)
		return true;
	for (size_t i = 0; i < s->n; i++)
		listed |= !memcmp(&s->v[i], m, sizeof(*m));
	return p->has & HAS_MAC && listed != s->negated;
}

static bool iface_matches(const struct ifaceset *s, const char *iface)
{
	bool listed = false;

	for (size_t i = 0; iface && i < s->n; i++)
		listed |= !strcmp(s->v[i], iface);
	return !s->n || listed != s->negated;
}

bool rule_matches(const struct ruleset *rs, const struct rule *r, const struct packet *p, enum direction dir, const char *iface,
		  const struct linear_sets *sets)
{
	enum family family = (enum family)p->family;

	return r->direction == dir && (!r->family_given || r->family == family) && number_matches(&r->proto, p->proto) &&
	       ports_match(r, p) && icmp_matches(r, p) && flags_match(&r->flags, p) && number_matches(&r->vlan, p->vlan) &&
	       number_matches(&r->inner_vlan, p->inner_vlan) && number_matches(&r->dscp, p->dscp) &&
	       number_matches(&r->ttl, p->ttl) && number_matches(&r->length, p->length) &&
	       (!r->frag || p->fragment != FRAGMENT_NONE) && iface_matches(&r->on, iface) &&
	       mac_matches(&r->mac_from, &p->mac_src, p) && mac_matches(&r->mac_to, &p->mac_dst, p) &&
	       addr_matches(rs, &r->from.addr, &p->src, family, sets) && addr_matches(rs, &r->to.addr, &p->dst, family, sets);
}

bool rule_is_per_packet(const struct rule *r)
{
	bool size = r->ttl.n || r->length.n || r->dscp.n;
	bool mac = r->mac_from.n || r->mac_to.n;

	return size || mac || r->frag || r->flags.given;
}

rule_id_t linear_scan(const struct ruleset *rs, unsigned int images, const struct packet *p, enum direction dir,
		      const char *iface, const struct linear_sets *sets)
{
	for (size_t i = 0; i < rs->nrules; i++) {
		const struct rule *r = &rs->rules[i];
		enum image image = rule_is_per_packet(r) ? IMAGE_PACKET : IMAGE_FLOW;

		if (images & 1u << image && rule_matches(rs, r, p, dir, iface, sets))
			return (rule_id_t){ (__u32)i };
	}
	return rule_none();
}
