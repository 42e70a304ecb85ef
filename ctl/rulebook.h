/* SPDX-License-Identifier: GPL-2.0 */
/* Rulesets by generation: what a rule's number in an old judgement meant. */
#ifndef FW_RULEBOOK_H
#define FW_RULEBOOK_H

#include "model.h"
#include "../shared/types.h"

enum { RULEBOOK_MAX = 40 };
struct known_rules {
	__u32 id;
	struct ruleset rules;
};
struct rulebook {
	struct known_rules v[RULEBOOK_MAX]; /* ids ascending */
	unsigned int n;
};

/* The ruleset of this id and canonical text; where there are too many, the oldest goes. 0, also where it is there; or a negative errno. */
int rulebook_add(struct rulebook *b, __u32 id, const char *text);
void rulebook_free(struct rulebook *b);

/* That of this id; that under which a judgement of this generation was made: generations between two rulesets' are of changes of sets. */
const struct known_rules *rulebook_exact(const struct rulebook *b, __u32 id);
const struct known_rules *rulebook_judging(const struct rulebook *b, generation_t g);
/* The newest id; 0: none is known. */
static inline __u32 rulebook_newest(const struct rulebook *b) { return b->n ? b->v[b->n - 1].id : 0; }

#endif
