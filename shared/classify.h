/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet to the first rule that matches it, by the tables of tables.h: one class a used field, the AND
 * of the classes' rule trees from the root, the first set bit. Constant time in the number of rules but for
 * the three levels.
 *
 * The file is used twice. In BPF the tables are maps and each function named walk_* is verified once, on its own
 * (a global function); natively the tables are a struct. Who includes it defines before:
 *   CLASSIFY_FN(ret, name, args)    how a walk function is declared
 *   cells_at words_at trie_at nodes_at leaves_at (index) -> pointer to const, or NULL
 *   mac_class_of(const struct mac_key *) -> class
 *   set_has(set, type, family, const addr_t *) -> bool
 *   classify_cfg() -> const volatile struct ruleset_cfg *,  classify_roots(image) -> count
 */
#ifndef FW_CLASSIFY_H
#define FW_CLASSIFY_H

#include "maps.def.h"

enum { CLASSIFY_NONE = -1, CLASSIFY_FAULT = -2 }; /* no rule matched; the tables are not what they should be */

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

/* Class of a value in a dimension of up to 256 values, and of more (directory, then page). */
static __always_inline __u32 class_small(const volatile struct dim_cfg *d, __u32 value) { return cell(d->pages + value); }
static __always_inline __u32 class_paged(const volatile struct dim_cfg *d, __u32 value)
{
	return cell(d->pages + cell(d->table + (value >> 8)) * 256 + (value & 255));
}

/* Class of an address: its bits from the first on in hi, then lo, host order. */
CLASSIFY_FN(int, walk_trie, (__u64 hi, __u64 lo, __u32 table, __u32 bits))
{
	__u32 entry;

	if (!bits || bits > 16)
		return CLASSIFY_FAULT;
	entry = word(table + (__u32)(hi >> (64 - bits)));
	hi = hi << bits | lo >> (64 - bits);
	lo <<= bits;
	for (__u32 i = 0; i < TRIE_DEPTH_MAX + 1; i++) {
		const struct trie_node *n;
		__u64 upto;

		if (!(entry & TRIE_INNER))
			return (int)entry;
		if (i >= classify_cfg()->trie_depth) /* a constant: the verifier walks no further either */
			break;
		n = trie_at(entry & ~TRIE_INNER);
		if (!n)
			return CLASSIFY_FAULT;
		upto = (2ull << (hi >> 58)) - 1;
		if (n->vector >> (hi >> 58) & 1)
			entry = TRIE_INNER | (n->child + popcount64(n->vector & upto) - 1);
		else
			entry = word(n->leaf + popcount64(n->leafvec & upto) - 1);
		hi = hi << 6 | lo >> 58;
		lo <<= 6;
	}
	return CLASSIFY_FAULT;
}

static __always_inline int class_addr(const volatile struct trie_cfg *cfg, enum family family, const addr_t *a)
{
	__u64 hi = __builtin_bswap64(a->q[0]), lo = __builtin_bswap64(a->q[1]);

	if (family == FAMILY_INET)
		return walk_trie(lo << 32, 0, cfg[FAMILY_INET].table, cfg[FAMILY_INET].bits);
	return walk_trie(hi, lo, cfg[FAMILY_INET6].table, cfg[FAMILY_INET6].bits);
}

/* The values that tables are indexed by. */
static __always_inline __u32 value_kind(const struct packet *p, enum direction d)
{
	return (__u32)d << 9 | (__u32)(p->family & 1) << 8 | p->proto;
}
static __always_inline __u32 value_port(const struct packet *p, port_be_t port)
{
	return p->has & HAS_PORTS ? __builtin_bswap16(port.raw) : NO_PORT;
}
static __always_inline __u32 value_icmp(const struct packet *p)
{
	if (!(p->has & HAS_ICMP))
		return NO_ICMP;
	return (p->proto == PROTO_ICMP6 ? 1u << 16 : 0) | (__u32)p->icmp_type << 8 | p->icmp_code;
}
static __always_inline __u32 value_length(const struct packet *p)
{
	return p->length < LENGTH_LAST ? p->length : LENGTH_LAST;
}

