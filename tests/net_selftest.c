/* SPDX-License-Identifier: GPL-2.0 */
/*
 * apply with tables that come out wrong in the kernel: programs_load() is ours (the linker's --wrap), and breaks what it has loaded. Such
 * a ruleset must not go live, and neither may the self-test itself leave anything behind in what is live.
 */
#include "net_instance.h"
#include <time.h>
#include "gen_rules.h"
#include "scale.h"
#include "../ctl/compile.h"
#include "../ctl/selftest.h"

int __real_programs_load(const struct load_request *rq, struct loaded *out, char **err);
int __wrap_programs_load(const struct load_request *rq, struct loaded *out, char **err);

static void (*broken)(const struct load_request *rq, struct loaded *l); /* NULL: left as it is */

static void (*misled)(struct ruleset_cfg *cfg); /* what the programs are loaded with, and apply does not know of */

int __wrap_programs_load(const struct load_request *rq, struct loaded *out, char **err)
{
	struct load_request other = *rq;
	struct tables tables = *rq->tables;
	int rc;

	if (misled) {
		misled(&tables.cfg);
		other.tables = &tables;
	}
	rc = __real_programs_load(&other, out, err);

	if (!rc && broken)
		broken(rq, out);
	return rc;
}

static int setup_unbroken(void **state)
{
	broken = NULL;
	misled = NULL;
	return setup_state(state);
}

#define SELFTEST(f) cmocka_unit_test_setup_teardown(f, setup_unbroken, teardown_state)

/* --- what goes wrong ------------------------------------------------------------------------------ */

