/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The same bytes, natively and in the kernel: mutated packets of all captures through the parser and classifier of ctl/ and
 * through the programs on XDP and TC egress. Each packet has the same status and fields, and by rules without state the same rule
 * and verdict; with state the flow that it is in has the key that it has natively.
 *
 * FWCTL_MUTATED says how many packets (make mutated: a million). Every run is the same.
 */
#include <sys/stat.h>
#include "../shared/assoc.h"
#include "build_packet.h"
#include "captures.h"
#include "gen_rules.h"
#include "mutate.h"
#include "native_rules.h"
#include "net_replay.h"
#include "scale.h"

enum { PACKETS = 60000, POOL_MAX = 50000, FRAME_MAX = 2048, BATCH = 5000, FLOWS = 262144 };

/* Frames of captures: an even choice where there are more than POOL_MAX. */
struct pool {
	struct frame *v;
	size_t n, cap, seen;
	struct random g;
};

/* Where a frame goes in a pool that is full; POOL_MAX: nowhere. */
static size_t pool_place(struct pool *pool)
{
	size_t i = random_below(&pool->g, (uint32_t)pool->seen);

	return i < POOL_MAX ? i : POOL_MAX;
}

static void pool_add(void *arg, const char *path, unsigned int number, uint64_t time_ns, const struct frame *f)
{
	struct pool *pool = (struct pool *)arg;
	struct frame *own;
	size_t at = pool->n;

	(void)path;
	(void)number;
	(void)time_ns;
	if (!f->captured)
		return;
	pool->seen++;
	if (pool->n == POOL_MAX)
		at = pool_place(pool);
	else
		GROW(pool->v, pool->n, pool->cap);
	if (at == POOL_MAX)
		return;
	own = &pool->v[at];
	if (at == pool->n)
		pool->n++;
	else
		free(own->buf);
	*own = (struct frame){ .link = f->link,
			       .captured = f->captured < FRAME_MAX ? f->captured : FRAME_MAX,
			       .original = f->original };
	own->buf = (uint8_t *)xmalloc(own->captured);
	memcpy(own->buf, f->data, own->captured);
}

/* A packet of a capture, changed; one in ten is left as it is. */
static void next_frame(struct random *g, const struct pool *pool, struct built *b)
{
	const struct frame *f = &pool->v[random_below(g, (uint32_t)pool->n)];

	memcpy(b->b, f->buf, f->captured);
	b->frame = *f;
	b->frame.data = b->b;
	if (random_chance(g, 90))
		mutate_frame(g, &b->frame, b->b, sizeof(b->b));
}

static enum net_hook hook_of(enum direction d) { return d == DIRECTION_IN ? NET_XDP : NET_TC_OUT; }

static void fail_packet(const char *what, unsigned int batch, enum direction d, const struct built *b, const struct packet *p,
			const struct replay_result *got)
{
	_cleanup_strbuf_ struct strbuf hex = { NULL, 0, 0 };

	for (uint32_t i = 0; i < b->frame.captured && i < 128; i++)
		strbuf_add(&hex, "%02x", b->b[i]);
	fail_msg("batch %u, %s: %s; natively %s, by the kernel %s, rule %u, %s, %s; link %d, %u of %u bytes: %s", batch,
		 direction_text(d), what, status_text((enum status)p->status), status_text((enum status)got->packet.status),
		 net_rule_number(got->outcome.rule), verdict_text((enum verdict)got->outcome.verdict),
		 reason_text((enum reason)got->outcome.reason), b->frame.link, b->frame.captured, b->frame.original, hex.str);
}

struct counts {
	unsigned int status[STATUS_COUNT], by_rule, by_default, in_flow, made;
};

/* --- without state: the rule ---------------------------------------------------------------------- */

