/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which rule decides a packet, and why: the packet path's decision (shared/policy.h), made in user space over the same
 * compiled tables and checked against the rules read one by one.
 */
#ifndef FW_EXPLAIN_H
#define FW_EXPLAIN_H

#include "linear.h"
#include "probe.h"
#include "../shared/flow_tcp.h"

struct explainer;

/*
 * Compiles the rules. `sets` as in linear.h (NULL: what is declared); it and rs must outlive the explainer. 0 or a negative
 * errno with *err, as compile().
 */
int explain_open(const struct ruleset *rs, const struct linear_sets *sets, struct explainer **out, char **err);
void explain_close(struct explainer *e);
static inline void cleanup_explain_fn(struct explainer **e) { explain_close(*e); }
#define _cleanup_explain_ __attribute__((cleanup(cleanup_explain_fn)))

struct explanation {
	enum verdict verdict;
	enum reason reason;
	rule_id_t rule;               /* none: a default, or no rule was asked */
	rule_id_t image[IMAGE_COUNT]; /* first match of each kind of rules */
	bool by_rules;                /* the rules were asked */
	bool stateless;               /* a pass that makes no flow */
};

/* Judges the packet as one of no known flow. 0, or -EILSEQ with *err when tables and rules contradict each other. */
int explain_packet(struct explainer *e, const struct probe *p, struct explanation *out, char **err);

/* Is the packet one of this flow's, at its present state? (An ICMP query's identifier is not compared.) */
bool explain_is_of_flow(const struct probe *p, const struct flow *f);

/* How user space sees a flow's verdicts: are they of this generation, and does `option state if-bound` hold? */
struct explain_flow {
	const struct flow *flow;
	generation_t generation;
	bool if_bound;
	enum direction direction;
	iface_id_t iface;                                    /* the packet's, as the flow's entry numbers interfaces */
	const char *(*iface_name)(void *arg, iface_id_t id); /* NULL where it has none */
	void *arg;
};

/*
 * Judges the packet as one of that flow. 1 and *out where the flow decides; 0 where it does not (it ended with a change of
 * the rules, or is bound to another interface); -EILSEQ as above.
 */
int explain_by_flow(struct explainer *e, const struct probe *p, const struct explain_flow *f, struct explanation *out,
		    char **err);

/* Is the packet's source (dst: destination) in the rules' set? */
bool explain_in_set(const struct explainer *e, const struct probe *p, size_t set, bool dst);

#endif
