/* SPDX-License-Identifier: GPL-2.0 */
/* The table of dropped tuples (shared/dropped.h) as user space sees it. */
#ifndef FW_DROPLIST_H
#define FW_DROPLIST_H

#include "flowlist.h"

/*
 * The dropped tuples in the form of flows, so that they are filtered, sorted and printed as those: the sender is the initiator, `ruling` of
 * the direction where they were judged holds verdict, rule, and as generation the ruleset's id. `state` is that of a flow that such packets
 * would make. 0 or a negative errno.
 */
int drop_list_read(const struct state *s, struct flow_list *out);

/* Why the last packet of such a one was dropped; where it was. */
enum reason dropped_reason(const struct flow *f);
iface_id_t dropped_iface(const struct flow *f);

#endif
