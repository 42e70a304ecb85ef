/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rule by rule. First a short walk with the compiled classifier looks for a packet that settles the question the
 * harmless way (most rules need no more); what is left is decided exactly, or not within the work allowed.
 */
#include <errno.h>
#include <string.h>
#include "analyze_impl.h"
#include "fail.h"

enum { WALK_TRIES = 48, EFFORT_USUAL = 2000000, EFFORT_LEAST = 20000, EFFORT_ALL = 300000000 };

struct analysis {
	struct space sp;
	const struct analyze_options *options;
	struct findings *out;
	uint64_t pool;            /* work that all rules together may still cost */
	uint64_t given;           /* to the rule at hand */
	uint8_t *used, *used_before; /* by rule: in a proof */
	bool dirty;               /* `used` is not all zeros */
	uint32_t *earlier;        /* rules that meet a region */
	size_t nearlier;
	size_t n;                 /* the rule at hand, and its direction */
	enum direction direction;
	struct region *region;    /* by shape: what the rule matches */
	bool *covered;            /* by shape: it matches nothing, or earlier rules take all */
	struct point decided;     /* a packet that the rule decides */
};

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].by);
		free(f->v[i].sets);
	}
	free(f->v);
	*f = (struct findings){ NULL, 0, 0 };
}

static struct finding *add(struct analysis *a, enum finding_kind kind)
{
	struct finding *f;

	GROW(a->out->v, a->out->n, a->out->cap);
	f = &a->out->v[a->out->n++];
	*f = (struct finding){ .rule = a->n, .kind = kind, .question = kind };
	return f;
}

static void add_undecided(struct analysis *a, enum finding_kind question)
{
	add(a, FINDING_UNDECIDED)->question = question;
}

static void add_example(struct analysis *a, struct finding *f, const struct point *p, size_t taker)
{
	f->has_example = true;
	point_probe(&a->sp, p, a->direction, &f->example);
	f->sets = point_sets(&a->sp, p, a->direction);
	f->taker = taker < id_nd(&a->sp) ? taker + 1 : 0;
}

/* A rule's packets of a shape; where it has none, false, and the region has no shape. */
static bool region_of(struct analysis *a, size_t rule, size_t shape, struct region *out)
{
	const struct shape *s = &a->sp.shapes[shape];

	region_of_shape(s, out);
	if (region_meet(&a->sp, out, form_of(&a->sp, rule, s->family)))
		return true;
	out->shape = NULL;
	return false;
}

static bool of_direction(const struct analysis *a, size_t id)
{
	return id == id_nd(&a->sp) || a->sp.rs->rules[id].direction == a->direction;
}

/* A look at a rule that does not meet the region is cheap. */
static void spend(struct analysis *a, uint64_t work)
{
	a->sp.work -= a->sp.work < work ? a->sp.work : work;
}

/* The rules before `end`, neighbour discovery first, that meet the region. */
static void find_earlier(struct analysis *a, const struct region *r, size_t end)
{
	struct excess beyond;

	a->nearlier = 0;
	if (region_relation(r, form_of(&a->sp, id_nd(&a->sp), r->shape->family), &beyond) != RELATION_DISJOINT)
		a->earlier[a->nearlier++] = (uint32_t)id_nd(&a->sp);
	for (size_t i = 0; i < end; i++)
		if (of_direction(a, i) &&
		    region_relation(r, form_of(&a->sp, i, r->shape->family), &beyond) != RELATION_DISJOINT)
			a->earlier[a->nearlier++] = (uint32_t)i;
	spend(a, end / 4);
}

static enum answer covered_by(struct analysis *a, const struct region *r, const uint32_t *ids, size_t n, struct point *out)
{
	a->dirty = true;
	return region_covered(&a->sp, r, ids, n, a->used, out);
}

/* The numbers of the marked rules in first..end, for a finding. */
static void take_by(struct finding *f, const uint8_t *used, size_t first, size_t end)
{
	size_t cap = f->nby;

	for (size_t i = first; i < end; i++)
		if (used[i]) {
			GROW(f->by, f->nby, cap);
			f->by[f->nby++] = i + 1;
		}
}

