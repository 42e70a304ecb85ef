/* SPDX-License-Identifier: GPL-2.0 */
/* Rules that can never match. */
#include <errno.h>
#include <string.h>
#include "analyze_impl.h"

/* Do the marked rules take all of the rule's packets? */
static bool still_covered(struct analysis *a, const uint8_t *marked)
{
	for (size_t s = 0; s < a->sp.nshapes; s++) {
		const struct region *r = &a->region[s];
		struct point ignored;
		struct near near;
		size_t n = 0;

		if (!r->shape)
			continue;
		near = near_rules(a, r->shape->family);
		if (marked[id_nd(&a->sp)])
			a->earlier[n++] = (uint32_t)id_nd(&a->sp);
		for (size_t i = 0; i < near.later; i++)
			if (marked[near.ids[i]])
				a->earlier[n++] = near.ids[i];
		if (region_covered(&a->sp, r, a->earlier, n, a->used, &ignored) != ANSWER_YES)
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

static size_t single_cover(struct analysis *a)
{
	for (size_t s = 0; s < a->sp.nshapes; s++) {
		struct near near;

		if (!a->region[s].shape)
			continue;
		near = near_rules(a, a->region[s].shape->family);
		for (size_t i = 0; i < near.later; i++)
			if (takes_all(a, near.ids[i]))
				return near.ids[i];
		return NO_RULE;
	}
	return NO_RULE;
}

static int report_never(struct analysis *a)
{
	size_t single = single_cover(a), taker;
	struct finding *f = finding_add(a, FINDING_NEVER);
	struct point p;
	int rc = 0;

	if (single == NO_RULE) {
		least_proof(a, still_covered, 0, a->n, a->effort - a->sp.work);
		f->nd = a->used[id_nd(&a->sp)];
	} else {
		memset(a->used, 0, id_nd(&a->sp) + 1);
		a->used[single] = 1;
	}
	finding_by(f, a->used, 0, a->n);
	for (size_t s = 0; s < a->sp.nshapes && !f->has_example && !rc; s++) {
		if (!a->region[s].shape)
			continue;
		point_pick(&a->region[s], &p);
		rc = point_first(&a->sp, &p, a->direction, 0, &taker);
		if (!rc)
			finding_example(a, f, &p, taker);
	}
	return rc;
}

int can_match(struct analysis *a)
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
		finding_undecided(a, FINDING_NEVER);
	return undecided ? 0 : report_never(a);
}
