/* SPDX-License-Identifier: GPL-2.0 */
/*
 * `check` against brute force: random rules over few values, every packet that differs for any of them enumerated, and
 * each rule judged by what the rules read one by one say of all of these. And rules by hand, whose findings are known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include "../ctl/analyze.h"
#include "../ctl/linear.h"
#include "../ctl/parse.h"
#include "gen_rules.h"
#include "random.h"

enum { RULESETS = 200, PACKETS_MAX = 60000, REPS_MAX = 64, REFS = 4 };

static struct random dice = { 4711 };

static void read_rules(const char *text, size_t len, struct ruleset *rs)
{
	struct diag d = { .io_error = 0 };

	if (ruleset_parse("rules", text, len, rs, &d))
		fail_msg("line %u: %s\n%s", d.errors.v[0].loc.line, d.errors.v[0].msg, text);
	diag_free(&d);
}

/* --- random rules --------------------------------------------------------------------------------- */

static const char *pick(const char *const *words, size_t n) { return words[random_below(&dice, (uint32_t)n)]; }
#define PICK(...) ({ static const char *const w_[] = { __VA_ARGS__ }; pick(w_, sizeof(w_) / sizeof(w_[0])); })

enum { USE_ADDR = 1, USE_PORT = 2, USE_ICMP = 4, USE_FLAGS = 8, USE_SETS = 16, USE_FRAG = 32, USE_LENGTH = 64,
       USE_IFACE = 128, USE_MAC = 256, USE_VLAN = 512, USE_TTL = 1024, USE_IPV6 = 2048, USES = 12 };

static const char *transport(unsigned int use)
{
	bool v6 = use & USE_IPV6;

	switch (random_below(&dice, 6)) {
	case 0:
		return use & USE_PORT ? PICK(" proto tcp", " proto udp", " proto { tcp udp }", " proto ! { tcp udp }") : "";
	case 1:
		if (use & USE_FLAGS)
			return PICK(" flags S/SA", " flags A/A", " flags none/SA", " proto tcp flags S/S");
		return PICK(" proto tcp", " proto ! tcp", "");
	case 2:
		if (!(use & USE_ICMP))
			return "";
		return v6 ? PICK(" inet6 proto icmp6 icmp-type { 133-136 128 }", " icmp-type echo-request",
				 " inet6 proto icmp6 icmp-type ! 128", " inet6 proto icmp6 icmp-type 133-140 code 0") :
			    PICK(" icmp-type echo-request", " proto icmp icmp-type ! 8", " proto icmp icmp-type 3 code { 1 3-4 }",
				 " proto icmp icmp-type 3-8 code ! 0");
	case 3:
		return v6 ? PICK(" inet6", " inet", " inet6 proto 59", " inet6 proto gre") : PICK(" proto gre", " proto ! udp", " inet");
	default:
		return "";
	}
}

static const char *address(bool v6, unsigned int use)
{
	if (use & USE_SETS && random_chance(&dice, 30))
		return PICK("@a", "@b", "! @a", "! @b");
	if (v6)
		return PICK("2001:db8::/33", "2001:db8:8000::/33", "2001:db8::/32", "! 2001:db8::/32", "2001:db8::1");
	return PICK("10.0.0.0/9", "10.128.0.0/9", "10.0.0.0/8", "! 10.0.0.0/8", "{ 10.0.0.1 10.0.0.7 }", "10.0.0.1-10.0.0.4",
		    "0.0.0.0/1", "128.0.0.0/1", "! 10.0.0.1");
}

