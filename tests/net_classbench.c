/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ClassBench sets through the kernel programs: every header gets the rule that it has to find, and that rule's verdict, on XDP and
 * on TC. The sets are those of $FWCTL_SHARED/classbench where they are there, and always ones of the same kind made here, written
 * as files and read back, whose expected matches are a linear scan's.
 */
#include <unistd.h>
#include <zlib.h>
#include "build_packet.h"
#include "classbench.h"
#include "net_replay.h"

enum { OWN_RULES = 2000, OWN_HEADERS = 10000, V6_HEADERS = 10000 };

/* --- sets made here -------------------------------------------------------------------------------------------------- */

/* Prefixes as of an access list: from few networks, of all lengths, many of them hosts. */
static void write_prefix(struct random *g, enum family family, bool any, gzFile f)
{
	static const uint8_t lengths[] = { 8, 12, 16, 20, 21, 22, 23, 24, 24, 25, 26, 27, 28, 29, 30, 31, 32, 32, 32, 32, 32 };
	uint32_t plen = any ? 0 : RANDOM_OF(g, lengths), network = random_below(g, 12) * 0x13151719u,
		 host = random_below(g, 1u << 14);
	uint32_t bits = plen ? (network ^ host << random_below(g, 12)) & ~0u << (32 - plen) : 0;

	if (family == FAMILY_INET)
		gzprintf(f, "%u.%u.%u.%u/%u", bits >> 24, bits >> 16 & 255, bits >> 8 & 255, bits & 255, plen);
	else if (!plen)
		gzprintf(f, "::/0");
	else /* 2001:db8::/32 and on */
		gzprintf(f, "2001:db8:%x:%x::/%u", bits >> 16, bits & 0xffff, 32 + plen);
}

static void write_ports(struct random *g, bool any, gzFile f)
{
	static const uint16_t known[] = { 22, 25, 53, 80, 123, 443, 1221, 1433, 1521, 5540, 8080 };
	uint32_t lo, hi;

	switch (any ? 0 : random_below(g, 5)) {
	case 0:
		lo = 0, hi = 65535;
		break;
	case 1:
	case 2:
		lo = hi = RANDOM_OF(g, known);
		break;
	case 3:
		lo = 1024, hi = 65535;
		break;
	default:
		lo = random_below(g, 65536), hi = lo + random_below(g, 65536 - lo);
	}
	gzprintf(f, "%u : %u\t", lo, hi);
}

static void write_rule(struct random *g, enum family family, gzFile f)
{
	static const uint8_t protos[] = {
		PROTO_TCP, PROTO_TCP, PROTO_TCP, PROTO_TCP, PROTO_UDP, PROTO_UDP, PROTO_ICMP, 47, 50, 0
	};
	uint8_t proto = RANDOM_OF(g, protos);
	bool portless = proto != PROTO_TCP && proto != PROTO_UDP;

	gzprintf(f, "@");
	write_prefix(g, family, random_chance(g, 10), f);
	gzprintf(f, "\t");
	write_prefix(g, family, false, f); /* no rule for everything, behind which the others were never asked */
	gzprintf(f, "\t");
	write_ports(g, portless || random_chance(g, 70), f);
	write_ports(g, portless, f);
	gzprintf(f, "0x%02x/0x%02x\t0x0000/0x0000\t\n", proto, proto ? 0xff : 0);
}

static gzFile create(const char *dir, const char *kind)
{
	_cleanup_free_ char *path = xasprintf("%s/own.%s.gz", dir, kind);
	gzFile f = gzopen(path, "w1");

	assert_non_null(f);
	return f;
}

static void remove_files(const char *dir)
{
	static const char *const kinds[] = { "rules", "trace", "match" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		_cleanup_free_ char *path = xasprintf("%s/own.%s.gz", dir, kinds[i]);

		unlink(path);
	}
	rmdir(dir);
}

/* The headers as files, read back together with the rules: what the reader makes of them is what they were. */
static void through_files(const char *dir, struct classbench *cb)
{
	gzFile trace = create(dir, "trace"), match = create(dir, "match");
	struct classbench back;

	for (size_t i = 0; i < cb->nheaders; i++) {
		const struct cb_header *h = &cb->headers[i];

		gzprintf(trace, "%u\t%u\t%u\t%u\t%u\t0\t0\n", __builtin_bswap32(h->addr[CB_SRC].w[3]),
			 __builtin_bswap32(h->addr[CB_DST].w[3]), h->port[CB_SRC], h->port[CB_DST], h->proto);
		gzprintf(match, "%ld\n", cb->match[i]);
	}
	assert_int_equal(gzclose(trace) | gzclose(match), Z_OK);
	assert_int_equal(classbench_read(dir, "own", &back, NULL), 0);
	assert_int_equal(back.nheaders, cb->nheaders);
	for (size_t i = 0; i < back.nheaders; i++) {
		assert_memory_equal(back.headers[i].addr, cb->headers[i].addr, sizeof(back.headers[i].addr));
		assert_memory_equal(back.headers[i].port, cb->headers[i].port, sizeof(back.headers[i].port));
		assert_int_equal(back.headers[i].proto, cb->headers[i].proto);
		assert_int_equal(back.match[i], cb->match[i]);
	}
	classbench_free(cb);
	*cb = back;
}

