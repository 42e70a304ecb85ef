/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ref_walk.h"

static size_t checked(size_t i, size_t n, const char *what)
{
	if (i >= n) {
		fprintf(stderr, "%s %zu of %zu\n", what, i, n);
		abort();
	}
	return i;
}

static __u32 cell(const struct tables *t, size_t i) { return t->cells[checked(i / 32, t->ncells, "cells")].v[i % 32]; }

static __u32 word(const struct tables *t, size_t i) { return t->words[checked(i / 16, t->nwords, "words")].v[i % 16]; }

static const struct node *node(const struct tables *t, size_t i) { return &t->nodes[checked(i, t->nnodes, "nodes")]; }

/* Bits `from` up to `from + n` of an address, zero beyond its end. */
static __u32 addr_bits(const addr_t *a, unsigned int from, unsigned int n)
{
	__u32 v = 0;

	for (unsigned int i = from; i < from + n; i++)
		v = v << 1 | (i < 128 ? a->b[i / 8] >> (7 - i % 8) & 1u : 0);
	return v;
}

static __u32 trie_class(const struct tables *t, const struct trie_cfg *cfg, enum family family, const addr_t *a)
{
	unsigned int at = family == FAMILY_INET ? 96 : 0;
	__u32 entry = word(t, cfg->table + addr_bits(a, at, cfg->bits));

	while (entry & TRIE_INNER) {
		const struct trie_node *n = &t->trie[checked(entry & TRIE_INDEX, t->ntrie, "trie")];
		unsigned int way = 0;
		__u32 value;

		at += entry & TRIE_NEXT ? 32 : 0;
		value = addr_bits(a, checked(at, 128, "address bit"), 32);
		if (entry & TRIE_WINDOW) {
			const struct trie_window *w = &n->window;

			if (value < w->base)
				entry = w->below;
			else
				entry = (value - w->base) >> w->shift >= w->size
						? w->above
						: word(t, w->table + ((value - w->base) >> w->shift));
			continue;
		}
		while (way < TRIE_WAYS - 1 && n->from[way] <= value)
			way++;
		entry = n->entry[way];
	}
	return entry;
}

static __u32 mac_class(const struct tables *t, enum image image, const struct packet *p, bool to)
{
	const struct mac *m = to ? &p->mac_dst : &p->mac_src;

	if (!(p->has & HAS_MAC))
		return MAC_CLASS_ABSENT;
	for (size_t i = 0; i < t->nmacs; i++)
		if (t->macs[i].key.image == image && t->macs[i].key.to == to && !memcmp(&t->macs[i].key.mac, m, sizeof(*m)))
			return t->macs[i].value.class;
	return MAC_CLASS_OTHER;
}

/* The value that the dimension's table is indexed by. */
static __u32 value_of(enum dim d, const struct packet *p, enum direction dir, iface_id_t iface)
{
	bool ports = p->has & HAS_PORTS;

	switch (d) {
	case DIM_KIND:
		return (__u32)dir * 512 + p->family * 256u + p->proto;
	case DIM_SPORT:
		return ports ? ntohs(p->sport.raw) : NO_PORT;
	case DIM_DPORT:
		return ports ? ntohs(p->dport.raw) : NO_PORT;
	case DIM_IFACE:
		return iface.raw;
	case DIM_VLAN:
		return p->vlan;
	case DIM_INNER_VLAN:
		return p->inner_vlan;
	case DIM_ICMP:
		if (!(p->has & HAS_ICMP))
			return NO_ICMP;
		return (p->proto == PROTO_ICMP6) * 65536u + p->icmp_type * 256u + p->icmp_code;
	case DIM_FLAGS:
		return p->has & HAS_FLAGS ? p->tcp_flags : NO_FLAGS;
	case DIM_TTL:
		return p->ttl;
	case DIM_LENGTH:
		return p->length > LENGTH_LAST ? LENGTH_LAST : p->length;
	case DIM_DSCP:
		return p->dscp;
	case DIM_FRAG:
		return p->fragment != FRAGMENT_NONE;
	case DIM_SRC:
	case DIM_DST:
	case DIM_MAC_FROM:
	case DIM_MAC_TO:
		break;
	}
	abort();
}