/* --- can it match? -------------------------------------------------------------------------------- */

/* In the way of `*arg` deciding the packet is the rule that does. */
static int obstacle_first(struct space *sp, void *arg, const struct point *p, size_t *id)
{
	const struct { size_t rule; enum direction d; } *want = arg;
	int rc = point_first(sp, p, want->d, 0, id);

	if (rc)
		return rc;
	if (*id == want->rule)
		*id = NO_RULE;
	else if (*id != id_nd(sp) && (*id == NO_RULE || *id > want->rule))
		return -EILSEQ; /* the rule matches, by its form */
	return 0;
}

static int walk_to_first(struct analysis *a, const struct region *r, size_t rule, struct point *out, size_t *within)
{
	struct { size_t rule; enum direction d; } want = { rule, a->direction };

	return walk_region(&a->sp, r, WALK_TRIES, obstacle_first, &want, out, within);
}

/* A packet of the region that `rule` decides, exactly: NO with *out, YES where earlier rules take all. */
static int exact_first(struct analysis *a, const struct region *r, size_t rule, struct point *out)
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

/* Do the marked rules take all of the rule's packets? */
static bool still_covered(struct analysis *a, const uint8_t *marked)
{
	size_t n = 0;

	for (size_t i = 0; i <= id_nd(&a->sp); i++)
		if (marked[i])
			a->earlier[n++] = (uint32_t)i;
	for (size_t s = 0; s < a->sp.nshapes; s++) {
		struct point ignored;

		if (a->region[s].shape &&
		    region_covered(&a->sp, &a->region[s], a->earlier, n, a->used, &ignored) != ANSWER_YES)
			return false;
	}
	return true;
}

/* Does it take all of the rule's packets alone? */
static bool takes_all(const struct analysis *a, size_t earlier)
{
	struct excess beyond;

	for (size_t s = 0; s < a->sp.nshapes; s++) {
		const struct region *r = &a->region[s];

		if (r->shape && region_relation(r, form_of(&a->sp, earlier, r->shape->family), &beyond) != RELATION_WITHIN)
			return false;
	}
	return true;
}

static size_t single_cover(const struct analysis *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (of_direction(a, i) && takes_all(a, i))
			return i;
	return NO_RULE;
}

/* Leaves in a->used a least set of rules that suffice. */
static void least_cover(struct analysis *a, bool (*suffices)(struct analysis *a, const uint8_t *marked), size_t first,
			size_t end)
{
	enum { TRIED_MAX = 128 };
	uint8_t *marked = a->used_before;
	unsigned int tried = 0;

	memcpy(marked, a->used, id_nd(&a->sp) + 1);
	for (size_t i = end; i-- > first && tried < TRIED_MAX;) {
		if (!marked[i])
			continue;
		tried++;
		marked[i] = 0;
		marked[i] = !suffices(a, marked);
	}
	memcpy(a->used, marked, id_nd(&a->sp) + 1);
	a->dirty = true;
}

static int report_never(struct analysis *a)
{
	size_t single = single_cover(a), taker;
	struct finding *f = add(a, FINDING_NEVER);
	struct point p;
	int rc = 0;

	if (single == NO_RULE) {
		least_cover(a, still_covered, 0, a->n);
		f->nd = a->used[id_nd(&a->sp)];
	} else {
		memset(a->used, 0, id_nd(&a->sp) + 1);
		a->used[single] = 1;
	}
	take_by(f, a->used, 0, a->n);
	for (size_t s = 0; s < a->sp.nshapes && !f->has_example && !rc; s++) {
		if (!a->region[s].shape)
			continue;
		point_pick(&a->region[s], &p);
		rc = point_first(&a->sp, &p, a->direction, 0, &taker);
		if (!rc)
			add_example(a, f, &p, taker);
	}
	return rc;
}

