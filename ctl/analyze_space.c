/* SPDX-License-Identifier: GPL-2.0 */
/* The packets that there are, in shapes, and the rules as products of values. */
#include <errno.h>
#include <string.h>
#include "analyze_impl.h"
#include "compile.h"
#include "fail.h"

/* --- forms ---------------------------------------------------------------------------------------- */

static iface_id_t name_iface(void *arg, const char *name)
{
	struct space *sp = (struct space *)arg;

	for (unsigned int i = 1; i <= sp->nifaces; i++)
		if (!strncmp(sp->ifaces[i], name, IFNAMSIZ))
			return (iface_id_t){ (__u8)i };
	if (sp->nifaces + 1 == IFACE_MAX)
		return (iface_id_t){ IFACE_NONE };
	memcpy(sp->ifaces[++sp->nifaces], name, strnlen(name, IFNAMSIZ - 1));
	return (iface_id_t){ (__u8)sp->nifaces };
}

static __u16 name_set(void *arg, size_t index)
{
	(void)arg;
	return (__u16)index;
}

static void mac_values(const struct macset *s, struct ranges *out)
{
	for (size_t i = 0; i < s->n; i++) {
		u128 m = mac_number(&s->v[i]);

		ranges_add(out, m, m, NO_MAC - 1);
	}
	ranges_normalise(out);
	if (s->negated)
		ranges_complement(out, NO_MAC - 1);
}

/* The protocols of one family out of the values of DIM_KIND. */
static void proto_values(const struct rule *r, enum family family, const struct ranges *kinds, struct ranges *out)
{
	u128 base = (u128)r->direction << 9 | (u128)family << 8;

	for (size_t i = 0; i < kinds->n; i++) {
		u128 lo = kinds->v[i].lo < base ? base : kinds->v[i].lo;
		u128 hi = kinds->v[i].hi > base + 255 ? base + 255 : kinds->v[i].hi;

		if (lo <= hi)
			ranges_add(out, lo - base, hi - base, 255);
	}
}

static int form_values(struct space *sp, const struct rule *r, enum family family, enum dim d, struct ranges *out)
{
	const struct compile_names names = { name_iface, name_set, sp };
	struct ranges kinds = { NULL, 0, 0 };
	const char *bad = NULL;
	int rc = 0;

	switch (d) {
	case DIM_SRC:
	case DIM_DST:
		field_addrs(d == DIM_SRC ? &r->from.addr : &r->to.addr, family, out);
		return 0;
	case DIM_MAC_FROM:
	case DIM_MAC_TO:
		mac_values(d == DIM_MAC_FROM ? &r->mac_from : &r->mac_to, out);
		return 0;
	case DIM_KIND:
		rc = field_values(r, d, &names, &kinds, &bad);
		if (!rc)
			proto_values(r, family, &kinds, out);
		ranges_free(&kinds);
		return rc;
	case DIM_SPORT:
	case DIM_DPORT:
	case DIM_IFACE:
	case DIM_VLAN:
	case DIM_INNER_VLAN:
	case DIM_ICMP:
	case DIM_FLAGS:
	case DIM_TTL:
	case DIM_LENGTH:
	case DIM_DSCP:
	case DIM_FRAG:
		return field_values(r, d, &names, out, &bad);
	}
	return 0;
}

/* The bit of a reference to a set; compile() allows at most half as many. */
static uint64_t set_bit(struct space *sp, int set, bool dst)
{
	for (unsigned int i = 0; i < sp->nrefs; i++)
		if (sp->ref[i].set == set && sp->ref[i].dst == dst)
			return 1ull << i;
	if (sp->nrefs == SET_BITS)
		return 0;
	sp->ref[sp->nrefs].set = set;
	sp->ref[sp->nrefs].dst = dst;
	return 1ull << sp->nrefs++;
}

static void form_sets(struct space *sp, const struct rule *r, struct form *f)
{
	for (int dst = 0; dst < 2; dst++) {
		const struct addrset *a = dst ? &r->to.addr : &r->from.addr;

		if (a->set >= 0)
			*(a->negated ? &f->out : &f->in) |= set_bit(sp, a->set, dst);
	}
}

static int form_make(struct space *sp, const struct rule *r, enum family family, struct form *f)
{
	struct ranges field[DIM_COUNT] = { { NULL, 0, 0 } };
	unsigned int n = 0;

	f->there = rule_families(r) & 1u << family;
	for (unsigned int d = 0; f->there && d < DIM_COUNT; d++) {
		struct ranges v = { NULL, 0, 0 };
		int rc;

		if (!field_given(r, (enum dim)d))
			continue;
		rc = form_values(sp, r, family, (enum dim)d, &v);
		if (rc) {
			ranges_free(&v);
			return rc;
		}
		f->there &= v.n > 0;
		if (d == DIM_KIND && v.n == 1 && v.v[0].lo == 0 && v.v[0].hi == 255) {
			ranges_free(&v);
			continue;
		}
		f->given |= 1u << d;
		field[n++] = v;
	}
	f->field = (struct ranges *)xcalloc(n, sizeof(*f->field));
	memcpy(f->field, field, n * sizeof(*field));
	form_sets(sp, r, f);
	return 0;
}

