/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What only the whole rule tells: ICMP types and codes by the rule's protocols, and contradictions. Of two
 * things that contradict each other, the one that stands later is reported.
 */
#include <errno.h>
#include "names.h"
#include "parse_impl.h"

enum { BIT_INET = 1 << FAMILY_INET, BIT_INET6 = 1 << FAMILY_INET6, BIT_BOTH = BIT_INET | BIT_INET6 };

static struct srcloc later(struct srcloc a, struct srcloc b) { return srcloc_before(a, b) ? b : a; }

static bool has_ports(unsigned proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_UDPLITE || proto == PROTO_SCTP || proto == PROTO_DCCP;
}

static bool has_types(unsigned proto) { return proto == PROTO_ICMP || proto == PROTO_ICMP6; }

static bool has_flags(unsigned proto) { return proto == PROTO_TCP; }

static bool not_icmp6(unsigned proto) { return proto != PROTO_ICMP6; }

static bool not_icmp(unsigned proto) { return proto != PROTO_ICMP; }

static bool in_list(const struct numset *s, unsigned v)
{
	for (size_t i = 0; i < s->n; i++)
		if (v >= s->v[i].lo && v <= s->v[i].hi)
			return true;
	return false;
}

/* How many of the protocols that the rule names are so, and how many are not. */
static void count_protos(const struct numset *s, bool (*is)(unsigned proto), unsigned *yes, unsigned *no)
{
	*yes = *no = 0;
	if (s->n == 1 && !s->negated && s->v[0].lo == s->v[0].hi) {
		*(is(s->v[0].lo) ? yes : no) = 1;
		return;
	}
	for (unsigned proto = 0; proto < 256; proto++)
		if (in_list(s, proto) != s->negated)
			(*(is(proto) ? yes : no))++;
}

/* All protocols that the rule names, or none where it names none, must be so. */
static int need_protos(struct parser *p, const struct rule_state *st, bool (*is)(unsigned), struct srcloc word, const char *msg)
{
	unsigned yes, no;

	if (!st->rule->proto.n)
		return 0;
	count_protos(&st->rule->proto, is, &yes, &no);
	return no ? p_error(p, later(word, st->proto_value), "%s", msg) : 0;
}

/* Ports, flags and ICMP types against the protocols and each other. */
static int check_protos(struct parser *p, const struct rule_state *st)
{
	bool icmp = st->seen & 1u << MATCH_ICMP, flags = st->seen & 1u << MATCH_FLAGS;
	struct srcloc icmp_loc = st->keyword[MATCH_ICMP], flags_loc = st->keyword[MATCH_FLAGS];

	for (int to = 0; to < 2; to++) {
		if (!st->port[to].line)
			continue;
		if (need_protos(p, st, has_ports, st->port[to], "'port' needs proto tcp, udp, udplite, sctp or dccp"))
			return -EINVAL;
		if (icmp)
			return p_error(p, later(icmp_loc, st->port[to]), "'port' and 'icmp-type' contradict each other");
	}
	if (icmp && need_protos(p, st, has_types, icmp_loc, "'icmp-type' needs proto icmp or icmp6"))
		return -EINVAL;
	if (flags && need_protos(p, st, has_flags, flags_loc, "'flags' needs proto tcp"))
		return -EINVAL;
	if (flags && icmp)
		return p_error(p, later(icmp_loc, flags_loc), "'flags' and 'icmp-type' contradict each other");
	return 0;
}

/* Families whose ICMP the rule's protocols name; 0 where they name none. */
static unsigned icmp_families(const struct numset *proto)
{
	unsigned bits = 0;

	if (!proto->n)
		return 0;
	if (in_list(proto, PROTO_ICMP) != proto->negated)
		bits |= BIT_INET;
	if (in_list(proto, PROTO_ICMP6) != proto->negated)
		bits |= BIT_INET6;
	return bits;
}

static unsigned known_to(const struct icmp_range *r)
{
	return (r->has[FAMILY_INET] ? BIT_INET : 0u) | (r->has[FAMILY_INET6] ? BIT_INET6 : 0u);
}

/* A number belongs to the protocols at hand; with only one of them it may have a name. */
static void resolve_number(struct icmp_range *r, unsigned families)
{
	uint8_t lo = r->lo[FAMILY_INET], hi = r->hi[FAMILY_INET];
	const char *name = NULL;
	int v4, v6;

	if (lo == hi && families != BIT_BOTH)
		name = value_to_name(families == BIT_INET ? &names_icmp : &names_icmp6, lo);
	memset(r, 0, sizeof(*r));
	r->name = name;
	v4 = name ? name_to_value(&names_icmp, name, strlen(name)) : families & BIT_INET ? lo : -1;
	v6 = name ? name_to_value(&names_icmp6, name, strlen(name)) : families & BIT_INET6 ? lo : -1;
	r->has[FAMILY_INET] = v4 >= 0;
	r->has[FAMILY_INET6] = v6 >= 0;
	r->lo[FAMILY_INET] = v4 >= 0 ? (uint8_t)v4 : 0;
	r->hi[FAMILY_INET] = name ? r->lo[FAMILY_INET] : v4 >= 0 ? hi : 0;
	r->lo[FAMILY_INET6] = v6 >= 0 ? (uint8_t)v6 : 0;
	r->hi[FAMILY_INET6] = name ? r->lo[FAMILY_INET6] : v6 >= 0 ? hi : 0;
}

