/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <string.h>
#include "fields.h"

enum image rule_image(const struct rule *r)
{
	return r->flags.given || r->ttl.n || r->length.n || r->dscp.n || r->frag || r->mac_from.n || r->mac_to.n ? IMAGE_PACKET
														 : IMAGE_FLOW;
}

static unsigned int addr_families(const struct addrset *a)
{
	unsigned int families = 0;

	if (!a->n)
		return 1u << FAMILY_INET | 1u << FAMILY_INET6;
	for (size_t i = 0; i < a->n; i++)
		families |= 1u << a->v[i].family;
	return families;
}

unsigned int rule_families(const struct rule *r)
{
	unsigned int families = addr_families(&r->from.addr) & addr_families(&r->to.addr);

	return r->family_given ? families & 1u << r->family : families;
}

bool field_given(const struct rule *r, enum dim d)
{
	switch (d) {
	case DIM_KIND:
		return true;
	case DIM_SRC:
		return r->from.addr.n;
	case DIM_DST:
		return r->to.addr.n;
	case DIM_SPORT:
		return r->from.ports.n;
	case DIM_DPORT:
		return r->to.ports.n;
	case DIM_IFACE:
		return r->on.n;
	case DIM_VLAN:
		return r->vlan.n;
	case DIM_INNER_VLAN:
		return r->inner_vlan.n;
	case DIM_ICMP:
		return r->icmp_type.n || r->icmp_code.n;
	case DIM_FLAGS:
		return r->flags.given;
	case DIM_TTL:
		return r->ttl.n;
	case DIM_LENGTH:
		return r->length.n;
	case DIM_DSCP:
		return r->dscp.n;
	case DIM_FRAG:
		return r->frag;
	case DIM_MAC_FROM:
		return r->mac_from.n;
	case DIM_MAC_TO:
		return r->mac_to.n;
	}
	return false;
}

__u32 dim_values(enum dim d)
{
#define DIM_VALUES(id, values) [id] = (values),
	static const __u32 v[DIM_COUNT] = { FW_DIMS(DIM_VALUES) };

	return v[d];
}

const char *dim_text(enum dim d)
{
	switch (d) {
	case DIM_KIND:
		return "protocol";
	case DIM_SRC:
		return "source address";
	case DIM_DST:
		return "destination address";
	case DIM_SPORT:
		return "source port";
	case DIM_DPORT:
		return "destination port";
	case DIM_IFACE:
		return "interface";
	case DIM_VLAN:
		return "vlan";
	case DIM_INNER_VLAN:
		return "inner-vlan";
	case DIM_ICMP:
		return "icmp-type";
	case DIM_FLAGS:
		return "flags";
	case DIM_TTL:
		return "ttl";
	case DIM_LENGTH:
		return "length";
	case DIM_DSCP:
		return "dscp";
	case DIM_FRAG:
		return "frag";
	case DIM_MAC_FROM:
		return "mac-from";
	case DIM_MAC_TO:
		return "mac-to";
	}
	return "?";
}

static void number_values(const struct numset *s, __u32 max, struct ranges *out)
{
	for (size_t i = 0; i < s->n; i++)
		ranges_add(out, s->v[i].lo, s->v[i].hi, max);
	ranges_normalise(out);
	if (s->negated)
		ranges_complement(out, max);
}

static bool numset_has(const struct numset *s, __u32 v)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].lo <= v && v <= s->v[i].hi)
			return !s->negated;
	return s->negated;
}

static bool icmp_knows(const struct icmpset *s, enum family family)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].has[family])
			return true;
	return false;
}

/* The protocols of a rule: as said, or what its ports, flags and ICMP types imply. */
static bool rule_has_proto(const struct rule *r, __u8 proto)
{
	if (r->proto.n && !numset_has(&r->proto, proto))
		return false;
	if (!r->proto.n && (r->from.ports.n || r->to.ports.n) && proto != PROTO_TCP && proto != PROTO_UDP)
		return false;
	if (r->flags.given && proto != PROTO_TCP)
		return false;
	if (!r->icmp_type.n && !r->icmp_code.n)
		return true;
	if (proto != PROTO_ICMP && proto != PROTO_ICMP6)
		return false;
	return r->proto.n || !r->icmp_type.n || icmp_knows(&r->icmp_type, proto == PROTO_ICMP ? FAMILY_INET : FAMILY_INET6);
}

static void kind_values(const struct rule *r, struct ranges *out)
{
	unsigned int families = rule_families(r), base = (unsigned int)r->direction << 9;

	for (unsigned int family = 0; family < FAMILY_COUNT; family++) {
		if (!(families & 1u << family))
			continue;
		for (unsigned int proto = 0; proto < 256; proto++) {
			unsigned int v = base | family << 8 | proto;

			if (!rule_has_proto(r, (__u8)proto))
				continue;
			if (out->n && out->v[out->n - 1].hi + 1 == v)
				out->v[out->n - 1].hi = v;
			else
				ranges_add(out, v, v, v);
		}
	}
}

