/* SPDX-License-Identifier: GPL-2.0 */
/* Flows for people and programs: `flows`, `test --flows`. */
#ifndef FW_FLOWVIEW_H
#define FW_FLOWVIEW_H

#include "json.h"
#include "model.h"
#include "../shared/config.h"

/* How an entry's ticks and rule numbers are to be read. */
struct flow_context {
	struct clock_pair clock;
	const struct ruleset *rules; /* for labels; may be NULL */
};

/* The context of a live instance's flows (clock_get()); and that of a replay, whose ticks are ns since the epoch. */
void flow_context_live(struct flow_context *c, const struct clock_pair *clock, const struct ruleset *rules);
void flow_context_replay(struct flow_context *c, const struct ruleset *rules);

/* Time of a reading of the packet path's clock, ns since the epoch. */
__u64 flow_time(const struct flow_context *c, ticks_t t);

/* Addresses and wire-order ports as the initiator sees them. */
struct flow_ends {
	addr_t src, dst;
	port_be_t sport, dport;
};
void flow_ends_of(const struct flow *f, struct flow_ends *out);

/* The flow's rule: 1-based, 0 for a default; its verdict; the direction that they are of. */
struct flow_ruling {
	__u32 rule;
	enum verdict verdict;
	enum direction direction;
};
struct flow_ruling flow_ruling_of(const struct flow *f);

/*
 * A rule change has cut it: the hook where it was made, which counts its packets as it passes them, was asked again and passes them no
 * longer. (One that is stopped at the other hook may have been so from its first packet on.)
 */
bool flow_is_cut(const struct flow *f);

/* The rules stop it at one of its hooks: it has been cut, or it is forwarded and stopped at the second hook. Dropped traffic, no live flow. */
bool flow_is_stopped(const struct flow *f);

/* An object with the keys of `flows -j`; its members alone, for an object that has more. */
void flow_json(struct json *j, const struct flow_context *c, const struct flow *f);
void flow_json_members(struct json *j, const struct flow_context *c, const struct flow *f);

/* The label of the rule of this number, "" where it has none or rules are not known. */
const char *flow_label(const struct flow_context *c, __u32 rule);

#endif