/* Neighbour discovery (policy.h, decide_by_status): whole ICMPv6 packets of types 133 to 136 with hop limit 255. */
static void form_nd(struct form *f, bool there)
{
	const struct {
		enum dim d;
		uint32_t lo, hi;
	} v[] = {
		{ DIM_KIND, PROTO_ICMP6, PROTO_ICMP6 },
		{ DIM_ICMP, 1u << 16 | 133 << 8, 1u << 16 | 136 << 8 | 255 },
		{ DIM_TTL, 255, 255 },
		{ DIM_FRAG, 0, 0 },
	};

	f->there = there;
	f->field = (struct ranges *)xcalloc(sizeof(v) / sizeof(v[0]), sizeof(*f->field));
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		f->given |= 1u << v[i].d;
		ranges_add(&f->field[i], v[i].lo, v[i].hi, v[i].hi);
	}
}

/* --- shapes --------------------------------------------------------------------------------------- */

/* Protocols whose packets have more than others, or another least length. */
static const __u8 special[] = {
	PROTO_TCP, PROTO_UDP, PROTO_ICMP, PROTO_ICMP6, PROTO_UDPLITE, PROTO_SCTP, PROTO_DCCP, PROTO_NONE,
};
enum { PLAIN = 255 }; /* stands for all others */

static void domain(struct shape *s, enum dim d, u128 lo, u128 hi)
{
	s->domain[d].n = 0;
	ranges_add(&s->domain[d], lo, hi, hi);
}

static void domain_addrs(struct shape *s)
{
	u128 mapped = (u128)0xffff << 32;

	domain(s, DIM_SRC, 0, family_max(s->family));
	domain(s, DIM_DST, 0, family_max(s->family));
	if (s->family == FAMILY_INET)
		return;
	domain(s, DIM_SRC, 0, mapped - 1); /* from ::ffff:0:0/96 is malformed */
	ranges_add(&s->domain[DIM_SRC], mapped + ((u128)1 << 32), family_max(s->family), family_max(s->family));
}

/* The domains of a shape with these properties; its protocols are still to come. */
static void shape_fill(const struct space *sp, struct shape *s, unsigned int has, unsigned int proto, uint32_t least)
{
	u128 icmp = proto == PROTO_ICMP6 ? 1u << 16 : 0;

	domain_addrs(s);
	domain(s, DIM_SPORT, has & HAS_PORTS ? 0 : NO_PORT, has & HAS_PORTS ? NO_PORT - 1 : NO_PORT);
	domain(s, DIM_DPORT, has & HAS_PORTS ? 0 : NO_PORT, has & HAS_PORTS ? NO_PORT - 1 : NO_PORT);
	domain(s, DIM_ICMP, has & HAS_ICMP ? icmp : NO_ICMP, has & HAS_ICMP ? icmp | 0xffff : NO_ICMP);
	domain(s, DIM_FLAGS, has & HAS_FLAGS ? 0 : NO_FLAGS, has & HAS_FLAGS ? NO_FLAGS - 1 : NO_FLAGS);
	domain(s, DIM_MAC_FROM, has & HAS_MAC ? 0 : NO_MAC, has & HAS_MAC ? NO_MAC - 1 : NO_MAC);
	domain(s, DIM_MAC_TO, has & HAS_MAC ? 0 : NO_MAC, has & HAS_MAC ? NO_MAC - 1 : NO_MAC);
	domain(s, DIM_LENGTH, least, s->family == FAMILY_INET ? 65535 : LENGTH_LAST);
	domain(s, DIM_FRAG, s->fragment != FRAGMENT_NONE, s->fragment != FRAGMENT_NONE);
	domain(s, DIM_IFACE, 0, sp->nifaces);
	domain(s, DIM_VLAN, 0, dim_values(DIM_VLAN) - 1);
	domain(s, DIM_INNER_VLAN, 0, dim_values(DIM_INNER_VLAN) - 1);
	domain(s, DIM_TTL, 0, dim_values(DIM_TTL) - 1);
	domain(s, DIM_DSCP, 0, dim_values(DIM_DSCP) - 1);
}

static struct shape *shape_add(struct space *sp, enum family family, enum fragment fragment)
{
	struct shape *s;

	GROW(sp->shapes, sp->nshapes, sp->cap_shapes);
	s = &sp->shapes[sp->nshapes++];
	memset(s, 0, sizeof(*s));
	s->family = family;
	s->fragment = fragment;
	return s;
}

