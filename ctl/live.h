/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ruleset that is live: found through the program in the live slot, so that it is always a whole one, and the
 * one that judges.
 */
#ifndef FW_LIVE_H
#define FW_LIVE_H

#include "model.h"
#include "state.h"

struct live_ruleset {
	struct ruleset_maps maps; /* fw_actions, fw_ruleset, fw_text at least */
	struct slot_maps counts;  /* fw_counts and fw_settings at least */
	struct ruleset_info info;
	char *text; /* canonical, NUL-terminated */
	__u32 slot;
	bool settling; /* struct live */
};
struct live_ruleset live_none(void);
void live_close(struct live_ruleset *l);
#define _cleanup_live_ _cleanup_(live_close)

/* 0 or a negative errno with *err. */
int live_open(const struct state *s, struct live_ruleset *out, char **err);

/* Whether live_open() will do, for those who look at the rules later only, when it is too late to refuse. */
int live_check(const struct state *s, char **err);

/* The text of a ruleset, of this length in bytes; NUL-terminated, the caller's. 0 or a negative errno. */
int live_text(fw_text_t m, __u64 length, char **out);

/* The live ruleset as a model (its text was checked when it was applied). Owned by the caller. */
int live_parse(const struct live_ruleset *l, struct ruleset *out, char **err);

/*
 * Of judgements: what flows carry that have been judged by the rules of now; of a ruleset that is not live any more, by it before its sets
 * changed. 0 or a negative errno.
 */
int live_generation(const struct live_ruleset *l, generation_t *out);

/*
 * Packets and bytes that each rule and default decided so far: `out` has a place for each rule_slot_t. 0 or a negative errno; -ESTALE where
 * the rules have changed twice since, so that a later ruleset counts in its slot.
 */
int live_totals(const struct live_ruleset *l, struct counters *out);

/*
 * Opens the live ruleset as live_open() does and reads its totals, anew where it is replaced meanwhile. Where it has just gone live it
 * waits, at most a second, for what the one before counted last: so a counter never goes back from one call to the next. *totals is the
 * caller's. 0 or a negative errno with *err.
 */
int live_open_counted(const struct state *s, struct live_ruleset *out, struct counters **totals, char **err);

#endif
