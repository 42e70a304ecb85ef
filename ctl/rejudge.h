/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel will say of flows at their next packet, where the rules have changed since it was last asked. */
#ifndef FW_REJUDGE_H
#define FW_REJUDGE_H

#include "flowlist.h"
#include "live.h"

/*
 * Brings the copies in `flows` to the rules of now: judgements of other generations are asked again about the packet that made the
 * flow, natively, by the same tables (MAC addresses, which entries do not hold, match no rule). 0, or a negative errno with *err.
 */
int flows_rejudge(const struct state *s, const struct live_ruleset *live, const struct ruleset *rs, struct flow_list *flows,
		  char **err);

#endif