/* Codes of the types lo to hi, of the protocol whose values start at `base`. */
static void icmp_codes(const struct numset *codes, __u32 base, __u32 lo, __u32 hi, struct ranges *out)
{
	struct ranges c = { NULL, 0, 0 };

	if (!codes->n) {
		ranges_add(out, base | lo << 8, base | hi << 8 | 0xff, NO_ICMP - 1);
		return;
	}
	number_values(codes, 255, &c);
	for (__u32 type = lo; type <= hi; type++)
		for (size_t i = 0; i < c.n; i++)
			ranges_add(out, (base | type << 8) + c.v[i].lo, (base | type << 8) + c.v[i].hi, NO_ICMP - 1);
	ranges_free(&c);
}

static void icmp_values(const struct rule *r, struct ranges *out)
{
	for (unsigned int family = 0; family < FAMILY_COUNT; family++) {
		struct ranges types = { NULL, 0, 0 };

		for (size_t i = 0; i < r->icmp_type.n; i++)
			if (r->icmp_type.v[i].has[family])
				ranges_add(&types, r->icmp_type.v[i].lo[family], r->icmp_type.v[i].hi[family], 255);
		ranges_normalise(&types);
		if (r->icmp_type.negated || !r->icmp_type.n)
			ranges_complement(&types, 255);
		for (size_t i = 0; i < types.n; i++)
			icmp_codes(&r->icmp_code, family << 16, (__u32)types.v[i].lo, (__u32)types.v[i].hi, out);
		ranges_free(&types);
	}
	ranges_normalise(out);
}

static void flag_values(const struct flagset *f, struct ranges *out)
{
	for (unsigned int v = 0; v < 256; v++)
		if ((v & f->mask) == f->set)
			ranges_add(out, v, v, v);
	ranges_normalise(out);
}

static int iface_values(const struct ifaceset *s, const struct compile_names *names, struct ranges *out, const char **bad)
{
	for (size_t i = 0; i < s->n; i++) {
		iface_id_t id = names->iface(names->arg, s->v[i]);

		if (id.raw == IFACE_NONE) {
			*bad = s->v[i];
			return -ENOENT;
		}
		ranges_add(out, id.raw, id.raw, IFACE_MAX - 1);
	}
	ranges_normalise(out);
	if (s->negated)
		ranges_complement(out, IFACE_MAX - 1);
	return 0;
}

int field_values(const struct rule *r, enum dim d, const struct compile_names *names, struct ranges *out, const char **bad_iface)
{
	out->n = 0;
	switch (d) {
	case DIM_KIND:
		kind_values(r, out);
		return 0;
	case DIM_SPORT:
		number_values(&r->from.ports, NO_PORT - 1, out);
		return 0;
	case DIM_DPORT:
		number_values(&r->to.ports, NO_PORT - 1, out);
		return 0;
	case DIM_IFACE:
		return iface_values(&r->on, names, out, bad_iface);
	case DIM_VLAN:
		number_values(&r->vlan, dim_values(d) - 1, out);
		return 0;
	case DIM_INNER_VLAN:
		number_values(&r->inner_vlan, dim_values(d) - 1, out);
		return 0;
	case DIM_ICMP:
		icmp_values(r, out);
		return 0;
	case DIM_FLAGS:
		flag_values(&r->flags, out);
		return 0;
	case DIM_TTL:
		number_values(&r->ttl, dim_values(d) - 1, out);
		return 0;
	case DIM_LENGTH:
		number_values(&r->length, LENGTH_LAST, out);
		return 0;
	case DIM_DSCP:
		number_values(&r->dscp, dim_values(d) - 1, out);
		return 0;
	case DIM_FRAG:
		ranges_add(out, 1, 1, 1);
		return 0;
	case DIM_SRC:
	case DIM_DST:
	case DIM_MAC_FROM:
	case DIM_MAC_TO:
		return 0; /* not tables */
	}
	return 0;
}

static u128 addr_number(const addr_t *a, enum family family)
{
	u128 v = 0;

	for (size_t i = family == FAMILY_INET ? 12 : 0; i < 16; i++)
		v = v << 8 | a->b[i];
	return v;
}

void field_addrs(const struct addrset *a, enum family family, struct ranges *out)
{
	out->n = 0;
	for (size_t i = 0; i < a->n; i++) {
		const struct addr_range *r = &a->v[i];

		if (r->family == family)
			ranges_add(out, addr_number(&r->lo, family), addr_number(&r->hi, family), family_max(family));
	}
	ranges_normalise(out);
	if (a->negated)
		ranges_complement(out, family_max(family));
}

u128 mac_number(const struct mac *m)
{
	u128 v = 0;

	for (size_t i = 0; i < sizeof(m->b); i++)
		v = v << 8 | m->b[i];
	return v;
}

struct mac number_mac(u128 v)
{
	struct mac m = { { 0 } };

	for (size_t i = sizeof(m.b); i--; v >>= 8)
		m.b[i] = (__u8)v;
	return m;
}
