/* SPDX-License-Identifier: GPL-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "oracle_rules.h"

/* A rule on its way: its words, and what a packet of each family, and its tags, must fulfil. */
struct making {
	struct random *g;
	const struct packet *packets;
	size_t n;
	const struct packet *p;                 /* the one that the rule is made around */
	struct strbuf *rule, family[2], tag[2]; /* conditions, each ending in " and " */
	bool possible[2];                       /* can a packet of the family match? */
	bool untagged[2];                       /* can one without the outer, the inner tag? */
};

static const struct packet *any_packet(struct making *m) { return &m->packets[random_below(m->g, (uint32_t)m->n)]; }
static bool chance(struct making *m, unsigned int percent) { return random_chance(m->g, percent); }

/* --- numbers -------------------------------------------------------------------------------------- */

enum { LIST_MAX = 3 };
struct range {
	uint32_t lo, hi;
};
struct list {
	struct range v[LIST_MAX];
	unsigned int n;
	bool negated;
};

/* Ranges at and beside a value. */
static struct list number_list(struct making *m, uint32_t value, uint32_t max)
{
	struct list l = { .n = 1 + random_below(m->g, LIST_MAX), .negated = chance(m, 20) };

	for (unsigned int i = 0; i < l.n; i++) {
		uint32_t at = i ? random_below(m->g, max + 1) : value,
			 width = chance(m, 50) ? 0 : random_below(m->g, max / 4 + 2);

		l.v[i].lo = at > width && chance(m, 50) ? at - width : at;
		l.v[i].hi = at + width < max ? at + width : at;
	}
	return l;
}

static void put_list(struct making *m, const char *word, const struct list *l)
{
	strbuf_add(m->rule, " %s%s", word, l->negated ? " !" : "");
	strbuf_add(m->rule, " {");
	for (unsigned int i = 0; i < l->n; i++)
		if (l->v[i].lo == l->v[i].hi)
			strbuf_add(m->rule, " %u", l->v[i].lo);
		else
			strbuf_add(m->rule, " %u-%u", l->v[i].lo, l->v[i].hi);
	strbuf_add(m->rule, " }");
}

/* "not? ((A >= lo and A <= hi) or ...) and " for an arithmetic expression A. */
static void filter_list(struct strbuf *out, const char *expression, const struct list *l)
{
	strbuf_add(out, "%s(", l->negated ? "not " : "");
	for (unsigned int i = 0; i < l->n; i++)
		strbuf_add(out, "%s(%s >= %u and %s <= %u)", i ? " or " : "", expression, l->v[i].lo, expression, l->v[i].hi);
	strbuf_add(out, ") and ");
}

static bool list_has(const struct list *l, uint32_t value)
{
	bool has = false;

	for (unsigned int i = 0; i < l->n; i++)
		has |= value >= l->v[i].lo && value <= l->v[i].hi;
	return has != l->negated;
}

static void number_field(struct making *m, const char *word, uint32_t value, uint32_t max, const char *v4, const char *v6)
{
	struct list l = number_list(m, value, max);

	put_list(m, word, &l);
	filter_list(&m->family[FAMILY_INET], v4, &l);
	filter_list(&m->family[FAMILY_INET6], v6, &l);
}

static void tag_field(struct making *m, int which)
{
	struct list l = number_list(m, which ? m->p->inner_vlan : m->p->vlan, 4094);

	put_list(m, which ? "inner-vlan" : "vlan", &l);
	filter_list(&m->tag[which], which ? "ether[18:2] & 0xfff" : "ether[14:2] & 0xfff", &l);
	m->untagged[which] = list_has(&l, 0);
}

/* --- addresses ------------------------------------------------------------------------------------ */

/* A prefix of a packet's address: text, as both languages have it. */
static void prefix_text(struct making *m, enum family family, const addr_t *a, char text[64])
{
	unsigned int bits = family == FAMILY_INET ? 32 : 128, skip = 128 - bits,
		     len = chance(m, 40) ? bits : random_below(m->g, bits + 1);
	addr_t masked = *a;
	char shown[INET6_ADDRSTRLEN];

	for (unsigned int i = skip + len; i < 128; i++)
		masked.b[i / 8] = (uint8_t)(masked.b[i / 8] & ~(0x80u >> i % 8));
	inet_ntop(family == FAMILY_INET ? AF_INET : AF_INET6, family == FAMILY_INET ? &masked.b[12] : masked.b, shown,
		  sizeof(shown));
	snprintf(text, 64, "%s/%u", shown, len);
}

