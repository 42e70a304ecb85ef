/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../ctl/fail.h"
#include "bench_measure.h"
#include "bench_sections.h"

static const size_t sizes[] = { 1, 10, 100, 1000, 10000, 100000 }, set_sizes[] = { 1000, 10000, 100000 };
#define SET_NAME(name) name,
static const char *const set_names[] = { BENCH_SETS(SET_NAME) };
enum {
	SIZES = ARRAY_COUNT(sizes),
	SET_SIZES = ARRAY_COUNT(set_sizes),
	SETS = ARRAY_COUNT(set_names) * SET_SIZES,
	SUBJECTS = 3, /* stateful in, stateless in, stateful out */
	CASES_MAX = 4 * SIZES + 4 * SETS + 3,
};
enum { INET6_HEADERS = 10000 };
enum { ROUNDS_MIN = 5, ROUNDS = 15, SECONDS = 60 }; /* fewer rounds where the machine is busy */

struct section {
	const struct bench_options *o;
	struct bench_instance instance;
	struct bench_probes probes;
	struct bench_ruleset rs[SUBJECTS][SIZES];
	struct bench_set sets[SETS];
	size_t nsets;
	struct bench_case cases[CASES_MAX];
	size_t ncases;
};

static int load_rulesets(struct section *s, char **err)
{
	unsigned int number = 0;
	int rc = 0;

	for (size_t i = 0; i < SUBJECTS; i++)
		for (size_t j = 0; j < SIZES; j++)
			s->rs[i][j] = (struct bench_ruleset){ .rules = sizes[j],
							      .stateless = i == 1,
							      .loaded = loaded_none(),
							      .direction = i == 2 ? DIRECTION_OUT : DIRECTION_IN };
	for (size_t i = 0; i < SUBJECTS && !rc; i++)
		for (size_t j = 0; j < SIZES && !rc; j++)
			rc = bench_ruleset_load(&s->instance, number++, &s->rs[i][j], err);
	return rc;
}

/* IPv6 sets come without traces: only whether each header finds its rule. */
static int check_inet6(struct section *s, struct bench_results *r, char **err)
{
	int rc = 0;

	for (size_t i = 0; s->o->classbench && i < ARRAY_COUNT(set_names) && !rc; i++) {
		_cleanup_free_ char *name = xasprintf("v6/%s_v6_10k", set_names[i]);

		rc = bench_set_check_corners(&s->instance, s->o->classbench, name, INET6_HEADERS, err);
		r->headers[FAMILY_INET6] += rc ? 0 : INET6_HEADERS;
	}
	return rc;
}

static int load_sets(struct section *s, struct bench_results *r, char **err)
{
	int rc = 0;

	for (size_t i = 0; s->o->classbench && i < SETS && !rc; i++) {
		rc = bench_set_load(&s->instance, s->o->classbench, set_names[i / SET_SIZES], set_sizes[i % SET_SIZES],
				    &s->sets[i], err);
		s->nsets += !rc;
		rc = rc ?: bench_set_check(&s->instance, &s->sets[i], err);
		r->headers[FAMILY_INET] += rc ? 0 : s->sets[i].nheaders;
	}
	return rc;
}

static struct bench_case *add(struct section *s, enum bench_kind kind, const char *subject, const struct bench_ruleset *rs)
{
	struct bench_case *c = &s->cases[s->ncases++];

	*c = (struct bench_case){ .kind = kind, .rules = rs->rules, .rs = rs, .prog = -1 };
	snprintf(c->subject, sizeof(c->subject), "%s", subject);
	return c;
}

static void add_set(struct section *s, struct bench_set *set)
{
	const struct {
		enum bench_kind kind;
		const char *what;
		const struct bench_ruleset *rs;
	} v[] = {
		{ CASE_TRACE_EACH, SUBJECT_EACH, &set->stateless },
		{ CASE_TRACE, SUBJECT_TRACE, &set->stateless },
		{ CASE_TRACE_NEW, "new flows", &set->stateful },
		{ CASE_KNOWN, SUBJECT_KNOWN, &set->stateful },
	};

	for (size_t i = 0; i < ARRAY_COUNT(v); i++) {
		_cleanup_free_ char *subject = xasprintf("%s, %s", set->name, v[i].what);
		struct bench_case *c = add(s, v[i].kind, subject, v[i].rs);

		c->rules = set->rules;
		c->set = set;
	}
}

static void add_cases(struct section *s)
{
	const struct {
		enum bench_kind kind;
		const char *subject;
		size_t rs;
	} v[] = {
		{ CASE_KNOWN, SUBJECT_KNOWN, 0 },
		{ CASE_NEW, "new flow", 0 },
		{ CASE_STATELESS, "stateless", 1 },
		{ CASE_KNOWN, "known flow, TC egress", 2 },
	};

	if (s->o->peer >= 0)
		add(s, CASE_PEER, SUBJECT_PEER, &s->rs[0][0])->prog = s->o->peer;
	if (s->o->peer_small >= 0)
		add(s, CASE_PEER, SUBJECT_PEER_SMALL, &s->rs[0][0])->prog = s->o->peer_small;
	for (size_t i = 0; i < ARRAY_COUNT(v); i++)
		for (size_t j = 0; j < SIZES; j++)
			add(s, v[i].kind, v[i].subject, &s->rs[v[i].rs][j]);
	add(s, CASE_MANY, "65,536 known flows in turn", &s->rs[0][SIZES - 2]);
	for (size_t i = 0; i < s->nsets; i++)
		add_set(s, &s->sets[i]);
}

static int measure(struct section *s, struct bench_results *r, char **err)
{
	const double end = bench_seconds() + SECONDS;
	size_t rounds = s->o->quick ? ROUNDS_MIN : ROUNDS;
	int rc = 0;

	for (size_t round = 0; !rc && round < rounds && (round < ROUNDS_MIN || bench_seconds() < end); round++) {
		rc = bench_measure_empty(&s->probes, &s->rs[0][0].packet, s->nsets ? &s->sets[0] : NULL, err);
		for (size_t i = 0; i < s->ncases && !rc; i++) {
			double net;

			rc = bench_measure(&s->instance, &s->probes, &s->cases[i], round, &net, err);
			if (!rc)
				bench_add(r, TOPIC_PACKET, s->cases[i].subject, s->cases[i].rules, net);
		}
	}
	return rc;
}

int bench_section_packet(const struct bench_options *o, struct bench_results *r, char **err)
{
	struct section *s = (struct section *)xcalloc(1, sizeof(*s));
	int rc;

	s->o = o;
	rc = bench_instance_open(&s->instance, err);
	if (rc) {
		free(s);
		return rc;
	}
	rc = bench_probes_open(&s->probes, err);
	if (!rc) {
		rc = load_rulesets(s, err);
		rc = rc ?: load_sets(s, r, err);
		rc = rc ?: check_inet6(s, r, err);
		add_cases(s);
		rc = rc ?: measure(s, r, err);
		bench_probes_close(&s->probes);
		for (size_t i = 0; i < SUBJECTS * SIZES; i++)
			loaded_close(&s->rs[i / SIZES][i % SIZES].loaded);
	}
	for (size_t i = 0; i < s->nsets; i++)
		bench_set_close(&s->sets[i]);
	bench_instance_close(&s->instance);
	free(s);
	return rc;
}