/* 1 and a->decided where it can match, 0 where it was reported that it cannot, or that this was not decided. */
static int can_match(struct analysis *a)
{
	_cleanup_free_ bool *open = (bool *)xcalloc(a->sp.nshapes, sizeof(*open));
	bool undecided = false;

	for (size_t s = 0; s < a->sp.nshapes; s++) {
		size_t within;
		int walk;

		if (a->covered[s])
			continue;
		walk = walk_to_first(a, &a->region[s], a->n, &a->decided, &within);
		if (walk < 0 || walk == WALK_FOUND)
			return walk < 0 ? walk : 1;
		a->covered[s] = walk == WALK_WITHIN;
		open[s] = walk == WALK_LOST;
		if (walk == WALK_WITHIN)
			a->used[within] = a->dirty = true;
	}
	for (size_t s = 0; s < a->sp.nshapes; s++) {
		int answer;

		if (!open[s])
			continue;
		answer = exact_first(a, &a->region[s], a->n, &a->decided);
		if (answer < 0 || answer == ANSWER_NO)
			return answer < 0 ? answer : 1;
		a->covered[s] = answer == ANSWER_YES;
		undecided |= answer == ANSWER_UNDECIDED;
	}
	if (undecided)
		add_undecided(a, FINDING_NEVER);
	return undecided ? 0 : report_never(a);
}

/* --- could it go? --------------------------------------------------------------------------------- */

/* What rules do with a packet, labels and counters aside. */
struct action { enum verdict verdict; bool stateless; };

static struct action action_of(const struct analysis *a, size_t rule)
{
	const struct defaults *d = &a->sp.rs->defaults;
	const struct rule *r = rule == NO_RULE ? NULL : &a->sp.rs->rules[rule];

	return (struct action){ r ? r->verdict : d->verdict[a->direction],
				r ? r->stateless : d->stateless[a->direction] };
}

static bool same_action(const struct analysis *a, size_t x, size_t y)
{
	struct action p = action_of(a, x), q = action_of(a, y);

	return p.verdict == q.verdict && (p.verdict != VERDICT_PASS || p.stateless == q.stateless);
}

/* The packet must be one that the rule decides, and the next match must do something else. */
static int obstacle_same(struct space *sp, void *arg, const struct point *p, size_t *id)
{
	struct analysis *a = (struct analysis *)arg;
	size_t next;
	int rc = point_first(sp, p, a->direction, 0, id);

	if (rc || *id != a->n)
		return rc;
	rc = point_first(sp, p, a->direction, a->n + 1, &next);
	if (rc)
		return rc;
	*id = !same_action(a, a->n, next) ? NO_RULE : next == NO_RULE ? OBSTACLE_RESTART : next;
	return 0;
}

/* What a proof came to: the default does the same for what later rules do not. */
struct going { bool to_default; };

/*
 * Does what follows do the same for all of the region that the rule decides? With `marked` only these rules of the same action
 * count, the others are as if they were not there. a->used gets what the proof needs.
 */
static enum answer same_without(struct analysis *a, const struct region *r, const uint8_t *marked, struct going *g)
{
	size_t n, later = a->n + 1, rules = id_nd(&a->sp);
	struct point ignored;
	struct excess beyond;

	find_earlier(a, r, a->n);
	n = a->nearlier;
	for (; later < rules; later++) {
		struct arena_mark mark = arena_mark(&a->sp.arena);
		const struct form *f = form_of(&a->sp, later, r->shape->family);
		struct region both = *r;
		enum relation relation;
		enum answer answer;

		relation = of_direction(a, later) ? region_relation(r, f, &beyond) : RELATION_DISJOINT;
		spend(a, !(later & 3));
		if (relation == RELATION_DISJOINT)
			continue;
		if (same_action(a, a->n, later)) {
			if (marked && !marked[later])
				continue;
			if (relation == RELATION_WITHIN) {
				a->used[later] = a->dirty = true;
				return ANSWER_YES;
			}
			a->earlier[n++] = (uint32_t)later;
			continue;
		}
		(void)region_meet(&a->sp, &both, f);
		answer = covered_by(a, &both, a->earlier, n, &ignored);
		arena_release(&a->sp.arena, mark);
		if (answer != ANSWER_YES)
			return answer;
	}
	if (!same_action(a, a->n, NO_RULE))
		return covered_by(a, r, a->earlier, n, &ignored);
	g->to_default = true;
	return ANSWER_YES;
}

