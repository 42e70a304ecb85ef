/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "../ctl/util.h"
#include "bench_report.h"
#include "bench_sections.h"

/* Where the lines go, and what came of them. */
struct verdicts {
	const struct bench_results *r;
	FILE *f;
	bool missed;
};

/* One requirement: a ratio or figure `is`, 0 where it was not measured. */
static void require(struct verdicts *v, double is, bool at_most, double limit, const char *what)
{
	const char *word = at_most ? "at most" : "at least";

	if (is <= 0) {
		fprintf(v->f, "not measured: %s: %s %g\n", what, word, limit);
		return;
	}
	v->missed |= at_most ? is > limit : is < limit;
	fprintf(v->f, "%s: %s: %.3g, %s %g\n", (at_most ? is > limit : is < limit) ? "MISSED" : "ok", what, is, word, limit);
}

#define SET_NAME(name) name,
static const char *const set_names[] = { BENCH_SETS(SET_NAME) };
enum { SETS = sizeof(set_names) / sizeof(*set_names) };

static bool is_known_flow(const struct bench_series *s)
{
	size_t n = strlen(s->subject), tail = strlen(SUBJECT_KNOWN);

	return s->topic == TOPIC_PACKET && n >= tail && !strcmp(s->subject + n - tail, SUBJECT_KNOWN);
}

/* The largest ratio of any known flow's cost, on any ruleset, to another cost. */
static double worst_known(const struct bench_results *r, const struct bench_series *to)
{
	double worst = 0;

	for (size_t i = 0; i < r->n; i++) {
		double is = is_known_flow(&r->v[i]) ? bench_ratio(&r->v[i], to) : 0;

		worst = is > worst ? is : worst;
	}
	return worst;
}

static void require_known(struct verdicts *v, const struct bench_series *peer)
{
	const struct bench_series *one = bench_find(v->r, TOPIC_PACKET, SUBJECT_KNOWN, 1);

	require(v, worst_known(v->r, peer), true, 0.35, "1. known flow, the dearest of all rulesets, to xdp-filter");
	require(v, worst_known(v->r, one), true, 1.15, "1. known flow, the dearest of all rulesets, to that at 1 rule");
}

static void require_classified(struct verdicts *v, const struct bench_series *peer)
{
	static const struct {
		size_t rules;
		double limit;
	} sizes[] = { { 10000, 1.5 }, { 100000, 2 } };

	for (size_t i = 0; i < SETS * 2; i++) {
		size_t rules = sizes[i % 2].rules;
		_cleanup_free_ char *subject = xasprintf("%s, %s", set_names[i / 2], SUBJECT_EACH);
		_cleanup_free_ char *what = xasprintf("2. classification, %s, %zu rules, mean of headers, to xdp-filter",
						      set_names[i / 2], rules);

		require(v, bench_ratio(bench_find(v->r, TOPIC_PACKET, subject, rules), peer), true, sizes[i % 2].limit, what);
	}
}

/* A header that finds another rule ends the benchmark. */
static void require_headers(struct verdicts *v)
{
	const size_t *n = v->r->headers;

	if (n[FAMILY_INET] && n[FAMILY_INET6])
		fprintf(v->f, "ok: 2. every header found its rule and verdict: %zu of IPv4, %zu of IPv6\n", n[FAMILY_INET],
			n[FAMILY_INET6]);
	else
		fprintf(v->f, "not measured: 2. every header finds its rule and verdict\n");
}

static double live_ratio(const struct bench_results *r, const char *to, size_t rules)
{
	return bench_ratio(bench_find(r, TOPIC_LIVE, SUBJECT_FWCTL, rules), bench_find(r, TOPIC_LIVE, to, rules));
}

static void require_live(struct verdicts *v)
{
	static const size_t sizes[] = { 1, 10, 100, 1000, 10000 };
	double least = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		double is = live_ratio(v->r, SUBJECT_NFT_MAP, sizes[i]);

		least = is > 0 && (!i || is < least) ? is : least;
	}
	require(v, live_ratio(v->r, SUBJECT_EMPTY, 1), false, 0.8,
		"3. packets dropped a second, 1 rule, to an empty XDP program");
	require(v,
		bench_ratio(bench_find(v->r, TOPIC_LIVE, SUBJECT_FWCTL, 10000), bench_find(v->r, TOPIC_LIVE, SUBJECT_FWCTL, 1)),
		false, 0.9, "3. packets dropped a second, 10,000 rules, to 1 rule");
	require(v, live_ratio(v->r, SUBJECT_NFT_LINEAR, 1000), false, 50,
		"3. packets dropped a second, 1,000 rules, to nft's rules");
	require(v, least, false, 2, "3. packets dropped a second, the least of all sizes, to nft's map");
}

/* The largest median, over all series of the topic whose subject ends so. */
static double worst(const struct bench_results *r, enum bench_topic topic, const char *tail, size_t rules, const char *set)
{
	double max = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct bench_series *s = &r->v[i];
		size_t n = strlen(s->subject), t = strlen(tail);

		if (s->topic == topic && s->rules == rules && n >= t && !strcmp(s->subject + n - t, tail) &&
		    (!set || !strncmp(s->subject, set, strlen(set))) && bench_median(s) > max)
			max = bench_median(s);
	}
	return max;
}

static void require_apply(struct verdicts *v)
{
	static const struct {
		size_t rules;
		double ms;
	} sizes[] = { { 1000, 60 }, { 10000, 200 }, { 100000, 1500 } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		_cleanup_free_ char *what = xasprintf("4. apply of %zu rules, the slowest of all, ms", sizes[i].rules);

		require(v, worst(v->r, TOPIC_APPLY, SUBJECT_APPLY, sizes[i].rules, NULL), true, sizes[i].ms, what);
	}
	require(v, worst(v->r, TOPIC_APPLY, SUBJECT_RULE_ADD, 1000, NULL), true, 60, "4. rule add to 1,000 rules, ms");
	for (size_t i = 0; i < SETS; i++) {
		_cleanup_free_ char *what = xasprintf("4. tables of %s at 100,000 rules, MB", set_names[i]);

		require(v, worst(v->r, TOPIC_MEMORY, SUBJECT_TABLES, 100000, set_names[i]) / 1e6, true, i ? 128 : 32, what);
	}
}

bool bench_require(const struct bench_results *r, unsigned int parts, FILE *f)
{
	const struct bench_series *peer = bench_find(r, TOPIC_PACKET, SUBJECT_PEER, 1);
	struct verdicts v = { r, f, false };

	fprintf(f, "\n");
	if (parts & BENCH_PACKET) {
		require_known(&v, peer);
		require_classified(&v, peer);
		require_headers(&v);
	}
	if (parts & BENCH_LIVE)
		require_live(&v);
	if (parts & BENCH_APPLY)
		require_apply(&v);
	return !v.missed;
}
