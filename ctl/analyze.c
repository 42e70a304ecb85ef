/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rule by rule. First a short walk with the compiled classifier looks for a packet that settles the question the
 * harmless way (most rules need no more); what is left is decided exactly, or not within the work allowed.
 */
#include <errno.h>
#include <string.h>
#include "analyze_impl.h"
#include "fail.h"

enum { EFFORT_USUAL = 20000000, EFFORT_LEAST = 20000, EFFORT_ALL = 300000000 };

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].by);
		free(f->v[i].sets);
	}
	free(f->v);
	*f = (struct findings){ NULL, 0, 0 };
}

struct finding *finding_add(struct analysis *a, enum finding_kind kind)
{
	struct finding *f;

	GROW(a->out->v, a->out->n, a->out->cap);
	f = &a->out->v[a->out->n++];
	*f = (struct finding){ .rule = a->n, .kind = kind, .question = kind };
	return f;
}

void finding_undecided(struct analysis *a, enum finding_kind question) { finding_add(a, FINDING_UNDECIDED)->question = question; }

void finding_example(struct analysis *a, struct finding *f, const struct point *p, size_t taker)
{
	f->has_example = true;
	point_probe(&a->sp, p, a->direction, &f->example);
	f->sets = point_sets(&a->sp, p, a->direction);
	f->taker = taker < id_nd(&a->sp) ? taker + 1 : 0;
}

bool region_of(struct analysis *a, size_t rule, size_t shape, struct region *out)
{
	const struct shape *s = &a->sp.shapes[shape];

	region_of_shape(s, out);
	if (region_meet(&a->sp, out, form_of(&a->sp, rule, s->family)))
		return true;
	out->shape = NULL;
	return false;
}

void spend(struct analysis *a, uint64_t work) { a->sp.work -= a->sp.work < work ? a->sp.work : work; }

/* --- rules that may meet the one at hand ---------------------------------------------------------- */

/* Addresses of IPv6 count by their first 64 bits. */
static struct hull hull_of(const struct form *f, enum family family, unsigned int direction)
{
	static const enum dim dims[HULL_DIMS] = { DIM_SRC, DIM_DST, DIM_SPORT, DIM_DPORT };
	struct hull h = { .there = f->there, .direction = (uint8_t)direction };

	for (int i = 0; i < HULL_DIMS; i++) {
		const struct ranges *r = f->given & 1u << dims[i] ? form_field(f, dims[i]) : NULL;
		int shift = family == FAMILY_INET6 && (dims[i] == DIM_SRC || dims[i] == DIM_DST) ? 64 : 0;

		h.lo[i] = r && r->n ? (uint64_t)(r->v[0].lo >> shift) : 0;
		h.hi[i] = r && r->n ? (uint64_t)(r->v[r->n - 1].hi >> shift) : UINT64_MAX;
	}
	return h;
}

static bool hulls_meet(const struct hull *x, const struct hull *y)
{
	for (int i = 0; i < HULL_DIMS; i++)
		if (x->lo[i] > y->hi[i] || y->lo[i] > x->hi[i])
			return false;
	return y->there && x->direction == y->direction;
}

static bool forms_meet(const struct form *x, const struct form *y)
{
	if (x->in & y->out || x->out & y->in)
		return false;
	for (uint32_t left = x->given & y->given; left; left &= left - 1) {
		enum dim d = (enum dim)__builtin_ctz(left);

		if (!ranges_meet(form_field(x, d), form_field(y, d)))
			return false;
	}
	return true;
}

/* Fills a->near, once a rule: most rules never need it. */
static void find_near(struct analysis *a)
{
	size_t rules = id_nd(&a->sp);

	if (a->near_known)
		return;
	a->near_known = true;
	for (unsigned int f = 0; f < FAMILY_COUNT; f++) {
		const struct form *form = a->sp.form[f];
		const struct hull *hull = a->hull[f];

		a->nnear[f] = 0;
		for (size_t i = 0; i < rules && form[a->n].there; i++)
			if (hulls_meet(&hull[a->n], &hull[i]) && i != a->n && forms_meet(&form[a->n], &form[i]))
				a->near[f][a->nnear[f]++] = (uint32_t)i;
	}
	spend(a, rules / 16);
}