static __always_inline __u32 class_mac(const struct packet *p, enum image image, bool to)
{
	struct mac_key k = { .image = (__u8)image, .to = to, .mac = to ? p->mac_dst : p->mac_src };

	return p->has & HAS_MAC ? mac_class_of(&k) : MAC_CLASS_ABSENT;
}

/* What is asked: may this packet pass here? */
struct query {
	const struct packet *packet;
	enum direction direction;
	iface_id_t iface;
};

/* Fills s->root, one a used dimension and set reference. */
static __always_inline int find_roots(enum image image, const struct query *q, struct search *s)
{
	const volatile struct image_cfg *cfg = &classify_cfg()->image[image];
	const struct packet *p = q->packet;
	__u32 n = 0;

#define DIM(id, class_of)                                                      \
	if (cfg->dims & 1u << (id)) {                                          \
		int class = (int)(class_of);                                   \
		if (class < 0)                                                 \
			return CLASSIFY_FAULT;                                 \
		s->root[n++] = cfg->dim[id].root + (__u32)class;               \
	}
	DIM(DIM_KIND, class_paged(&cfg->dim[DIM_KIND], value_kind(p, q->direction)))
	DIM(DIM_SRC, class_addr(cfg->trie[0], (enum family)p->family, &p->src))
	DIM(DIM_DST, class_addr(cfg->trie[1], (enum family)p->family, &p->dst))
	DIM(DIM_SPORT, class_paged(&cfg->dim[DIM_SPORT], value_port(p, p->sport)))
	DIM(DIM_DPORT, class_paged(&cfg->dim[DIM_DPORT], value_port(p, p->dport)))
	DIM(DIM_IFACE, class_small(&cfg->dim[DIM_IFACE], q->iface.raw))
	DIM(DIM_VLAN, class_paged(&cfg->dim[DIM_VLAN], p->vlan & 0xfff))
	DIM(DIM_INNER_VLAN, class_paged(&cfg->dim[DIM_INNER_VLAN], p->inner_vlan & 0xfff))
	DIM(DIM_ICMP, class_paged(&cfg->dim[DIM_ICMP], value_icmp(p)))
	DIM(DIM_FLAGS, class_paged(&cfg->dim[DIM_FLAGS], p->has & HAS_FLAGS ? p->tcp_flags : NO_FLAGS))
	DIM(DIM_TTL, class_small(&cfg->dim[DIM_TTL], p->ttl))
	DIM(DIM_LENGTH, class_paged(&cfg->dim[DIM_LENGTH], value_length(p)))
	DIM(DIM_DSCP, class_small(&cfg->dim[DIM_DSCP], p->dscp & 63))
	DIM(DIM_FRAG, class_small(&cfg->dim[DIM_FRAG], p->fragment != FRAGMENT_NONE))
	DIM(DIM_MAC_FROM, class_mac(p, image, false))
	DIM(DIM_MAC_TO, class_mac(p, image, true))
#undef DIM
	for (__u32 i = 0; i < SET_REFS_MAX; i++) {
		const volatile struct set_ref *r = &cfg->set[i];

		if (i >= cfg->sets)
			break;
		s->root[n++] = r->root + set_has(r->set, (enum set_type)r->type, (enum family)p->family,
							r->dst ? &p->dst : &p->src);
	}
	return 0;
}

/* One level of up to 64 rules: the roots are words of rule bits. */
static __always_inline int walk_one(__u32 n, struct search *s)
{
	__u64 and = ~0ull;

	for (__u32 i = 0; i < ROOTS_MAX; i++) {
		const struct leaf *l;

		if (i >= n)
			break;
		l = leaves_at(s->root[i]);
		if (!l)
			return CLASSIFY_FAULT;
		and &= l->rules;
	}
	return and ? (int)bit_index(and & -and) : CLASSIFY_NONE;
}

