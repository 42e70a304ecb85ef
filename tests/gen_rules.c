/* SPDX-License-Identifier: GPL-2.0 */
#include <stdbool.h>
#include <string.h>
#include "gen_rules.h"

const char *const genr_v4_hosts[] = { "10.0.0.1",   "10.0.0.2",     "10.0.1.1",      "10.1.0.1", "192.0.2.1",
				      "192.0.2.77", "198.51.100.3", "203.0.113.255", NULL };
const char *const genr_v6_hosts[] = { "2001:db8::1",   "2001:db8::2", "2001:db8:0:1::1",
				      "2001:db8:1::1", "2001:db9::1", "fe80::1",
				      "fd00::5",       "ff02::1",     NULL };
const char *const genr_ifaces[] = { "eth0", "eth1", "wg0", "br-lan.100", NULL };
const char *const genr_macs[] = { "00:11:22:33:44:55", "02:00:00:00:00:01", "02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff", NULL };
const unsigned genr_ports[] = { 22, 53, 80, 443, 8000, 8050, 8099, 1024, 65535, 0 };
const unsigned genr_protos[] = { 6, 17, 1, 58, 47, 50, 132, 136, 253 };
const unsigned genr_icmp_types[] = { 8, 0, 3, 11, 42 };
const unsigned genr_icmp6_types[] = { 128, 129, 1, 2, 135, 200 };
const unsigned genr_vlans[] = { 0, 1, 100, 4094 };
const unsigned genr_dscps[] = { 0, 10, 46, 63 };
const unsigned genr_ttls[] = { 0, 1, 5, 64, 128, 255 };
const unsigned genr_lengths[] = { 20, 60, 576, 1500, 9000, 65535 };

static const char *const v4_nets[] = { "10.0.0.0/8",  "10.0.0.0/16",       "10.0.0.0/24",
				       "10.0.0.0/31", "192.0.2.0/24",      "192.0.2.64/26",
				       "0.0.0.0/0",   "10.0.0.1-10.0.1.1", "192.0.2.1-198.51.100.3" };
static const char *const v6_nets[] = {
	"2001:db8::/32", "2001:db8::/48", "2001:db8::/64", "2001:db8::/127", "fe80::/10", "::/0", "2001:db8::1-2001:db8:1::1",
	"fc00::/7"
};
static const char *const flag_words[] = { "S/SA", "SF/SF", "A/A", "none/FSRPAU", "R/R", "SA/SARF", "EW/EW", "none/SR" };
static const char *const icmp_names[] = { "echo-request", "echo-reply", "destination-unreachable", "time-exceeded" };

#define COUNT(a) ((unsigned)(sizeof(a) / sizeof((a)[0])))

struct gen {
	uint64_t *seed;
	unsigned fields;
	struct strbuf *out;
	bool sets;
};

uint64_t genr_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1du;
}

static bool one_in(struct gen *g, unsigned n) { return !genr_below(g->seed, n); }

static bool may(struct gen *g, unsigned field, unsigned n) { return g->fields & field && one_in(g, n); }

static void put(struct gen *g, const char *s) { strbuf_add_bytes(g->out, s, strlen(s)); }

/* `[!] VALUE | [!] { VALUE... }`, at times with commas; value() writes one. */
static void list(struct gen *g, unsigned max, void (*value)(struct gen *g, const void *arg), const void *arg)
{
	unsigned n = one_in(g, 3) ? 1 + genr_below(g->seed, max) : 1;
	bool commas = one_in(g, 2);

	if (one_in(g, 6))
		put(g, " !");
	if (n == 1 && !one_in(g, 8)) {
		put(g, " ");
		value(g, arg);
		return;
	}
	put(g, " {");
	for (unsigned i = 0; i < n; i++) {
		put(g, i && commas ? ", " : " ");
		value(g, arg);
	}
	put(g, " }");
}

struct pool {
	const unsigned *v;
	unsigned n, max;
};

