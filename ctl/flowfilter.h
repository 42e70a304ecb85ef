/* SPDX-License-Identifier: GPL-2.0 */
/* Choosing flows by the rule language's words: `flows`, `top`. */
#ifndef FW_FLOWFILTER_H
#define FW_FLOWFILTER_H

#include "diag.h"
#include "flowlist.h"
#include "live.h"
#include "../shared/flow.h"

/* Which flows; all where nothing is given. Sets are those of the live rules. */
struct flow_filter {
	const struct state *s;
	const struct live_ruleset *live;
	const struct ruleset *rs;
	struct rule match;
	bool given, one_way; /* by `match`; by its direction too */
	char *text;          /* that it was parsed from; owned */
};

/* `[in|out [on IFACE]] [MATCH...]`, of a packet from who initiated the flow. Replaces what the filter was; 0, or a negative errno with *d, and it is as it was. */
int flow_filter_parse(struct flow_filter *f, const char *text, struct diag *d);
/* The same text by the rules of now, whose sets are others. What does not parse any more chooses all, and is no longer `given`. */
void flow_filter_renew(struct flow_filter *f);
void flow_filter_clear(struct flow_filter *f);
bool flow_filter_has(const struct flow_filter *f, const struct flow *flow);

/*
 * Can there be flows on the interfaces that the filter names? -ENODEV with *err for one that neither this network namespace nor a flow of
 * `flows` has; a flow may be of one that has gone. Where one is there, but not attached, or renamed since, *note (NULL, or an
 * owned string) says so.
 */
int flow_filter_ifaces(const struct flow_filter *f, const struct flow_list *flows, char **note, char **err);

#endif
