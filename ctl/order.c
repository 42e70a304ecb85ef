/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "fields.h"
#include "order.h"
#include "util.h"

/*
 * What a rule is sorted by. Rules that most addresses pass by a side stand apart from those that name a network there, and these from
 * those that name a few hosts: else each leaf had a bit for every packet. Of one kind, they stand by the narrower side's address.
 */
struct key {
	__u32 kind;
	__u32 rule;
	u128 major, minor;
};

enum width { WIDTH_ANY, WIDTH_NETWORKS, WIDTH_NETWORK, WIDTH_HOSTS };
struct side {
	enum width width;
	u128 first;
};

/* How many low bits of an address vary between the ends of a list, from which a side is of this width. */
_Static_assert(WIDTH_HOSTS < 4 && FAMILY_COUNT == 2 && DIRECTION_COUNT == 2 && IMAGE_COUNT == 2, "as key_of() packs them");
static const unsigned int width_bits[FAMILY_COUNT][WIDTH_HOSTS] = {
	[FAMILY_INET] = { [WIDTH_ANY] = 24, [WIDTH_NETWORKS] = 12, [WIDTH_NETWORK] = 4 },
	[FAMILY_INET6] = { [WIDTH_ANY] = 96, [WIDTH_NETWORKS] = 80, [WIDTH_NETWORK] = 64 },
};

static u128 addr_number(const addr_t *a) { return (u128)__builtin_bswap64(a->q[0]) << 64 | __builtin_bswap64(a->q[1]); }

static unsigned int bit_length(u128 v)
{
	__u64 hi = (__u64)(v >> 64), lo = (__u64)v;

	return hi ? 128 - (unsigned int)__builtin_clzll(hi) : lo ? 64 - (unsigned int)__builtin_clzll(lo) : 0;
}

static struct side side_of(const struct addrset *a, enum family family)
{
	struct side s = { WIDTH_ANY, 0 };
	u128 first = ~(u128)0, last = 0;
	unsigned int bits;

	if (!a->n || a->negated)
		return s;
	for (size_t i = 0; i < a->n; i++) {
		u128 lo = addr_number(&a->v[i].lo), hi = addr_number(&a->v[i].hi);

		if (a->v[i].family != family)
			continue;
		first = lo < first ? lo : first;
		last = hi > last ? hi : last;
	}
	bits = last < first ? 0 : bit_length(first ^ last);
	s.width = WIDTH_HOSTS;
	for (unsigned int w = WIDTH_HOSTS; w-- > WIDTH_ANY;)
		if (bits >= width_bits[family][w])
			s.width = (enum width)w;
	s.first = first;
	return s;
}

static __u64 first_number(const struct numset *s) { return s->n && !s->negated ? s->v[0].lo + 1ull : 0; }

static struct key key_of(const struct rule *r, size_t number)
{
	const unsigned int families = rule_families(r);
	const enum family family = families & 1u << FAMILY_INET ? FAMILY_INET : FAMILY_INET6;
	const struct side from = side_of(&r->from.addr, family), to = side_of(&r->to.addr, family);
	const bool by_from = from.width != WIDTH_ANY && (to.width != WIDTH_ANY || from.width >= to.width);
	struct key k = { .rule = (__u32)number };

	k.kind = (__u32)rule_image(r) << 8 | families << 6 | (__u32)r->direction << 4 | (__u32)to.width << 2 | (__u32)from.width;
	k.major = by_from ? from.first : to.first;
	k.minor = by_from ? to.first : from.first;
	if (from.width == WIDTH_ANY && to.width == WIDTH_ANY)
		k.major = (u128)first_number(&r->to.ports) << 64 | first_number(&r->proto) << 32 | first_number(&r->from.ports);
	return k;
}

static int compare_keys(const void *x, const void *y)
{
	const struct key *a = (const struct key *)x, *b = (const struct key *)y;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->major != b->major)
		return a->major < b->major ? -1 : 1;
	if (a->minor != b->minor)
		return a->minor < b->minor ? -1 : 1;
	return a->rule < b->rule ? -1 : 1;
}

static int compare_rules(const void *x, const void *y)
{
	const __u32 *a = (const __u32 *)x, *b = (const __u32 *)y;

	return *a < *b ? -1 : *a > *b;
}

/* A run of rules, by the first of which runs stand. */
struct run {
	__u32 first, at, n;
};

static int compare_runs(const void *x, const void *y)
{
	const struct run *a = (const struct run *)x, *b = (const struct run *)y;

	return a->first < b->first ? -1 : a->first > b->first;
}

/* The runs of `size` that rules[0..n) fall into, by their lowest rule. Returns how many. */
static size_t runs_of(const __u32 *rules, size_t n, size_t size, struct run *out)
{
	size_t runs = 0;

	for (size_t at = 0; at < n; at += size, runs++) {
		struct run *r = &out[runs];

		*r = (struct run){ rules[at], (__u32)at, (__u32)(n - at < size ? n - at : size) };
		for (size_t i = 1; i < r->n; i++)
			r->first = rules[at + i] < r->first ? rules[at + i] : r->first;
	}
	qsort(out, runs, sizeof(*out), compare_runs);
	return runs;
}

/* Places for the rules of one part, from `base` on. Returns the first place behind them. */
static __u32 place_part(__u32 *rules, size_t n, __u32 base, __u32 *place)
{
	struct run leaves[NODE_PLACES / LEAF_PLACES];
	size_t count = runs_of(rules, n, LEAF_PLACES, leaves);
	__u32 end = base;

	for (size_t b = 0; b < count; b++) {
		__u32 *in = &rules[leaves[b].at];

		qsort(in, leaves[b].n, sizeof(*in), compare_rules);
		for (__u32 i = 0; i < leaves[b].n; i++)
			place[in[i]] = base + (__u32)b * LEAF_PLACES + i;
		end = base + (__u32)b * LEAF_PLACES + leaves[b].n;
	}
	return end;
}

static void place_all(__u32 *rules, size_t n, struct order *o)
{
	_cleanup_free_ struct run *parts = (struct run *)xcalloc((n + NODE_PLACES - 1) / NODE_PLACES, sizeof(*parts));
	size_t count = runs_of(rules, n, NODE_PLACES, parts);

	for (size_t p = 0; p < count; p++)
		o->places = place_part(&rules[parts[p].at], parts[p].n, (__u32)p * NODE_PLACES, o->place);
}

void order_rules(const struct ruleset *rs, struct order *out)
{
	const size_t n = rs->nrules;
	_cleanup_free_ struct key *keys = NULL;
	_cleanup_free_ __u32 *rules = NULL;

	*out = (struct order){ (__u32 *)xcalloc(n, sizeof(*out->place)), (__u32)n };
	if (n <= LEAF_PLACES) {
		for (size_t i = 0; i < n; i++)
			out->place[i] = (__u32)i;
		return;
	}
	keys = (struct key *)xcalloc(n, sizeof(*keys));
	rules = (__u32 *)xcalloc(n, sizeof(*rules));
	for (size_t i = 0; i < n; i++)
		keys[i] = key_of(&rs->rules[i], i);
	qsort(keys, n, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < n; i++)
		rules[i] = keys[i].rule;
	place_all(rules, n, out);
}

void order_free(struct order *o)
{
	free(o->place);
	*o = (struct order){ NULL, 0 };
}
