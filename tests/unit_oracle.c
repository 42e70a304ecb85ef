/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules against libpcap's own filter engine: random rules made around packets of all captures (oracle_rules.h), in rulesets; for
 * each packet the first rule whose filter expression matches is the rule that the compiled tables give.
 *
 * What pcap-filter(7) means otherwise is left out here, and in the tables of tests/verdicts instead:
 *   - packets of another status than ok: expressions know nothing of broken headers (status.t)
 *   - IPv6 with extension headers: `ip6 proto` looks at the first header only, or behind a fragment header (fields.t, fragments.t)
 *   - `vlan` takes EtherType 0x9100 for a tag, here it is not IP; without `vlan` an expression is about untagged frames only: each rule
 *     is an expression for each number of tags (fields.t)
 *   - a tag's number 0 and no tag are one to rules, two to expressions: see oracle_rules.c, tag_field()
 */
#include <pcap/pcap.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "../ctl/parse.h"
#include "build_packet.h"
#include "captures.h"
#include "native_rules.h"
#include "oracle_rules.h"
#include "scale.h"

enum { RULESETS = 500, RULES_MAX = 12, POOL_MAX = 6000, OF_A_FILE = 2000, SNAP = 65535 };

/* Captured frames, and what the parser makes of them. */
struct pool {
	struct {
		uint8_t *data;
		uint32_t captured, original;
	} * v;
	struct packet *packets;
	size_t n, cap, cap_packets, seen;
	struct random g;
};

static bool is_exthdr_number(uint8_t proto) { return proto == 0 || proto == 43 || proto == 44 || proto == 51 || proto == 60; }

/* IPv6 whose first header is an extension header? By the bytes: behind the addresses and up to two tags. */
static bool has_exthdr(const struct frame *f, const struct packet *p)
{
	uint32_t at = 12;

	while (at + 4 < f->captured &&
	       ((f->data[at] == 0x81 && f->data[at + 1] == 0) || (f->data[at] == 0x88 && f->data[at + 1] == 0xa8)))
		at += 4;
	return p->family == FAMILY_INET6 && is_exthdr_number(f->data[at + 2 + 6]);
}

/* An even choice of the packets that both languages can speak of. */
static void pool_add(void *arg, const char *path, unsigned int number, uint64_t time_ns, const struct frame *f)
{
	struct pool *pool = (struct pool *)arg;
	struct packet p;
	size_t at = pool->n;

	(void)path;
	(void)time_ns;
	if (f->link != LINK_ETHER || number > OF_A_FILE)
		return;
	parse_natively(f, 0, &p);
	if (p.status != STATUS_OK || has_exthdr(f, &p))
		return;
	pool->seen++;
	if (pool->n == POOL_MAX) {
		at = random_below(&pool->g, (uint32_t)pool->seen);
		if (at >= POOL_MAX)
			return;
		free(pool->v[at].data);
	} else {
		GROW(pool->v, pool->n, pool->cap);
		GROW(pool->packets, pool->n, pool->cap_packets);
		pool->n++;
	}
	pool->packets[at] = p;
	pool->v[at].data = (uint8_t *)xmalloc(f->captured);
	memcpy(pool->v[at].data, f->data, f->captured);
	pool->v[at].captured = f->captured;
	pool->v[at].original = f->original;
}

/* A rule's compiled expressions. */
struct filter {
	struct bpf_program program[ORACLE_TAGS];
	bool there[ORACLE_TAGS];
};

static void filter_compile(const struct oracle_rule *r, struct filter *out)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, SNAP);

	for (int i = 0; i < ORACLE_TAGS; i++) {
		out->there[i] = r->filter[i].len;
		if (out->there[i] && pcap_compile(dead, &out->program[i], r->filter[i].str, 0, PCAP_NETMASK_UNKNOWN))
			fail_msg("%s: %s\n%s", r->rule.str, pcap_geterr(dead), r->filter[i].str);
	}
	pcap_close(dead);
}

static void filter_free(struct filter *f)
{
	for (int i = 0; i < ORACLE_TAGS; i++)
		if (f->there[i])
			pcap_freecode(&f->program[i]);
}