/* from or to: a list of prefixes; it makes the rule one of the families that are in it. */
static void address_list(struct making *m, bool dst)
{
	bool negated = chance(m, 20), there[2] = { false, false };
	unsigned int n = 1 + random_below(m->g, 3);
	struct strbuf one[2] = { { NULL, 0, 0 }, { NULL, 0, 0 } };

	strbuf_add(m->rule, " %s {", negated ? "!" : "");
	for (unsigned int i = 0; i < n; i++) {
		const struct packet *p = i ? any_packet(m) : m->p;
		char text[64];

		prefix_text(m, (enum family)p->family, dst ? &p->dst : &p->src, text);
		strbuf_add(m->rule, " %s", text);
		strbuf_add(&one[p->family], "%s%s net %s", there[p->family] ? " or " : "", dst ? "dst" : "src", text);
		there[p->family] = true;
	}
	strbuf_add(m->rule, " }");
	for (int f = 0; f < FAMILY_COUNT; f++) {
		if (there[f])
			strbuf_add(&m->family[f], "%s(%s) and ", negated ? "not " : "", one[f].str);
		else
			m->possible[f] = false;
		strbuf_free(&one[f]);
	}
}

/* --- transport ------------------------------------------------------------------------------------ */

/* Both families' offset of the transport header; libpcap's own index of protocols knows IPv4 only. */
#define L4_V4 "ip[((ip[0] & 0xf) << 2)"
#define L4_V6 "ip6[40"

/* Ports of a whole packet or a first fragment. tcp, udp and sctp by libpcap's own word, the others by their bytes. */
static void port_list(struct making *m, bool dst, bool own_word)
{
	struct list l = number_list(m, ntohs(dst ? m->p->dport.raw : m->p->sport.raw), 65535);

	put_list(m, "port", &l);
	strbuf_add(&m->family[FAMILY_INET], "ip[6:2] & 0x1fff = 0 and ");
	if (!own_word) {
		filter_list(&m->family[FAMILY_INET], dst ? L4_V4 " + 2:2]" : L4_V4 ":2]", &l);
		filter_list(&m->family[FAMILY_INET6], dst ? L4_V6 " + 2:2]" : L4_V6 ":2]", &l);
		return;
	}
	for (int f = 0; f < FAMILY_COUNT; f++) {
		strbuf_add(&m->family[f], "%s(", l.negated ? "not " : "");
		for (unsigned int i = 0; i < l.n; i++)
			strbuf_add(&m->family[f], "%s%s portrange %u-%u", i ? " or " : "", dst ? "dst" : "src", l.v[i].lo,
				   l.v[i].hi);
		strbuf_add(&m->family[f], ") and ");
	}
}

static void endpoints(struct making *m, bool ports, bool own_word)
{
	for (int dst = 0; dst < 2; dst++) {
		bool address = chance(m, 40), port = ports && chance(m, 50);

		if (!address && !port)
			continue;
		strbuf_add(m->rule, dst ? " to" : " from");
		if (address)
			address_list(m, dst);
		if (port)
			port_list(m, dst, own_word);
	}
}

static void tcp_flags(struct making *m)
{
	static const char letters[] = "FSRPAUEW";
	unsigned int mask = 1 + random_below(m->g, 255), set = (chance(m, 70) ? m->p->tcp_flags : random_u32(m->g)) & mask;

	strbuf_add(m->rule, " flags ");
	for (int i = 0; i < 8; i++)
		if (set & 1u << i)
			strbuf_add(m->rule, "%c", letters[i]);
	strbuf_add(m->rule, "%s/", set ? "" : "none");
	for (int i = 0; i < 8; i++)
		if (mask & 1u << i)
			strbuf_add(m->rule, "%c", letters[i]);
	strbuf_add(&m->family[FAMILY_INET], "tcp[13] & %u = %u and ", mask, set);
	strbuf_add(&m->family[FAMILY_INET6], L4_V6 " + 13] & %u = %u and ", mask, set);
}

static void icmp_fields(struct making *m)
{
	struct list type = number_list(m, m->p->icmp_type, 255);

	put_list(m, "icmp-type", &type);
	strbuf_add(&m->family[FAMILY_INET], "ip[6:2] & 0x1fff = 0 and ");
	filter_list(&m->family[FAMILY_INET], L4_V4 "]", &type);
	filter_list(&m->family[FAMILY_INET6], L4_V6 "]", &type);
	if (chance(m, 50)) {
		struct list code = number_list(m, m->p->icmp_code, 255);

		put_list(m, "code", &code);
		filter_list(&m->family[FAMILY_INET], L4_V4 " + 1]", &code);
		filter_list(&m->family[FAMILY_INET6], L4_V6 " + 1]", &code);
	}
}

/* `proto N`, and what only such packets have. */
static void transport(struct making *m)
{
	unsigned int proto = m->p->proto;
	bool ports = m->p->has & HAS_PORTS;

	if (ports && chance(m, 30) && (proto == PROTO_TCP || proto == PROTO_UDP)) { /* no `proto`: tcp and udp, by the ports */
		size_t before = m->rule->len;

		endpoints(m, true, true);
		if (strstr(m->rule->str + before, "port")) {
			strbuf_add(&m->family[FAMILY_INET], "(ip proto 6 or ip proto 17) and ");
			strbuf_add(&m->family[FAMILY_INET6], "(ip6 proto 6 or ip6 proto 17) and ");
		}
		return;
	}
	if (chance(m, 20)) {
		struct list l = number_list(m, proto, 255);

		put_list(m, "proto", &l);
		filter_list(&m->family[FAMILY_INET], "ip[9]", &l);
		filter_list(&m->family[FAMILY_INET6], "ip6[6]", &l);
		endpoints(m, false, false);
		return;
	}
	if (chance(m, 80)) {
		strbuf_add(m->rule, " proto %u", proto);
		strbuf_add(&m->family[FAMILY_INET], "ip proto %u and ", proto);
		strbuf_add(&m->family[FAMILY_INET6], "ip6 proto %u and ", proto);
		if (m->p->has & HAS_ICMP && chance(m, 70))
			icmp_fields(m);
		if (proto == PROTO_TCP && chance(m, 40))
			tcp_flags(m);
		endpoints(m, ports, proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_SCTP);
		return;
	}
	endpoints(m, false, false);
}