static __u32 class_of(const struct tables *t, enum image image, enum dim d, const struct packet *p, enum direction dir,
		      iface_id_t iface)
{
	static const __u32 values[] = {
#define VALUES(id, n) n,
		FW_DIMS(VALUES)
	};
	const struct image_cfg *cfg = &t->cfg.image[image];
	__u32 v;

	if (d == DIM_SRC || d == DIM_DST)
		return trie_class(t, &cfg->trie[d == DIM_DST][p->family], (enum family)p->family,
				  d == DIM_DST ? &p->dst : &p->src);
	if (d == DIM_MAC_FROM || d == DIM_MAC_TO)
		return mac_class(t, image, p, d == DIM_MAC_TO);
	v = value_of(d, p, dir, iface);
	checked(v, values[d], "value");
	if (values[d] <= 1024)
		return cell(t, cfg->dim[d].pages + v);
	return cell(t, (size_t)cell(t, cfg->dim[d].table + (v >> 8)) * 256 + cfg->dim[d].pages + (v & 255));
}

/* What is stored below a root is not empty. */
static void not_empty(__u64 bits)
{
	if (!bits) {
		fprintf(stderr, "an empty block is stored\n");
		abort();
	}
}

/* Is the bit of a rule's place set in the tree? One at a time: slow and simple. */
static bool has_place(const struct tables *t, __u32 root, __u32 place)
{
	__u32 at = root;

	for (unsigned int level = t->cfg.levels; level > 1; level--) {
		unsigned int k = place >> (level == 3 ? 14 : 8) & 63;
		const struct node *n = node(t, at);

		if (at != root)
			not_empty(n->mask);
		if (!(n->mask >> k & 1))
			return false;
		at = n->child + (__u32)__builtin_popcountll(n->mask & ((1ull << k) - 1));
	}
	checked(at, t->nleaves, "leaves");
	if (t->cfg.levels > 1)
		not_empty(t->leaves[at].word[0] | t->leaves[at].word[1] | t->leaves[at].word[2] | t->leaves[at].word[3]);
	return t->leaves[at].word[place % 256 / 64] >> place % 64 & 1;
}

/* Up to the end of the decisions, which stand last in their array. */
static __u32 places_of(const struct tables *t)
{
	size_t most = (size_t)256 << 6 * (t->cfg.levels - 1), n = t->nwords * 16 - t->cfg.decisions;

	return (__u32)(n < most ? n : most);
}

/* The rule that stands at a place where a bit is set. */
static __u32 rule_at(const struct tables *t, __u32 place)
{
	__u32 number = word(t, t->cfg.decisions + place) & 0xffffff;

	return (__u32)checked(number - 1, t->cfg.rules, "rule");
}

__u32 ref_walk(const struct tables *t, enum image image, const struct packet *p, enum direction dir, iface_id_t iface)
{
	const struct image_cfg *cfg = &t->cfg.image[image];
	const __u32 places = places_of(t);
	__u32 roots[ROOTS_MAX], n = 0, first = RULE_NONE_RAW;
	size_t folded = 0;

	if (!cfg->dims)
		return RULE_NONE_RAW;
	for (unsigned int d = 0; d < DIM_COUNT; d++) {
		__u32 class = cfg->dims >> d & 1 ? class_of(t, image, (enum dim)d, p, dir, iface) : 0;

		if (cfg->dims >> d & 1 && cfg->folded >> d & 1)
			folded += (size_t) class * cfg->dim[d].step;
		else if (cfg->dims >> d & 1)
			roots[n++] = cfg->dim[d].root + class;
	}
	if (cfg->folded)
		roots[n++] = word(t, cfg->fold + folded);
	for (__u32 i = 0; i < cfg->sets; i++) {
		const struct set_ref *s = &cfg->set[i];

		roots[n++] = s->root + t->set_contains(t->set_arg, s->set, (enum set_type)s->type, (enum family)p->family,
						       s->dst ? &p->dst : &p->src);
	}
	for (__u32 place = 0; place < places; place++) {
		__u32 i = 0;

		while (i < n && has_place(t, roots[i], place))
			i++;
		if (i == n)
			first = rule_at(t, place) < first ? rule_at(t, place) : first;
	}
	return first;
}
