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

/*
 * Sets the base counts of the new ruleset's rules to what the same rules of the old one have counted so far, those of a default
 * where it says the same (keep_default). May be called again, when the old one has counted more.
 */
int carry_counters(const struct live_ruleset *old, const struct ruleset_maps *maps, const char *text,
		   const bool keep_default[DIRECTION_COUNT], struct ruleset_info *info);

#endif