static void random_rule(unsigned int use, struct strbuf *out)
{
	const char *proto = transport(use);
	bool ports = !strncmp(proto, " proto tcp", 10) || !strncmp(proto, " proto udp", 10) || strstr(proto, "{ tcp") == proto + 7;
	bool portless = proto[0] && !ports && strncmp(proto, " flags", 6) && strncmp(proto, " inet", 5);
	bool v6 = use & USE_IPV6 && (strstr(proto, "inet6") || (!strstr(proto, "inet") && !strstr(proto, "proto icmp") &&
								random_chance(&dice, 50)));

	ports = use & USE_PORT && (ports || (!portless && !strstr(proto, "59") && !strstr(proto, "gre") && !strstr(proto, "icmp")));
	strbuf_add(out, "%s %s", PICK("pass", "drop", "pass", "drop"), random_chance(&dice, 90) ? "in" : "out");
	if (use & USE_IFACE && random_chance(&dice, 40))
		strbuf_add(out, " on %s", PICK("eth0", "eth1", "! eth0", "{ eth0 eth1 }", "! { eth0 eth1 }"));
	strbuf_add(out, "%s", proto);
	if (use & USE_ADDR && random_chance(&dice, 60))
		strbuf_add(out, " from %s", address(v6, use));
	else if (ports && random_chance(&dice, 20))
		strbuf_add(out, " from port %s", PICK("1024-65535", "0-1023", "53"));
	if (use & USE_ADDR && random_chance(&dice, 30))
		strbuf_add(out, " to %s", address(v6, use));
	else if (ports && random_chance(&dice, 60))
		strbuf_add(out, " to port %s", PICK("80", "{ 22 80 }", "1-100", "! 80", "0-65535", "101-65535", "0-79", "81-65535"));
	if (use & USE_VLAN && random_chance(&dice, 40))
		strbuf_add(out, " vlan %s", PICK("0", "1-4095", "! 0", "5", "! 5"));
	if (use & USE_TTL && random_chance(&dice, 40))
		strbuf_add(out, " ttl %s", PICK("255", "! 255", "0-5", "6-255", "1"));
	if (use & USE_LENGTH && random_chance(&dice, 40))
		strbuf_add(out, " length %s", PICK("0-39", "40-65575", "0-19", "! 60-100", "1000-65535", "0-48", "0-28", "65536-65575"));
	if (use & USE_FRAG && random_chance(&dice, 30))
		strbuf_add(out, " frag");
	if (use & USE_MAC && random_chance(&dice, 40))
		strbuf_add(out, " mac-from %s", PICK("02:00:00:00:00:01", "! 02:00:00:00:00:01", "{ 02:00:00:00:00:01 02:00:00:00:00:09 }"));
	strbuf_add(out, "%s\n", random_chance(&dice, 15) ? " stateless" : "");
}

static void random_rules(struct ruleset *rs)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	unsigned int use = 0, n = 3 + random_below(&dice, 10);

	for (int i = 0; i < 4; i++)
		use |= 1u << random_below(&dice, USES);
	strbuf_add(&text, "default in %s\nset a { type net; }\nset b { type addr; }\n", PICK("pass", "drop", "pass stateless"));
	if (random_chance(&dice, 30))
		strbuf_add(&text, "default nd rules\n");
	for (unsigned int i = 0; i < n; i++)
		random_rule(use, &text);
	read_rules(text.str, text.len, rs);
}

/* --- all packets that differ ---------------------------------------------------------------------- */

/* Values at which something may begin to be otherwise. */
struct reps { uint32_t v[REPS_MAX]; size_t n; };

static void rep(struct reps *r, uint64_t v, uint64_t max)
{
	if (v > max)
		return;
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i] == v)
			return;
	assert_true(r->n < REPS_MAX);
	r->v[r->n++] = (uint32_t)v;
}

static void rep_numbers(struct reps *r, const struct numset *s, uint64_t max)
{
	for (size_t i = 0; i < s->n; i++) {
		rep(r, s->v[i].lo, max);
		rep(r, (uint64_t)s->v[i].hi + 1, max);
	}
}

/* Addresses of the pools: in IPv4 by their number, in IPv6 by words 0 and 1 and the last. */
struct addr_reps { addr_t v[REPS_MAX]; size_t n; };

static void rep_addr(struct addr_reps *r, const addr_t *a)
{
	for (size_t i = 0; i < r->n; i++)
		if (!memcmp(&r->v[i], a, sizeof(*a)))
			return;
	assert_true(r->n < REPS_MAX);
	r->v[r->n++] = *a;
}

static bool addr_next(addr_t *a)
{
	for (size_t i = 16; i--;)
		if (++a->b[i])
			return true;
	return false;
}