/* All protocols but those with a shape of their own, and for IPv6 the headers that the walk goes on behind. */
static void other_protos(struct shape *s)
{
	struct ranges *p = &s->domain[DIM_KIND];

	for (uint32_t proto = 0; proto < 256; proto++) {
		bool own = s->family == FAMILY_INET6 && is_extension_header(proto);

		for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
			own |= proto == special[i];
		if (!own)
			ranges_add(p, proto, proto, proto);
	}
	ranges_normalise(p);
}

/* Whole packets and first fragments of a family. */
static void shapes_of(struct space *sp, enum family family, enum fragment fragment, unsigned int mac)
{
	struct shape *s;

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		s = shape_add(sp, family, fragment);
		shape_fill(sp, s, proto_has(special[i]) | mac, special[i], probe_min_length(family, special[i], fragment));
		domain(s, DIM_KIND, special[i], special[i]);
	}
	s = shape_add(sp, family, fragment);
	shape_fill(sp, s, mac, PLAIN, probe_min_length(family, PLAIN, fragment));
	other_protos(s);
}

static void shapes_make(struct space *sp, bool frags, bool macs)
{
	for (int absent = 0; absent <= (macs ? 1 : 0); absent++) {
		unsigned int mac = absent ? 0 : HAS_MAC;

		for (unsigned int f = 0; f < FAMILY_COUNT; f++)
			shapes_of(sp, (enum family)f, FRAGMENT_NONE, mac);
		for (unsigned int f = 0; f < FAMILY_COUNT; f++) {
			struct shape *s;

			if (frags)
				shapes_of(sp, (enum family)f, FRAGMENT_FIRST, mac);
			s = shape_add(sp, (enum family)f, FRAGMENT_LATER);
			shape_fill(sp, s, mac, PLAIN, probe_min_length((enum family)f, PLAIN, FRAGMENT_LATER));
			domain(s, DIM_KIND, 0, 255);
		}
	}
}

/* --- all of it ------------------------------------------------------------------------------------ */

static bool set_holds(void *arg, __u16 set, enum set_type type, enum family family, const addr_t *a)
{
	const struct space *sp = (const struct space *)arg;
	bool dst = a == &sp->asked->packet.dst;

	(void)type;
	(void)family;
	for (unsigned int i = 0; i < sp->nrefs; i++)
		if (sp->ref[i].set == (int)set && sp->ref[i].dst == dst)
			return sp->asked_in >> i & 1;
	return false;
}

static int forms_make(struct space *sp, char **err)
{
	for (unsigned int f = 0; f < FAMILY_COUNT; f++) {
		sp->form[f] = (struct form *)xcalloc(sp->rs->nrules + 1, sizeof(struct form));
		for (size_t i = 0; i < sp->rs->nrules; i++)
			if (form_make(sp, &sp->rs->rules[i], (enum family)f, &sp->form[f][i]))
				return FAIL(err, -ENOENT, "rule %zu: too many interface names", i + 1);
		form_nd(&sp->form[f][id_nd(sp)], f == FAMILY_INET6 && !sp->rs->defaults.nd_by_rules);
	}
	return 0;
}

int space_init(struct space *sp, const struct ruleset *rs, char **err)
{
	const struct compile_names names = { name_iface, name_set, sp };
	bool frags = !rs->defaults.nd_by_rules, macs = false;
	int rc;

	memset(sp, 0, sizeof(*sp));
	sp->rs = rs;
	sp->random = 0x9e3779b97f4a7c15ull;
	rc = compile(rs, &names, &sp->tables, err);
	rc = rc ?: forms_make(sp, err);
	if (rc)
		return rc;
	sp->tables.set_contains = set_holds;
	sp->tables.set_arg = sp;
	/* First fragments differ from whole packets by `frag`, in length, and in not being neighbour discovery. */
	for (size_t i = 0; i < rs->nrules; i++) {
		frags |= rs->rules[i].frag || rs->rules[i].length.n;
		macs |= rs->rules[i].mac_from.n || rs->rules[i].mac_to.n;
	}
	shapes_make(sp, frags, macs);
	return 0;
}

void space_free(struct space *sp)
{
	for (unsigned int f = 0; f < FAMILY_COUNT; f++) {
		for (size_t i = 0; sp->form[f] && i <= sp->rs->nrules; i++) {
			for (int k = 0; k < __builtin_popcount(sp->form[f][i].given); k++)
				ranges_free(&sp->form[f][i].field[k]);
			free(sp->form[f][i].field);
		}
		free(sp->form[f]);
	}
	for (size_t i = 0; i < sp->nshapes; i++)
		for (unsigned int d = 0; d < DIM_COUNT; d++)
			ranges_free(&sp->shapes[i].domain[d]);
	free(sp->shapes);
	tables_free(&sp->tables);
	arena_free(&sp->arena);
}