static void macs(struct making *m)
{
	for (int dst = 0; dst < 2; dst++) {
		const struct packet *p = chance(m, 70) ? m->p : any_packet(m);
		const uint8_t *a = dst ? p->mac_dst.b : p->mac_src.b;
		bool negated = chance(m, 20);

		if (chance(m, 92))
			continue;
		strbuf_add(m->rule, " mac-%s %s%02x:%02x:%02x:%02x:%02x:%02x", dst ? "to" : "from", negated ? "! " : "", a[0],
			   a[1], a[2], a[3], a[4], a[5]);
		for (int f = 0; f < FAMILY_COUNT; f++) /* in numbers: by name it would move with the tags */
			strbuf_add(&m->family[f], "%s(ether[%d:4] = 0x%02x%02x%02x%02x and ether[%d:2] = 0x%02x%02x) and ",
				   negated ? "not " : "", dst ? 0 : 6, a[0], a[1], a[2], a[3], dst ? 4 : 10, a[4], a[5]);
	}
}

static void header_fields(struct making *m)
{
	if (chance(m, 10))
		number_field(m, "ttl", m->p->ttl, 255, "ip[8]", "ip6[7]");
	if (chance(m, 10))
		number_field(m, "dscp", m->p->dscp, 63, "ip[1] >> 2", "(ip6[0:2] >> 6) & 0x3f");
	if (chance(m, 15))
		number_field(m, "length", m->p->length, 2000, "ip[2:2]", "ip6[4:2] + 40");
	if (chance(m, m->p->fragment ? 50 : 2)) {
		strbuf_add(m->rule, " frag");
		strbuf_add(&m->family[FAMILY_INET], "ip[6:2] & 0x3fff != 0 and ");
		m->possible[FAMILY_INET6] = false; /* extension headers are not compared */
	}
	for (int which = 0; which < 2; which++)
		if (chance(m, (which ? m->p->inner_vlan : m->p->vlan) ? 50 : 5))
			tag_field(m, which);
	macs(m);
}

/* The conditions of the families together, behind `tags` times `vlan`. */
static void put_filter(const struct making *m, unsigned int tags, struct strbuf *out)
{
	static const char *const word[] = { [FAMILY_INET] = "ip", [FAMILY_INET6] = "ip6" };
	bool some = false;

	for (unsigned int i = tags; i < 2; i++)
		if (!m->untagged[i])
			return;
	if (!m->possible[FAMILY_INET] && !m->possible[FAMILY_INET6])
		return;
	for (unsigned int i = 0; i < tags; i++)
		strbuf_add(out, "vlan and %s", m->tag[i].str ? m->tag[i].str : "");
	strbuf_add(out, "(");
	for (int f = 0; f < FAMILY_COUNT; f++) {
		if (!m->possible[f])
			continue;
		strbuf_add(out, "%s(%s%s)", some ? " or " : "", m->family[f].str ? m->family[f].str : "", word[f]);
		some = true;
	}
	strbuf_add(out, ")");
}

void oracle_rule_make(struct random *g, const struct packet *packets, size_t n, struct oracle_rule *out)
{
	struct making m = { .g = g, .packets = packets, .n = n, .possible = { true, true }, .untagged = { true, true } };

	*out = (struct oracle_rule){ .rule = { NULL, 0, 0 } };
	m.p = any_packet(&m);
	m.rule = &out->rule;
	strbuf_add(m.rule, chance(&m, 50) ? "pass in" : "drop in");
	if (chance(&m, 10)) {
		strbuf_add(m.rule, m.p->family == FAMILY_INET ? " inet" : " inet6");
		m.possible[!m.p->family] = false;
		m.n = 1; /* addresses of the other family would contradict it */
		m.packets = m.p;
	}
	transport(&m);
	header_fields(&m);
	strbuf_add(m.rule, " stateless");
	for (unsigned int tags = 0; tags < ORACLE_TAGS; tags++)
		put_filter(&m, tags, &out->filter[tags]);
	for (int i = 0; i < 2; i++) {
		strbuf_free(&m.family[i]);
		strbuf_free(&m.tag[i]);
	}
}

void oracle_rule_free(struct oracle_rule *r)
{
	strbuf_free(&r->rule);
	for (int i = 0; i < ORACLE_TAGS; i++)
		strbuf_free(&r->filter[i]);
}