static int resolve_types(struct parser *p, struct rule_state *st, unsigned *known)
{
	unsigned families = icmp_families(&st->rule->proto);
	union value v;

	p->list.size = sizeof(struct icmp_range);
	p->list.n = 0;
	*known = 0;
	for (size_t i = 0; i < st->nicmp; i++) {
		struct icmp_range *r = &st->icmp[i];

		if (!r->name && !families)
			return p_error(p, st->icmp_locs[i], "an ICMP type by number needs proto icmp or icmp6");
		if (!r->name)
			resolve_number(r, families);
		if (families && !(known_to(r) & families))
			return p_error(p, later(st->icmp_locs[i], st->proto_value), "'%s' is not a type of %s", r->name,
				       families == BIT_INET ? "icmp" : "icmp6");
		*known |= known_to(r) & (families ? families : BIT_BOTH);
		v.icmp = *r;
		list_push(&p->list, &v, st->icmp_locs[i]);
	}
	/* Negated, the type may be any other one of the protocols. */
	if (families && st->rule->icmp_type.negated)
		*known = families;
	list_dedupe(&p->list);
	st->rule->icmp_type.v = (struct icmp_range *)list_take(&p->list, &st->rule->icmp_type.n);
	return 0;
}

/* Something in the rule that ties it to families. */
struct tie {
	unsigned families;
	struct srcloc loc;
	const char *what;
};

static unsigned addr_families(const struct addrset *a)
{
	unsigned bits = a->n ? 0 : BIT_BOTH;

	for (size_t i = 0; i < a->n; i++)
		bits |= 1u << a->v[i].family;
	return bits;
}

static unsigned proto_families(const struct numset *proto)
{
	unsigned bits = 0, yes, no;

	if (!proto->n)
		return BIT_BOTH;
	count_protos(proto, not_icmp6, &yes, &no);
	bits |= yes ? BIT_INET : 0u;
	if (!yes && !no)
		return BIT_BOTH; /* no protocol at all: not a question of families */
	count_protos(proto, not_icmp, &yes, &no);
	return bits | (yes ? BIT_INET6 : 0u);
}

static void sort_ties(struct tie *t, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k && srcloc_before(t[k].loc, t[k - 1].loc); k--) {
			struct tie swap = t[k];

			t[k] = t[k - 1];
			t[k - 1] = swap;
		}
}

static int check_families(struct parser *p, const struct rule_state *st, unsigned icmp, unsigned *families)
{
	const struct rule *r = st->rule;
	struct tie ties[] = {
		{ r->family_given ? 1u << r->family : BIT_BOTH, st->keyword[MATCH_FAMILY], "the family" },
		{ proto_families(&r->proto), st->proto_value, "the protocol" },
		{ addr_families(&r->from.addr), st->addr[0], "the address" },
		{ addr_families(&r->to.addr), st->addr[1], "the address" },
		{ icmp, st->icmp_locs ? st->icmp_locs[0] : st->keyword[MATCH_ICMP], "the ICMP type" },
	};
	size_t n = sizeof(ties) / sizeof(ties[0]);

	*families = BIT_BOTH;
	sort_ties(ties, n);
	for (size_t i = 0; i < n; i++) {
		if (!(*families & ties[i].families))
			return p_error(p, ties[i].loc, "%s here is of %s, but what stands before it makes %s one of %s",
				       ties[i].what, ties[i].families == BIT_INET ? "inet" : "inet6",
				       p->matches_only ? "what is asked about" : "the rule",
				       *families == BIT_INET ? "inet" : "inet6");
		*families &= ties[i].families;
	}
	return 0;
}

/* A code by name is a number only with the family. */
static int resolve_codes(struct parser *p, struct rule_state *st, unsigned families)
{
	struct numset *codes = &st->rule->icmp_code;
	struct value_list *l = &p->list;
	union value v = { .num = { 0, 0 } };

	l->size = sizeof(struct numrange);
	l->n = 0;
	for (size_t i = 0; i < codes->n; i++) {
		const struct icmp_code_name *name;
		int v4, v6;

		v.num = codes->v[i];
		if (v.num.lo >= ICMP_CODE_NAMED) {
			name = &icmp_code_names[v.num.lo - ICMP_CODE_NAMED];
			v4 = families & BIT_INET ? name->value[FAMILY_INET] : -1;
			v6 = families & BIT_INET6 ? name->value[FAMILY_INET6] : -1;
			if (v4 < 0 && v6 < 0)
				return p_error(p, st->code, "'%s' is not a code of %s", name->name,
					       families == BIT_INET ? "icmp" : "icmp6");
			if (v4 >= 0 && v6 >= 0 && v4 != v6)
				return p_error(p, st->code, "'%s' is code %d of icmp and %d of icmp6: write one rule for each",
					       name->name, v4, v6);
			v.num.lo = v.num.hi = (uint32_t)(v4 >= 0 ? v4 : v6);
		}
		list_push(l, &v, codes->loc);
	}
	list_dedupe(l);
	free(codes->v);
	codes->v = (struct numrange *)list_take(l, &codes->n);
	return 0;
}

int p_check_rule(struct parser *p, struct rule_state *st)
{
	bool icmp = st->seen & 1u << MATCH_ICMP;
	unsigned known = BIT_BOTH, families;

	if (check_protos(p, st) || (icmp && resolve_types(p, st, &known)) || check_families(p, st, known, &families))
		return -EINVAL;
	return st->rule->icmp_code.n ? resolve_codes(p, st, families & known) : 0;
}