/* The same over all shapes. */
static enum answer same_everywhere(struct analysis *a, const uint8_t *marked, struct going *g)
{
	for (size_t s = 0; s < a->sp.nshapes; s++) {
		enum answer answer = a->covered[s] ? ANSWER_YES : same_without(a, &a->region[s], marked, g);

		if (answer != ANSWER_YES)
			return answer;
	}
	return ANSWER_YES;
}

static bool still_same(struct analysis *a, const uint8_t *marked)
{
	struct going g = { .to_default = false };

	return same_everywhere(a, marked, &g) == ANSWER_YES;
}

static int report_redundant(struct analysis *a, struct going *g)
{
	struct finding *f = add(a, FINDING_REDUNDANT);
	size_t rules = id_nd(&a->sp), taker;
	int rc = point_first(&a->sp, &a->decided, a->direction, a->n + 1, &taker);
	struct going least;

	if (rc)
		return rc;
	least_cover(a, still_same, a->n + 1, rules);
	memcpy(a->used_before, a->used, rules + 1);
	least = *g;
	least.to_default = false;
	if (same_everywhere(a, a->used_before, &least) == ANSWER_YES)
		*g = least;
	if (g->to_default) {
		f->by = (size_t *)xcalloc(1, sizeof(*f->by));
		f->nby = 1;
	}
	take_by(f, a->used_before, a->n + 1, rules);
	add_example(a, f, &a->decided, taker);
	return 0;
}

/* 1 where its going would be noticed. */
static int is_needed(struct analysis *a)
{
	struct going g = { .to_default = false };

	for (size_t s = 0; s < a->sp.nshapes; s++) {
		struct point p;
		size_t within;
		int walk;

		if (a->covered[s])
			continue;
		walk = walk_region(&a->sp, &a->region[s], WALK_TRIES, obstacle_same, a, &p, &within);
		if (walk < 0 || walk == WALK_FOUND)
			return walk < 0 ? walk : 1;
		a->covered[s] = walk == WALK_WITHIN && (within < a->n || within == id_nd(&a->sp));
	}
	memset(a->used, 0, id_nd(&a->sp) + 1);
	switch (same_everywhere(a, NULL, &g)) {
	case ANSWER_NO:
		return 1;
	case ANSWER_YES:
		return report_redundant(a, &g);
	case ANSWER_UNDECIDED:
		break;
	}
	add_undecided(a, FINDING_REDUNDANT);
	return 0;
}

/* --- conflicts ------------------------------------------------------------------------------------ */

/* Does the earlier rule match only packets that the rule matches too: an exception of it? */
static bool is_exception(struct analysis *a, size_t earlier)
{
	for (size_t s = 0; s < a->sp.nshapes; s++) {
		struct arena_mark mark = arena_mark(&a->sp.arena);
		const struct form *f = form_of(&a->sp, a->n, a->sp.shapes[s].family);
		struct excess beyond;
		struct region r;
		bool within = !region_of(a, earlier, s, &r) || region_relation(&r, f, &beyond) == RELATION_WITHIN;

		arena_release(&a->sp.arena, mark);
		if (!within)
			return false;
	}
	return true;
}

/* A packet that both match and the earlier one decides: ANSWER_NO and *out, as for region_covered. */
static int find_clash(struct analysis *a, size_t earlier, struct point *out)
{
	bool undecided = false;

	for (size_t s = 0; s < a->sp.nshapes; s++) {
		struct arena_mark mark = arena_mark(&a->sp.arena);
		struct region r = a->region[s];
		size_t within;
		int answer = ANSWER_YES;

		if (r.shape && region_meet(&a->sp, &r, form_of(&a->sp, earlier, r.shape->family))) {
			answer = walk_to_first(a, &r, earlier, out, &within);
			if (answer == WALK_LOST)
				answer = exact_first(a, &r, earlier, out);
			else if (answer >= 0)
				answer = answer == WALK_FOUND ? ANSWER_NO : ANSWER_YES;
		}
		arena_release(&a->sp.arena, mark);
		if (answer < 0 || answer == ANSWER_NO)
			return answer;
		undecided |= answer == ANSWER_UNDECIDED;
	}
	return undecided ? ANSWER_UNDECIDED : ANSWER_YES;
}

