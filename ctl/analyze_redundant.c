/* SPDX-License-Identifier: GPL-2.0 */
/* Rules that could go. */
#include <errno.h>
#include <string.h>
#include "analyze_impl.h"

/* What rules do with a packet, labels and counters aside. */
struct action {
	enum verdict verdict;
	bool stateless;
	uint32_t log_every;
};

static struct action action_of(const struct analysis *a, size_t rule)
{
	const struct defaults *d = &a->sp.rs->defaults;
	const struct rule *r = rule == NO_RULE ? NULL : &a->sp.rs->rules[rule];

	return (struct action){ r ? r->verdict : d->verdict[a->direction], r ? r->stateless : d->stateless[a->direction],
				r ? r->log_every : 0 };
}

static bool same_action(const struct analysis *a, size_t x, size_t y)
{
	struct action p = action_of(a, x), q = action_of(a, y);

	return p.verdict == q.verdict && p.log_every == q.log_every && (p.verdict != VERDICT_PASS || p.stateless == q.stateless);
}

/* The packet must be one that the rule decides, and the next match must do something else. */
static int obstacle_same(struct space *sp, void *arg, const struct point *p, size_t *id)
{
	struct analysis *a = (struct analysis *)arg;
	size_t next;
	int rc = point_first(sp, p, a->direction, 0, id);

	if (rc || *id < a->n || *id == id_nd(sp))
		return rc;
	if (*id != a->n)
		return -EILSEQ; /* the rule matches, by its form */
	rc = point_first(sp, p, a->direction, a->n + 1, &next);
	if (rc)
		return rc;
	*id = !same_action(a, a->n, next) ? NO_RULE : next == NO_RULE ? OBSTACLE_RESTART : next;
	return 0;
}

/* What a proof came to: the default does the same for what later rules do not. */
struct going {
	bool to_default;
};

/* A later rule of the same action that matches all of the region, before any of another one that meets it; or NO_RULE. */
static size_t plain_successor(struct analysis *a, const struct region *r, const uint8_t *marked, const struct near *near)
{
	struct excess beyond;

	for (size_t i = near->later; i < near->n; i++) {
		size_t id = near->ids[i];
		bool same = same_action(a, a->n, id);

		spend(a, !(i & 3));
		if (same && marked && !marked[id])
			continue;
		switch (region_relation(r, form_of(&a->sp, id, r->shape->family), &beyond)) {
		case RELATION_DISJOINT:
			continue;
		case RELATION_WITHIN:
			return same ? id : NO_RULE;
		case RELATION_PARTLY:
			if (!same)
				return NO_RULE;
		}
	}
	return NO_RULE;
}

/*
 * Does what follows do the same for all of the region that the rule decides? With `marked` only these rules of the same
 * action count, the others are as if they were not there. a->used gets what the proof needs.
 */
static enum answer same_without(struct analysis *a, const struct region *r, const uint8_t *marked, struct going *g)
{
	const struct near near = near_rules(a, r->shape->family);
	size_t successor = plain_successor(a, r, marked, &near);
	struct point ignored;
	struct excess beyond;

	if (successor != NO_RULE) {
		a->used[successor] = a->dirty = true;
		return ANSWER_YES;
	}
	find_earlier(a, r, a->n); /* those of the same action that follow join them one by one */
	for (size_t i = near.later; i < near.n; i++) {
		struct arena_mark mark = arena_mark(&a->sp.arena);
		const struct form *f = form_of(&a->sp, near.ids[i], r->shape->family);
		enum relation relation = region_relation(r, f, &beyond);
		struct region both = *r;
		enum answer answer;

		if (relation == RELATION_DISJOINT)
			continue;
		if (same_action(a, a->n, near.ids[i])) {
			if (marked && !marked[near.ids[i]])
				continue;
			if (relation == RELATION_WITHIN) {
				a->used[near.ids[i]] = a->dirty = true;
				return ANSWER_YES;
			}
			a->earlier[a->nearlier++] = near.ids[i];
			continue;
		}
		(void)region_meet(&a->sp, &both, f);
		answer = covered_by(a, &both, a->earlier, a->nearlier, &ignored);
		arena_release(&a->sp.arena, mark);
		if (answer != ANSWER_YES)
			return answer;
	}
	if (!same_action(a, a->n, NO_RULE))
		return covered_by(a, r, a->earlier, a->nearlier, &ignored);
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
	struct finding *f = finding_add(a, FINDING_REDUNDANT);
	size_t rules = id_nd(&a->sp), taker;
	int rc = point_first(&a->sp, &a->decided, a->direction, a->n + 1, &taker);
	struct going least;

	if (rc)
		return rc;
	least_proof(a, still_same, a->n + 1, rules, a->effort - a->sp.work);
	memcpy(a->marked, a->used, rules + 1);
	least.to_default = false;
	if (g->to_default && same_everywhere(a, a->marked, &least) == ANSWER_YES)
		*g = least;
	if (g->to_default) {
		f->by = (size_t *)xcalloc(1, sizeof(*f->by));
		f->nby = 1;
	}
	finding_by(f, a->marked, a->n + 1, rules);
	finding_example(a, f, &a->decided, taker);
	return 0;
}

int is_needed(struct analysis *a)
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
	finding_undecided(a, FINDING_REDUNDANT);
	return 0;
}
