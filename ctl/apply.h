/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Making a ruleset live. All that can fail comes before one store that swaps the programs of all hooks; packets see
 * the old rules or the new ones, whole.
 */
#ifndef FW_APPLY_H
#define FW_APPLY_H

#include "model.h"
#include "state.h"

struct apply_result {
	bool unchanged;     /* it was live already: nothing was done */
	__u32 id;           /* of the ruleset that is live now */
	bool flows_ignored; /* `option flows` differs from the table's size, which stays (made at first load) */
	__u32 flows;        /* the table's size */
	bool counters_late; /* counters lack what was counted while the rules were swapped */
};

/* Ruleset with which an instance begins: no rules, all passes, flows are monitored. */
int apply_builtin(struct state *s, char **err);

enum {
	APPLY_KEEP_SETS = 1, /* sets stay as they are in the kernel: rs is the live ruleset, edited */
	APPLY_ANEW = 2,      /* also where it is live already */
};

/*
 * Makes rs live. The state is open with CREATE and LOCK. Counters of rules that stand in both rulesets word by word
 * go on. On error nothing has changed.
 */
int apply_ruleset(struct state *s, const struct ruleset *rs, unsigned int flags, struct apply_result *out, char **err);

/*
 * Where the live ruleset keeps no state, no flow is looked for, unless there were seeded ones when it was applied: to be called when flows
 * have been seeded since. As apply_ruleset().
 */
int apply_for_seeded(struct state *s, char **err);

/*
 * The live ruleset's programs for ingress on TC, which are loaded from now on; to be called before the first interface gets
 * such a root program. As apply_ruleset().
 */
int apply_for_tc_ingress(struct state *s, char **err);

/* The same up to the swap: everything that can fail is tried, and nothing changes (apply --dry-run). */
int apply_dry_run(struct state *s, const struct ruleset *rs, char **err);

#endif