static void rep_addrs(struct addr_reps *r, const struct addrset *s, enum family family)
{
	static const addr_t first4 = { .b = { [10] = 0xff, [11] = 0xff } }, first6 = { .b = { 0 } };

	rep_addr(r, family == FAMILY_INET ? &first4 : &first6);
	for (size_t i = 0; i < s->n; i++) {
		addr_t next = s->v[i].hi;

		if (s->v[i].family != family)
			continue;
		rep_addr(r, &s->v[i].lo);
		if (addr_next(&next) && (family == FAMILY_INET6 || (next.b[10] == 0xff && next.b[11] == 0xff)))
			rep_addr(r, &next);
	}
}

struct universe {
	const struct ruleset *rs;
	struct reps sport, dport, vlan, inner, ttl, length, dscp, iface, mac, type[FAMILY_COUNT], code, flags, proto, set;
	struct addr_reps src[FAMILY_COUNT], dst[FAMILY_COUNT];
	struct { int set; bool dst; } ref[REFS];
	size_t nrefs;
	unsigned int members;         /* of the packet at hand: bits of ref */
	const struct packet *packet;
	uint64_t *matches;            /* a bit a rule, a word a packet */
	struct probe *probes;
	size_t n;
};

static bool in_set(void *arg, size_t set, enum family family, const addr_t *a)
{
	const struct universe *u = (const struct universe *)arg;
	bool dst = a == &u->packet->dst;

	(void)family;
	for (size_t i = 0; i < u->nrefs; i++)
		if (u->ref[i].set == (int)set && u->ref[i].dst == dst)
			return u->members >> i & 1;
	return false;
}

static void use_set(struct universe *u, const struct addrset *a, bool dst)
{
	if (a->set < 0)
		return;
	for (size_t i = 0; i < u->nrefs; i++)
		if (u->ref[i].set == a->set && u->ref[i].dst == dst)
			return;
	u->ref[u->nrefs].set = a->set;
	u->ref[u->nrefs++].dst = dst;
}

static void collect_rule(struct universe *u, const struct rule *r)
{
	static const char *const names[] = { "eth0", "eth1" };

	rep_numbers(&u->sport, &r->from.ports, 65535);
	rep_numbers(&u->dport, &r->to.ports, 65535);
	rep_numbers(&u->vlan, &r->vlan, 4095);
	rep_numbers(&u->ttl, &r->ttl, 255);
	rep_numbers(&u->length, &r->length, 65575);
	rep_numbers(&u->code, &r->icmp_code, 255);
	for (size_t i = 0; i < r->on.n; i++)
		for (uint32_t k = 0; k < 2; k++)
			if (!strcmp(r->on.v[i], names[k]))
				rep(&u->iface, k + 1, 2);
	for (size_t i = 0; i < r->mac_from.n; i++)
		rep(&u->mac, r->mac_from.v[i].b[5], 255);
	for (size_t i = 0; i < r->icmp_type.n; i++)
		for (int f = 0; f < FAMILY_COUNT; f++)
			if (r->icmp_type.v[i].has[f]) {
				rep(&u->type[f], r->icmp_type.v[i].lo[f], 255);
				rep(&u->type[f], r->icmp_type.v[i].hi[f] + 1u, 255);
			}
	for (unsigned int v = 0; r->flags.given && v < 32; v++)
		rep(&u->flags, v & (TCP_SYN | TCP_ACK), 255);
	for (int f = 0; f < FAMILY_COUNT; f++) {
		rep_addrs(&u->src[f], &r->from.addr, (enum family)f);
		rep_addrs(&u->dst[f], &r->to.addr, (enum family)f);
	}
	use_set(u, &r->from.addr, false);
	use_set(u, &r->to.addr, true);
}

static void collect(struct universe *u, const struct ruleset *rs)
{
	static const uint8_t protos[] = { PROTO_TCP, PROTO_UDP, PROTO_ICMP, PROTO_ICMP6, PROTO_SCTP, 47, PROTO_NONE, PROTO_AH };
	struct reps *zero[] = { &u->sport, &u->dport, &u->vlan, &u->ttl, &u->iface, &u->mac, &u->type[0], &u->type[1], &u->code,
				&u->flags };

	memset(u, 0, sizeof(*u));
	u->rs = rs;
	for (size_t i = 0; i < sizeof(zero) / sizeof(zero[0]); i++)
		rep(zero[i], 0, 255);
	rep(&u->length, 65535, 65535);
	for (size_t i = 0; i < sizeof(protos); i++)
		rep(&u->proto, protos[i], 255);
	if (!rs->defaults.nd_by_rules) { /* neighbour discovery is passed ahead of the rules */
		rep(&u->ttl, 255, 255);
		rep(&u->type[FAMILY_INET6], 133, 255);
		rep(&u->type[FAMILY_INET6], 137, 255);
	}
	for (size_t i = 0; i < rs->nrules; i++)
		collect_rule(u, &rs->rules[i]);
}