static void number(struct gen *g, const void *arg)
{
	const struct pool *p = (const struct pool *)arg;
	unsigned a = p->v[genr_below(g->seed, p->n)], b = p->v[genr_below(g->seed, p->n)];

	if (one_in(g, 4))
		strbuf_add(g->out, "%u-%u", a < b ? a : b, a < b ? b : a);
	else
		strbuf_add(g->out, "%u", one_in(g, 10) ? genr_below(g->seed, p->max + 1) : a);
}

static void word(struct gen *g, const void *arg)
{
	const char *const *words = (const char *const *)arg;
	unsigned n = 0;

	while (words[n])
		n++;
	put(g, words[genr_below(g->seed, n)]);
}

static void numbers(struct gen *g, const char *keyword, const unsigned *v, unsigned n, unsigned max)
{
	struct pool p = { v, n, max };

	put(g, keyword);
	list(g, 4, number, &p);
}

/* Families that addresses may have: bit 0 IPv4, bit 1 IPv6. */
static void address(struct gen *g, const void *arg)
{
	unsigned families = *(const unsigned *)arg;
	bool v6 = families == 3 ? one_in(g, 2) : families == 2;

	if (one_in(g, 2))
		put(g,
		    v6 ? genr_v6_hosts[genr_below(g->seed, GENR_V6_HOSTS)] : genr_v4_hosts[genr_below(g->seed, GENR_V4_HOSTS)]);
	else
		put(g, v6 ? v6_nets[genr_below(g->seed, COUNT(v6_nets))] : v4_nets[genr_below(g->seed, COUNT(v4_nets))]);
}

static void endpoint(struct gen *g, const char *keyword, unsigned families, bool ports)
{
	bool addr = may(g, GENR_ADDR, 2), port = ports && may(g, GENR_PORT, 2);
	bool set = g->sets && one_in(g, 8);

	if (!addr && !port && !set)
		return;
	put(g, keyword);
	if (set)
		put(g, one_in(g, 4) ? (one_in(g, 2) ? " ! @hosts" : " ! @nets") : one_in(g, 2) ? " @hosts" : " @nets");
	else if (addr)
		list(g, 5, address, &families);
	else if (one_in(g, 3))
		put(g, " any");
	if (port)
		numbers(g, " port", genr_ports, GENR_PORTS, 65535);
}

static void protocol(struct gen *g, const void *arg)
{
	static const char *const names[] = { "tcp", "udp", "gre", "esp", "sctp", "ospf" };

	unsigned families = *(const unsigned *)arg, proto = genr_protos[genr_below(g->seed, GENR_PROTOS)];
	bool wrong = (proto == 1 && families != 1) || (proto == 58 && families != 2);

	if (wrong || one_in(g, 2))
		put(g, names[genr_below(g->seed, COUNT(names))]);
	else
		strbuf_add(g->out, "%u", proto);
}

static void icmp_name(struct gen *g, const void *arg)
{
	(void)arg;
	put(g, icmp_names[genr_below(g->seed, COUNT(icmp_names))]);
}

/* Types of one ICMP with its protocol, or names of both without. */
static void icmp(struct gen *g, unsigned families)
{
	static const char *const protos[] = { "", " proto icmp", " proto icmp6", " proto { icmp icmp6 }" };
	struct pool v4_types = { genr_icmp_types, GENR_ICMP_TYPES, 255 }, v6_types = { genr_icmp6_types, GENR_ICMP6_TYPES, 255 };

	if (one_in(g, 3)) {
		put(g, " icmp-type");
		list(g, 3, icmp_name, NULL);
	} else {
		put(g, protos[families]);
		put(g, " icmp-type");
		list(g, 3, number, families == 2 ? &v6_types : &v4_types);
	}
	if (one_in(g, 3))
		put(g, one_in(g, 2) ? " code 0" : " code { 1 3-4 }");
}

/* The protocol, and what hangs on it; true where ports may follow. */
static bool transport(struct gen *g, unsigned families)
{
	static const char *const with_ports[] = { "", " proto tcp", " proto udp", " proto { tcp udp }", " proto { 132 136 }" };
	unsigned pick = genr_below(g->seed, 10);

	if (pick < 5) {
		put(g, with_ports[genr_below(g->seed, COUNT(with_ports))]);
		return true;
	}
	if (pick < 7) {
		if (g->fields & GENR_FLAGS) {
			put(g, one_in(g, 2) ? " proto tcp flags " : " flags ");
			put(g, flag_words[genr_below(g->seed, COUNT(flag_words))]);
		} else {
			put(g, " proto tcp");
		}
		return true;
	}
	if (pick == 7 && g->fields & GENR_ICMP) {
		icmp(g, families);
	} else if (pick == 8) {
		put(g, " proto");
		list(g, 4, protocol, &families);
	}
	return false;
}