#define BREAK(map, n, change)                                                         \
	do {                                                                          \
		__typeof__(map##_map(l->maps.map, n)) at = map##_map(l->maps.map, n); \
                                                                                      \
		assert_non_null(at);                                                  \
		change;                                                               \
		map##_unmap(at, n);                                                   \
	} while (0)

static void zero_leaves(const struct load_request *rq, struct loaded *l)
{
	BREAK(fw_leaves, rq->tables->nleaves, memset(at, 0, sizeof(*at) * rq->tables->nleaves));
}
static void zero_cells(const struct load_request *rq, struct loaded *l)
{
	BREAK(fw_cells, rq->tables->ncells, memset(at, 0, sizeof(*at) * rq->tables->ncells));
}
static void zero_trie(const struct load_request *rq, struct loaded *l)
{
	BREAK(fw_trie, rq->tables->ntrie, memset(at, 0, sizeof(*at) * rq->tables->ntrie));
}
/* One bit of one word: the verdict of the rule at the first place. */
static void other_verdict(const struct load_request *rq, struct loaded *l)
{
	__u32 i = rq->tables->cfg.decisions;

	BREAK(fw_words, rq->tables->nwords, at[i / 16].v[i % 16] ^= 1u << JUDGED_VERDICT_SHIFT);
}
static void mac_of_another_class(const struct load_request *rq, struct loaded *l)
{
	const struct mac_class other = { MAC_CLASS_OTHER };

	assert_true(rq->tables->nmacs > 0);
	for (size_t i = 0; i < rq->tables->nmacs; i++)
		assert_int_equal(fw_macs_put(l->maps.fw_macs, &rq->tables->macs[i].key, &other), 0);
}
/* The maps that are filled are not those of the programs. */
static void another_trie(const struct load_request *rq, struct loaded *l)
{
	struct ruleset_maps others;

	assert_int_equal(ruleset_maps_create(rq, &others, NULL), 0);
	assert_int_equal(dup2(others.fw_trie.fd, l->maps.fw_trie.fd), l->maps.fw_trie.fd);
	ruleset_maps_close(&others);
}

static const struct {
	void (*how)(const struct load_request *rq, struct loaded *l);
	const char *said;
} faults[] = {
	{ zero_leaves, "the rules otherwise" }, { zero_cells, "the rules otherwise" },
	{ zero_trie, "their tables" },          { other_verdict, "the rules otherwise" },
	{ mac_of_another_class, "mac-from" },   { another_trie, "a program does not use their tables" },
};

static const char OLD[] = "default in drop\ndefault out pass\npass in proto icmp\n";
/* Addresses enough that they are searched for by nodes, not in the direct table alone. */
static const char NEW[] = "default in drop\n"
			  "default out pass\n"
			  "pass in proto tcp from { 10.0.0.1 10.0.0.9 10.0.0.77 10.0.1.128/25 10.0.7.7 } to port 22\n"
			  "drop in mac-from 02:00:00:00:00:77\n"
			  "pass out proto udp to 2001:db8::/32 port 53\n";

static __u64 counted(const struct state *s)
{
	struct counters c = { 0, 0 }, sum = { 0, 0 };

	for (__u32 i = 0; i < TALLY_SLOTS; i++) {
		assert_int_equal(fw_tally_sum(s->maps.fw_tally, (tally_id_t){ i }, &c), 0);
		sum.packets += c.packets;
	}
	for (__u32 i = 0; i < LOSS_COUNT; i++) {
		assert_int_equal(fw_losses_sum(s->maps.fw_losses, (loss_id_t){ i }, &c), 0);
		sum.packets += c.packets;
	}
	return sum.packets;
}

static size_t flows(const struct state *s)
{
	struct flow_bucket *b = fw_flows_map(s->maps.fw_flows, s->cfg.buckets);
	size_t n = 0;

	assert_non_null(b);
	for (size_t i = 0; i < (size_t)s->cfg.buckets * WAYS; i++)
		n += b[i / WAYS].head.tag[i % WAYS] != 0;
	fw_flows_unmap(b, s->cfg.buckets);
	return n;
}

static void assert_live(const struct bench *b, __u32 id, const char *text)
{
	_cleanup_live_ struct live_ruleset live = live_none();

	assert_int_equal(live_open(&b->s, &live, NULL), 0);
	assert_int_equal(live.info.id, id);
	assert_string_equal(live.text, text);
	assert_int_equal(counted(&b->s), 0);
	assert_int_equal(flows(&b->s), 0);
}

static void test_wrong_tables_never_go_live(void **state)
{
	struct bench *b = (struct bench *)*state;
	struct apply_result result;
	__u32 id;

	assert_int_equal(try_rules(b, OLD, &result), 0);
	id = result.id;
	for (size_t i = 0; i < ARRAY_COUNT(faults); i++) {
		broken = faults[i].how;
		assert_int_equal(try_rules(b, NEW, &result), -EBADMSG);
		assert_says(b->err, faults[i].said);
		assert_says(b->err, "nothing was changed");
		assert_null(strchr(b->err, '\n'));
		assert_live(b, id, OLD);
	}
	broken = NULL;
	assert_int_equal(try_rules(b, NEW, &result), 0);
	assert_live(b, result.id, NEW);
}

static void other_default(struct ruleset_cfg *cfg) { cfg->policy.verdict[DIRECTION_IN] = VERDICT_PASS; }
static void other_way_out(struct ruleset_cfg *cfg) { cfg->policy.stateless[DIRECTION_OUT] = 1; }
static void other_malformed(struct ruleset_cfg *cfg) { cfg->policy.malformed[DIRECTION_OUT] = VERDICT_DROP; }
static void other_nonip(struct ruleset_cfg *cfg) { cfg->policy.nonip = VERDICT_DROP; }
static void no_rule(struct ruleset_cfg *cfg) { cfg->image[IMAGE_FLOW].dims = 0; }

static void test_nor_do_wrong_programs(void **state)
{
	const struct {
		void (*how)(struct ruleset_cfg *cfg);
		const char *said;
	} misleading[] = {
		{ other_default, "the defaults beside them are not theirs" },
		{ other_way_out, "the defaults beside them are not theirs" },
		{ other_malformed, "the defaults beside them are not theirs" },
		{ other_nonip, "the defaults beside them are not theirs" },
		{ no_rule, "their programs say" },
	};
	struct bench *b = (struct bench *)*state;
	struct apply_result result;
	__u32 id;

	assert_int_equal(try_rules(b, OLD, &result), 0);
	id = result.id;
	for (size_t i = 0; i < ARRAY_COUNT(misleading); i++) {
		misled = misleading[i].how;
		assert_int_equal(try_rules(b, NEW, &result), -EBADMSG);
		assert_says(b->err, misleading[i].said);
		assert_live(b, id, OLD);
	}
	misled = NULL;
	assert_int_equal(try_rules(b, NEW, &result), 0);
	assert_live(b, result.id, NEW);
}

/* Rulesets of all fields, sets and options, one after another; what a set holds is seen by the programs too. */
static void test_right_ones_do(void **state)
{
	struct bench *b = (struct bench *)*state;
	uint64_t seed = 0x5e1f7e57;
	unsigned int n = scaled(30);

	for (unsigned int i = 0; i < n; i++) {
		_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
		struct apply_result result;

		gen_ruleset(&seed, i % 10 ? 1 + i * 4 : 1500, &text);
		if (try_rules(b, text.str, &result))
			fail_msg("ruleset %u: %s\n%s", i, b->err, text.str);
		assert_int_equal(counted(&b->s), 0);
	}
}

static void test_nor_do_they_in_a_dry_run(void **state)
{
	struct bench *b = (struct bench *)*state;
	struct ruleset rs = { .nrules = 0 };

	rs.defaults.verdict[DIRECTION_IN] = VERDICT_DROP;
	broken = another_trie;
	assert_int_equal(apply_dry_run(&b->s, &rs, &b->err), -EBADMSG);
	assert_says(b->err, "nothing was changed");
}

/* --- how long it takes ---------------------------------------------------------------------------- */

static double self_ms;

static void time_it(const struct load_request *rq, struct loaded *l)
{
	struct timespec from, to;
	struct ruleset rs;
	const struct compile_names none = { NULL, NULL, NULL };
	const struct selftest t = { &rs, &none, rq->tables, l, rq->instance };

	net_rules(rq->text, (size_t)rq->info.text_length, &rs);
	for (int i = 0; i < 5; i++) {
		double ms;

		clock_gettime(CLOCK_MONOTONIC, &from);
		assert_int_equal(selftest(&t, NULL), 0);
		clock_gettime(CLOCK_MONOTONIC, &to);
		ms = (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
		if (!i || ms < self_ms)
			self_ms = ms;
	}
	ruleset_free(&rs);
}

static void test_it_is_quick(void **state)
{
	struct bench *b = (struct bench *)*state;
	_cleanup_strbuf_ struct strbuf text = { NULL, 0, 0 };
	struct apply_result result;

	strbuf_add(&text, "default in drop\n");
	for (unsigned int i = 0; i < 1000; i++)
		strbuf_add(&text, "%s in proto tcp from 10.%u.%u.0/24 to 192.168.%u.0/25 port %u\n", i % 3 ? "pass" : "drop",
			   i / 200, i % 200, i % 256, 1 + i * 7);
	broken = time_it;
	assert_int_equal(try_rules(b, text.str, &result), 0);
	print_message("# 1,000 rules: %.3f ms\n", self_ms);
	assert_true(self_ms < 5); /* 1 on a machine that does nothing else */
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
		SELFTEST(test_wrong_tables_never_go_live), SELFTEST(test_nor_do_wrong_programs), SELFTEST(test_right_ones_do),
		SELFTEST(test_nor_do_they_in_a_dry_run),   SELFTEST(test_it_is_quick),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(void) { return net_main(tests); }