/* One packet, unless the parser would not let it through; false where there are too many. */
static bool take(struct universe *u, const struct probe *made)
{
	const struct linear_sets sets = { in_set, u };
	struct probe p = *made;
	uint64_t word = 0;

	probe_settle(&p);
	if (p.packet.status != STATUS_OK || (p.packet.nd && !u->rs->defaults.nd_by_rules))
		return true;
	if (p.packet.family == FAMILY_INET6 && p.packet.fragment != FRAGMENT_LATER && is_extension_header(p.packet.proto))
		return true;
	if (p.packet.length > (p.packet.family == FAMILY_INET ? 65535u : 65575u))
		return true;
	if (u->n == PACKETS_MAX)
		return false;
	u->packet = &p.packet;
	for (size_t i = 0; i < u->rs->nrules; i++)
		if (rule_matches(u->rs, &u->rs->rules[i], &p.packet, p.direction, probe_iface(&p), &sets))
			word |= 1ull << i;
	u->probes[u->n] = p;
	u->matches[u->n++] = word;
	return true;
}

/* Runs the body for each value of a field. */
#define EACH(reps, field, convert) for (size_t i_##field = 0; i_##field < (reps)->n && ((void)(convert), true); i_##field++)
#define NOW(reps, field) ((reps)->v[i_##field])

static bool each_transport(struct universe *u, struct probe *p)
{
	struct packet *k = &p->packet;
	bool later = k->fragment == FRAGMENT_LATER;
	unsigned int has = later ? 0 : proto_has(k->proto);
	const struct reps none = { { 0 }, 1 };
	const struct reps *sport = has & HAS_PORTS ? &u->sport : &none, *dport = has & HAS_PORTS ? &u->dport : &none;
	const struct reps *flags = has & HAS_FLAGS ? &u->flags : &none, *code = has & HAS_ICMP ? &u->code : &none;
	const struct reps *type = has & HAS_ICMP ? &u->type[k->proto == PROTO_ICMP6] : &none;

	EACH(sport, sport, k->sport.raw = htons((uint16_t)NOW(sport, sport)))
	EACH(dport, dport, k->dport.raw = htons((uint16_t)NOW(dport, dport)))
	EACH(flags, flags, k->tcp_flags = (uint8_t)NOW(flags, flags))
	EACH(type, type, k->icmp_type = (uint8_t)NOW(type, type))
	EACH(code, code, k->icmp_code = (uint8_t)NOW(code, code))
		if (!take(u, p))
			return false;
	return true;
}

static bool each_size(struct universe *u, struct probe *p)
{
	struct packet *k = &p->packet;
	struct reps lengths = u->length;

	rep(&lengths, probe_min_length((enum family)k->family, k->proto, (enum fragment)k->fragment), 65535);
	EACH(&u->vlan, vlan, k->vlan = (uint16_t)NOW(&u->vlan, vlan))
	EACH(&u->ttl, ttl, k->ttl = (uint8_t)NOW(&u->ttl, ttl))
	EACH(&lengths, length, k->length = NOW(&lengths, length))
		if (!each_transport(u, p))
			return false;
	return true;
}

static bool each_place(struct universe *u, struct probe *p)
{
	static const char *const names[] = { "", "eth0", "eth1" };
	size_t macs = u->mac.n > 1 ? u->mac.n + 1 : 1; /* the last one: no MAC addresses */

	EACH(&u->iface, iface, strcpy(p->iface, names[NOW(&u->iface, iface)]))
		for (size_t m = 0; m < macs; m++) {
			p->packet.has = m < u->mac.n ? HAS_MAC : 0;
			p->packet.mac_src = (struct mac){ { 2, 0, 0, 0, 0, m < u->mac.n ? (uint8_t)u->mac.v[m] : 0 } };
			for (u->members = 0; u->members < 1u << u->nrefs; u->members++)
				if (!each_size(u, p))
					return false;
		}
	return true;
}