static bool filter_matches(const struct filter *f, const struct pool *pool, size_t packet)
{
	struct pcap_pkthdr h = { .caplen = pool->v[packet].captured, .len = pool->v[packet].original };
	bool matches = false;

	for (int i = 0; i < ORACLE_TAGS; i++)
		matches |= f->there[i] && pcap_offline_filter(&f->program[i], &h, pool->v[packet].data);
	return matches;
}

static void say_difference(const struct oracle_rule *rules, unsigned int n, const struct pool *pool, size_t packet,
			   unsigned int got, unsigned int want)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };

	for (uint32_t i = 0; i < pool->v[packet].captured && i < 100; i++)
		strbuf_add(&text, "%02x", pool->v[packet].data[i]);
	for (unsigned int i = 0; i < n; i++)
		if (i + 1 == got || i + 1 == want)
			strbuf_add(&text, "\n%u: %s\n   %s", i + 1, rules[i].rule.str,
				   rules[i].filter[0].str ? rules[i].filter[0].str : "-");
	fail_msg("rule %u, by libpcap %u: %s", got, want, text.str);
}

static void parse_rules(const struct oracle_rule *rules, unsigned int n, struct ruleset *rs)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	struct diag d = { .io_error = 0 };

	for (unsigned int i = 0; i < n; i++)
		strbuf_add(&text, "%s\n", rules[i].rule.str);
	if (ruleset_parse("rules", text.str, text.len, rs, &d)) {
		_cleanup_strbuf_ struct strbuf why = { NULL, 0, 0 };

		diag_render(&d.errors.v[0], &why);
		fail_msg("%s\n%s", why.str, text.str);
	}
	diag_free(&d);
}

struct counts {
	unsigned int rules, matching, packets, matched;
};

static void check_ruleset(struct random *g, const struct pool *pool, struct counts *c)
{
	struct oracle_rule rules[RULES_MAX];
	struct filter filters[RULES_MAX];
	unsigned int n = 1 + random_below(g, RULES_MAX), hits[RULES_MAX + 1] = { 0 };
	_cleanup_free_ char *err = NULL;
	struct native_rules native;
	struct ruleset rs;

	for (unsigned int i = 0; i < n; i++) {
		oracle_rule_make(g, pool->packets, pool->n, &rules[i]);
		filter_compile(&rules[i], &filters[i]);
	}
	parse_rules(rules, n, &rs);
	if (native_rules_open(&native, &rs, &err))
		fail_msg("%s", err);
	for (size_t p = 0; p < pool->n; p++) {
		rule_id_t rule, scanned;
		unsigned int want = 0, got;

		while (want < n && !filter_matches(&filters[want], pool, p))
			want++;
		want = want < n ? want + 1 : 0;
		assert_true(native_rules_agree(&native, &pool->packets[p], DIRECTION_IN, NULL, &rule, &scanned));
		got = rule_is_none(rule) ? 0 : rule.raw + 1;
		if (got != want)
			say_difference(rules, n, pool, p, got, want);
		hits[want]++;
	}
	for (unsigned int i = 0; i < n; i++) {
		c->matching += hits[i + 1] > 0;
		filter_free(&filters[i]);
		oracle_rule_free(&rules[i]);
	}
	c->rules += n;
	c->packets += (unsigned int)pool->n;
	c->matched += (unsigned int)pool->n - hits[0];
	native_rules_close(&native);
	ruleset_free(&rs);
}

static void test_oracle(void **state)
{
	const char *shared = getenv("FWCTL_SHARED");
	_cleanup_free_ char *dir = shared ? xasprintf("%s/pcaps", shared) : NULL;
	struct pool pool = { .g = { 0x04ac1e } };
	struct random g = { 0x04ac1e };
	struct counts c = { 0, 0, 0, 0 };

	(void)state;
	captures_each(PCAPS_DIR, pool_add, &pool);
	if (dir)
		captures_each(dir, pool_add, &pool);
	for (unsigned int i = 0; i < scaled(RULESETS); i++)
		check_ruleset(&g, &pool, &c);
	print_message("%u rules, %u of them the first for some packet; %u times a packet (%zu of %zu captured), %u of a rule\n",
		      c.rules, c.matching, c.packets, pool.n, pool.seen, c.matched);
	assert_true(c.matching > c.rules / 2 && c.matched > c.packets / 3 && c.matched < c.packets - c.packets / 20);
	for (size_t i = 0; i < pool.n; i++)
		free(pool.v[i].data);
	free(pool.v);
	free(pool.packets);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_oracle) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
