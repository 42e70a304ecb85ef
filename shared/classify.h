/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet to the first rule that matches it, by the tables of tables.h: one class a used field, the AND
 * of the classes' rule trees from the root, of the rules that are left the first.
 *
 * The usual walk is short and calls no function: a call costs as much as two or three table look-ups where the processor must
 * not predict returns. What it leaves is finished by the functions declared with CLASSIFY_FN.
 *
 * The file is used twice. In BPF the tables are maps and each of those functions is verified once, on its own
 * (a global function); natively the tables are a struct. Who includes it defines before:
 *   CLASSIFY_FN(ret, name, args)    how such a function is declared
 *   cells_at words_at trie_at nodes_at leaves_at (index) -> pointer to const, or NULL
 *   mac_class_of(const struct mac_key *) -> class
 *   set_has(set, type, family, const addr_t *) -> bool
 *   classify_cfg() -> const volatile struct ruleset_cfg *,  classify_roots(image) -> count
 */
#ifndef FW_CLASSIFY_H
#define FW_CLASSIFY_H

#include "query.h"

/* No rule matched; the tables are not what they should be; a walk has not come to its end. */
enum { CLASSIFY_NONE = -1, CLASSIFY_FAULT = -2, CLASSIFY_MORE = -3 };
enum { WALK_QUICK = 8 }; /* steps of the walk that calls no function */

static __always_inline __u32 popcount64(__u64 x)
{
#ifdef __bpf__
	x -= x >> 1 & 0x5555555555555555ull;
	x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full;
	return (__u32)(x * 0x0101010101010101ull >> 56);
#else
	return (__u32)__builtin_popcountll(x);
#endif
}

/* Index of the lowest set bit, given that bit alone. */
static __always_inline __u32 bit_index(__u64 low) { return popcount64(low - 1); }

static __always_inline __u32 cell(__u32 i)
{
	const struct cells *line = cells_at(i / 32);

	return line ? line->v[i % 32] : 0;
}

static __always_inline __u32 word(__u32 i)
{
	const struct words *line = words_at(i / 16);

	return line ? line->v[i % 16] : 0;
}

/* Class of a value in a dimension of up to FLAT_VALUES, and of more (directory, then page). */
static __always_inline __u32 class_small(const volatile struct dim_cfg *d, __u32 value) { return cell(d->pages + value); }
static __always_inline __u32 class_paged(const volatile struct dim_cfg *d, __u32 value)
{
	return cell(d->pages + cell(d->table + (value >> 8)) * 256 + (value & 255));
}

/* How many of a node's bounds x is not below. Without branches: which way a search goes cannot be predicted. */
static __always_inline __u32 way_of(const struct trie_node *n, __u64 x)
{
	__u64 below = 0;

	FW_UNROLL
	for (int i = 0; i < TRIE_WAYS - 1; i++) {
		__u64 less = x - n->from[i];

		BARRIER(less); /* or the compiler makes a branch of it */
		below += less >> 63;
	}
	below = TRIE_WAYS - 1 - below;
	BARRIER(below); /* or the compiler leaves out the mask, which the verifier needs */
	return (__u32)below & (TRIE_WAYS - 1);
}

static __always_inline __u32 window_entry(const struct trie_window *w, __u32 x)
{
	__u32 at = (x - w->base) >> (w->shift & 31);

	if (x < w->base)
		return w->below;
	return at < w->size ? word(w->table + at) : w->above;
}

/* Class of an address: its bits from the first on in hi, then lo, host order. */
static __always_inline int class_bits(__u64 hi, __u64 lo, __u32 table, __u32 bits)
{
	__u32 entry;

	if (!bits || bits > TRIE_DIRECT_MAX)
		return CLASSIFY_FAULT;
	entry = word(table + (__u32)(hi >> (64 - bits)));
	for (__u32 i = 0; i < TRIE_DEPTH_MAX + 1; i++) {
		const struct trie_node *n;

		if (!(entry & TRIE_INNER))
			return (int)entry;
		if (i >= classify_cfg()->trie_depth) /* a constant: the verifier walks no further either */
			break;
		if (entry & TRIE_NEXT) {
			hi = hi << 32 | lo >> 32;
			lo <<= 32;
		}
		n = trie_at(entry & TRIE_INDEX);
		if (!n)
			return CLASSIFY_FAULT;
		entry = entry & TRIE_WINDOW ? window_entry(&n->window, (__u32)(hi >> 32)) : n->entry[way_of(n, hi >> 32)];
	}
	return CLASSIFY_FAULT;
}

static __always_inline int class_addr(const volatile struct trie_cfg *cfg, const struct query *q, int side)
{
	__u32 table, bits;

	if (q->family == FAMILY_INET) {
		table = cfg[FAMILY_INET].table;
		bits = cfg[FAMILY_INET].bits;
	} else {
		table = cfg[FAMILY_INET6].table;
		bits = cfg[FAMILY_INET6].bits;
	}
	return class_bits(q->addr[side][0], q->addr[side][1], table, bits);
}

static __always_inline __u32 class_mac(const struct packet *p, enum image image, bool to)
{
	struct mac_key k = { .image = (__u8)image, .to = to, .mac = to ? p->mac_dst : p->mac_src };

	return p->has & HAS_MAC ? mac_class_of(&k) : MAC_CLASS_ABSENT;
}

