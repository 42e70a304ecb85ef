/* SPDX-License-Identifier: GPL-2.0 */
/* What happens on an instance, as rates between two looks: totals, drops, and the busiest flows, hosts and rules. */
#ifndef FW_SAMPLE_H
#define FW_SAMPLE_H

#include "flowfilter.h"
#include "flowlist.h"
#include "flowview.h"

struct rate {
	double packets, bits;
}; /* a second */

/* Orders of flows; hosts and rules go by bits, or where packets are asked for by packets. */
#define FW_TOP_SORTS(X)           \
	X(TOP_BITS, "bits")       \
	X(TOP_PACKETS, "packets") \
	X(TOP_TOTAL, "total")     \
	X(TOP_AGE, "age")
FW_ENUM(top_sort, FW_TOP_SORTS, TOP_SORT_COUNT)
FW_ENUM_TEXT(top_sort, FW_TOP_SORTS)

enum { TOP_MAX = 200 };
struct top_flow {
	struct flow flow;
	struct rate rate;
};
struct top_host {
	enum family family;
	addr_t addr;
	struct rate sent, received;
};
struct top_rule {
	__u32 number;
	struct rate rate;
}; /* 1-based; 0: the defaults */

struct sample {
	double seconds;                                                /* that the rates are of */
	struct rate passed[DIRECTION_COUNT], dropped[DIRECTION_COUNT]; /* by direction; a reject is a drop */
	struct rate drops[REASON_COUNT];
	double lost[LOSS_COUNT]; /* flows evicted, packets without a flow, a second */
	struct flow_fill fill;
	__u64 capacity, active; /* flows that had packets */
	struct top_flow *flows;
	size_t nflows; /* the first TOP_MAX in the order wanted; owned by the sampler */
	struct top_host *hosts;
	size_t nhosts;
	struct top_rule *rules;
	size_t nrules;
};

struct sampler;
/* *s stays open for as long as the sampler. 0 or a negative errno with *err. */
int sampler_open(const struct state *s, struct sampler **out, char **err);
void sampler_close(struct sampler *p);

/*
 * Looks, and says what happened since the last look; the first one, made by sampler_open(), says nothing. The filter is for
 * flows, and for the hosts that they are of.
 */
int sampler_look(struct sampler *p, enum top_sort sort, struct sample *out, char **err);

/* As of the last look: the live rules, how flows are to be read, the filter (empty at first; renewed when the rules change). */
const struct ruleset *sampler_rules(const struct sampler *p);
const struct ruleset_info *sampler_ruleset(const struct sampler *p);
const struct flow_context *sampler_context(const struct sampler *p);
struct flow_filter *sampler_filter(struct sampler *p);

#endif
