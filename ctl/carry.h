/* SPDX-License-Identifier: GPL-2.0 */
/* Counters that go on over a change of rules. */
#ifndef FW_CARRY_H
#define FW_CARRY_H

#include "live.h"

/*
 * Rules of canonical text b that stand word by word in text a: from[i] is the position in a of b's rule i, or -1. Equal
 * lines pair up in order. `from` has nb places; the texts have na and nb rules.
 */
void carry_pairs(const char *a, size_t na, const char *b, size_t nb, long *from);

/* Adds the old ruleset's counts to the base counts of the same rules in the new one. */
int carry_counters(const struct live_ruleset *old, const struct ruleset_maps *maps, const char *text,
		   struct ruleset_info *info);

#endif
