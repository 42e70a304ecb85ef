/* SPDX-License-Identifier: GPL-2.0 */
#include "pastrules.h"
#include "recentrules.h"

static int learn(void *arg, __u32 id, const char *text)
{
	(void)rulebook_add((struct rulebook *)arg, id, text); /* one that is not understood is not known */
	return 0;
}

bool recent_rules_look(struct recent_rules *r)
{
	__u32 live;

	if (past_and_live(r->s, rulebook_newest(&r->book), learn, &r->book, &live) || live == r->live ||
	    !rulebook_exact(&r->book, live))
		return false;
	r->live = live;
	return true;
}

/* An event of rules that are not known may be the first to tell of new ones. */
static void look_for(struct recent_rules *r, generation_t g)
{
	if (g.raw <= rulebook_newest(&r->book) || g.raw == r->looked.raw)
		return;
	r->looked = g;
	(void)recent_rules_look(r);
}

static const struct ruleset *rules_of(const struct known_rules *k) { return k ? &k->rules : NULL; }

const struct ruleset *recent_rules_of(struct recent_rules *r, generation_t id)
{
	look_for(r, id);
	return rules_of(rulebook_exact(&r->book, id.raw));
}

const struct ruleset *recent_rules_judging(struct recent_rules *r, generation_t g)
{
	look_for(r, g);
	return rules_of(rulebook_judging(&r->book, g));
}

const struct ruleset *recent_rules_live(const struct recent_rules *r) { return rules_of(rulebook_exact(&r->book, r->live)); }

bool recent_rules_log(const struct recent_rules *r)
{
	const struct ruleset *rs = recent_rules_live(r);

	for (size_t i = 0; rs && i < rs->nrules; i++)
		if (rs->rules[i].log_every)
			return true;
	return false;
}

void recent_rules_free(struct recent_rules *r) { rulebook_free(&r->book); }
