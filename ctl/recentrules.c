/* SPDX-License-Identifier: GPL-2.0 */
#include <string.h>
#include "live.h"
#include "recentrules.h"

bool recent_rules_look(struct recent_rules *r)
{
	_cleanup_live_ struct live_ruleset live = live_none();
	struct ruleset rs;

	if (live_open(r->s, &live, NULL) || live.info.id == r->v[0].id || live_parse(&live, &rs, NULL))
		return false;
	ruleset_free(&r->v[RECENT_RULES - 1].rs);
	memmove(&r->v[1], &r->v[0], (RECENT_RULES - 1) * sizeof(r->v[0]));
	r->v[0].id = live.info.id;
	r->v[0].rs = rs;
	return true;
}

/* An event of rules that are not known may be the first to tell of new ones. */
static void look_for(struct recent_rules *r, generation_t g)
{
	if (g.raw <= r->v[0].id || g.raw == r->looked.raw)
		return;
	r->looked = g;
	(void)recent_rules_look(r);
}

const struct ruleset *recent_rules_of(struct recent_rules *r, generation_t id)
{
	look_for(r, id);
	for (int i = 0; i < RECENT_RULES; i++)
		if (r->v[i].id && r->v[i].id == id.raw)
			return &r->v[i].rs;
	return NULL;
}

const struct ruleset *recent_rules_judging(struct recent_rules *r, generation_t g)
{
	look_for(r, g);
	for (int i = 0; i < RECENT_RULES; i++)
		if (r->v[i].id && r->v[i].id <= g.raw)
			return &r->v[i].rs;
	return NULL;
}

bool recent_rules_log(const struct recent_rules *r)
{
	for (size_t i = 0; i < r->v[0].rs.nrules; i++)
		if (r->v[0].rs.rules[i].log_every)
			return true;
	return false;
}

void recent_rules_free(struct recent_rules *r)
{
	for (int i = 0; i < RECENT_RULES; i++)
		ruleset_free(&r->v[i].rs);
}
