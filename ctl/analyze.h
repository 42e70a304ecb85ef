/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is odd about a ruleset, without any packet sent: rules that can never match, rules that could go, rules that
 * contradict each other. State is left aside: rules are a list of which the first match decides. A dynamic set may
 * hold any addresses; whether an address is in it is asked for each set and side independently. Packets are those that
 * the parser lets through to the rules (shared/parse.h): what a packet of a kind cannot have, or be shorter than, no rule
 * can match.
 *
 *   never-matches  every packet that the rule matches is taken by an earlier rule (or no packet is like that)
 *   redundant      for every packet that the rule decides, what would decide without it does the same: the same verdict,
 *                  and for a pass whether it keeps state (labels and counters aside)
 *   conflict       an earlier rule of another verdict takes some packets of the rule, and each matches packets that the
 *                  other does not
 *   undecided      the work that was allowed did not suffice; never said of a rule that has another finding of the two
 *                  first kinds
 */
#ifndef FW_ANALYZE_H
#define FW_ANALYZE_H

#include "probe.h"

#define FW_FINDINGS(X)                    \
	X(FINDING_NEVER, "never-matches") \
	X(FINDING_REDUNDANT, "redundant") \
	X(FINDING_CONFLICT, "conflict")   \
	X(FINDING_UNDECIDED, "undecided")
FW_ENUM(finding_kind, FW_FINDINGS, FINDING_COUNT)
FW_ENUM_TEXT(finding_kind, FW_FINDINGS)

struct finding {
	size_t rule; /* 0-based */
	enum finding_kind kind;
	enum finding_kind question; /* FINDING_UNDECIDED: what was not decided */
	/*
	 * 1-based numbers of other rules, ascending; 0 is the default of the rule's direction. never-matches: a least set
	 * of earlier rules that take all its packets. redundant: rules that do the same in its place. conflict: earlier
	 * rules that conflict with it, at most CONFLICTS_MAX.
	 */
	size_t *by;
	size_t nby;
	bool nd;   /* never-matches: neighbour discovery, ahead of the rules, takes some of them as well */
	bool more; /* conflict: there may be more than in `by` */
	/*
	 * An example, where there is one. never-matches: a packet that the rule matches, and `taker` (1-based; 0: neighbour
	 * discovery) decides. redundant: one that the rule decides, and without it `taker` would. conflict: one that both
	 * match and `taker` decides.
	 */
	bool has_example;
	struct probe example;
	size_t taker;
	/* Addresses of the example that are in dynamic sets, as `source in @a, destination not in @b`; NULL: not asked. */
	char *sets;
};

struct findings {
	struct finding *v;
	size_t n, cap;
};
void findings_free(struct findings *f);
#define _cleanup_findings_ _cleanup_(findings_free)

enum { CONFLICTS_MAX = 16 };
struct analyze_options {
	bool conflicts;  /* look for these too */
	uint64_t effort; /* comparisons of two rules that one rule may cost; 0: as much as suits */
};

/*
 * All findings, by rule and kind. 0 or a negative errno with *err: what compile() says of the rules, or -EILSEQ
 * where the compiled tables contradict the rules.
 */
int analyze(const struct ruleset *rs, const struct analyze_options *o, struct findings *out, char **err);

#endif
