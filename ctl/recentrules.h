/* SPDX-License-Identifier: GPL-2.0 */
/* The live rules and those before, as events speak of them. */
#ifndef FW_RECENTRULES_H
#define FW_RECENTRULES_H

#include "model.h"
#include "state.h"

enum { RECENT_RULES = 2 };
struct recent_rules {
	const struct state *s;
	struct { __u32 id; struct ruleset rs; } v[RECENT_RULES]; /* the newest first; id 0: none */
	generation_t looked;       /* of an event: its rules were looked for */
};

/* Reads the live rules where they are others than at the last look: true then. */
bool recent_rules_look(struct recent_rules *r);

/* The rules of this id: of a packet's event. NULL where they are not known any more. */
const struct ruleset *recent_rules_of(struct recent_rules *r, generation_t id);
/* Those of a flow's judgement, whose generation may be a later one under the same rules. */
const struct ruleset *recent_rules_judging(struct recent_rules *r, generation_t g);

/* Whether a rule of the live ones has `log`. */
bool recent_rules_log(const struct recent_rules *r);

void recent_rules_free(struct recent_rules *r);

#endif
