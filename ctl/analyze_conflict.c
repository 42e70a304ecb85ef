/* SPDX-License-Identifier: GPL-2.0 */
/* Rules that partly overlap with earlier ones of another verdict. */
#include <errno.h>
#include "analyze_impl.h"

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

		if (r->shape && region_relation(r, form_of(&a->sp, earlier, r->shape->family), &beyond) != RELATION_DISJOINT)
			return true;
	}
	return false;
}

/* Adds one pair where it is a conflict: 0, ANSWER_UNDECIDED or a negative errno. */
static int try_pair(struct analysis *a, size_t earlier, size_t *at)
{
	const struct rule *rules = a->sp.rs->rules;
	struct finding *f;
	struct point p;
	int answer;

	if (rules[earlier].verdict == rules[a->n].verdict || !may_meet(a, earlier) || is_exception(a, earlier))
		return 0;
	if (*at != NO_RULE && a->out->v[*at].nby == CONFLICTS_MAX) {
		a->out->v[*at].more = true;
		return 0;
	}
	answer = find_clash(a, earlier, &p);
	if (answer != ANSWER_NO)
		return answer == ANSWER_YES ? 0 : answer;
	if (*at == NO_RULE) {
		f = finding_add(a, FINDING_CONFLICT);
		f->by = (size_t *)xcalloc(CONFLICTS_MAX, sizeof(*f->by));
		finding_example(a, f, &p, earlier);
		*at = a->out->n - 1;
	}
	f = &a->out->v[*at];
	f->by[f->nby++] = earlier + 1;
	return 0;
}

int find_conflicts(struct analysis *a)
{
	const struct near x = near_rules(a, FAMILY_INET), y = near_rules(a, FAMILY_INET6);
	bool undecided = false;
	size_t at = NO_RULE, i = 0, k = 0;

	/* Both lists as one, in order. */
	while (i < x.later || k < y.later) {
		size_t next = i < x.later && (k >= y.later || x.ids[i] <= y.ids[k]) ? x.ids[i] : y.ids[k];
		int rc = try_pair(a, next, &at);

		if (rc < 0)
			return rc;
		undecided |= rc == ANSWER_UNDECIDED;
		if (at != NO_RULE && a->out->v[at].more)
			break;
		i += i < x.later && x.ids[i] == next;
		k += k < y.later && y.ids[k] == next;
	}
	if (undecided)
		finding_undecided(a, FINDING_CONFLICT);
	return 0;
}