struct near near_rules(struct analysis *a, enum family family)
{
	struct near near;
	size_t lo = 0, hi;

	find_near(a);
	near = (struct near){ a->near[family], a->nnear[family], 0 };
	for (hi = near.n; lo < hi;) {
		size_t mid = (lo + hi) / 2;

		if (near.ids[mid] < a->n)
			lo = mid + 1;
		else
			hi = mid;
	}
	near.later = lo;
	return near;
}

void find_earlier(struct analysis *a, const struct region *r, size_t end)
{
	struct near near = near_rules(a, r->shape->family);
	struct excess beyond;

	a->nearlier = 0;
	if (region_relation(r, form_of(&a->sp, id_nd(&a->sp), r->shape->family), &beyond) != RELATION_DISJOINT)
		a->earlier[a->nearlier++] = (uint32_t)id_nd(&a->sp);
	for (size_t i = 0; i < near.n && near.ids[i] < end; i++)
		if (region_relation(r, form_of(&a->sp, near.ids[i], r->shape->family), &beyond) != RELATION_DISJOINT)
			a->earlier[a->nearlier++] = near.ids[i];
	spend(a, near.n / 2);
}

/* --- questions of all kinds ----------------------------------------------------------------------- */

enum answer covered_by(struct analysis *a, const struct region *r, const uint32_t *ids, size_t n, struct point *out)
{
	a->dirty = true;
	return region_covered(&a->sp, r, ids, n, a->used, out);
}

void finding_by(struct finding *f, const uint8_t *used, size_t first, size_t end)
{
	size_t cap = f->nby;

	for (size_t i = first; i < end; i++)
		if (used[i]) {
			GROW(f->by, f->nby, cap);
			f->by[f->nby++] = i + 1;
		}
}

struct wanted_first {
	size_t rule;
	enum direction d;
};

/* In the way of `*arg` deciding the packet is the rule that does. */
static int obstacle_first(struct space *sp, void *arg, const struct point *p, size_t *id)
{
	const struct wanted_first *want = (const struct wanted_first *)arg;
	int rc = point_first(sp, p, want->d, 0, id);

	if (rc)
		return rc;
	if (*id == want->rule)
		*id = NO_RULE;
	else if (*id != id_nd(sp) && (*id == NO_RULE || *id > want->rule))
		return -EILSEQ; /* the rule matches, by its form */
	return 0;
}

int walk_to_first(struct analysis *a, const struct region *r, size_t rule, struct point *out, size_t *within)
{
	struct wanted_first want = { rule, a->direction };

	return walk_region(&a->sp, r, WALK_TRIES, obstacle_first, &want, out, within);
}

int exact_first(struct analysis *a, const struct region *r, size_t rule, struct point *out)
{
	enum answer answer;
	size_t first;

	find_earlier(a, r, rule);
	answer = covered_by(a, r, a->earlier, a->nearlier, out);
	if (answer != ANSWER_NO)
		return (int)answer;
	if (point_first(&a->sp, out, a->direction, 0, &first) || first != rule)
		return -EILSEQ;
	return (int)answer;
}

static size_t count_marked(const uint8_t *marked, size_t first, size_t end)
{
	size_t n = 0;

	for (size_t i = first; i < end; i++)
		n += marked[i];
	return n;
}