static bool each_packet(struct universe *u)
{
	struct probe p;

	for (int f = 0; f < FAMILY_COUNT; f++)
		for (size_t s = 0; s < u->src[f].n; s++)
			for (size_t d = 0; d < u->dst[f].n; d++)
				for (size_t i = 0; i < u->proto.n; i++)
					for (int frag = 0; frag < FRAGMENT_COUNT; frag++)
						for (int dir = 0; dir < DIRECTION_COUNT; dir++) {
							probe_init(&p, (enum family)f);
							p.direction = (enum direction)dir;
							p.packet.src = u->src[f].v[s];
							p.packet.dst = u->dst[f].v[d];
							p.packet.proto = (uint8_t)u->proto.v[i];
							p.packet.fragment = (uint8_t)frag;
							if (!each_place(u, &p))
								return false;
						}
	return true;
}

/* --- what is true --------------------------------------------------------------------------------- */

static size_t first_of(uint64_t word) { return word ? (size_t)__builtin_ctzll(word) : SIZE_MAX; }

static bool same_action(const struct ruleset *rs, enum direction d, size_t x, size_t y)
{
	enum verdict v[2];
	bool stateless[2];
	size_t rule[2] = { x, y };

	for (int i = 0; i < 2; i++) {
		const struct rule *r = rule[i] == SIZE_MAX ? NULL : &rs->rules[rule[i]];

		v[i] = r ? r->verdict : rs->defaults.verdict[d];
		stateless[i] = r ? r->stateless : rs->defaults.stateless[d];
	}
	return v[0] == v[1] && (v[0] != VERDICT_PASS || stateless[0] == stateless[1]);
}

static bool really_never(const struct universe *u, size_t rule)
{
	for (size_t i = 0; i < u->n; i++)
		if (first_of(u->matches[i]) == rule)
			return false;
	return true;
}

/* With only `stay` of the other rules that are of the same action (all ones: with all). */
static bool really_redundant(const struct universe *u, size_t rule, uint64_t stay, bool default_stays)
{
	for (size_t i = 0; i < u->n; i++) {
		uint64_t word = u->matches[i] & ~(1ull << rule);
		size_t next;

		if (first_of(u->matches[i]) != rule)
			continue;
		for (next = first_of(word); next != SIZE_MAX && !(stay >> next & 1) &&
		     same_action(u->rs, u->probes[i].direction, rule, next); next = first_of(word))
			word &= word - 1;
		if (!same_action(u->rs, u->probes[i].direction, rule, next) || (next == SIZE_MAX && !default_stays))
			return false;
	}
	return true;
}

static bool really_conflict(const struct universe *u, size_t earlier, size_t rule)
{
	bool taken = false, earlier_alone = false, alone = false;

	for (size_t i = 0; i < u->n; i++) {
		bool e = u->matches[i] >> earlier & 1, r = u->matches[i] >> rule & 1;

		taken |= e && r && first_of(u->matches[i]) == earlier;
		earlier_alone |= e && !r;
		alone |= r && !e;
	}
	return taken && earlier_alone && alone && u->rs->rules[earlier].verdict != u->rs->rules[rule].verdict;
}

static const struct finding *find(const struct findings *f, size_t rule, enum finding_kind kind)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].rule == rule && f->v[i].kind == kind)
			return &f->v[i];
	return NULL;
}

static uint64_t by_mask(const struct finding *f)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < f->nby; i++)
		if (f->by[i])
			mask |= 1ull << (f->by[i] - 1);
	return mask;
}

static bool has_by(const struct finding *f, size_t number)
{
	for (size_t i = 0; f && i < f->nby; i++)
		if (f->by[i] == number)
			return true;
	return false;
}

/* The rules in `by` take all of its packets, and none of them could be left out. */
static void check_cover(const struct universe *u, const struct finding *f)
{
	uint64_t by = by_mask(f), needed = 0;

	for (size_t i = 0; i < u->n; i++) {
		uint64_t word = u->matches[i];

		if (!(word >> f->rule & 1))
			continue;
		assert_true(word & by);
		if (!((word & by) & ((word & by) - 1)))
			needed |= word & by;
	}
	assert_true(f->nby == 1 || needed == by);
	assert_false(by >> f->rule);
}

