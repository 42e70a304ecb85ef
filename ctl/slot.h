/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two slots of an instance's program arrays: one is live, the other is made ready for the next ruleset. The programs of a slot (struct
 * core) outlast its rulesets.
 */
#ifndef FW_SLOT_H
#define FW_SLOT_H

#include "programs.h"
#include "state.h"

/* The hooks that an instance needs programs for (LOAD_*), and no others: each takes the verifier its time. */
unsigned int slot_hooks(const struct state *s);
/* What programs of a slot are loaded with. */
struct program_cfg slot_cfg(const struct state *s, __u32 slot);

/* Loads both slots' programs, so that the first apply finds its own. 0, or a negative errno with *err. */
int slots_fill(const struct state *s, char **err);

/*
 * The programs of a slot that is not live, for a ruleset of so many rules: those that are there; or, where these are of another build, or lack
 * a hook or room for the rules, new ones, and *is_new: core_place() is to put them there. The caller owns *out. 0, or a negative errno with
 * *err.
 */
int slot_ready(const struct state *s, __u32 slot, __u32 rules, struct core *out, bool *is_new, char **err);

/* The swap: one aligned store, seen by all hooks on all CPUs. 0 or a negative errno. */
int slot_go_live(const struct state *s, struct live now);

/* Waits until no packet is under judgement by the slot that was live before (kernel: synchronize_rcu). */
void slots_settle(void);

#endif