/* Fills s->root, one a used dimension that is not folded, one for those that are, and one a set reference. `p` is asked for per-packet fields and sets alone. */
static __always_inline int find_roots(enum image image, const struct query *q, const struct packet *p, struct search *s)
{
	const volatile struct image_cfg *cfg = &classify_cfg()->image[image];
	__u32 n = 0, combination = 0;

#define DIM(id, class_of)                                                                        \
	if ((image == IMAGE_PACKET || (id) <= FW_DIM_LAST_PER_FLOW) && cfg->dims & 1u << (id)) { \
		int class = (int)(class_of);                                                     \
		if (class < 0)                                                                   \
			return CLASSIFY_FAULT;                                                   \
		if (cfg->folded & 1u << (id))                                                    \
			combination += (__u32) class * cfg->dim[id].step;                        \
		else                                                                             \
			s->root[n++] = cfg->dim[id].root + (__u32) class;                        \
	}
	DIM(DIM_SRC, class_addr(cfg->trie[0], q, 0))
	DIM(DIM_DST, class_addr(cfg->trie[1], q, 1))
	DIM(DIM_KIND, class_small(&cfg->dim[DIM_KIND], q->kind))
	DIM(DIM_SPORT, class_paged(&cfg->dim[DIM_SPORT], q->sport))
	DIM(DIM_DPORT, class_paged(&cfg->dim[DIM_DPORT], q->dport))
	DIM(DIM_IFACE, class_small(&cfg->dim[DIM_IFACE], q->iface.raw))
	DIM(DIM_VLAN, class_paged(&cfg->dim[DIM_VLAN], q->vlan))
	DIM(DIM_INNER_VLAN, class_paged(&cfg->dim[DIM_INNER_VLAN], q->inner_vlan))
	DIM(DIM_ICMP, class_paged(&cfg->dim[DIM_ICMP], q->icmp))
	DIM(DIM_FLAGS, class_small(&cfg->dim[DIM_FLAGS], p->has & HAS_FLAGS ? p->tcp_flags : NO_FLAGS))
	DIM(DIM_TTL, class_small(&cfg->dim[DIM_TTL], p->ttl))
	DIM(DIM_LENGTH, class_paged(&cfg->dim[DIM_LENGTH], value_length(p)))
	DIM(DIM_DSCP, class_small(&cfg->dim[DIM_DSCP], p->dscp & 63))
	DIM(DIM_FRAG, class_small(&cfg->dim[DIM_FRAG], p->fragment != FRAGMENT_NONE))
	DIM(DIM_MAC_FROM, class_mac(p, image, false))
	DIM(DIM_MAC_TO, class_mac(p, image, true))
#undef DIM
	if (cfg->folded)
		s->root[n++] = word(cfg->fold + combination);
	for (__u32 i = 0; i < SET_REFS_MAX; i++) {
		const volatile struct set_ref *r = &cfg->set[i];

		if (i >= cfg->sets)
			break;
		s->root[n++] = r->root +
			       set_has(r->set, (enum set_type)r->type, (enum family)q->family, r->dst ? &p->dst : &p->src);
	}
	return 0;
}

#include "walk.h"

/*
 * What the first rule of the image that matches says: a decision_t's bits, which are not negative; CLASSIFY_NONE or CLASSIFY_FAULT; or
 * CLASSIFY_MORE, then classify_rest() tells.
 */
static __always_inline int classify_begin(enum image image, __u64 steps, const struct query *q, const struct packet *p,
					  struct search *s)
{
	if (!classify_cfg()->image[image].dims)
		return CLASSIFY_NONE;
	return find_roots(image, q, p, s) ? CLASSIFY_FAULT : walk_quick(image, steps, s);
}
static __always_inline int classify_rest(enum image image, int r, struct search *s)
{
	if (r != CLASSIFY_MORE)
		return r;
	return image == IMAGE_FLOW ? walk_rest_flow(s) : walk_rest_packet(s);
}

static __always_inline int classify_image(enum image image, const struct query *q, const struct packet *p, struct search *s)
{
	return classify_rest(image, classify_begin(image, WALK_QUICK, q, p, s), s);
}

/* What the rules say, `found` being what classify_image() gave: not given when the tables are at fault. */
static __always_inline judged_t judged_as(const volatile struct policy_cfg *policy, enum direction d, int found)
{
	if (found == CLASSIFY_NONE)
		return judged_make(d, (enum verdict)policy->verdict[d], rule_none(), policy->stateless[d]);
	if (found < 0)
		return (judged_t){ 0 };
	return decision_judged((decision_t){ (__u32)found }, d);
}

/* First match over both images. */
static __always_inline int classify_min(int a, int b)
{
	if (a == CLASSIFY_FAULT || b == CLASSIFY_FAULT)
		return CLASSIFY_FAULT;
	if (a == CLASSIFY_NONE || b == CLASSIFY_NONE)
		return a == CLASSIFY_NONE ? b : a;
	return decision_before((decision_t){ (__u32)a }, (decision_t){ (__u32)b }) ? a : b;
}

#endif
