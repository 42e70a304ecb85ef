/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Texts of rulesets that were live, pinned below the instance's directory: flows keep the judgements of old rules until their next packet
 * comes, and who tells of them later, maybe in another process, is to know what those rules were.
 */
#ifndef FW_PASTRULES_H
#define FW_PASTRULES_H

#include "live.h"
#include "rulebook.h"

/* So many at most, and so many bytes of text beside the newest one. */
enum { PAST_RULESETS = 32, PAST_BYTES = 4 << 20 };
_Static_assert((int)PAST_RULESETS < (int)RULEBOOK_MAX, "they and the live one are known together");

/* Keeps the live ruleset, which is about to be replaced. The lock is held. 0, also where it is kept; or a negative errno. */
int past_keep(const struct state *s, const struct live_ruleset *live);
/* Lets go of the oldest where there are too many. The lock is held. */
void past_prune(const struct state *s);

/*
 * Calls `each` for the rulesets above `known`, the oldest first and the live one last, so that who knows one knows those before it; until it
 * returns other than 0, which is returned.
 * *live is the live one's id, also where nothing is new. What was live and cannot be read is left out. 0, or a negative errno where the
 * live one cannot be read.
 */
int past_and_live(const struct state *s, __u32 known, int (*each)(void *arg, __u32 id, const char *text), void *arg, __u32 *live);

#endif