/* Could the two match one packet, by their forms? */
static bool may_meet(const struct analysis *a, size_t earlier)
{
	struct excess beyond;

	for (size_t s = 0; s < a->sp.nshapes; s++) {
		const struct region *r = &a->region[s];

		if (r->shape &&
		    region_relation(r, form_of(&a->sp, earlier, r->shape->family), &beyond) != RELATION_DISJOINT)
			return true;
	}
	return false;
}

static int find_conflicts(struct analysis *a)
{
	struct finding *f = NULL;
	bool undecided = false;

	for (size_t i = 0; i < a->n; i++) {
		bool meets = of_direction(a, i) && action_of(a, i).verdict != action_of(a, a->n).verdict && may_meet(a, i);
		struct point p;
		int answer;

		if (!meets || is_exception(a, i))
			continue;
		if (f && f->nby == CONFLICTS_MAX) {
			f->more = true;
			break;
		}
		answer = find_clash(a, i, &p);
		if (answer < 0)
			return answer;
		undecided |= answer == ANSWER_UNDECIDED;
		if (answer != ANSWER_NO)
			continue;
		if (!f) {
			f = add(a, FINDING_CONFLICT);
			f->by = (size_t *)xcalloc(CONFLICTS_MAX, sizeof(*f->by));
			add_example(a, f, &p, i);
		}
		f->by[f->nby++] = i + 1;
	}
	if (undecided)
		add_undecided(a, FINDING_CONFLICT);
	return 0;
}

/* --- all rules ------------------------------------------------------------------------------------ */

static int analyze_rule(struct analysis *a)
{
	uint64_t effort = a->options->effort ? a->options->effort : EFFORT_USUAL;
	int rc;

	if (a->pool < effort && !a->options->effort)
		effort = a->pool < EFFORT_LEAST ? EFFORT_LEAST : a->pool;
	a->sp.work = effort;
	a->direction = a->sp.rs->rules[a->n].direction;
	if (a->dirty)
		memset(a->used, 0, id_nd(&a->sp) + 1);
	a->dirty = false;
	for (size_t s = 0; s < a->sp.nshapes; s++)
		a->covered[s] = !region_of(a, a->n, s, &a->region[s]);
	rc = can_match(a);
	if (rc > 0)
		rc = is_needed(a);
	if (rc >= 0 && a->options->conflicts && (!a->out->n || a->out->v[a->out->n - 1].rule != a->n ||
						 a->out->v[a->out->n - 1].kind == FINDING_REDUNDANT ||
						 a->out->v[a->out->n - 1].question == FINDING_REDUNDANT))
		rc = find_conflicts(a);
	effort -= a->sp.work;
	a->pool -= effort < a->pool ? effort : a->pool;
	arena_release(&a->sp.arena, (struct arena_mark){ 0, 0 });
	return rc < 0 ? rc : 0;
}

static void analysis_free(struct analysis *a)
{
	space_free(&a->sp);
	free(a->used);
	free(a->used_before);
	free(a->earlier);
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
	a.used = (uint8_t *)xcalloc(rs->nrules + 1, 1);
	a.used_before = (uint8_t *)xcalloc(rs->nrules + 1, 1);
	a.earlier = (uint32_t *)xcalloc(rs->nrules + 1, sizeof(*a.earlier));
	a.region = (struct region *)xcalloc(a.sp.nshapes, sizeof(*a.region));
	a.covered = (bool *)xcalloc(a.sp.nshapes, sizeof(*a.covered));
	for (a.n = 0; a.n < rs->nrules && !rc; a.n++)
		rc = analyze_rule(&a);
	if (rc) {
		findings_free(out);
		return FAIL(err, rc, "rule %zu: the compiled tables contradict the rules: this is a fault of fwctl", a.n);
	}
	return 0;
}