/* The example is what it is said to be, by the rules one by one; its set memberships are in its words. */
static void check_example(struct universe *u, const struct finding *f)
{
	const struct linear_sets sets = { in_set, u };
	const struct probe *p = &f->example;
	size_t first = SIZE_MAX, next = SIZE_MAX;

	assert_int_equal(p->packet.status, STATUS_OK);
	u->packet = &p->packet;
	u->members = 0;
	for (size_t i = 0; i < u->nrefs; i++) {
		_cleanup_free_ char *in = xasprintf("%s in @%s", u->ref[i].dst ? "destination" : "source",
						    u->rs->sets[u->ref[i].set].name);

		u->members |= (f->sets && strstr(f->sets, in)) ? 1u << i : 0;
	}
	for (size_t i = 0; i < u->rs->nrules; i++)
		if (rule_matches(u->rs, &u->rs->rules[i], &p->packet, p->direction, probe_iface(p), &sets)) {
			next = first != SIZE_MAX && next == SIZE_MAX ? i : next;
			first = first == SIZE_MAX ? i : first;
		}
	assert_true(rule_matches(u->rs, &u->rs->rules[f->rule], &p->packet, p->direction, probe_iface(p), &sets));
	if (p->packet.nd && !u->rs->defaults.nd_by_rules)
		assert_int_equal(f->taker, 0);
	else if (f->kind == FINDING_REDUNDANT)
		assert_true(first == f->rule && next + 1 == f->taker);
	else
		assert_int_equal(first + 1, f->taker);
}

static unsigned int confirmed[FINDING_COUNT], fine;

static void confirm_rule(struct universe *u, const struct findings *f, size_t rule)
{
	const struct finding *never = find(f, rule, FINDING_NEVER), *redundant = find(f, rule, FINDING_REDUNDANT);
	const struct finding *conflict = find(f, rule, FINDING_CONFLICT);
	bool dead = really_never(u, rule);

	assert_null(find(f, rule, FINDING_UNDECIDED));
	assert_int_equal(dead, never != NULL);
	if (never && !never->nd)
		check_cover(u, never);
	assert_int_equal(!dead && really_redundant(u, rule, ~0ull, true), redundant != NULL);
	if (redundant)
		assert_true(really_redundant(u, rule, by_mask(redundant), has_by(redundant, 0)));
	for (size_t i = 0; i < rule; i++)
		assert_int_equal(!dead && really_conflict(u, i, rule), has_by(conflict, i + 1));
	confirmed[FINDING_NEVER] += never != NULL;
	confirmed[FINDING_REDUNDANT] += redundant != NULL;
	confirmed[FINDING_CONFLICT] += conflict != NULL;
	fine += !never && !redundant;
}

static void test_brute_force(void **state)
{
	const struct analyze_options options = { .conflicts = true };
	struct universe u;
	unsigned int done = 0;

	(void)state;
	while (done < RULESETS) {
		_cleanup_findings_ struct findings f = { NULL, 0, 0 };
		_cleanup_free_ char *err = NULL;
		struct ruleset rs;

		random_rules(&rs);
		collect(&u, &rs);
		u.matches = (uint64_t *)xcalloc(PACKETS_MAX, sizeof(*u.matches));
		u.probes = (struct probe *)xcalloc(PACKETS_MAX, sizeof(*u.probes));
		if (each_packet(&u)) {
			if (analyze(&rs, &options, &f, &err))
				fail_msg("%s", err);
			for (size_t i = 0; i < rs.nrules; i++)
				confirm_rule(&u, &f, i);
			for (size_t i = 0; i < f.n; i++)
				if (f.v[i].has_example)
					check_example(&u, &f.v[i]);
			done++;
		}
		free(u.matches);
		free(u.probes);
		ruleset_free(&rs);
	}
	printf("confirmed: %u never match, %u redundant, %u conflict, %u fine\n", confirmed[FINDING_NEVER],
	       confirmed[FINDING_REDUNDANT], confirmed[FINDING_CONFLICT], fine);
	assert_true(confirmed[FINDING_NEVER] > 100 && confirmed[FINDING_REDUNDANT] > 100 && confirmed[FINDING_CONFLICT] > 50 &&
		    fine > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brute_force),
	};

	return cmocka_run_group_tests_name("analyze", tests, NULL, NULL);
}
