/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The live rules for a process without privileges: opening a new ruleset's maps takes them, so a small process of its own, which does
 * nothing else, keeps the few that are needed and hands over the text. And the rulesets of late (pastrules.h), by generation: a flow's
 * record speaks of the rules that decided it, which may no longer be the live ones.
 */
#ifndef FW_RULEWATCH_H
#define FW_RULEWATCH_H

#include <sys/types.h>
#include "rulebook.h"
#include "state.h"

struct rulewatch {
	int fd; /* to the process that reads; -1: none */
	pid_t pid;
	const struct live *live;             /* mapped: what is live now, and */
	const struct instance_cfg *instance; /* the generations given so far */
	__u64 seen;                          /* both, at the last look */
	__u64 again_at;                      /* monotonic ns: look once more; 0: not */
	struct rulebook book;
	__u32 live_id; /* of the live one, as of the last look */
	bool behind;   /* there may be rulesets that are newer than the book */
	bool owed;     /* the process that reads has not answered yet */
};

/*
 * Forks the process that reads; it does not keep the descriptor `lock`, which is to end with its parent. The state stays open for as
 * long as the watch. 0 or a negative errno with *err.
 */
int rulewatch_start(const struct state *s, int lock, struct rulewatch *w, char **err);
void rulewatch_stop(struct rulewatch *w);

/* True when there is a ruleset that was not there before. Costs two loads where nothing has changed. */
bool rulewatch_look(struct rulewatch *w, __u64 monotonic_ns);

/*
 * The live ruleset as of the last look, NULL where it was not understood; that which a judgement of this generation is of, NULL where it
 * is older than what is known, or newer, while what is live cannot be read. Both until the next look.
 */
const struct known_rules *rulewatch_live(const struct rulewatch *w);
__u32 rulewatch_newest(const struct rulewatch *w); /* the highest generation that is a ruleset's */
const struct known_rules *rulewatch_of(const struct rulewatch *w, generation_t g);

/* The process that reads has ended: rules that are newer than those known will not be. */
static inline bool rulewatch_ended(const struct rulewatch *w) { return w->fd < 0; }

#endif