static void per_packet(struct gen *g)
{
	if (may(g, GENR_DSCP, 6))
		numbers(g, " dscp", genr_dscps, GENR_DSCPS, 63);
	if (may(g, GENR_TTL, 6))
		numbers(g, " ttl", genr_ttls, GENR_TTLS, 255);
	if (may(g, GENR_LENGTH, 6))
		numbers(g, " length", genr_lengths, GENR_LENGTHS, 65575);
	if (may(g, GENR_FRAG, 10))
		put(g, " frag");
	if (may(g, GENR_MAC, 10)) {
		put(g, one_in(g, 2) ? " mac-from" : " mac-to");
		list(g, 3, word, genr_macs);
	}
}

static void rule(struct gen *g, unsigned i)
{
	unsigned families = g->fields & GENR_IPV6 ? 1 + genr_below(g->seed, 3) : 1;
	bool ports, from = true, to = true;

	put(g, one_in(g, 2) ? "pass" : "drop");
	put(g, one_in(g, 3) ? " out" : " in");
	if (may(g, GENR_IFACE, 4)) {
		put(g, " on");
		list(g, 3, word, genr_ifaces);
	}
	if (families != 3 && one_in(g, 3))
		put(g, families == 1 ? " inet" : " inet6");
	ports = transport(g, families);
	/* Addresses of both families on both sides could leave no family for the rule. */
	if (families == 3)
		*(one_in(g, 2) ? &from : &to) = false;
	if (from)
		endpoint(g, " from", families, ports);
	if (to)
		endpoint(g, " to", families, ports);
	if (may(g, GENR_VLAN, 6))
		numbers(g, " vlan", genr_vlans, GENR_VLANS, 4095);
	if (may(g, GENR_VLAN, 12))
		numbers(g, " inner-vlan", genr_vlans, GENR_VLANS, 4095);
	per_packet(g);
	if (may(g, GENR_OPTIONS, 6))
		put(g, " stateless");
	if (may(g, GENR_OPTIONS, 6))
		put(g, one_in(g, 2) ? " log" : " log every 3");
	if (may(g, GENR_OPTIONS, 6))
		strbuf_add(g->out, " label \"rule %u \\\"\\\\\"", i);
	put(g, "\n");
}

static void declarations(struct gen *g)
{
	static const char *const lines[] = {
		"default in drop\n",  "default out pass stateless\n", "default malformed drop\n",        "default nonip drop\n",
		"default nd rules\n", "option flows 4096\n",          "option timeout udp-replied 90\n", "option state if-bound\n"
	};

	for (unsigned i = 0; i < COUNT(lines); i++)
		if (one_in(g, 2))
			put(g, lines[i]);
}

void gen_ruleset_fields(uint64_t *seed, unsigned nrules, unsigned fields, struct strbuf *out)
{
	struct gen g = { .seed = seed, .fields = fields, .out = out, .sets = (fields & GENR_SETS) != 0 };

	if (fields & GENR_DECLS)
		declarations(&g);
	if (g.sets) {
		put(&g, "set hosts { type addr; 10.0.0.1, 192.0.2.77");
		put(&g, fields & GENR_IPV6 ? ", 2001:db8::2 }\n" : " }\n");
		put(&g, "set nets { type net; 10.0.0.0/16, 192.0.2.0/24");
		put(&g, fields & GENR_IPV6 ? ", 2001:db8::/48 }\n" : " }\n");
	}
	for (unsigned i = 1; i <= nrules; i++)
		rule(&g, i);
}

void gen_ruleset(uint64_t *seed, unsigned nrules, struct strbuf *out) { gen_ruleset_fields(seed, nrules, GENR_ALL, out); }