/* A fragment that could be put together to something else than was judged: it cuts the transport header, or begins inside of it. */
static bool is_forged(const struct packet *p)
{
	unsigned int header = 0;

	if (p->fragment == FRAGMENT_FIRST)
		return p->fragment_offset & FRAGMENT_TINY;
	if (p->fragment != FRAGMENT_LATER || p->status != STATUS_OK)
		return false;
	switch (p->fragment_proto) {
	case PROTO_TCP:
		header = 20;
		break;
	case PROTO_UDP:
	case PROTO_UDPLITE:
	case PROTO_ICMP:
	case PROTO_ICMP6:
		header = 8;
		break;
	case PROTO_SCTP:
	case PROTO_DCCP:
		header = 12;
		break;
	default:
		break; /* a number from the wire */
	}
	return (p->fragment_offset & FRAGMENT_OFFSET) < header;
}

static enum verdict verdict_of(const struct ruleset *rs, const struct packet *p, enum direction d, rule_id_t rule)
{
	const struct defaults *def = &rs->defaults;

	if (is_forged(p))
		return VERDICT_DROP;
	if (p->nd && !def->nd_by_rules)
		return VERDICT_PASS;
	if (p->status == STATUS_NONIP)
		return def->nonip;
	if (p->status != STATUS_OK)
		return def->malformed_given ? def->malformed : def->verdict[d];
	return rule_is_none(rule) ? def->verdict[d] : rs->rules[rule.raw].verdict;
}

/* `now`: so late that no fragment is one of a packet before. */
static void check_rule(struct native_rules *n, struct replay *r, unsigned int batch, enum direction d, uint64_t now,
		       const struct built *b, struct counts *c)
{
	const struct replay_result *got = net_judge(r, hook_of(d), now, &b->frame);
	rule_id_t rule = rule_none(), scanned;
	struct packet p;

	parse_natively(&b->frame, 0, &p);
	if (memcmp(&p, &got->packet, sizeof(p)))
		fail_packet("parsed otherwise", batch, d, b, &p, got);
	if (p.status == STATUS_OK && !is_forged(&p) && !(p.nd && !n->rs->defaults.nd_by_rules) &&
	    !native_rules_agree(n, &p, d, "eth0", &rule, &scanned))
		fail_packet("the native tables and the scan of the rules differ", batch, d, b, &p, got);
	if (got->outcome.rule.raw != rule.raw)
		fail_packet("another rule", batch, d, b, &p, got);
	if (got->outcome.verdict != verdict_of(n->rs, &p, d, rule))
		fail_packet("another verdict", batch, d, b, &p, got);
	c->status[p.status]++;
	c->by_rule += !rule_is_none(rule);
	c->by_default += p.status == STATUS_OK && rule_is_none(rule);
}

static void without_state(const struct pool *pool, struct random *g, unsigned int batch, unsigned int packets, struct counts *c)
{
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	_cleanup_free_ char *err = NULL;
	struct native_rules n;
	uint64_t now = 0;
	struct replay *r;
	struct ruleset rs;

	gen_ruleset_fields(&g->state, 5 + random_below(g, 100), GENR_ALL, &text);
	net_rules(text.str, text.len, &rs);
	for (size_t i = 0; i < rs.nrules; i++)
		rs.rules[i].stateless = true;
	for (int d = 0; d < DIRECTION_COUNT; d++)
		rs.defaults.stateless[d] = true;
	rs.options = (struct options){ .flows = FLOWS_MIN };
	if (native_rules_open(&n, &rs, &err))
		fail_msg("%s", err);
	r = net_open(&rs, "eth0", LOAD_XDP | LOAD_OUT);
	for (unsigned int i = 0; i < packets; i++) {
		struct built b;

		next_frame(g, pool, &b);
		for (int d = 0; d < DIRECTION_COUNT; d++)
			check_rule(&n, r, batch, (enum direction)d, now += 31000000000, &b, c);
	}
	replay_close(r);
	native_rules_close(&n);
	ruleset_free(&rs);
}

/* --- with state: the key -------------------------------------------------------------------------- */

/* Of each flow of a replay, in the order in which they are made: the key that its first packet has natively. And by their places. */
struct flow_keys {
	struct flow_key *v;
	size_t n, cap;
	__u32 *at;
};