/* The nodes at[0..n): their common children, and where each keeps them. */
static __always_inline int common_children(__u32 n, const __u32 *at, __u64 *mask, __u32 *child, __u64 *common)
{
	__u64 and = ~0ull;

	for (__u32 i = 0; i < ROOTS_MAX; i++) {
		const struct node *node;

		if (i >= n)
			break;
		node = nodes_at(at[i]);
		if (!node)
			return CLASSIFY_FAULT;
		mask[i] = node->mask;
		child[i] = node->child;
		and &= node->mask;
	}
	*common = and;
	return 0;
}

/* The lowest two levels, from the nodes s->mid: first rule of 4,096. */
static __always_inline int walk_lower(__u32 n, struct search *s)
{
	__u64 and;

	if (common_children(n, s->mid, s->mask_lower, s->child_lower, &and))
		return CLASSIFY_FAULT;
	for (__u32 k = 0; k < 64 && and; k++) {
		__u64 low = and & -and, rules = ~0ull;

		if (k >= classify_cfg()->blocks)
			return CLASSIFY_FAULT;

		and ^= low;
		for (__u32 i = 0; i < ROOTS_MAX; i++) {
			const struct leaf *l;

			if (i >= n)
				break;
			l = leaves_at(s->child_lower[i] + popcount64(s->mask_lower[i] & (low - 1)));
			if (!l)
				return CLASSIFY_FAULT;
			rules &= l->rules;
		}
		if (rules)
			return (int)(bit_index(low) << 6 | bit_index(rules & -rules));
	}
	return CLASSIFY_NONE;
}

CLASSIFY_FN(int, walk_lower_flow, (struct search *s))
{
	return s ? walk_lower(classify_roots(IMAGE_FLOW), s) : CLASSIFY_FAULT;
}
CLASSIFY_FN(int, walk_lower_packet, (struct search *s))
{
	return s ? walk_lower(classify_roots(IMAGE_PACKET), s) : CLASSIFY_FAULT;
}

static __always_inline int walk_image(enum image image, struct search *s)
{
	const __u32 n = classify_roots(image), levels = classify_cfg()->levels;
	__u64 and;

	if (levels == 1)
		return walk_one(n, s);
	if (levels == 2) {
		for (__u32 i = 0; i < ROOTS_MAX && i < n; i++)
			s->mid[i] = s->root[i];
		return image == IMAGE_FLOW ? walk_lower_flow(s) : walk_lower_packet(s);
	}
	if (common_children(n, s->root, s->mask_upper, s->child_upper, &and))
		return CLASSIFY_FAULT;
	for (int k = 0; k < 64 && and; k++) {
		__u64 low = and & -and;
		int r;

		and ^= low;
		for (__u32 i = 0; i < ROOTS_MAX && i < n; i++)
			s->mid[i] = s->child_upper[i] + popcount64(s->mask_upper[i] & (low - 1));
		r = image == IMAGE_FLOW ? walk_lower_flow(s) : walk_lower_packet(s);
		if (r != CLASSIFY_NONE)
			return r < 0 ? r : (int)(bit_index(low) << 12) | r;
	}
	return CLASSIFY_NONE;
}

/* First rule of the image that matches, CLASSIFY_NONE or CLASSIFY_FAULT. */
static __always_inline int classify_image(enum image image, const struct query *q, struct search *s)
{
	int r;

	if (!classify_cfg()->image[image].dims)
		return CLASSIFY_NONE;
	r = find_roots(image, q, s);
	return r ? r : walk_image(image, s);
}

/* First match over both images: the lower position. */
static __always_inline int classify_min(int a, int b)
{
	if (a == CLASSIFY_FAULT || b == CLASSIFY_FAULT)
		return CLASSIFY_FAULT;
	if (a == CLASSIFY_NONE || b == CLASSIFY_NONE)
		return a == CLASSIFY_NONE ? b : a;
	return a < b ? a : b;
}

#endif