void least_proof(struct analysis *a, bool (*suffices)(struct analysis *a, const uint8_t *marked), size_t first, size_t end,
		 uint64_t cost)
{
	uint64_t kept = a->sp.work, allowed = 4 * cost < EFFORT_LEAST ? EFFORT_LEAST : 4 * cost;
	size_t left = count_marked(a->used, first, end);
	uint8_t *marked = a->marked;

	/* Of a proof there is left what it is worth: of many rules some may be superfluous. */
	a->sp.work = allowed;
	memcpy(marked, a->used, id_nd(&a->sp) + 1);
	for (size_t i = end; i-- > first && left > 1 && a->sp.work;) {
		if (!marked[i])
			continue;
		marked[i] = 0;
		marked[i] = !suffices(a, marked);
		left -= !marked[i];
	}
	memcpy(a->used, marked, id_nd(&a->sp) + 1);
	a->dirty = true;
	allowed -= a->sp.work;
	a->sp.work = kept < allowed ? 0 : kept - allowed;
}

/* --- all rules ------------------------------------------------------------------------------------ */

static int analyze_rule(struct analysis *a)
{
	uint64_t effort = a->options->effort ? a->options->effort : EFFORT_USUAL;
	bool matches;
	int rc;

	if (a->pool < effort && !a->options->effort)
		effort = a->pool < EFFORT_LEAST ? EFFORT_LEAST : a->pool;
	a->sp.work = a->effort = effort;
	a->direction = a->sp.rs->rules[a->n].direction;
	if (a->dirty)
		memset(a->used, 0, id_nd(&a->sp) + 1);
	a->dirty = a->near_known = false;
	for (size_t s = 0; s < a->sp.nshapes; s++)
		a->covered[s] = !region_of(a, a->n, s, &a->region[s]);
	rc = can_match(a);
	matches = rc > 0;
	if (matches)
		rc = is_needed(a);
	if (matches && rc >= 0 && a->options->conflicts)
		rc = find_conflicts(a);
	effort -= a->sp.work;
	a->pool -= effort < a->pool ? effort : a->pool;
	arena_release(&a->sp.arena, (struct arena_mark){ 0, 0 });
	return rc < 0 ? rc : 0;
}

static void analysis_make(struct analysis *a)
{
	size_t rules = id_nd(&a->sp);

	a->used = (uint8_t *)xcalloc(rules + 1, 1);
	a->marked = (uint8_t *)xcalloc(rules + 1, 1);
	a->earlier = (uint32_t *)xcalloc(rules + 1, sizeof(*a->earlier));
	a->region = (struct region *)xcalloc(a->sp.nshapes, sizeof(*a->region));
	a->covered = (bool *)xcalloc(a->sp.nshapes, sizeof(*a->covered));
	for (unsigned int f = 0; f < FAMILY_COUNT; f++) {
		a->near[f] = (uint32_t *)xcalloc(rules, sizeof(*a->near[f]));
		a->hull[f] = (struct hull *)xcalloc(rules, sizeof(*a->hull[f]));
		for (size_t i = 0; i < rules; i++)
			a->hull[f][i] = hull_of(&a->sp.form[f][i], (enum family)f, a->sp.rs->rules[i].direction);
	}
}

static void analysis_free(struct analysis *a)
{
	space_free(&a->sp);
	free(a->used);
	free(a->marked);
	free(a->earlier);
	for (unsigned int f = 0; f < FAMILY_COUNT; f++) {
		free(a->hull[f]);
		free(a->near[f]);
	}
	free(a->region);
	free(a->covered);
}

int analyze(const struct ruleset *rs, const struct analyze_options *o, struct findings *out, char **err)
{
	_cleanup_(analysis_free) struct analysis a = { .options = o, .out = out, .pool = EFFORT_ALL };
	int rc = space_init(&a.sp, rs, err);

	*out = (struct findings){ NULL, 0, 0 };
	if (rc)
		return rc;
	analysis_make(&a);
	for (a.n = 0; a.n < rs->nrules && !rc; a.n++)
		rc = analyze_rule(&a);
	if (rc) {
		findings_free(out);
		return FAIL(err, rc, "rule %zu: the compiled tables contradict the rules: this is a fault of fwctl", a.n);
	}
	return 0;
}