static void check_key(struct flow_keys *keys, struct replay *r, unsigned int batch, enum direction d, uint64_t now,
		      const struct built *b, struct counts *c)
{
	static const __u32 hash_key[13] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 }; /* whatever: the key is not the hash */
	const struct replay_result *got = net_judge(r, hook_of(d), now, &b->frame);
	struct subject s;
	__u32 place = got->outcome.flow;

	memset(&s, 0, sizeof(s));
	parse_natively(&b->frame, 0, &s.packet);
	if (memcmp(&s.packet, &got->packet, sizeof(s.packet)))
		fail_packet("parsed otherwise", batch, d, b, &s.packet, got);
	c->status[s.packet.status]++;
	if (place == NO_FLOW)
		return;
	assert_true(place < FLOWS);
	subject_find(&s, hash_key);
	if (got->outcome.made) {
		GROW(keys->v, keys->n, keys->cap);
		keys->v[keys->n] = s.key;
		keys->at[place] = (__u32)++keys->n;
		c->made++;
	}
	/* A later fragment is in the flow of its first one, an ICMP error in that of the packet that it quotes. */
	if (s.keyed && got->outcome.reason != REASON_FRAGMENT && got->outcome.reason != REASON_RELATED &&
	    (!keys->at[place] || !flow_key_equal(&keys->v[keys->at[place] - 1], &s.key)))
		fail_packet("another flow's key", batch, d, b, &s.packet, got);
	c->in_flow++;
}

static void with_state(const struct pool *pool, struct random *g, unsigned int batch, unsigned int packets, struct counts *c)
{
	static const struct ruleset no_rules = { .options = { .flows = FLOWS } };
	struct flow_keys keys = { .at = (__u32 *)xcalloc(FLOWS, sizeof(*keys.at)) };
	struct replay *r = net_open(&no_rules, NULL, LOAD_XDP | LOAD_OUT);
	const struct flow *flows = NULL;
	size_t n;

	for (unsigned int i = 0; i < packets; i++) {
		struct built b;

		next_frame(g, pool, &b);
		for (int d = 0; d < DIRECTION_COUNT; d++)
			check_key(&keys, r, batch, (enum direction)d, START_NS + i, &b, c);
	}
	n = replay_flows(r, &flows);
	assert_int_equal(n, keys.n);
	for (size_t i = 0; i < n; i++)
		assert_true(flow_key_equal(&flows[i].key, &keys.v[i])); /* beside it an entry keeps more of its first packet */
	replay_close(r);
	free(keys.at);
	free(keys.v);
}

static void test_mutated(void **state)
{
	const char *said = getenv("FWCTL_MUTATED"), *shared = getenv("FWCTL_SHARED");
	unsigned int left = said ? (unsigned int)strtoul(said, NULL, 10) : scaled(PACKETS), all = left, batch = 0;
	_cleanup_free_ char *dir = shared ? xasprintf("%s/pcaps", shared) : NULL;
	struct random g = { 0x3a7a7ed };
	struct pool pool = { .g = { 0x9001 } };
	struct counts c = { .by_rule = 0 };

	(void)state;
	captures_each(PCAPS_DIR, pool_add, &pool);
	if (dir)
		captures_each(dir, pool_add, &pool);
	assert_true(pool.n > 200);
	while (left) {
		unsigned int n = left < BATCH ? left : BATCH;

		(batch % 4 == 3 ? with_state : without_state)(&pool, &g, batch, n, &c);
		batch++;
		left -= n;
	}
	print_message("%u packets made of %zu of %zu captured ones, each on XDP and TC: %u ok, %u nonip, %u malformed, %u "
		      "truncated, %u too-deep; "
		      "%u by a rule, %u by a default; %u in a flow, %u made one\n",
		      all, pool.n, pool.seen, c.status[STATUS_OK], c.status[STATUS_NONIP], c.status[STATUS_MALFORMED],
		      c.status[STATUS_TRUNCATED], c.status[STATUS_TOO_DEEP], c.by_rule, c.by_default, c.in_flow, c.made);
	for (int i = 0; i < STATUS_COUNT; i++)
		assert_true(c.status[i] > all / 1000);
	assert_true(c.by_rule > all / 10 && c.by_default > all / 10);
	for (size_t i = 0; i < pool.n; i++)
		free(pool.v[i].buf);
	free(pool.v);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_mutated) };
	int refused = net_refused("net_mutated");

	return refused ? refused : cmocka_run_group_tests(tests, NULL, NULL);
}
