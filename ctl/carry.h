/* SPDX-License-Identifier: GPL-2.0 */
/* Counters that go on over a change of rules. */
#ifndef FW_CARRY_H
#define FW_CARRY_H

#include "live.h"

/*
 * Which rules of canonical text b stand word by word in text a: from[i] becomes the position in a of b's rule i, or -1. Equal lines pair up in
 * order. The texts have na and nb rules, and `from` has nb places.
 */
void carry_pairs(const char *a, size_t na, const char *b, size_t nb, long *from);

/* What is needed of the new ruleset. */
struct carry {
	const struct ruleset_maps *maps;
	const char *text;
	bool keep_default[DIRECTION_COUNT]; /* it says the same in both */
	/*
	 * What its slot's counters read before it counts, by rule_slot_t: they are never set back, but go on from where the slot's ruleset before
	 * left them. A base is what is to be added to a counter, modulo 2^64.
	 */
	const struct counters *start;
	struct ruleset_info *info;
};

/*
 * Sets the base counts of the new ruleset's rules to what the same rules of the old one have counted so far. Called twice: before the new
 * one is live, so that they are there whatever happens then, and when the old one counts no longer (ruleset_info.carried). 0 or a negative
 * errno; the old one is the live one and the caller holds the lock, so that -ESTALE is not among them.
 */
int carry_counters(const struct live_ruleset *old, const struct carry *new);

#endif