static void make_own(enum family family, struct classbench *cb)
{
	struct random g = { 0xc1a55be0c4ull + family };
	char dir[] = "/tmp/fwctl-classbench.XXXXXX";
	_cleanup_free_ char *err = NULL;
	gzFile f;

	assert_non_null(mkdtemp(dir));
	f = create(dir, "rules");
	for (size_t i = 0; i < OWN_RULES; i++)
		write_rule(&g, family, f);
	assert_int_equal(gzclose(f), Z_OK);
	if (classbench_read(dir, "own", cb, &err))
		fail_msg("%s", err);
	assert_int_equal(cb->nrules, OWN_RULES);
	assert_int_equal(cb->family, family);
	classbench_corners(cb, &g, OWN_HEADERS);
	if (family == FAMILY_INET)
		through_files(dir, cb);
	remove_files(dir);
}

/* --- judging --------------------------------------------------------------------------------------------------------- */

static void check_header(const struct ruleset *rs, const struct classbench *cb, size_t i, struct replay *r, enum net_hook hook)
{
	unsigned int number = (unsigned int)(cb->match[i] + 1);
	enum verdict verdict = number ? rs->rules[number - 1].verdict : VERDICT_DROP;
	const struct outcome *o;
	struct built b;

	classbench_packet(cb->family, &cb->headers[i], &b);
	o = &net_judge(r, hook, 1, &b.frame)->outcome;
	if (net_rule_number(o->rule) != number || o->verdict != verdict || o->reason != (number ? REASON_RULE : REASON_DEFAULT))
		fail_msg("header %zu on %s: %s by rule %u (%s), expected %s by %u", i, hook == NET_XDP ? "XDP" : "TC ingress",
			 verdict_text((enum verdict)o->verdict), net_rule_number(o->rule), reason_text((enum reason)o->reason),
			 verdict_text(verdict), number);
	assert_true(!o->cached && !o->made);
}

/* Each header by the rules that pass and drop in turn, without state: it is judged for itself. */
static void check_set(struct classbench *cb)
{
	const struct cb_style style = { .stateless = true, .drop_every = 3 };
	_cleanup_free_ bool *found = (bool *)xcalloc(cb->nrules, sizeof(*found));
	size_t rules = 0, by_default = 0;
	struct ruleset rs;
	struct replay *r;

	assert_true(cb->nheaders > 1000);
	classbench_ruleset(cb, &style, &rs);
	rs.options.flows = FLOWS_MIN;
	r = net_open(&rs, NULL, LOAD_XDP | LOAD_IN);
	for (size_t i = 0; i < cb->nheaders; i++) {
		check_header(&rs, cb, i, r, NET_XDP);
		check_header(&rs, cb, i, r, NET_TC_IN);
		by_default += cb->match[i] < 0;
		if (cb->match[i] >= 0)
			rules += !found[cb->match[i]], found[cb->match[i]] = true;
	}
	print_message("%zu headers: %zu of %zu rules, %zu by default\n", cb->nheaders, rules, cb->nrules, by_default);
	assert_true(rules > 100 && by_default < cb->nheaders / 2);
	replay_close(r);
	ruleset_free(&rs);
	classbench_free(cb);
}

static void test_own(void **state)
{
	struct classbench cb;

	make_own(*(const enum family *)*state, &cb);
	check_set(&cb);
}

static char *shared_dir(void)
{
	const char *shared = getenv("FWCTL_SHARED");

	return xasprintf("%s/classbench", shared ? shared : TESTS_DIR "/../../shared");
}

/* A set with a trace is judged by its matches; one without by a scan, which the others' matches prove right. */
static void test_shared(void **state)
{
	struct random g = { 0x7ace };
	_cleanup_free_ char *dir = shared_dir(), *err = NULL;
	struct classbench cb;

	if (classbench_read(dir, (const char *)*state, &cb, &err))
		fail_msg("%s", err);
	for (size_t i = 0; i < cb.nheaders; i += 199)
		assert_int_equal(classbench_scan(&cb, &cb.headers[i]), cb.match[i]);
	if (!cb.match)
		classbench_corners(&cb, &g, V6_HEADERS);
	check_set(&cb);
}

static const char *const shared_sets[] = {
	"acl1_1k",
	"acl1_10k",
	"acl1_100k",
	"fw1_1k",
	"fw1_10k",
	"fw1_100k",
	"ipc1_1k",
	"ipc1_10k",
	"ipc1_100k",
	"published/cutsplit_fw_10k",
	"published/jia_acl1_1k",
	"v6/acl1_v6_10k",
	"v6/fw1_v6_10k",
	"v6/ipc1_v6_10k",
};
enum { SHARED_SETS = sizeof(shared_sets) / sizeof(*shared_sets) };

int main(void)
{
	static const enum family families[] = { FAMILY_INET, FAMILY_INET6 };
	struct CMUnitTest tests[2 + SHARED_SETS] = {
		{ .name = "a set made here", .test_func = test_own, .initial_state = (void *)&families[0] },
		{ .name = "an IPv6 set made here", .test_func = test_own, .initial_state = (void *)&families[1] },
	};
	_cleanup_free_ char *dir = shared_dir();
	int refused = net_refused("net_classbench");
	size_t n = 2;

	if (refused)
		return refused;
	for (size_t i = 0; i < SHARED_SETS && !access(dir, R_OK); i++)
		tests[n++] = (struct CMUnitTest){ .name = shared_sets[i],
						  .test_func = test_shared,
						  .initial_state = (void *)shared_sets[i] };
	return _cmocka_run_group_tests("net_classbench", tests, n, NULL, NULL);
}
