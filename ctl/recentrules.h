/* SPDX-License-Identifier: GPL-2.0 */
/* The live rules and those before, as events speak of them, for who keeps its privileges: it reads them itself (else rulewatch.h). */
#ifndef FW_RECENTRULES_H
#define FW_RECENTRULES_H

#include "rulebook.h"
#include "state.h"

struct recent_rules {
	const struct state *s;
	struct rulebook book;
	__u32 live;          /* id of the live ones as of the last look; 0: none yet */
	generation_t looked; /* of an event: its rules were looked for */
};

/* Reads the live rules where they are others than at the last look: true then. */
bool recent_rules_look(struct recent_rules *r);

/* The rules of this id: of a packet's event. NULL where they are not known any more. */
const struct ruleset *recent_rules_of(struct recent_rules *r, generation_t id);
/* Those of a flow's judgement, whose generation may be a later one under the same rules. */
const struct ruleset *recent_rules_judging(struct recent_rules *r, generation_t g);

/* The live ones; NULL where they could not be read. */
const struct ruleset *recent_rules_live(const struct recent_rules *r);
/* Whether a rule of the live ones has `log`. */
bool recent_rules_log(const struct recent_rules *r);

void recent_rules_free(struct recent_rules *r);

#endif
